"""Rows that the delimiter tore apart or left whole, mended where exactly one way fits the columns.

What does not belong here: quotes (`records`), and rows for which several ways fit: those stay as they are and are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice, pairwise

from connectors.reading.cells import column_kinds, shape
from connectors.reading.layout import find_layout
from connectors.reading.records import Record

_MOST_SURPLUS = 6
_MOST_WAYS = 50
_LEAST_ROWS = 3
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
        if not self.delimiter or len(cells) - len(self.kinds) > _MOST_SURPLUS:
            return None
        ways = list(islice(self._ways(cells, 0, 0), _MOST_WAYS))
        if len(ways) > 1 and len(ways) < _MOST_WAYS and not self._is_indented():
            blank = frozenset(at for at, cell in enumerate(cells) if at and cell[:1] == " ")
            ways = [way for way in ways if way == blank]
        if len(ways) != 1:
            return None
        row: list[str] = []
        for at, cell in enumerate(cells):
            if at in ways[0]:
                row[-1] += self.delimiter + cell
            else:
                row.append(cell)
        return row

    def _is_indented(self) -> bool:
        """Regular cells begin with blanks, so a blank does not show that text goes on."""
        return any(cell[:1] == " " for cells in self.regular for cell in cells)

    def _ways(self, cells: list[str], column: int, at: int) -> Iterator[frozenset[int]]:
        """Positions to be joined with their left neighbour, for each way in which all cells fit their columns."""
        if column == len(self.kinds):
            if at == len(cells):
                yield frozenset()
            return
        spare = (len(cells) - at) - (len(self.kinds) - column)
        kind = self.kinds[column]
        for more in range(spare + 1):
            text = self.delimiter.join(cells[at : at + more + 1])
            if not self._fits(text, kind) or (more and kind not in {"text", "empty"} and self.delimiter != ","):
                continue
            for rest in self._ways(cells, column + 1, at + more + 1):
                yield rest | frozenset(range(at + 1, at + more + 1))


def mender(rows: list[Record], width: int, delimiter: str) -> Mender | None:
    """A mender for the table, where enough regular rows show what its columns hold."""
    regular = [cells for _, cells in rows if len(cells) == width]
    return Mender(regular, width, delimiter) if width > 1 and len(regular) >= _LEAST_ROWS and delimiter else None


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
