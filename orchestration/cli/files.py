"""`read` and `check`: one file, nothing stored. Light: neither Dagster nor dbt nor dlt is imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, Maps, Undo, known_standards, require_standard, undone, wrong_ags
from orchestration.cli.folders import check_folder
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from connectors.facts import FactsBook
    from connectors.reading.result import ReadReport
    from standards.definition import Standard
    from standards.model import Judgement, Repair
    from storage.sites import Sites


def read(
    files: Annotated[list[Path], typer.Argument(help="One table file, or several (then OUT is a folder).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the CSV goes; a folder for several files.")],
    sheet: Annotated[str | None, typer.Option(help="Name of the sheet to read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read any table file and write it as UTF-8 CSV (RFC 4180), every cell's text as it stood."""
    if len(files) > 1 or output.is_dir():
        _read_several(files, output, sheet, as_json=as_json)
        return
    file = files[0]
    if not file.is_file():
        raise CannotError(f"{file}: there is no such file. Check the path.")
    report = _read_one(file, output, sheet)
    if as_json:
        print_json(report.as_json())
    else:
        _say_reading(file, report)


def _read_several(files: list[Path], folder: Path, sheet: str | None, *, as_json: bool) -> None:
    """All that can be read is read; what cannot is named at the end."""
    from connectors.reading import Unreadable
    from connectors.reading.many import read_into

    folder.mkdir(parents=True, exist_ok=True)
    reports, failed = [], []
    for written in read_into(files, folder, sheet):
        file, outcome = written.file, written.outcome
        if isinstance(outcome, Unreadable):
            failed.append({"file": str(file), "code": outcome.code, "message_de": outcome.message_de})
            continue
        reports.append({"file": str(file), "output": str(written.target), **outcome.as_json()})
        if not as_json:
            _say_reading(file, outcome)
    if as_json:
        print_json({"files": reports, "failed": failed})
    for problem in failed:
        err.print(f"{problem['file']}: {problem['message_de']}", style="red", markup=False)
    if failed:
        raise typer.Exit(1 if reports else 2)


def _read_one(file: Path, target: Path, sheet: str | None) -> ReadReport:
    from connectors.reading import Unreadable, read_table
    from connectors.reading.writing import write_csv, write_large

    try:
        report = None if sheet else write_large(file, target)
        return report or write_csv(read_table(file, filename=file.name, sheet=sheet), target)
    except Unreadable as problem:
        raise CannotError(f"{file.name}: {problem.message_de}") from problem


def _say_reading(file: Path, report: ReadReport) -> None:
    form = ", ".join(
        part
        for part in (
            report.format,
            report.encoding or "",
            f"delimiter {report.delimiter!r}" if report.delimiter else "",
            f"sheet “{report.sheet}”" if report.sheet else "",
        )
        if part
    )
    err.print(f"{file.name}: {report.rows} rows, {len(report.columns)} columns ({form})", markup=False)
    for note in report.notes:
        err.print(f"  · {note.message_de}", style="dim", markup=False)


def check(
    file: Annotated[Path, typer.Argument(help="The file to check, or a folder: all files in it at once.")],
    standard: Annotated[
        str | None, typer.Option(help="Name of the standard, e.g. baumkataster; else the best match.")
    ] = None,
    publisher: Annotated[str | None, typer.Option(help="AGS of the Kommune, 8 digits.")] = None,
    fixed: Annotated[Path | None, typer.Option(help="Write the accepted rows here (.csv, .parquet or .xlsx).")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Write the rejected rows with their reasons here (.csv or .xlsx).")
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="Write the list of changed cells here (.csv).")] = None,
    undo: Undo = None,
    maps: Maps = None,
    sheet: Annotated[str | None, typer.Option(help="Name of the sheet to read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read, match, convert and judge a file. Exit 1 when rows were rejected or a person must release it.

    Nothing of the file is stored; only what --map says of a publisher's columns is kept for its next files.
    """
    from connectors.large import check_to_files
    from connectors.reading import Unreadable
    from standards.writing import write_changes

    if not file.exists():
        raise CannotError(f"{file}: there is no such file. Check the path.")
    known = known_standards(standard)
    _require_known(standard, known, publisher)
    told, kept, sites = _answered(maps, publisher) if maps or publisher else ({}, {}, None)
    if file.is_dir():
        now = _for_all(told, standard, known)
        if now and standard and sites and publisher:
            _keep(sites, publisher, standard, told)
        check_folder(
            file,
            known[standard] if standard else known,
            publisher,
            fixed=fixed,
            rejects=rejects,
            kept={**kept, **now},
            as_json=as_json,
        )
        return
    try:
        report, judgement = check_to_files(
            file,
            known[standard] if standard else known,
            publisher,
            fixed=fixed,
            rejects=rejects,
            sheet=sheet,
            undo=undone(undo),
            told=told,
            kept=kept,
            changes=bool(changes or (fixed and fixed.suffix.lower() == ".xlsx")),
            book=_book(sites),
        )
    except Unreadable as problem:
        raise CannotError(f"{file.name}: {problem.message_de}") from problem
    if told and sites and publisher:
        _keep(sites, publisher, judgement.standard, told)
    if changes:
        write_changes(judgement, known[judgement.standard], changes)
    if as_json:
        print_json(_check_document(report, judgement))
    else:
        _say_judgement(file, judgement)
    if judgement.rows_rejected or judgement.held:
        raise typer.Exit(1)


def _answered(maps: Sequence[str] | None, publisher: str | None) -> tuple[dict[str, str], dict[str, str], Sites | None]:
    """What is answered now, what the publisher answered before, and where answers are kept."""
    from connectors import answers

    told = answers.parse(maps or [])
    sites = _sites(is_new=bool(told)) if publisher else None
    return told, answers.told_of(answers.load(sites.onprem, publisher)) if sites and publisher else {}, sites


def _keep(sites: Sites, publisher: str, standard: str, told: Mapping[str, str]) -> None:
    from connectors import answers

    answers.keep(sites, publisher, standard, told, by="cli")


def _book(sites: Sites | None) -> FactsBook | None:
    """What stands of this and other Kommunen, to compare with."""
    if sites is None:
        return None
    from connectors.facts import FactsBook

    return FactsBook(sites.onprem)


def _for_all(told: Mapping[str, str], standard: str | None, known: Mapping[str, Standard]) -> dict[str, str]:
    """Answers for all files of a folder, which need not all have the column: so they name their standard."""
    from connectors import answers
    from connectors.messages import say

    if told and standard is None:
        raise CannotError(say("map-standard"))
    if standard is None:
        return {}
    answers.check(told, known[standard], None)
    return {f"{standard}:{column}": name for column, name in told.items()}


def _sites(*, is_new: bool) -> Sites | None:
    """Where answers are kept; None where nothing was ever kept: a check alone makes no folders."""
    from orchestration.platform import Platform

    platform = Platform.load()
    return platform.sites if is_new or platform.settings.home.exists() else None


def _require_known(standard: str | None, known: Collection[str], publisher: str | None) -> None:
    from connectors.register import load_register

    if standard:
        require_standard(standard, known)
    if publisher and load_register().gemeinde(publisher) is None:
        raise CannotError(wrong_ags(publisher))


def _check_document(report: ReadReport, judgement: Judgement) -> dict[str, object]:
    return {
        "reading": report.as_json(),
        "standard": judgement.standard,
        "standard_version": judgement.standard_version,
        "mapping": list(judgement.mapping),
        "unmapped": list(judgement.unmapped),
        "rows_total": judgement.rows_total,
        "rows_accepted": judgement.rows_accepted,
        "rows_rejected": judgement.rows_rejected,
        "repairs": list(judgement.repairs),
        "undone": list(judgement.left),
        "changes": judgement.changes.height if judgement.changes is not None else None,
        "held": list(judgement.held),
        "findings": list(judgement.findings),
    }


def _example(repair: Repair) -> str:
    if not repair.examples:
        return ""
    first = repair.examples[0]
    return f"Zeile {first.row}: {first.before} → {first.after or 'leer'}"


def _say_judgement(file: Path, judgement: Judgement) -> None:
    repaired = sum(repair.count for repair in judgement.repairs)
    out.print(
        f"{file.name}: als „{judgement.standard}“ verstanden. "
        f"{judgement.rows_accepted} von {judgement.rows_total} Zeilen übernommen, {repaired} Werte repariert, "
        f"{judgement.rows_rejected} Zeilen brauchen Sie.",
        markup=False,
    )
    out.print(
        table(
            "Spalten",
            ["Spalte der Datei", "Feld", "erkannt an", "Sicherheit"],
            [(m.column, m.field, m.how, f"{m.confidence:.0%}") for m in judgement.mapping],
            right=["Sicherheit"],
        )
    )
    if judgement.unmapped:
        out.print("Nicht zugeordnet: " + ", ".join(judgement.unmapped), style="dim", markup=False)
    if judgement.repairs:
        rows = [(r.title_de, r.column, r.count, _example(r), r.kind) for r in judgement.repairs]
        columns = ["was", "Spalte", "Anzahl", "zum Beispiel", "zurücknehmen mit --undo"]
        out.print(table("Repariert", columns, rows, right=["Anzahl"]))
    if judgement.held:
        out.print("Wartet beim Abgeben auf die Freigabe durch eine Person:", style="yellow")
        for hold in judgement.held:
            out.print(f"  · {hold.message_de}", markup=False)
    shown = judgement.findings[:20]
    for finding in shown:
        out.print(f"  {finding.severity.value}: {finding.message_de}", markup=False)
    if len(judgement.findings) > len(shown):
        out.print(
            f"  … und {len(judgement.findings) - len(shown)} weitere (alle mit --json oder --rejects)", markup=False
        )
