"""What the worker says of one file, as a value that fits into one JSON document. Nothing is read or judged here.

Bounded: the page shows the first rows and values; all of them are in the files beside it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

MAX_REJECTED = 200
"""Rejected rows on the page."""
MAX_LINES = 200
"""Columns, repairs, findings and notes on the page, each."""
MAX_TEXT = 300
"""Characters of one text of the file."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnLine(_Frozen):
    """Which column of the file is which field of the package."""

    column: str
    field: str
    title_de: str
    how: str
    confidence: float
    """0…1"""


class RepairLine(_Frozen):
    title_de: str
    column: str
    count: int
    examples: tuple[tuple[str, str], ...] = ()


class RejectedLine(_Frozen):
    row: int
    column: str
    value: str
    message_de: str


class FindingLine(_Frozen):
    severity: Literal["error", "warning", "info"]
    message_de: str


class Candidate(_Frozen):
    """A package the file may be meant for."""

    name: str
    title_de: str
    score: float
    """0…1"""


class Reading(_Frozen):
    """How the file was read, in the words of `connectors.reading`."""

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    rows: int = 0
    columns: int = 0
    notes: tuple[str, ...] = ()


class DownloadFile(_Frozen):
    """A file that the worker wrote beside its document."""

    kind: Literal["korrigiert", "zurueckgestellt"]
    suffix: Literal["xlsx", "csv"]
    bytes: int

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.suffix}"


class CheckReport(_Frozen):
    """One file, judged; or refused as a whole with one sentence."""

    status: Literal["judged", "refused", "unknown"]
    """`refused`: no table could be read. `unknown`: no package fits clearly, a person must choose."""
    message_de: str = ""
    code: str = ""
    standard: str = ""
    standard_version: str = ""
    title_de: str = ""
    is_told: bool = True
    """False: the columns told which package this is."""
    candidates: tuple[Candidate, ...] = ()
    reading: Reading | None = None
    rows_total: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    repaired: int = 0
    mapping: tuple[ColumnLine, ...] = ()
    unmapped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """German titles of the package's fields that no column served."""
    repairs: tuple[RepairLine, ...] = ()
    rejected: tuple[RejectedLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    files: tuple[DownloadFile, ...] = ()
