"""The values of a matching: hashable, so that tables of one mapping are converted together. No decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from standards.model import ColumnMatch, Finding

SourceKind = Literal["column", "split", "join", "coalesce", "moment", "constant", "virtual", "compose", "span"]

VIRTUAL = "\x1f"
"""Prefix of columns that unpivoting adds; no reader lets this character into a header."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from. `rule`: index of its split or compose rule; `value`: a constant."""

    field: str
    kind: SourceKind
    columns: tuple[str, ...] = ()
    unit: str | None = None
    rule: int = 0
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where places come from: `xy` two columns (east, north), `pair` one cell with both, `wkt` a geometry."""

    kind: Literal["xy", "pair", "wkt"]
    columns: tuple[str, ...]
    crs: str | None = None
    """`EPSG:…` as the header or the file says it; None: decided by the values."""


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Wide → long: each column with what its header says."""

    value_field: str
    columns: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    unit: str | None = None
    cells: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Value column → (field, the column whose cells say it), where groups of columns repeat."""
    is_loose: bool = False
    """The headers were taken as they are: what a column of its own says goes before them."""

    @property
    def set_fields(self) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        for _, values in (*self.columns, *self.cells):
            seen.update(dict.fromkeys(name for name, _ in values))
        return tuple(seen)


@dataclass(frozen=True, slots=True)
class Mapping:
    """What `engine.match` gives: all decisions about columns of one table, before any value is converted."""

    sources: tuple[Source, ...]
    position: Position | None
    unpivot: Unpivot | None
    matches: tuple[ColumnMatch, ...]
    questions: tuple[Finding, ...]
    unmapped: tuple[str, ...]

    @property
    def served(self) -> frozenset[str]:
        """Fields that some column, header or context serves."""
        names = {source.field for source in self.sources}
        if self.position:
            names |= {"lat", "lon"}
        if self.unpivot:
            names |= {self.unpivot.value_field, *self.unpivot.set_fields}
        return frozenset(names)
