"""XLSX, XLS, ODS through fastexcel (calamine): the right sheet, cells as a person would type them.

What does not belong here: header and footers (`layout`, `assemble`), the guard against bombs (`archive`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import polars as pl

from connectors.reading.archive import check_members
from connectors.reading.assemble import assemble
from connectors.reading.limits import MAX_COLUMNS, MAX_SHEET_CELLS
from connectors.reading.messages import note, refuse
from connectors.reading.records import Record
from connectors.reading.result import Note, ReadReport, ReadResult

if TYPE_CHECKING:
    import fastexcel

Kind = Literal["xlsx", "xls", "ods"]

_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d+)"')
_NOISE = re.compile(r"-?\d+\.\d{10,}$")
_MIDNIGHT = " 00:00:00"


def read_workbook(data: bytes, kind: Kind, sheet: str | None = None) -> ReadResult:
    """The fullest sheet, or the one called `sheet`. Raises `Unreadable`."""
    if kind != "xls":
        _guard(data)
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        sheets = tuple(book.sheet_names)
    except Exception as error:
        raise refuse("workbook_broken") from error
    if sheet is not None and sheet not in sheets:
        raise refuse("sheet_missing", sheet=sheet, sheets=", ".join(sheets))
    grids = {name: _load(book, name) for name in ([sheet] if sheet is not None else sheets)}
    name = sheet if sheet is not None else max(grids, key=lambda key: _tableness(grids[key]))
    return _result(grids[name], kind, name, sheets, chosen=sheet is None)


def _result(frame: pl.DataFrame, kind: Kind, name: str, sheets: tuple[str, ...], *, chosen: bool) -> ReadResult:
    table = assemble(_records(frame))
    if table is None:
        raise refuse("sheets_empty")
    notes: list[Note] = []
    others = [other for other in sheets if other != name]
    if chosen and others:
        notes.append(note("sheet", sheet=name, others=", ".join(others)))
    report = ReadReport(
        format=kind,
        encoding=None,
        delimiter=None,
        quotechar=None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=name,
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(*notes, *table.notes),
        sheets=sheets,
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


def _load(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    try:
        loaded = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except Exception as error:
        raise refuse("workbook_broken") from error
    return loaded.select(_tidy(loaded[column]) for column in loaded.columns) if loaded.width else loaded


def _tidy(column: pl.Series) -> pl.Series:
    """Dates without a time where none of the column has one; times and durations; numbers without float noise."""
    stamps = column.str.contains(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$").fill_null(value=False)
    if stamps.any():
        column = _tidy_stamps(column, stamps)
    noisy = column.str.contains(r"^-?\d+\.\d{10,}$").fill_null(value=False)
    if noisy.any():
        column = pl.Series(column.name, [_denoise(cell) for cell in column.to_list()], dtype=pl.String)
    return column


def _tidy_stamps(column: pl.Series, stamps: pl.Series) -> pl.Series:
    with_time = bool((stamps & ~column.str.ends_with(_MIDNIGHT).fill_null(value=False)).any())
    cells = [
        _stamp(cell, with_time=with_time) if is_stamp else cell
        for cell, is_stamp in zip(column.to_list(), stamps.to_list(), strict=True)
    ]
    return pl.Series(column.name, cells, dtype=pl.String)


def _stamp(cell: str, *, with_time: bool) -> str:
    """ISO 8601; what Excel counts from its day zero is a time of day or a duration, not a date."""
    from datetime import datetime, timedelta

    moment = datetime.fromisoformat(cell[:26])
    if moment.microsecond >= 500_000:
        moment += timedelta(seconds=1)
    moment = moment.replace(microsecond=0)
    if moment.year < 1900 or (moment.year == 1900 and moment.month == 1 and with_time):
        span = moment - datetime.fromisoformat("1899-12-31")
        hours, rest = divmod(int(span.total_seconds()), 3600)
        return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    return moment.isoformat() if with_time else moment.date().isoformat()


def _denoise(cell: str | None) -> str | None:
    """`0.30000000000000004` as Excel shows it: 15 significant digits, if that is what the noise hides."""
    if cell is None or not _NOISE.match(cell):
        return cell
    short = format(float(cell), ".15g")
    return short if "e" not in short and len(short) <= len(cell) - 3 else cell


def _records(frame: pl.DataFrame) -> list[Record]:
    columns = [["" if cell is None else cell for cell in column.to_list()] for column in frame.get_columns()]
    return [(number, list(cells)) for number, cells in enumerate(zip(*columns, strict=True), 1)]


def _tableness(frame: pl.DataFrame) -> float:
    """Filled cells of rows that are at least half as full as the sheet's usual row."""
    if not frame.width or not frame.height:
        return 0.0
    filled = frame.select(pl.sum_horizontal(pl.all().is_not_null() & (pl.all() != "")).alias("n"))["n"]
    usual = filled.filter(filled > 0).median()
    if not isinstance(usual, float) or usual < 1:
        return 0.0
    return float(filled.filter(filled >= usual / 2).sum()) * (1.0 if usual >= 2 else 0.2)


def _guard(data: bytes) -> None:
    """Bombs, and sheets whose used rectangle is far larger than their content."""
    extent: dict[str, tuple[int, int]] = {}
    rest: dict[str, bytes] = {}

    def watch(name: str, piece: bytes) -> None:
        if not name.startswith("xl/worksheets/"):
            return
        window = rest.get(name, b"") + piece
        rest[name] = window[-40:]
        found = _CELL.findall(window)
        if found:
            rows, columns = extent.get(name, (0, 0))
            extent[name] = (
                max([rows, *(int(row) for _, row in found)]),
                max([columns, *map(_number, {letters for letters, _ in found})]),
            )

    check_members(data, watch)
    for name, (rows, columns) in extent.items():
        if rows * columns > MAX_SHEET_CELLS or columns > MAX_COLUMNS:
            raise refuse("sheet_too_large", sheet=name.rsplit("/", 1)[-1], rows=rows, columns=columns)


def _number(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value
