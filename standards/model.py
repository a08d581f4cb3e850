"""The values the engine takes and gives back. No file is read here and nothing is decided.

A standard is data (`standards/<name>/standard.toml`); how one is loaded stands in `standards.registry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import polars as pl

from standards.municipalities import Gazetteer

FieldType = Literal["string", "integer", "number", "date", "datetime", "boolean", "year"]


class Severity(StrEnum):
    """`error` rejects the row, `warning` asks the clerk, `info` tells what was done."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one cell, row or file. `row` is the reader's row number; `column` is the file's own header."""

    severity: Severity
    code: str
    message_de: str
    row: int | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """Which column became which field.

    `how`: `name`, `synonym`, `fuzzy`, `content`, `split`, `joined`, `wide`, `geometry`, `told`.
    """

    column: str
    field: str
    how: str
    confidence: float
    """0…1"""


@dataclass(frozen=True, slots=True)
class Example:
    """One repaired cell: as it stood, as it is now (empty: nothing), and the reader's row number."""

    before: str
    after: str
    row: int


@dataclass(frozen=True, slots=True)
class Repair:
    """A change we made: counted and shown. `kind` is a stable code, `title_de` says it in words."""

    kind: str
    column: str
    count: int
    title_de: str
    examples: tuple[Example, ...] = ()
    """Up to three."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason why a person must release the file before anything of it goes on. It names no value."""

    code: str
    column: str
    count: int
    """Cells it is about; 0: the column as such."""
    message_de: str
    rows: tuple[int, ...] = ()
    """The reader's numbers of the first rows."""


@dataclass(frozen=True, slots=True)
class Broken:
    """How often a relation of the standard does not hold, in how many rows it could, and the first of them."""

    count: int
    total: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the engine says of one file.

    `accepted`: `_row` (Int64, the reader's row number) and then every field of the standard in its order, typed, places
    in WGS84 degrees. `rejected`: `_row`, `code`, `column`, `value`, `message_de` (first reason of the row),
    `reasons` (JSON list of all), `record` (JSON object of the original cells). A wide file is counted in long rows.
    Always `rows_total == rows_accepted + rows_rejected`.
    """

    standard: str
    standard_version: str
    mapping: tuple[ColumnMatch, ...]
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    repairs: tuple[Repair, ...]
    findings: tuple[Finding, ...]
    unmapped: tuple[str, ...] = ()
    """Columns of the file that no field took."""
    held: tuple[Hold, ...] = ()
    """Why the file waits for release by a person; empty: it does not."""
    left: tuple[Repair, ...] = ()
    """Repairs that were taken back: what they would have changed."""
    broken: dict[str, Broken] = field(default_factory=dict)
    """Rule of the standard → how often a relation within rows does not hold; asked about in `findings`."""
    changes: pl.DataFrame | None = None
    """Every repaired cell (`standards.changes.CHANGES_SCHEMA`); None where nobody asked for it."""

    @property
    def rows_accepted(self) -> int:
        return self.accepted.height

    @property
    def rows_rejected(self) -> int:
        return self.rejected.height

    @property
    def rows_total(self) -> int:
        return self.rows_accepted + self.rows_rejected


@dataclass(frozen=True, slots=True)
class Table:
    """What the engine judges: strings as read, with where each row stood and what is known about the file."""

    frame: pl.DataFrame
    row_numbers: pl.Series
    crs: str | None = None
    ags: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north in WGS84 degrees in which places are plausible; None means Germany."""
    filename: str = ""
    sheet: str = ""
    """Name of the sheet, or the path of the list in an XML or JSON file."""
    context: dict[str, str] = field(default_factory=dict)
    """Facts that stood beside the table (`ReadResult.extras`)."""
    gazetteer: Gazetteer | None = None
    """Who knows the municipalities; None: a name alone gives no key."""
    told: dict[str, str] = field(default_factory=dict)
    """Answers kept from before: column → field."""
    undo: frozenset[str] = frozenset()
    """Repairs that are taken back: `KIND` for every column, `KIND:COLUMN` for one."""
    is_released: bool = False
    """A person has looked at the personal data and released it: the privacy gate lets everything through."""
