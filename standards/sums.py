"""Which rows of a pass are sums of others: by their names, and where a standard wants it by their numbers."""

from __future__ import annotations

import polars as pl

from standards.definition import Standard
from standards.mapping import Mapping
from standards.nested import nested_sums
from standards.totals import keyed_rows, sums_of_all


def with_sums(  # noqa: PLR0917  the state of one pass
    frame: pl.DataFrame, columns: list[str], mapping: Mapping, standard: Standard, totals: pl.Series, texts: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """The totals rows and those that the numbers show to be sums, with the first filled cell of each."""
    counts = _counts(mapping, standard)
    sums = totals & False
    if counts and "nested" in standard.sums:
        sums = nested_sums(frame, counts, columns)
    if "whole" in standard.sums:
        sums |= sums_of_all(frame, counts) & ~keyed_rows(frame, [name for name in columns if name not in counts])
    if not sums.any():
        return totals, texts
    return totals | sums, texts.zip_with(~sums, frame.select(pl.coalesce(*columns)).to_series())


def _counts(mapping: Mapping, standard: Standard) -> list[str]:
    """The columns that hold the value the standard counts."""
    if mapping.unpivot:
        return [name for name, _ in mapping.unpivot.columns]
    value = standard.wide[0].value if standard.wide else None
    found = [source.columns for source in mapping.sources if source.field == value and source.kind == "column"]
    return list(found[0]) if found else []
