"""The patterns of quoted cells, and a record scanned by them.

What does not belong here: which of several readings is the right one (`splitter`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import lru_cache

from connectors.reading.records import Dialect


def strict_split(dialect: Dialect) -> Callable[[str], list[str] | None]:
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
def patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
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
    pattern, delimiter, quote = patterns(dialect)[0], dialect.delimiter, dialect.quotechar or '"'
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


def scan(record: str, dialect: Dialect, pattern: re.Pattern[str], *, doubling: bool = True) -> list[str]:
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


def is_open(record: str, dialect: Dialect) -> bool:
    """Does the last quoted cell still wait for its closing quote?"""
    pattern, delimiter, quote = patterns(dialect)[1], dialect.delimiter, dialect.quotechar or '"'
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
