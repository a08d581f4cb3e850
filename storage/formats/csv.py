"""CSV: UTF-8, comma, CRLF, header line, quotes only where needed (RFC 4180); ISO dates, decimal points.

An empty field is a missing value, `""` an empty text. Formula injection: a cell keeps the text the municipality gave,
also where it begins with `=`, `+`, `-` or `@`. A leading apostrophe would protect one spreadsheet program and falsify
the data for everybody else; the XLSX file of the same version stores such cells as text and is the safe one to open.
The note says how many there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from storage.formats.common import DATETIME, german

MEDIATYPE = "text/csv"
_DIALECT: Any = {
    "line_terminator": "\r\n",
    "datetime_format": DATETIME,
    "date_format": "%Y-%m-%d",
    "quote_style": "necessary",
    "null_value": "",
}
_FORMULA = r"^[=@\t\r+\-]"
_NUMBER_OR_PHONE = r"^[+\-][\d\s.,/()\-]*$"


def write(frame: pl.DataFrame, path: Path) -> str:
    """Write canonical rows; return the note (German, may be empty)."""
    frame.write_csv(path, **_DIALECT)
    cells = _formula_cells(frame)
    if not cells:
        return ""
    return f"{german(cells)} Textzellen beginnen mit =, +, - oder @: in Excel bitte die XLSX-Datei öffnen."


def text(frame: pl.DataFrame) -> bytes:
    """A small table as CSV."""
    return str(frame.write_csv(**_DIALECT)).encode()


def _formula_cells(frame: pl.DataFrame) -> int:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts or frame.is_empty():
        return 0
    looks = (pl.col(texts).str.contains(_FORMULA) & ~pl.col(texts).str.contains(_NUMBER_OR_PHONE)).sum()
    return int(frame.select(looks).sum_horizontal().item() or 0)
