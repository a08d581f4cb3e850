"""What reading gives back: a table of strings and the report of how it was read.

What does not belong here: how anything is read (the sibling modules), what the columns mean (`standards`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl


class Unreadable(Exception):
    """No table could be read. `message_de` is one sentence for the clerk: what, where, what to do."""

    def __init__(self, message_de: str, *, code: str) -> None:
        super().__init__(message_de)
        self.message_de = message_de
        self.code = code


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the reader saw or decided. `code` is stable, `message_de` for people, `row` 1-based in the file."""

    code: str
    message_de: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice the reader made: `what` is a stable name (`encoding`, `delimiter`, `sheet`), the rest is for people.

    `runner_up` is what would have been taken instead; empty where nothing else was possible.
    """

    what: str
    chosen: str
    reason: str
    runner_up: str = ""


@dataclass(frozen=True, slots=True)
class ReadReport:
    """How a file was read; the fields of `allmende read --json`."""

    format: str
    """`csv`, `fixed-width`, `xlsx`, `xls`, `ods`, `geojson`, `json`, `ndjson`, `xml`, `dbf`, `parquet`."""
    encoding: str | None
    delimiter: str | None
    quotechar: str | None
    header_row: int | None
    """1-based line (text) or sheet row of the (last) header line; None where the file has none."""
    preamble_rows: int
    footer_rows: int
    sheet: str | None
    columns: tuple[str, ...]
    rows: int
    notes: tuple[Note, ...] = ()
    crs: str | None = None
    """Coordinate reference system the file itself names, as `EPSG:25832`."""
    sheets: tuple[str, ...] = ()
    """Names of all sheets of a workbook, or of all tables of a text file where there are several."""
    decisions: tuple[Decision, ...] = ()
    """Every choice made on the way, in the order in which they were made."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A table of strings.

    `frame`: every column `pl.String`, unique non-empty names, empty cells are null, cell text as it stood.
    `row_numbers`: per row its 1-based line (text: the line on which the record starts), sheet row, or record
    number (JSON, DBF: position in the list, from 1).
    """

    frame: pl.DataFrame
    row_numbers: pl.Series
    report: ReadReport
    extras: dict[str, str] = field(default_factory=dict)
    """Facts that stood beside the table: title lines, `Stand:`, `Quelle:`; key is a short name, value the text."""
