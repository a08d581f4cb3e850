"""XLSX, XLSM, XLSB, XLS, ODS through calamine: the right sheet, its cells as text, and what a person sees beside them.

What does not belong here: header and footers (`layout`, `assemble`), the guard against bombs (`package`), the text of a
cell (`sheetcells`), merged cells (`merged`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from connectors.reading import merged, package, sheets
from connectors.reading.limits import MAX_COLUMNS, MAX_SHEET_CELLS
from connectors.reading.messages import note, refuse
from connectors.reading.result import Decision, Note, ReadReport, ReadResult
from connectors.reading.sheetcells import texts
from connectors.reading.sheets import Candidate
from connectors.reading.sheettables import read_tables
from connectors.reading.sheetxml import Details, column_letters, details

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Kind = Literal["xlsx", "xls", "ods", "xlsb"]

_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_SHOWN = 5
_SAMPLE_ROWS = 2_000
"""How much of a sheet decides whether it is the table."""


def read_workbook(data: bytes, kind: Kind, sheet: str | None = None) -> ReadResult:
    """The sheet that is the table, or the one called `sheet`. Raises `Unreadable`."""
    if kind != "xls":
        package.guard(data)
    book, data, notes = _opened(data, kind)
    names = tuple(book.sheet_names)
    hidden = {one.name for one in book.sheets_metadata if not str(one.visible).endswith(".Visible")}
    wanted, part = _asked(names, sheet)
    chosen, page, told, decision = _chosen(book, (wanted,) if wanted else names, hidden)
    decision = decision or Decision("sheet", chosen.name, "verlangt" if wanted else "das einzige Blatt")
    others = [name for name in hidden if name != chosen.name]
    notes += [*told, *sheets.hidden_note(chosen)]
    if others:
        notes.append(note("sheets_hidden", count=len(others), names=", ".join(sorted(others))))
    result = _result(data, kind, chosen, page, notes=[*notes], part=part)
    parts = tuple(f"{chosen.name}/{one}" for one in result.report.sheets)
    report = replace(result.report, sheets=(*names, *parts), decisions=(decision, *result.report.decisions))
    return replace(result, report=report)


def _chosen(
    book: CalamineWorkbook, names: tuple[str, ...], hidden: set[str]
) -> tuple[Candidate, CalamineSheet, tuple[Note, ...], Decision | None]:
    """The sheet that is the table, judged by the first rows of each; only the best one so far stays in memory."""
    candidates: list[Candidate] = []
    best: tuple[float, CalamineSheet] | None = None
    for name in names:
        page = _loaded(book, name)
        if page is None:
            continue
        sample = texts(page.to_python(skip_empty_area=False, nrows=_SAMPLE_ROWS)) if page.height else []
        candidates.append(Candidate(name, sample, name in hidden, page.total_height))
        score = sheets.score(candidates[-1])
        if best is None or score > best[0]:
            best = score, page
    if best is None:
        raise refuse("sheets_empty")
    chosen, told, decision = sheets.choose(candidates)
    return chosen, best[1], told, decision


def _asked(names: tuple[str, ...], sheet: str | None) -> tuple[str | None, str | None]:
    """The sheet and the table on it that a person means by `Blatt`, `Blatt/Tabelle 2` or, of one sheet, `Tabelle 2`."""
    if sheet is None:
        return None, None
    whole = sheets.named(names, sheet)
    if whole is not None:
        return whole, None
    name, slash, part = sheet.rpartition("/")
    found = sheets.named(names, name) if slash else (names[0] if len(names) == 1 else None)
    if found is None:
        raise refuse("sheet_missing", sheet=sheet, sheets=", ".join(names))
    return found, part


def _opened(data: bytes, kind: Kind) -> tuple[CalamineWorkbook, bytes, list[Note]]:
    """The workbook, and its bytes: mended where its style sheet cannot be read."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(BytesIO(data)), data, []
    except PasswordError as error:
        raise refuse("archive_encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        if kind != "xlsx":
            raise refuse("workbook_broken") from error
    mended, notes = package.repaired(data)
    try:
        return CalamineWorkbook.from_filelike(BytesIO(mended)), mended, notes
    except (CalamineError, OSError, ValueError) as error:
        raise refuse("workbook_broken") from error


def _loaded(book: CalamineWorkbook, name: str) -> CalamineSheet | None:
    """The sheet; None for a chart or macro sheet, which holds no cells."""
    from python_calamine import CalamineError, WorksheetNotFound

    try:
        page = book.get_sheet_by_name(name)
    except WorksheetNotFound:
        return None
    except (CalamineError, OSError, ValueError) as error:
        raise refuse("workbook_broken") from error
    rows, columns = page.total_height, page.total_width
    if rows * columns > MAX_SHEET_CELLS or columns > MAX_COLUMNS:
        raise refuse("sheet_too_large", sheet=name, rows=rows, columns=columns)
    return page


def _rows(page: CalamineSheet) -> list[list[Any]]:
    return page.to_python(skip_empty_area=False) if page.height else []


def _result(
    data: bytes, kind: Kind, chosen: Candidate, page: CalamineSheet, *, notes: list[Note], part: str | None
) -> ReadResult:
    rows = texts(_rows(page)) if page.total_height > len(chosen.rows) else chosen.rows
    if kind == "xlsx":
        notes += _with_details(rows, details(data, chosen.name))
    areas = merged.apply(rows, page.merged_cell_ranges or [])
    read = read_tables(rows, areas.spans, part)
    table = read.table
    if table is None:
        raise refuse("sheets_empty")
    report = ReadReport(
        format=kind,
        encoding=None,
        delimiter=None,
        quotechar=None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=f"{chosen.name}/{read.name}" if read.name else chosen.name,
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(*notes, *areas.notes, *read.notes, *table.notes),
        sheets=read.names,
        decisions=(*read.decisions, *table.decisions),
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


def _with_details(rows: list[list[str]], found: Details) -> list[Note]:
    """Puts error values and leading zeros into `rows`; the rest is told."""
    for (row, column), text in found.errors.items():
        if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
            rows[row][column] = text
    padded = 0
    for (row, column), width in found.padded.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column].isdigit():
            before = rows[row][column]
            rows[row][column] = before.zfill(width)
            padded += rows[row][column] != before
    notes = [note("format_zeros", count=padded)] if padded else []
    if found.errors:
        places = [f"{column_letters(c + 1)}{r + 1}: {text}" for (r, c), text in list(found.errors.items())[:_SHOWN]]
        notes.append(note("cell_errors", count=len(found.errors), examples=", ".join(places)))
    notes += _doubtful_dates(rows, found)
    if found.uncached:
        notes.append(note("formulas_uncached", count=len(found.uncached), cells=", ".join(found.uncached[:_SHOWN])))
    if found.percent:
        columns = ", ".join(column_letters(column + 1) for column in sorted(found.percent)[:20])
        notes.append(note("format_percent", columns=columns))
    if found.hidden_rows:
        notes.append(note("hidden_rows", count=found.hidden_rows))
    if found.hidden_columns:
        columns = ", ".join(column_letters(column) for column in found.hidden_columns[:20])
        notes.append(note("hidden_columns", columns=columns))
    return notes


def _doubtful_dates(rows: list[list[str]], found: Details) -> list[Note]:
    """Where the format says date and the library gave a number, the two readings are told, not settled."""
    doubtful = [(r, c) for r, c in found.dates if r < len(rows) and c < len(rows[r]) and _PLAIN.fullmatch(rows[r][c])]
    places = [f"{column_letters(c + 1)}{r + 1}: {rows[r][c]}" for r, c in doubtful[:_SHOWN]]
    return [note("date_doubt", count=len(doubtful), examples=", ".join(places))] if doubtful else []
