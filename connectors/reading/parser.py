"""Text to records of cells, for any dialect and with broken quotes: the tolerant parser.

What does not belong here: choosing the dialect (`dialect`), records with broken quotes (`splitter`), header and footers
(`layout`), the bulk path (`bulk`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from connectors.reading.limits import MAX_LINE_CHARS
from connectors.reading.messages import refuse, size_de
from connectors.reading.records import Anomalies, Dialect, Record, lines
from connectors.reading.splitter import Lines, Splitter

_WHOLE_CHARS = 4 * 1024**2


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
    splitter = Splitter(dialect, expected, notes)
    source = Lines(lines(text))
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
