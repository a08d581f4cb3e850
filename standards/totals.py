"""Rows that are the sum of others: told by their name at the end of a table, or by the sums themselves."""

from __future__ import annotations

from itertools import accumulate

import polars as pl

from standards.mapping import VIRTUAL
from standards.same import same_in_all

_TOTAL = r"(?i)^\s*(?:(?:gesamt|end|zwischen|teil)?summe\b.*|gesamt|insgesamt|total|zusammen|gesamtergebnis|Σ)\s*:?\s*$"
_KEY = r"^(?:0\d|1[0-6])(?:\d|\d{3}|\d{6}|\d{10})?$"
"""Land, Bezirk, Kreis, Gemeinde; two digits alone may be the number of a part of town, and do no harm."""
FEWEST = 4
"""Of fewer rows one is the sum of the others by chance."""
LAST = 3
"""A totals row is looked for in the last rows of a table."""


def totals_rows(frame: pl.DataFrame, columns: list[str], heights: list[int]) -> tuple[pl.Series, pl.Series]:
    """Mask of totals rows at the end of each table (`Summe`, `Gesamt` in the first filled cell), and that cell.

    `heights`: rows of each table, in the order of the frame.
    """
    none = same_in_all("m", frame.height, pl.Boolean, value=False)
    texts = same_in_all("v", frame.height, pl.String)
    if not columns or not frame.height:
        return none, texts
    ends = zip(accumulate(heights), heights, strict=True)
    last = pl.Series("n", [row for end, height in ends for row in range(end - min(height, LAST), end)], dtype=pl.UInt32)
    # rows first: choosing columns first would align the chunks of whole columns
    tail = frame.tail(LAST) if len(heights) == 1 else frame[last]
    tail = tail.with_columns(last.alias(VIRTUAL + "n"))
    first = tail.select(n=VIRTUAL + "n", v=pl.coalesce(*columns)).filter(pl.col("v").str.contains(_TOTAL))
    if not first.height:
        return none, texts
    return none.scatter(first["n"], values=True), texts.scatter(first["n"], first["v"])


def sums_of_all(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Mask of rows that are, in every one of these columns, the sum of all other rows of their table."""
    if len(columns) < 2 or frame.height < FEWEST:
        return same_in_all("m", frame.height, pl.Boolean, value=False)
    digits = [
        pl.col(name).str.replace_all(r"[.\s]", "").cast(pl.Float64, strict=False).fill_null(0) for name in columns
    ]
    counts = frame.select(VIRTUAL + "t", *digits)
    table = VIRTUAL + "t"
    halves = [pl.col(name) * 2 == pl.col(name).sum().over(table) for name in columns]
    filled = pl.sum_horizontal(pl.col(name) > 0 for name in columns) >= 2
    return counts.select(pl.all_horizontal(halves) & filled & (pl.len().over(table) >= FEWEST)).to_series()


def keyed_rows(frame: pl.DataFrame, labels: list[str]) -> pl.Series:
    """Mask of rows that have an official key of a region: a sum or not, that is an area of its own."""
    if not labels:
        return same_in_all("m", frame.height, pl.Boolean, value=False)
    return frame.select(pl.any_horizontal(pl.col(labels).str.contains(_KEY).fill_null(value=False))).to_series()
