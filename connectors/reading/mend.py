"""Rows that the delimiter tore apart or left whole, mended where exactly one way fits the columns.

What does not belong here: quotes (`records`), and rows for which several ways fit: those stay as they are and are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from connectors.reading.cells import column_kinds, shape
from connectors.reading.layout import find_layout
from connectors.reading.records import Record

_MOST_SURPLUS = 6
_LEAST_ROWS = 3
_MOST_COLUMNS = 500
_NAME = 40
_OTHERS = (";", ",", "\t", "|", ", ", " ")


@dataclass(slots=True)
class Mender:
    """Mends single rows by what the `regular` ones show."""

    regular: list[list[str]]
    width: int
    delimiter: str
    kinds: list[str] = field(default_factory=list)
    """Per column what four fifths of its cells are; found out with the first row that needs it."""
    joined: list[int] = field(default_factory=list)
    split: list[int] = field(default_factory=list)

    def __call__(self, line: int, cells: list[str]) -> list[str]:
        width = self.width
        if not self.kinds:
            self.kinds = column_kinds(self.regular, width)
        while len(cells) > width and not cells[-1]:
            cells = cells[:-1]
        if len(cells) > width:
            mended = self._rejoined(cells)
            if mended:
                self.joined.append(line)
                return mended
        elif len(cells) < width and len(cells) <= width // 2:
            mended = self.parted(cells)
            if mended:
                self.split.append(line)
                return mended
        return cells

    def parted(self, cells: list[str]) -> list[str] | None:
        """The row by another delimiter, where exactly one gives as many cells as there are columns, of their kinds."""
        whole = self.delimiter.join(cells)
        ways = []
        for other in _OTHERS:
            parts = whole.split(other) if other != self.delimiter else []
            if len(parts) == len(self.kinds) > 2 and all(map(self._fits, parts, self.kinds)):
                ways.append([part.strip(" ") for part in parts] if other == ", " else parts)
        typed = any(kind in {"number", "date"} for kind in self.kinds)
        return ways[0] if typed and (len(ways) == 1 or (len(ways) == 2 and _alike(*ways))) else None

    def _fits(self, cell: str, kind: str) -> bool:
        return kind in {"text", "empty"} or shape(cell) in {kind, "empty"}

    def _rejoined(self, cells: list[str]) -> list[str] | None:
        if not self.delimiter or len(cells) - self.width > _MOST_SURPLUS:
            return None
        ways = self._count_ways(cells)
        if ways[0][0] > 1 and not self._is_indented():
            row = _glued(cells, self.delimiter)
            return row if len(row) == self.width and all(map(self._fits, row, self.kinds)) else None
        return self._only_way(cells, ways) if ways[0][0] == 1 else None

    def _count_ways(self, cells: list[str]) -> list[list[int]]:
        """Per column and number of surplus cells used so far: in how many ways the rest fits (2 stands for more)."""
        surplus = len(cells) - self.width
        ways = [[0] * (surplus + 1) for _ in range(self.width + 1)]
        ways[self.width][surplus] = 1
        for column in range(self.width - 1, -1, -1):
            for used in range(surplus + 1):
                more = range(surplus - used + 1)
                found = sum(ways[column + 1][used + n] for n in more if self._may_hold(cells, column, used, n))
                ways[column][used] = min(found, 2)
        return ways

    def _may_hold(self, cells: list[str], column: int, used: int, more: int) -> bool:
        """May the column hold its cell and so many to the right?"""
        kind, at = self.kinds[column], column + used
        if more and kind not in {"text", "empty"} and self.delimiter != ",":
            return False
        return self._fits(self.delimiter.join(cells[at : at + more + 1]), kind)

    def _only_way(self, cells: list[str], ways: list[list[int]]) -> list[str]:
        row: list[str] = []
        used = 0
        for column in range(self.width):
            rest = range(len(ways[0]) - used)
            more = next(n for n in rest if ways[column + 1][used + n] and self._may_hold(cells, column, used, n))
            row.append(self.delimiter.join(cells[column + used : column + used + more + 1]))
            used += more
        return row

    def _is_indented(self) -> bool:
        """Regular cells begin with blanks, so a blank does not show that text goes on."""
        return any(cell[:1] == " " for cells in self.regular for cell in cells)


def mender(rows: list[Record], width: int, delimiter: str) -> Mender | None:
    """A mender for the table, where enough regular rows show what its columns hold."""
    regular = [cells for _, cells in rows if len(cells) == width]
    return (
        Mender(regular, width, delimiter)
        if 1 < width <= _MOST_COLUMNS and len(regular) >= _LEAST_ROWS and delimiter
        else None
    )


def part_header(first: list[Record], columns: int, delimiter: str) -> tuple[list[Record], list[int]]:
    """The header cut by another delimiter than the data below it, and its line; only where the data have no other."""
    at = next((at for at, (_, cells) in enumerate(first) if len(cells) == columns), 0)
    if columns < 3 or not 0 < at < len(first) - 1 or len(first[at - 1][1]) != 1:
        return first, []
    if find_layout([cells for _, cells in first[at:]], columns).header:
        return first, []
    line, cells = first[at - 1]
    ways = []
    for other in _OTHERS:
        parts = cells[0].split(other) if other != delimiter else []
        if len(parts) == columns and all(0 < len(part.strip()) <= _NAME and part[0] != " " for part in parts):
            ways.append(parts)
    if len(ways) != 1 or len(set(ways[0])) < columns:
        return first, []
    return [*first[: at - 1], (line, ways[0]), *first[at:]], [line]


def _glued(cells: list[str], delimiter: str) -> list[str]:
    """A cell that begins with a blank goes on with the text to its left."""
    row = cells[:1]
    for cell in cells[1:]:
        if cell[:1] == " ":
            row[-1] += delimiter + cell
        else:
            row.append(cell)
    return row


def _alike(one: list[str], other: list[str]) -> bool:
    return [cell.strip() for cell in one] == [cell.strip() for cell in other]


def comma_merge(raw: list[str] | None, body: list[Record], delimiter: str) -> Merge | None:
    """Unquoted decimal commas between commas, undone where exactly one way fits every row."""
    if delimiter != "," or raw is None or len(body) < 2:
        return None
    want = len(raw)
    widths = {len(cells) for _, cells in body}
    surplus = max(widths) - want
    if len(widths) != 1 or not 0 < surplus <= 8:
        return None
    rows = [cells for _, cells in body]
    fits = [
        at
        for at in range(max(widths) - 1)
        if all(re.fullmatch(r"-?\d{1,9}", row[at].strip()) and row[at + 1].strip().isdigit() for row in rows)
    ]
    ways = [way for way in combinations(fits, surplus) if all(b - a > 1 for a, b in pairwise(way))]
    return Merge(frozenset(ways[0]), max(widths)) if len(ways) == 1 else None


class Merge:
    """Joins the cells at `positions` with their right neighbour."""

    def __init__(self, positions: frozenset[int], width: int) -> None:
        self._positions = positions
        self._width = width

    def __call__(self, cells: list[str]) -> list[str]:
        if len(cells) != self._width:
            return cells
        return [
            f"{cell},{cells[at + 1]}" if at in self._positions else cell
            for at, cell in enumerate(cells)
            if at - 1 not in self._positions
        ]
