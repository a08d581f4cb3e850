"""Columns whose values repeat: each different value once, and which row has which. Nothing is decided about values.

A long municipal table says few different things in most columns. What is true of a value is true of all its rows, so
that cleaning and converting the different values and spreading the result gives what the whole column would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

WORTHWHILE = 20_000
"""Rows from which on looking for repetitions pays."""
_SAMPLED = 20_000
_FEW = 0.75
"""Share of different values in a sample up to which a column counts as repeating."""
_RUN = 8
"""Mean length of runs of equal values from which on runs do instead of different values."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """`values` in the order of the rows (a value may come again where they are runs); `codes`: row → its position."""

    values: pl.Series
    codes: pl.Series

    def spread(self, made: pl.Series) -> pl.Series:
        """What was made of `values`, for every row."""
        return made.gather(self.codes)


def distinct(column: pl.Series) -> Distinct | None:
    """The column's different values, or None where too few repeat to be worth it."""
    if len(column) < WORTHWHILE:
        return None
    runs = column.rle_id()
    if int(runs[-1]) * _RUN < len(column) and len(column) > 1:
        starts = (runs != runs.shift()).fill_null(value=True).arg_true()
        return Distinct(column.gather(starts), runs)
    sampled = column.gather_every(max(1, len(column) // _SAMPLED))
    if sampled.n_unique() > _FEW * len(sampled):
        return None
    return _encoded(column)


def _encoded(column: pl.Series) -> Distinct:
    """Polars' categories count values as they appear; where it ever should not, an Enum does, a little slower."""
    codes = column.cast(pl.Categorical(pl.Categories.random())).to_physical()
    firsts = codes.arg_unique()
    firsts = firsts.filter(codes.gather(firsts).is_not_null())
    values = column.gather(firsts)
    if codes.gather(firsts).cast(pl.UInt32).to_list() != list(range(len(values))):
        values = column.drop_nulls().unique(maintain_order=True)
        codes = column.cast(pl.Enum(values)).to_physical()
    codes = codes.cast(pl.UInt32)
    if codes.null_count():
        codes = codes.fill_null(len(values))
        values = values.append(pl.Series(column.name, [None], dtype=pl.String))
    return Distinct(values, codes)
