"""Columns that add up to another column, row by row: what makes a wide match certain, and who does not belong."""

from __future__ import annotations

from itertools import accumulate

import polars as pl

from standards.numbers import parse_number

ROWS = 60
"""Rows looked at."""
COLUMNS = 200
"""More are only tried all together: every run of them would be too many."""
SEVERAL = 3
"""Fewer rows give 100 by chance."""
ROUNDED = 1.5
"""What whole per cents may differ from 100."""
ENOUGH = 0.9
"""Share of the rows in which the sum must hold: files have their own faults."""


def numbers_of(frame: pl.DataFrame, column: str) -> list[float | None]:
    """The first rows of a column as numbers; nothing where a cell is empty or no number."""
    cells = frame.get_column(column).head(ROWS).cast(pl.String, strict=False).to_list()
    return [None if cell is None or (found := parse_number(cell)) is None else _whole(found) for cell in cells]


def _whole(found: object) -> float:
    """A count is whole: `1.234` is one thousand and some."""
    thousands = getattr(found, "thousands", None)
    return float(thousands if thousands is not None else getattr(found, "value", 0.0))


def adding_up(frame: pl.DataFrame, columns: list[str], totals: list[str]) -> tuple[list[str], str] | None:
    """The columns that side by side add up to one of the totals (all, else the longest run), and that total."""
    rows = [[value or 0.0 for value in numbers_of(frame, column)] for column in columns]
    for total in totals:
        wanted = numbers_of(frame, total)
        places = [at for at, value in enumerate(wanted) if value is not None]
        if not places or not any(wanted[at] for at in places):
            continue
        goal = [wanted[at] or 0.0 for at in places]
        found = _longest([[row[at] for at in places] for row in rows], goal)
        if found:
            return columns[found[0] : found[1]], total
    return None


def are_shares(frame: pl.DataFrame, columns: list[str]) -> bool:
    """Whether the columns give about 100 in every one of several rows: percent, not counts."""
    if len(columns) < 2 or frame.height < SEVERAL:
        return False
    rows = zip(*(numbers_of(frame, column) for column in columns), strict=True)
    sums = [sum(value or 0.0 for value in row) for row in rows]
    filled = [total for total in sums if total]
    return len(filled) >= SEVERAL and sum(abs(total - 100) <= ROUNDED for total in filled) >= ENOUGH * len(filled)


def _longest(columns: list[list[float]], goal: list[float]) -> tuple[int, int] | None:
    """The longest run of at least two columns that adds up; of very many columns only all of them."""
    sums = [list(accumulate((column[at] for column in columns), initial=0.0)) for at in range(len(goal))]
    least = 2 if len(columns) <= COLUMNS else len(columns)
    for length in range(len(columns), least - 1, -1):
        for start in range(len(columns) - length + 1):
            if _adds_up(sums, start, start + length, goal):
                return start, start + length
    return None


def _adds_up(sums: list[list[float]], start: int, end: int, goal: list[float]) -> bool:
    allowed = len(goal) - max(1, round(ENOUGH * len(goal)))
    for row, wanted in zip(sums, goal, strict=True):
        if abs(row[end] - row[start] - wanted) > 1e-6:
            allowed -= 1
            if allowed < 0:
                return False
    return True
