"""Text to records of cells, for any dialect and with broken quotes: the tolerant parser.

What does not belong here: choosing the dialect (`dialect`), header and footers (`layout`), the bulk path (`bulk`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO

from connectors.reading.limits import MAX_LINE_CHARS
from connectors.reading.messages import refuse, size_de

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_JOIN_LINES = 400
_JOIN_CHARS = 1024**2
_JOIN_TRIES = 12
_WHOLE_CHARS = 4 * 1024**2

Record = tuple[int, list[str]]
"""1-based line on which the record starts, and its cells."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated. `delimiter` "" means one column; `escape` is a backslash or None (quotes doubled)."""

    delimiter: str
    quotechar: str | None = None
    escape: str | None = None


@dataclass(slots=True)
class Anomalies:
    """Lines whose quotes do not follow the rule; `give_up` after so many of them (sniffing a wrong dialect)."""

    stray: list[int] = field(default_factory=list)
    unclosed: list[int] = field(default_factory=list)
    give_up: int = 0

    @property
    def is_hopeless(self) -> bool:
        return 0 < self.give_up <= len(self.stray) + len(self.unclosed)


def lines(text: str) -> Iterator[tuple[str, str]]:
    """Content and line end of each line: LF, CRLF and lone CR all end a line."""
    if "\n" in text and text.count("\r") == text.count("\r\n"):
        for line in text.split("\n"):
            yield (line[:-1], "\r\n") if line.endswith("\r") else (line, "\n")
        return
    for match in _LINE.finditer(text):
        yield match.group(1), match.group(2)


def parse(text: str, dialect: Dialect, *, expected: int = 0, anomalies: Anomalies | None = None) -> Iterator[Record]:
    """Records in order; blank lines are skipped. `expected` cells per record settle doubtful quotes (0: unknown)."""
    notes = anomalies if anomalies is not None else Anomalies()
    quote = dialect.quotechar
    if quote is None or quote not in text:
        yield from (
            _escaped(text, dialect) if dialect.escape and dialect.escape in text else _unquoted(text, dialect.delimiter)
        )
        return
    strict = _strict_records(text, dialect, expected) if len(text) < _WHOLE_CHARS else None
    yield from _tolerant(text, dialect, expected, notes) if strict is None else strict


def follows_rule(text: str, dialect: Dialect) -> bool:
    """Does every quote stand where RFC 4180 allows it?"""
    return _strict_records(text, dialect, 0, blanks=True) is not None


def _unquoted(text: str, delimiter: str) -> Iterator[Record]:
    for number, (line, _) in enumerate(lines(text), 1):
        if line:
            _check_length(line)
            yield number, line.split(delimiter) if delimiter else [line]


def _escaped(text: str, dialect: Dialect) -> Iterator[Record]:
    """No quotes; a backslash before a delimiter makes it text."""
    delimiter, escaped = dialect.delimiter, "\\" + dialect.delimiter
    for number, cells in _unquoted(text.replace(escaped, "\0"), delimiter):
        yield number, [cell.replace("\0", delimiter) for cell in cells]


def _strict_records(text: str, dialect: Dialect, expected: int, *, blanks: bool = False) -> list[Record] | None:
    """All records in one go where every quote follows the rule; None where one does not.

    `blanks`: a blank beside a quote is taken for text, as RFC 4180 says; else it is left to the tolerant parser.
    """
    delimiter, quote = dialect.delimiter, dialect.quotechar or '"'
    if len(delimiter) != 1 or dialect.escape:
        return None
    if not blanks and (f"{delimiter} {quote}" in text or f"{quote} {delimiter}" in text):
        return None
    csv.field_size_limit(MAX_LINE_CHARS)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True)
    records: list[Record] = []
    line = 0
    try:
        for cells in reader:
            if cells:
                if expected and reader.line_num > line + 1 and len(cells) != expected:
                    return None
                records.append((line + 1, cells))
            line = reader.line_num
    except csv.Error:
        return None
    return records


def _tolerant(text: str, dialect: Dialect, expected: int, notes: Anomalies) -> Iterator[Record]:
    csv.field_size_limit(MAX_LINE_CHARS)
    splitter = _Splitter(dialect, expected, notes)
    source = _Lines(lines(text))
    quote, delimiter = dialect.quotechar or '"', dialect.delimiter
    for number, line, end in source:
        if not line:
            continue
        _check_length(line)
        if quote not in line:
            yield number, line.split(delimiter) if delimiter else [line]
        else:
            yield number, splitter.cells(number, line, end, source)
            if notes.is_hopeless:
                return


def _check_length(line: str) -> None:
    if len(line) > MAX_LINE_CHARS:
        raise refuse("line_too_long", limit=size_de(MAX_LINE_CHARS))


class _Lines:
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


class _Splitter:
    """Splits a record that contains quotes: by the rule where it holds, else so that nothing is lost."""

    def __init__(self, dialect: Dialect, expected: int, anomalies: Anomalies) -> None:
        self._dialect = dialect
        self._expected = expected
        self._anomalies = anomalies
        self._strict = _strict(dialect)
        self._dead_ends = 0

    def cells(self, number: int, line: str, end: str, source: _Lines) -> list[str]:
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

    def _prefers(self, joined: _Joined, loose: list[str], source: _Lines) -> bool:
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
        patterns = _patterns(self._dialect)
        ways = [_scan(line, self._dialect, patterns[at], doubling=at != 2) for at in (1, 2, 0)]
        return min(
            ways, key=lambda cells: (len(cells) != self._expected, sum(cell.startswith(quote) for cell in cells))
        )

    def _joined(self, line: str, end: str, source: _Lines) -> _Joined | None:
        """The record that goes on over line ends inside quotes."""
        quote = self._dialect.quotechar or ""
        if not _is_open(line, self._dialect):
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
        if not self._expected or _is_open(record, self._dialect):
            return None
        cells = _scan(record, self._dialect, _patterns(self._dialect)[1])
        return cells if len(cells) == self._expected else None


def _strict(dialect: Dialect) -> Callable[[str], list[str] | None]:
    """A record that follows the quoting rule to its cells; None where it does not."""
    delimiter, quote = dialect.delimiter, dialect.quotechar or '"'
    if len(delimiter) != 1 or len(quote) != 1:
        return lambda record: _by_pattern(record, dialect)
    padded = f"{delimiter} {quote}"

    def split(record: str) -> list[str] | None:
        if padded in record or (dialect.escape and dialect.escape in record):
            return _by_pattern(record, dialect)
        try:
            return next(csv.reader((record,), delimiter=delimiter, quotechar=quote, strict=True))
        except csv.Error:
            return _by_pattern(record, dialect)

    return split


@lru_cache(maxsize=64)
def _patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Quoted cell by the rule; quoted cell with stray quotes inside; the same without doubled quotes."""
    quote = re.escape(dialect.quotechar or '"')
    stop = rf"(?={re.escape(dialect.delimiter)}|\Z)" if dialect.delimiter else r"(?=\Z)"
    escape = r"\\.|" if dialect.escape else ""
    body = rf"[^{quote}\\]" if dialect.escape else rf"[^{quote}]"
    stray = rf"{quote}(?![ \t]*{stop})"
    head, tail = rf"[ \t]*{quote}", rf"{quote}[ \t]*{stop}"
    return (
        re.compile(rf"{head}((?:{escape}{body}|{quote}{quote})*+){tail}", re.DOTALL),
        re.compile(rf"{head}((?:{escape}{body}|{quote}{quote}|{stray})*+){tail}", re.DOTALL),
        re.compile(rf"{head}((?:{escape}{body}|{stray})*+){tail}", re.DOTALL),
    )


def _unescape(cell: str, dialect: Dialect) -> str:
    quote = dialect.quotechar or '"'
    if dialect.escape and dialect.escape in cell:
        return re.sub(r"\\(.)", lambda m: m[1] if m[1] in (quote, "\\") else m[0], cell, flags=re.DOTALL)
    return cell.replace(quote + quote, quote)


def _by_pattern(record: str, dialect: Dialect) -> list[str] | None:
    """As the rule says, with blanks allowed around the quotes and delimiters of any length."""
    pattern, delimiter, quote = _patterns(dialect)[0], dialect.delimiter, dialect.quotechar or '"'
    cells: list[str] = []
    at = 0
    while True:
        match = pattern.match(record, at)
        if match:
            cells.append(_unescape(match.group(1), dialect))
            at = match.end()
        else:
            stop = record.find(delimiter, at) if delimiter else -1
            cell = record[at:] if stop < 0 else record[at:stop]
            if cell.lstrip(" \t").startswith(quote):
                return None
            cells.append(cell)
            at = len(record) if stop < 0 else stop
        if at >= len(record):
            return cells
        at += len(delimiter)
        if at >= len(record):
            return [*cells, ""]


def _scan(record: str, dialect: Dialect, pattern: re.Pattern[str], *, doubling: bool = True) -> list[str]:
    """Cells of a record with broken quotes: a quote that neither opens nor closes is text."""
    delimiter = dialect.delimiter
    cells: list[str] = []
    at = 0
    while True:
        match = pattern.match(record, at)
        if match:
            cells.append(_unescape(match.group(1), dialect) if doubling else match.group(1))
            at = match.end()
        else:
            stop = record.find(delimiter, at) if delimiter else -1
            cells.append(record[at:] if stop < 0 else record[at:stop])
            at = len(record) if stop < 0 else stop
        if at >= len(record):
            return cells
        at += len(delimiter)
        if at >= len(record):
            return [*cells, ""]


def _is_open(record: str, dialect: Dialect) -> bool:
    """Does the last quoted cell still wait for its closing quote?"""
    pattern, delimiter, quote = _patterns(dialect)[1], dialect.delimiter, dialect.quotechar or '"'
    at = 0
    while at < len(record):
        match = pattern.match(record, at)
        if match:
            at = match.end()
        elif record[at:].lstrip(" \t").startswith(quote):
            return True
        else:
            stop = record.find(delimiter, at) if delimiter else -1
            at = len(record) if stop < 0 else stop
        at += len(delimiter) or 1
    return False
