"""`held` and `rejects`: what waits for a person, and letting it go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, load_platform, require_standard
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from connectors.ingest import DatasetReport
    from connectors.releases import Verdict

held = typer.Typer(help="Files with personal data wait here until a person releases them.", no_args_is_help=True)
rejects = typer.Typer(
    help="Rejected rows and refused files wait here for a correction or a new rule.", no_args_is_help=True
)

Publisher = Annotated[str, typer.Option("--publisher", help="AGS of the Kommune, 8 digits; else all.")]
Dataset = Annotated[str, typer.Argument(help="<AGS>/<name>")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept for ever.")]


@held.command("list")
def held_list(publisher: Publisher = "", as_json: AsJson = False) -> None:
    """List the files that wait for release, and why."""
    from connectors.waiting import held as waiting

    platform = load_platform()
    found = waiting(platform.sites, platform.publishers, platform.standards, publisher)
    if as_json:
        print_json({"held": found})
        return
    for one in found:
        day = f"{one.received_at:%d.%m.%Y %H:%M}"
        out.print(f"{one.dataset}: {one.filename} ({one.rows_total} Zeilen, eingegangen {day})", markup=False)
        for reason in one.reasons:
            out.print(f"  · {reason}", markup=False)
    out.print(f"{len(found)} files wait for release.", style="bold")


@held.command("release")
def held_release(
    dataset: Dataset,
    by: By,
    reason: Reason,
    without_rows: Annotated[
        bool, typer.Option("--without-rows", help="Release the file, but reject the rows with personal data.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Release a held file: it goes into the raw zone now and further with the next `allmende run`."""
    _decide(dataset, "released_without_rows" if without_rows else "released", by, reason, as_json=as_json)


@held.command("reject")
def held_reject(dataset: Dataset, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Refuse a held file: nothing of it goes on, the last good version stays current."""
    _decide(dataset, "refused", by, reason, as_json=as_json)


def _decide(dataset: str, verdict: Verdict, by: str, reason: str, *, as_json: bool) -> None:
    from connectors.ingest import convert_and_load
    from connectors.waiting import decide_held
    from orchestration.locking import exclusive
    from storage.names import DatasetId

    if not by.strip() or not reason.strip():
        raise CannotError("Say who decides (--by) and why (--reason).")
    platform = load_platform()
    name = DatasetId.parse(dataset)
    with exclusive(platform.settings.home):
        decision = decide_held(
            platform.sites, platform.publishers, platform.standards, name, verdict, by=by, reason=reason
        )
        report = convert_and_load(platform.sites, platform.publishers, platform.standards)
    if as_json:
        print_json({"decision": decision, "dataset": report[str(name)]})
    else:
        one = report[str(name)]
        err.print(f"{name}: {verdict.replace('_', ' ')} by {by}; {_state(one)}", markup=False)


def _state(one: DatasetReport) -> str:
    if one.status in {"new", "again", "unchanged"}:
        return f"{one.rows_accepted} rows accepted, {one.rows_rejected} rejected (version {one.version})."
    return f"{one.status}. {one.message_de}"


@rejects.command("list")
def rejects_list(publisher: Publisher = "", as_json: AsJson = False) -> None:
    """List the datasets with rejected rows and the refused files, and why."""
    from connectors.waiting import rejects as waiting

    platform = load_platform()
    found = waiting(platform.sites, platform.publishers, platform.standards, publisher)
    if as_json:
        print_json({"rejects": found})
        return
    for one in found:
        what = "Datei zurückgewiesen" if one.status == "refused" else f"{one.rows_rejected} Zeilen zurückgestellt"
        out.print(f"{one.dataset}: {one.filename}, {what}", markup=False)
        if one.message_de:
            out.print(f"  · {one.message_de}", markup=False)
        for reason, count in list(one.reasons.items())[:5]:
            out.print(f"  · {count} × {reason}", markup=False)
    out.print(f"{len(found)} datasets have something waiting.", style="bold")


@rejects.command("replay")
def rejects_replay(
    publisher: Publisher = "",
    standard: Annotated[str, typer.Option(help="Only what waits for this standard.")] = "",
    as_json: AsJson = False,
) -> None:
    """Judge everything that waits again, under today's rules and answers; the same outcome writes nothing."""
    from connectors.waiting import replay
    from orchestration.locking import exclusive

    platform = load_platform()
    if standard:
        require_standard(standard, platform.standards)
    with exclusive(platform.settings.home):
        report = replay(platform.sites, platform.publishers, platform.standards, ags=publisher, standard=standard)
    if as_json:
        print_json({"is_changed": report.is_changed, "datasets": report.datasets})
        return
    columns = ["Dataset", "State", "Accepted", "Rejected", "Version"]
    rows = [(one.dataset, one.status, one.rows_accepted, one.rows_rejected, one.version) for one in report.datasets]
    if rows:
        out.print(table("Judged differently", columns, rows, right=["Accepted", "Rejected"]))
        out.print("`allmende run` publishes what changed.")
    else:
        out.print("Nothing comes out differently: nothing was written.", style="bold")


@rejects.command("write")
def rejects_write(
    dataset: Dataset,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the file goes (.csv or .xlsx).")],
) -> None:
    """Write the waiting rows of a dataset's current version for the clerk to correct and hand in again."""
    from connectors.waiting import write_waiting
    from storage.names import DatasetId

    platform = load_platform()
    name = DatasetId.parse(dataset)
    count = write_waiting(platform.sites, platform.publishers, platform.standards, name, output)
    err.print(f"{count} rows in {output}; hand it in again with --dataset {name.slug}.", markup=False)
