"""`python -m intake.worker JOB`: read and judge one file under limits, write the result files, print one JSON document.

The only module of the portal that opens what people send. It runs in a process of its own that is thrown away, and
limits itself before anything of ours is imported, so that a hostile file takes this process and nothing else.
What does not belong here: starting and killing it (`sandbox`).
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.reading.result import ReadReport, ReadResult
    from intake.report import CheckReport, DownloadFile
    from standards.definition import Standard
    from standards.model import Judgement

SURE = 0.5
"""The least score with which columns tell a package; without it the clerk is asked."""

XLSX_ROWS = 50_000
"""Result files above this are CSV only: Excel files of more rows take too long to write."""

MARKED = 150_000
"""Changed cells above this are not marked and listed in the Excel file for the same reason."""


def main() -> None:
    """Read the job from the first argument; exit 0 with a document on stdout, whatever the file is like."""
    from standards.registry import load_standards

    job = json.loads(sys.argv[1])
    limit(job["memory_bytes"], job["cpu_seconds"], job["output_bytes"])
    folder = Path(job["folder"])
    standards = load_standards(more=[Path(one) for one in job["standards"]])
    report = check(
        Path(job["path"]),
        job["filename"],
        folder,
        standards,
        standard=job["standard"] or None,
        sheet=job["sheet"] or None,
    )
    sys.stdout.write(report.model_dump_json())


def limit(memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Hard limits for this process: address space, processor time, size of a written file; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def check(
    path: Path,
    filename: str,
    folder: Path,
    standards: Mapping[str, Standard],
    *,
    standard: str | None,
    sheet: str | None,
) -> CheckReport:
    """Read and judge `path`; corrected and rejected rows go into `folder`. Every refusal is a report, too."""
    from connectors.checking import as_table
    from connectors.reading import Unreadable, read_table
    from intake.report import CheckReport
    from standards.engine import judge

    try:
        result = read_table(path, filename=filename, sheet=sheet)
    except Unreadable as refusal:
        return CheckReport(status="refused", code=refusal.code, message_de=refusal.message_de)
    table = as_table(result, filename=filename)
    report: dict[str, Any] = {"reading": _reading(result.report), "is_told": standard is not None}
    if standard is None:
        report["candidates"] = _candidates(result, filename, standards)
        best = report["candidates"][0] if report["candidates"] else None
        if best is None or best["score"] < SURE:
            return CheckReport(status="unknown", **report)
        standard = best["name"]
    judgement = judge(table, standards[standard], changes=True)
    return CheckReport(
        status="judged",
        **report,
        **_judged(judgement, standards[standard]),
        files=_write(judgement, standards[standard], folder),
    )


def _candidates(result: ReadResult, filename: str, standards: Mapping[str, Standard]) -> list[dict[str, Any]]:
    from connectors.checking import as_table
    from standards.ranking import rank

    scores = rank(as_table(result, filename=filename), standards)
    return [
        {"name": name, "title_de": standards[name].title_de, "score": min(1.0, score)} for name, score in scores[:3]
    ]


def _reading(report: ReadReport) -> dict[str, Any]:
    return {
        "format": report.format,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "sheet": _short(report.sheet) if report.sheet else None,
        "header_row": report.header_row,
        "rows": report.rows,
        "columns": len(report.columns),
        "notes": [_short(note.message_de) for note in _some(report.notes)],
    }


def _judged(judgement: Judgement, standard: Standard) -> dict[str, Any]:
    fields = standard.by_name
    served = {match.field for match in judgement.mapping}
    return {
        "standard": standard.name,
        "standard_version": standard.version,
        "title_de": standard.title_de,
        "rows_total": judgement.rows_total,
        "rows_accepted": judgement.rows_accepted,
        "rows_rejected": judgement.rows_rejected,
        "repaired": sum(repair.count for repair in judgement.repairs),
        "mapping": [
            {
                "column": _short(match.column),
                "field": match.field,
                "title_de": fields[match.field].title_de,
                "how": match.how,
                "confidence": match.confidence,
            }
            for match in _some(judgement.mapping)
        ],
        "unmapped": [_short(column) for column in _some(judgement.unmapped)],
        "missing": _missing(judgement, standard, served),
        "repairs": [
            {
                "title_de": repair.title_de,
                "column": _short(repair.column),
                "count": repair.count,
                "examples": [(_short(one.before), _short(one.after)) for one in repair.examples],
            }
            for repair in _some(judgement.repairs)
        ],
        "rejected": _rejected(judgement),
        "findings": [*_held(judgement), *_questions(judgement)],
    }


def _held(judgement: Judgement) -> list[dict[str, Any]]:
    """Why the file would wait for release where it is handed in."""
    told = "Wenn Sie die Datei abgeben, wartet sie, bis eine Person sie freigibt."
    return [
        {"severity": "warning", "message_de": _short(f"{hold.message_de} {told}")} for hold in _some(judgement.held)
    ]


def _questions(judgement: Judgement) -> list[dict[str, Any]]:
    told = _some(one for one in judgement.findings if one.row is None)
    return [{"severity": one.severity.value, "message_de": _short(one.message_de)} for one in told]


def _missing(judgement: Judgement, standard: Standard, served: set[str]) -> list[str]:
    """Fields without a single value: neither a column nor a calculation filled them."""
    if not judgement.rows_accepted:
        return [field.title_de for field in standard.fields if field.name not in served]
    filled = {name for name in standard.schema() if judgement.accepted[name].null_count() < judgement.rows_accepted}
    return [field.title_de for field in standard.fields if field.name not in filled | served]


def _rejected(judgement: Judgement) -> list[dict[str, Any]]:
    from intake.report import MAX_REJECTED

    rows = judgement.rejected.head(MAX_REJECTED).select("_row", "column", "value", "message_de").iter_rows()
    return [
        {"row": row, "column": _short(column), "value": _short(value), "message_de": _short(text)}
        for row, column, value, text in rows
    ]


def _write(judgement: Judgement, standard: Standard, folder: Path) -> list[DownloadFile]:
    """The files to download: as Excel where it stays quick, always as CSV."""
    from intake.report import DownloadFile
    from standards.writing import write_fixed, write_rejects

    files = []
    if judgement.changes is not None and judgement.changes.height > MARKED:
        judgement = replace(judgement, changes=None)
    for suffix in ("xlsx", "csv"):
        if judgement.rows_accepted and (suffix == "csv" or judgement.rows_accepted <= XLSX_ROWS):
            path = folder / f"korrigiert.{suffix}"
            write_fixed(judgement, standard, path)
            files.append(DownloadFile(kind="korrigiert", suffix=suffix, bytes=path.stat().st_size))
        if judgement.rows_rejected and (suffix == "csv" or judgement.rows_rejected <= XLSX_ROWS):
            path = folder / f"zurueckgestellt.{suffix}"
            write_rejects(judgement, path)
            files.append(DownloadFile(kind="zurueckgestellt", suffix=suffix, bytes=path.stat().st_size))
    return files


def _short(text: str | None) -> str:
    from intake.report import MAX_TEXT

    return (text or "")[:MAX_TEXT]


def _some(lines: Iterable[Any]) -> list[Any]:
    from intake.report import MAX_LINES

    return [line for _, line in zip(range(MAX_LINES), lines, strict=False)]


if __name__ == "__main__":
    main()
