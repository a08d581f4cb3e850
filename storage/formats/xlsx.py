"""XLSX: the rows and, on a second sheet, the data dictionary, by xlsxwriter.

Texts are stored as texts, so that no cell can become a formula or a link; no clock in it, so the same rows are the same
bytes. Excel's limits: 1,048,576 lines with the header, 32,767 characters a cell, no dates before March 1900.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from storage.formats import dictionary
from storage.formats.common import DATETIME, german
from storage.manifest import FieldInfo

MEDIATYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 1_048_575
CELL_MAX = 32_767
SHEETS = ("Daten", "Datenlexikon")

_BATCH = 50_000
_INTEGER_MAX = 2**53
_EXCEL_BEGINS = date(1900, 3, 1)  # before it Excel counts a 29 February 1900 that never was
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(frame: pl.DataFrame, fields: tuple[FieldInfo, ...], path: Path) -> str:
    """Write at most `ROWS_MAX` canonical rows; return the note (German, may be empty). Raises `ValueError` above."""
    import xlsxwriter

    if frame.height > ROWS_MAX:
        raise ValueError(f"{frame.height} rows are too many for a sheet of {ROWS_MAX}")
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    too_long = pl.col(texts).str.len_chars() > CELL_MAX
    cut = int(frame.select(too_long.sum()).sum_horizontal().item() or 0) if texts and frame.height else 0
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"created": _CREATED.replace(tzinfo=None)})
        for name, rows in zip(SHEETS, (frame, dictionary.rows(fields)), strict=True):
            _sheet(book, name, rows)
    return f"{german(cut)} Texte sind auf {german(CELL_MAX)} Zeichen gekürzt (Grenze von Excel)." if cut else ""


def _sheet(book: Any, name: str, frame: pl.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(_widths(frame)):
        sheet.set_column(column, column, width)
    bold = book.add_format({"bold": True})
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, title, bold)
    writers = [_writer(book, sheet, dtype) for dtype in frame.dtypes]
    for start in range(0, frame.height, _BATCH):
        for row, cells in enumerate(_showable(frame.slice(start, _BATCH)).iter_rows(), start=start + 1):
            for column, value in enumerate(cells):
                if value is not None:
                    writers[column](row, column, value)
    if frame.width:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)


def _writer(book: Any, sheet: Any, dtype: pl.DataType) -> Callable[[int, int, Any], Any]:
    """How a cell of this type is written; what Excel cannot hold as such becomes text."""
    if dtype == pl.Boolean:
        return sheet.write_boolean  # type: ignore[no-any-return]
    if dtype.is_float():
        return sheet.write_number  # type: ignore[no-any-return]
    if dtype.is_integer():
        return lambda row, column, value: (
            sheet.write_number(row, column, value)
            if abs(value) <= _INTEGER_MAX
            else sheet.write_string(row, column, str(value))
        )
    if dtype == pl.Date:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        return lambda row, column, value: (
            sheet.write_datetime(row, column, value, day)
            if value >= _EXCEL_BEGINS
            else sheet.write_string(row, column, value.isoformat())
        )
    if isinstance(dtype, pl.Datetime):
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        return lambda row, column, value: (
            sheet.write_datetime(row, column, value, moment)
            if value.date() >= _EXCEL_BEGINS
            else sheet.write_string(row, column, value.strftime(DATETIME))
        )
    return sheet.write_string  # type: ignore[no-any-return]


def _showable(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts without characters that XML does not know, cut to Excel's limit."""
    return frame.with_columns(pl.col(pl.String).str.slice(0, CELL_MAX).str.replace_all(_CONTROL, "\ufffd"))


def _widths(frame: pl.DataFrame) -> list[float]:
    """Widths in characters that show the header and most cells: measured on the first 1,000 rows."""
    longest = frame.head(1000).select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0)).row(0)
    # 3 for the filter's arrow; a point in time is shown shorter than it is written
    return [min(max(cells, len(name) + 3, 10), 60) + 1.5 for name, cells in zip(frame.columns, longest, strict=True)]
