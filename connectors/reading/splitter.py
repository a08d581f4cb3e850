"""One record that contains quotes to its cells: by the rule where it holds, else so that nothing is lost.

What does not belong here: the way through a text (`parser`), how quotes are searched for (`quotescan`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.reading.quotescan import is_open, patterns, scan, strict_split
from connectors.reading.records import Anomalies, Dialect

_JOIN_LINES = 400
_JOIN_CHARS = 1024**2
_JOIN_TRIES = 12


class Lines:
    """Numbered lines with look-ahead: what was looked at and not taken comes again."""

    def __init__(self, source: Iterator[tuple[str, str]]) -> None:
        self._source = source
        self._ahead: list[tuple[str, str]] = []
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str, str]]:
        while True:
            pair = self._ahead.pop(0) if self._ahead else next(self._source, None)
            if pair is None:
                return
            self._number += 1
            yield self._number, pair[0], pair[1]

    def peek(self, index: int) -> tuple[str, str] | None:
        while len(self._ahead) <= index:
            pair = next(self._source, None)
            if pair is None:
                return None
            self._ahead.append(pair)
        return self._ahead[index]

    def take(self, count: int) -> None:
        del self._ahead[:count]
        self._number += count


@dataclass(frozen=True, slots=True)
class _Joined:
    """A record over several lines: its cells, how many further lines it took, whether its quotes follow the rule."""

    cells: list[str]
    lines: int
    is_strict: bool


class Splitter:
    """Splits a record that contains quotes: by the rule where it holds, else so that nothing is lost."""

    def __init__(self, dialect: Dialect, expected: int, anomalies: Anomalies) -> None:
        self._dialect = dialect
        self._expected = expected
        self._anomalies = anomalies
        self._strict = strict_split(dialect)
        self._dead_ends = 0

    def cells(self, number: int, line: str, end: str, source: Lines) -> list[str]:
        cells = self._strict(line)
        if cells is not None:
            return cells
        joined = self._joined(line, end, source)
        loose = self._loose(line)
        if joined and self._prefers(joined, loose, source):
            source.take(joined.lines)
            return joined.cells
        quote = self._dialect.quotechar or ""
        (self._anomalies.unclosed if line.count(quote) % 2 else self._anomalies.stray).append(number)
        return loose

    def _prefers(self, joined: _Joined, loose: list[str], source: Lines) -> bool:
        """Several lines make the better record: by the rule, or because one line alone does not fit."""
        if joined.is_strict and (not self._expected or len(joined.cells) == self._expected):
            return True
        if len(loose) != self._expected:
            return True
        # the first line would fit by itself: only where none of the others does it belong to them
        others = (source.peek(index) for index in range(joined.lines))
        return joined.is_strict and not any(pair and len(self._loose(pair[0])) == self._expected for pair in others)

    def _loose(self, line: str) -> list[str]:
        """Of the ways to see stray and doubled quotes the one that fits and leaves fewer at the start of cells."""
        quote = self._dialect.quotechar or ""
        found = patterns(self._dialect)
        ways = [scan(line, self._dialect, found[at], doubling=at != 2) for at in (1, 2, 0)]
        return min(
            ways, key=lambda cells: (len(cells) != self._expected, sum(cell.startswith(quote) for cell in cells))
        )

    def _joined(self, line: str, end: str, source: Lines) -> _Joined | None:
        """The record that goes on over line ends inside quotes."""
        quote = self._dialect.quotechar or ""
        if not is_open(line, self._dialect):
            return None
        parts = [line + end]
        size, tries = len(line), 0
        for index in range(_JOIN_LINES if self._dead_ends < 10 else 8):
            pair = source.peek(index)
            if pair is None or size > _JOIN_CHARS or tries >= _JOIN_TRIES:
                break
            parts.append(pair[0])
            size += len(pair[0])
            if quote in pair[0]:
                tries += 1
                whole = "".join(parts)
                cells = self._strict(whole)
                if cells is not None:
                    return _Joined(cells, index + 1, is_strict=True)
                cells = self._closed(whole)
                if cells is not None:
                    return _Joined(cells, index + 1, is_strict=False)
            parts.append(pair[1])
        self._dead_ends += 1
        return None

    def _closed(self, record: str) -> list[str] | None:
        """The cells of a record over several lines with stray quotes, once its last quote is closed and if it fits."""
        if not self._expected or is_open(record, self._dialect):
            return None
        cells = scan(record, self._dialect, patterns(self._dialect)[1])
        return cells if len(cells) == self._expected else None
