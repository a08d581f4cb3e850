"""Rows of any width to columns of strings of one length; what does not fit is kept beside and counted.

What does not belong here: where header and footers stand (`layout`), what is said about it all (`assemble`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from connectors.reading.names import checked_width
from connectors.reading.records import Record

_CHUNK_ROWS = 50_000
_EXTRA_CELLS = 10_000_000
_DRAWN = re.compile(r"\s*:?[-=_*+]{2,}:?\s*$")
_SIGNS = frozenset("-=_*:+")
_PAGE = re.compile(r"\s*[-–]?\s*(?:seite|blatt|page)\s*\d+(?:\s*(?:von|/|of)\s*\d+)?\s*[-–]?\s*$", re.IGNORECASE)


class Builder:
    """Collects rows in column chunks, so that a million rows never stand as Python lists at once."""

    def __init__(self, width: int, heads: Sequence[list[str]] = (), titles: Iterable[str] = ()) -> None:
        self.width = width
        self._heads = [cells for cells in heads if sum(map(bool, cells)) > 1]
        self._titles = frozenset(titles)
        self.repeated: list[Record] = []
        self.short: list[tuple[int, int]] = []
        self.long: list[tuple[int, int]] = []
        self.extra: dict[int, list[str]] = {}
        self.comments: list[Record] = []
        self.height = 0
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self._numbers: list[pl.Series] = []

    @property
    def is_regular(self) -> bool:
        return not self.short

    def add(self, line: int, cells: list[str]) -> None:
        count, width = len(cells), self.width
        first = cells[0]
        is_odd = not cells[-1] or count == 1 or first[:1] in _SIGNS
        if is_odd and width > 1 and self._is_beside(count, cells):
            self.comments.append((line, cells))
            return
        if cells in self._heads:
            self.repeated.append((line, cells))
            return
        if count != width:
            if count < width:
                self.short.append((line, count))
                cells = cells + [""] * (width - count)
            else:
                self._keep_extra(line, cells)
                cells = cells[:width]
        self._rows.append(cells)
        self._lines.append(line)
        self.height += 1
        if len(self._rows) >= _CHUNK_ROWS:
            self._flush()

    def _is_beside(self, count: int, cells: list[str]) -> bool:
        """A comment, a page number, a title again, or a line drawn under the header: no row of the table."""
        first = cells[0]
        if count == 1 and first.startswith("#"):
            return True
        if first[:1] in _SIGNS and _DRAWN.match(first):
            filled = [cell for cell in cells if cell.strip()]
            return len(filled) > 1 and all(_DRAWN.match(cell) for cell in filled)
        if (count == 1 or not any(cells[1:])) and first:
            return bool(_PAGE.match(first)) or first.strip() in self._titles
        return False

    def _keep_extra(self, line: int, cells: list[str]) -> None:
        extra = cells[self.width :]
        while extra and not extra[-1]:
            extra.pop()
        if extra:
            self.long.append((line, len(cells)))
            self.extra[self.height] = extra

    def _flush(self) -> None:
        data = zip(*self._rows, strict=True) if self._rows else [()] * self.width
        series = [pl.Series(str(at), [c or None for c in column], dtype=pl.String) for at, column in enumerate(data)]
        self._frames.append(pl.DataFrame(series))
        self._numbers.append(pl.Series("row", self._lines, dtype=pl.Int64))
        self._rows, self._lines = [], []

    def take_back(self) -> None:
        """A table of nothing but its header twice has one row."""
        if self.repeated and not self.height:
            self._heads = []
            for line, cells in self.repeated:
                self.add(line, cells)
            self.repeated = []

    def result(self) -> tuple[pl.DataFrame, pl.Series]:
        if self._rows or not self._frames:
            self._flush()
        frame = self._frames[0] if len(self._frames) == 1 else pl.concat(self._frames)
        numbers = self._numbers[0] if len(self._numbers) == 1 else pl.concat(self._numbers)
        most = max((len(cells) for cells in self.extra.values()), default=0)
        if most * self.height > _EXTRA_CELLS:
            # one row of thousands of cells must not make thousands of columns a million rows long
            self.extra = {at: ["; ".join(cell for cell in cells if cell)] for at, cells in self.extra.items()}
            most = 1
        checked_width(frame.width + most)
        return frame.with_columns(self._extra_column(at) for at in range(most)), numbers

    def _extra_column(self, at: int) -> pl.Series:
        values: list[str | None] = [None] * self.height
        for position, cells in self.extra.items():
            values[position] = (cells[at] or None) if at < len(cells) else None
        return pl.Series(f"+{at}", values, dtype=pl.String)


class Parsed(Builder):
    """A body that needed no building."""

    def __init__(self, frame: pl.DataFrame, numbers: pl.Series) -> None:
        super().__init__(frame.width)
        self._parsed = frame, numbers

    def result(self) -> tuple[pl.DataFrame, pl.Series]:
        return self._parsed
