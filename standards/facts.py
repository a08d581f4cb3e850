"""What is known of a table's accepted rows: a small value that can be kept, compared, and added up over parts.

What does not belong here: what is asked about it (`comparison`), where it is kept (`connectors.facts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import polars as pl

from standards.definition import Standard

SKETCH = 256
"""Smallest hashes kept to tell how many different values there are and how many of them come again."""

_BINS = 40
"""Bins a decade in which values are counted for the median: it is right to about 3 %."""

_SPACE = 2.0**64


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one field's values."""

    filled: int = 0
    total: float = 0.0
    bins: Mapping[int, int] = field(default_factory=dict)
    """Logarithm (in `_BINS` a decade, signed, 0 for zero) → how many."""
    sketch: tuple[int, ...] = ()

    def plus(self, other: Column) -> Column:
        bins = dict(self.bins)
        for number, count in other.bins.items():
            bins[number] = bins.get(number, 0) + count
        sketch = tuple(sorted({*self.sketch, *other.sketch})[:SKETCH])
        return Column(self.filled + other.filled, self.total + other.total, bins, sketch)

    @property
    def median(self) -> float | None:
        half, seen = sum(self.bins.values()) / 2, 0
        for number in sorted(self.bins):
            seen += self.bins[number]
            if seen >= half:
                return math.copysign(10 ** ((abs(number) - 1) / _BINS - 6), number) if number else 0.0
        return None

    @property
    def distinct(self) -> float:
        if len(self.sketch) < SKETCH:
            return len(self.sketch)
        return round((SKETCH - 1) * _SPACE / (self.sketch[-1] + 1))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a table's accepted rows."""

    rows: int = 0
    columns: Mapping[str, Column] = field(default_factory=dict)
    keys: tuple[int, ...] = ()
    """Sketch of the rows' keys."""

    def plus(self, other: Self) -> Facts:
        names = {**self.columns, **other.columns}
        both = {name: self.columns.get(name, Column()).plus(other.columns.get(name, Column())) for name in names}
        return Facts(self.rows + other.rows, both, tuple(sorted({*self.keys, *other.keys})[:SKETCH]))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        columns = {
            name: Column(one["filled"], one["total"], {int(k): v for k, v in one["bins"].items()}, tuple(one["sketch"]))
            for name, one in data["columns"].items()
        }
        return Facts(data["rows"], columns, tuple(data["keys"]))


def facts_by(frame: pl.DataFrame, by: str, standard: Standard) -> dict[int, Facts]:
    """The facts of the accepted rows of many tables, told apart by the number in column `by`."""
    if not frame.height:
        return {}
    numeric = [one.name for one in standard.fields if one.type in ("integer", "number") and one.name in frame.columns]
    named = {rule.field for rule in standard.plausibility if rule.measure == "distinct"}
    names = [one.name for one in standard.fields if one.name in frame.columns]
    key = [name for name in standard.key if name in frame.columns]
    texts = frame.select(by, *[pl.col(name).hash(11).alias(name) for name in sorted(named)])
    if key:
        texts = texts.with_columns(frame.select(key).hash_rows(seed=7).alias("\x1fkey"))
    smallest = texts.group_by(by).agg(pl.exclude(by).unique().bottom_k(SKETCH).sort())
    sketches = {row[by]: row for row in smallest.iter_rows(named=True)}
    sums = frame.group_by(by).agg(
        pl.len().alias("\x1frows"),
        *[pl.col(name).count().alias(f"{name}\x1ffilled") for name in names],
        *[pl.col(name).sum().alias(f"{name}\x1ftotal") for name in numeric],
    )
    bins = {name: _bins(frame, by, name) for name in numeric}
    found: dict[int, Facts] = {}
    for row in sums.iter_rows(named=True):
        number = row[by]
        columns = {
            name: Column(
                row[f"{name}\x1ffilled"],
                float(row.get(f"{name}\x1ftotal") or 0.0),
                bins.get(name, {}).get(number, {}),
                tuple(sketches[number].get(name) or ()) if name in named else (),
            )
            for name in names
        }
        found[number] = Facts(row["\x1frows"], columns, tuple(sketches[number].get("\x1fkey") or ()))
    return found


def facts_of(frame: pl.DataFrame, standard: Standard) -> Facts:
    """The facts of one table's accepted rows."""
    return facts_by(frame.with_columns(pl.lit(0).alias("\x1fone")), "\x1fone", standard).get(0, Facts())


def _bins(frame: pl.DataFrame, by: str, name: str) -> dict[int, dict[int, int]]:
    value = pl.col(name).cast(pl.Float64)
    size = ((value.abs().clip(1e-6).log10() + 6) * _BINS).round(0).cast(pl.Int32) + 1
    number = pl.when(value == 0).then(0).when(value < 0).then(-size).otherwise(size)
    counted = frame.select(by, b=number).drop_nulls().group_by(by, "b").len().sort(by, "b")
    found: dict[int, dict[int, int]] = {}
    for table, size_bin, count in counted.iter_rows():
        found.setdefault(table, {})[size_bin] = count
    return found
