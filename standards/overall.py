"""A table that is judged part by part: what must be decided over all of its rows, gathered while the parts go by.

A part is judged with what the parts so far say. Where all rows together say otherwise, the table is judged once more
with the right decisions (`streaming`). What does not belong here: what a decision means (`convert`, `places`, `rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from standards.repeats import Repeats

Key = tuple[str, str]
"""Kind of decision and field."""


@dataclass
class Overall:
    """One pass over the parts of one table. `decided`: what an earlier pass found out over all rows."""

    decided: dict[Key, Any] = field(default_factory=dict)
    repeats: Repeats = field(default_factory=Repeats)
    is_last: bool = False
    """Whether the part at hand is the table's last: only there is a totals row looked for."""
    empty_cells: int = 0
    """Cells of wide columns without a value."""
    repeated_rows: int = 0
    """Rows alike word for word, where they may be several things."""
    above: pl.DataFrame | None = None
    """Of the parts so far the last row that says the fields which rows below take from it."""
    _clues: dict[Key, Any] = field(default_factory=dict)
    _decide: dict[Key, Callable[[Any], Any]] = field(default_factory=dict)
    _used: dict[Key, Any] = field(default_factory=dict)

    def add(
        self, key: Key, clue: Any, merge: Callable[[Any, Any], Any], decide: Callable[[Any], Any]
    ) -> Callable[[], Any]:
        """Keep a part's clue; the answer, asked for where it matters, is the decision for this part."""
        self._clues[key] = merge(self._clues[key], clue) if key in self._clues else clue
        self._decide[key] = decide

        def decision() -> Any:
            if key not in self._used:
                self._used[key] = self.decided[key] if key in self.decided else decide(self._clues[key])
            return self._used[key]

        return decision

    def final(self) -> dict[Key, Any]:
        """Each decision as all parts together give it."""
        return {key: decide(self._clues[key]) for key, decide in self._decide.items()}

    def holds(self) -> bool:
        """Whether every part was judged as all parts together would have it."""
        final = self.final()
        return all(final[key] == used for key, used in self._used.items()) and self.repeats.holds()


def either(one: tuple[bool, ...], other: tuple[bool, ...]) -> tuple[bool, ...]:
    """Clues that one row is enough for."""
    return tuple(a or b for a, b in zip(one, other, strict=True))


def weights(values: pl.Series, low: float, high: float) -> pl.DataFrame:
    """Values to five digits and how often each comes: enough for a median that says which system a place is in.

    Where all lie between the bounds it does not matter where: one of them stands for all.
    """
    least, most = values.min(), values.max()
    if isinstance(least, float) and isinstance(most, float) and low <= least and most <= high:
        return pl.DataFrame({"v": [least], "n": [len(values)]}, schema={"v": pl.Float64, "n": pl.UInt32})
    return pl.DataFrame({"v": values.round_sig_figs(5)}).group_by("v").len("n")


def more_weights(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([one, other]).group_by("v").agg(pl.col("n").sum().cast(pl.UInt32))


def weighted_median(found: pl.DataFrame) -> float:
    """The lower median of the values that `weights` counted; there must be one."""
    ordered = found.sort("v")
    half = (int(ordered["n"].sum()) + 1) // 2
    return float(ordered["v"][int(ordered["n"].cum_sum().search_sorted(half))])
