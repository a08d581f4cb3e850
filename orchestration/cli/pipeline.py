"""`demo`, `ingest`, `withdraw`, `run`, `dev`: files in, and everything that is due."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import comparison
from orchestration.cli.arguments import AsJson, Maps, Undo, load_platform, require_standard, undone, wrong_ags
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from orchestration.platform import Platform
    from orchestration.summary import Summary
    from storage.manifest import Classification


def demo(
    against_embedded: Annotated[
        bool,
        typer.Option("--against-embedded", help="Run it on folders too, beside, and compare both file by file."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the whole way on invented sample files of real Kommunen; ends with a table and the portal's start page."""
    from connectors.demo import write_demo

    platform = load_platform()
    if against_embedded:
        comparison.against_embedded(platform, as_json=as_json)
        return
    home = platform.settings.home.absolute()
    summary = write_demo(platform.settings.inbox_path, home / "publishers")
    err.print(
        f"Sample files (invented contents) of {summary.datasets} datasets lie in {platform.settings.inbox_path}",
        markup=False,
    )
    _everything(platform, as_json=as_json)


def run(as_json: AsJson = False) -> None:
    """Do everything that is due: fetch, load, build, export, replicate, publish. Nothing new: writes nothing."""
    _everything(load_platform(), as_json=as_json)


def _everything(platform: Platform, *, as_json: bool) -> None:
    from orchestration.automation import EVERYTHING
    from orchestration.cli.progress import Progress
    from orchestration.running import run_job
    from orchestration.summary import summarise

    with Progress() as progress:
        result = run_job(platform, EVERYTHING, progress.on_step)
    summary = summarise(platform, result)
    if as_json:
        print_json(summary)
    else:
        _show(summary)
    for step, reason in result.errors.items():
        err.print(f"{step}: {reason}", style="red", markup=False)
    if result.errors:
        raise CannotError(
            "The run stopped at the step named above; what was published before stays published. "
            f"`allmende dev` shows run {result.run_id}."
        )
    if summary.problems:
        for problem in summary.problems:
            err.print(problem, style="yellow", markup=False)
        raise typer.Exit(1)


def _show(summary: Summary) -> None:
    columns = ["Dataset", "Title", "Read", "Repaired", "Rejected", "Version", "State", "Sites"]
    rows = [
        (
            row.dataset,
            row.title,
            row.rows_total,
            row.repaired,
            row.rows_rejected,
            row.version or "–",
            row.state,
            ", ".join(row.sites),
        )
        for row in summary.datasets
    ]
    out.print(table("Datasets", columns, rows, right=["Read", "Repaired", "Rejected"]))
    portal_rows = [(p.portal, p.created, p.updated, p.unchanged, p.withdrawn, p.failed) for p in summary.portals]
    names = ["Portal", "Created", "Updated", "Unchanged", "Withdrawn", "Failed"]
    out.print(table("\nPortal entries", names, portal_rows, right=names[1:]))
    if not summary.is_changed:
        out.print("\nNothing new: nothing was written.", style="bold")
    for portal in summary.portals:
        out.print(f"\n{portal.portal}: {portal.start_page}", style="bold", markup=False)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders to hand in.")],
    publisher: Annotated[str, typer.Option(help="AGS of the Kommune, 8 digits.")],
    standard: Annotated[str | None, typer.Option(help="Name of the standard; else the columns tell.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Name of the dataset (one file); else the file's name.")] = None,
    classification: Annotated[str, typer.Option(help="open, internal or confidential.")] = "open",
    maps: Maps = None,
    undo: Undo = None,
    as_json: AsJson = False,
) -> None:
    """Hand files in as a Kommune would: landing → raw, ready for `allmende run`."""
    from connectors import answers
    from connectors.ingest import convert_and_load, ingest_files
    from orchestration.locking import exclusive

    platform = load_platform()
    if platform.publishers.get(publisher) is None:
        raise CannotError(wrong_ags(publisher))
    _require(paths, standard, platform)
    kind = _classification(classification)
    told = _told(maps, standard, platform)
    taken_back = None if undo is None else sorted(undone(undo))
    with exclusive(platform.settings.home):
        if told and standard:
            answers.keep(platform.sites, publisher, standard, told, by="cli")
        landed = ingest_files(
            paths,
            publisher,
            sites=platform.sites,
            publishers=platform.publishers,
            standard=standard,
            dataset=dataset,
            classification=kind,
            undo=taken_back,
        )
        report = convert_and_load(platform.sites, platform.publishers, platform.standards)
    names = dict.fromkeys(one.receipt.dataset for one in landed)
    mine = [report[name] for name in names]
    if as_json:
        print_json({"datasets": mine})
    else:
        for one in mine:
            err.print(_sentence(one), markup=False)
    if any(one.status in {"refused", "held"} or one.rows_rejected for one in mine):
        raise typer.Exit(1)


def _told(maps: list[str] | None, standard: str | None, platform: Platform) -> dict[str, str]:
    """The answers of `--map`, checked against the standard; the columns are seen when the file is read."""
    from connectors import answers
    from connectors.messages import say

    told = answers.parse(maps or [])
    if told and standard is None:
        raise CannotError(say("map-standard"))
    if standard:
        answers.check(told, platform.standards[standard], None)
    return told


def _sentence(one: object) -> str:
    from connectors.ingest import DatasetReport

    assert isinstance(one, DatasetReport)  # noqa: S101 - keeps the import of dlt out of `--help`
    if one.status == "refused":
        return f"{one.dataset}: nicht übernommen. {one.message_de}"
    if one.status == "held":
        return f"{one.dataset}: angehalten. {one.message_de} (allmende held release {one.dataset})"
    if one.status == "unchanged":
        return f"{one.dataset}: nichts Neues, die Datei war schon da (Version {one.version})."
    return (
        f"{one.dataset}: als „{one.standard}“ übernommen, {one.rows_accepted} von {one.rows_total} Zeilen, "
        f"{one.repaired} Werte repariert, {one.rows_rejected} Zeilen zurückgestellt (Version {one.version})."
    )


def _require(paths: list[Path], standard: str | None, platform: Platform) -> None:
    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise CannotError(f"{missing}: there is no such file or folder. Check the path.")
    if standard:
        require_standard(standard, platform.standards)


def _classification(text: str) -> Classification:
    from storage.manifest import Classification

    try:
        return Classification(text)
    except ValueError:
        raise CannotError(f"“{text}” is no classification: use open, internal or confidential.") from None


def withdraw(
    dataset: Annotated[str, typer.Argument(help="<AGS>/<name>")],
    reason: Annotated[str, typer.Option(help="Why; the public reads it (German).")],
    as_json: AsJson = False,
) -> None:
    """Take a dataset back: it leaves curated, open and portal with the next run; its history stays."""
    from connectors.ingest import convert_and_load
    from connectors.ingest import withdraw as withdraw_dataset
    from orchestration.locking import exclusive
    from storage.names import DatasetId

    platform = load_platform()
    name = DatasetId.parse(dataset)
    with exclusive(platform.settings.home):
        try:
            receipt = withdraw_dataset(platform.sites, name, reason)
        except KeyError:
            raise CannotError(f"There is no dataset {name}: nothing was ever handed in under this name.") from None
        convert_and_load(platform.sites, platform.publishers, platform.standards)
    if as_json:
        print_json(receipt)
    else:
        err.print(f"{name} is withdrawn; `allmende run` takes it off curated, open and the portals.", markup=False)


def dev(
    port: Annotated[int, typer.Option(help="Port of the UI on 127.0.0.1.")] = 3000,
) -> None:
    """Open the Dagster UI with its daemon on this installation; ends with Ctrl-C."""
    from orchestration.running import dagster_home, end_dead_runs, instance

    platform = load_platform()
    home = dagster_home(platform.settings)
    with instance(platform) as held:
        end_dead_runs(held)
    inbox = platform.settings.inbox_path
    inbox.mkdir(parents=True, exist_ok=True)
    err.print(
        f"Dagster UI: http://127.0.0.1:{port} · inbox: {inbox} (drop a file into <AGS>/) · end with Ctrl-C",
        markup=False,
    )
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--module-name", "orchestration.definitions"]
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["ALLMENDE_HOME"] = str(platform.settings.home.absolute())
    os.execv(command[0], [*command, "--host", "127.0.0.1", "--port", str(port)])  # noqa: S606 - no shell, our own program
