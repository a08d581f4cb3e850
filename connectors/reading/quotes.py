"""Which quotes enclose cells: `"`, `'` or typographic ones, and whether a backslash escapes them.

What does not belong here: cutting a record with them (`records`), the delimiter (`dialect`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.reading.parser import follows_rule
from connectors.reading.records import Dialect

_TYPOGRAPHIC = (
    ("„", "“"),
    ("„", "”"),
    ("„", '"'),
    ("“", "”"),
    ("”", "”"),
    ("»", "«"),
    ("«", "»"),
    ("‚", "‘"),
    ("‘", "’"),
    ("›", "‹"),
)
_RARE = frozenset("`´|^~$*")
"""Quotes that are mostly something else: only where they plainly enclose all cells."""
_HEAD_CHARS = 16 * 1024
_LOOKED_AT = 40


def quote_of(sample: str, delimiter: str) -> str | None:
    """`"` where it occurs at a cell's edge; `'` only where it plainly encloses whole cells."""
    if '"' in sample:
        opens, closes = _double(delimiter)
        if opens.search(sample):
            return '"'
    else:
        closes = None
    if sample.count("'") >= 4 and _encloses(sample, delimiter, "'"):
        return "'"
    # where all cells are enclosed a line in the middle begins with the quote
    half = len(sample) // 2
    line = max(sample.find("\n", half), sample.find("\r", half)) + 1
    quote = sample[line : line + 1]
    if quote in _RARE and sample.count(quote) >= 4 and _encloses(sample, delimiter, quote):
        return quote
    return '"' if closes and closes.search(sample) else None


def has_double(text: str, delimiter: str) -> bool:
    """Does `"` open or close a cell anywhere?"""
    return '"' in text and any(pattern.search(text) for pattern in _double(delimiter))


def escape_of(sample: str, delimiter: str, quote: str | None) -> str | None:
    """A backslash escapes if it stands before a quote that does not end its cell, and quotes are not doubled."""
    if not quote or "\\" + quote not in sample:
        return None
    edge = re.escape(delimiter) if delimiter else r"\Z"
    inner = re.search(rf"[^\\{quote}\r\n]\\{quote}(?![ \t]*(?:{edge}|[\r\n]|\Z))", sample)
    return "\\" if inner and not follows_rule(sample, Dialect(delimiter, quote)) else None


def straighten(text: str, delimiter: str) -> tuple[str, str] | None:
    """Text whose cells stand in typographic quotes, with `"` instead, and the opening one; None where they do not.

    Certain only where the quotes stand in every header cell, or enclose delimiters or line ends.
    """
    if not delimiter:
        return None
    for opening, closing in _TYPOGRAPHIC:
        # looked at closely only where such cells end at all
        if opening not in text or closing + delimiter not in text:
            continue
        pattern = _whole_cell(opening, closing, delimiter)
        head = text[:_HEAD_CHARS]
        first = next((line for line in re.split(r"[\r\n]+", head) if opening in line and delimiter in line), "")
        named = len(pattern.findall(first)) == first.count(delimiter) + 1 > 1
        enclosing = sum(delimiter in cell or "\n" in cell for cell in pattern.findall(head))
        if named or enclosing >= 2:
            straight = pattern.sub(lambda match: '"' + match[1].replace('"', '""') + '"', text)
            return straight, opening
    return None


@lru_cache(maxsize=256)
def _double(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A quote that opens a cell, and one that closes one."""
    edge = re.escape(delimiter) if delimiter else r"\Z"
    opens = re.compile(rf'(?:^|{edge})[ \t]*"', re.MULTILINE)
    return opens, re.compile(rf'"[ \t]*(?:$|{edge})', re.MULTILINE)


@lru_cache(maxsize=256)
def _whole_cell(opening: str, closing: str, delimiter: str) -> re.Pattern[str]:
    """A cell between two quotes that differ; a closing quote inside the cell is text unless a cell ends there."""
    edge = re.escape(delimiter)
    stop = rf"(?:{re.escape(closing)}(?=[ \t]*(?:{edge}|\r|$)))"
    start = rf"(?:^|(?<={edge}))[ \t]*{re.escape(opening)}"
    return re.compile(rf"{start}((?:(?!{stop})[\s\S]){{0,500}}+){stop}", re.MULTILINE)


@lru_cache(maxsize=256)
def _enclosed(delimiter: str, quote: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    edge, mark = re.escape(delimiter) if delimiter else r"\Z", re.escape(quote)
    start = rf"(?:^|(?<={edge})) ?{mark}"
    whole = rf"{start}((?:[^{mark}\\]|{mark}{mark}|\\[\s\S])*+){mark}(?= *(?:{edge}|\r|$))"
    return re.compile(whole, re.MULTILINE), re.compile(start, re.MULTILINE)


def _encloses(sample: str, delimiter: str, quote: str) -> bool:
    """Apostrophes and the like as quotes: around cells that need it, around names in the header, or in several columns.

    `'Greenspire'` in one column of a tree register is part of the name, and `'s` opens nothing.
    """
    if not delimiter or quote in delimiter:
        return False
    whole, start = _enclosed(delimiter, quote)
    found = list(whole.finditer(sample))
    if len(found) < 2 or sum(map(len, (match[1] for match in found))) == 0:
        return False
    if len(start.findall(sample)) > len(found) * 1.2:
        return False
    if quote != "'":
        lines = sum(delimiter in line for line in re.split(r"[\r\n]+", sample))
        return len(found) >= 0.9 * (sample.count(delimiter) + lines)
    needs = (delimiter, "''", "\\'", "\n")
    if any(sign in match[1] for match in found for sign in needs):
        return True
    columns = set()
    for match in found[:_LOOKED_AT]:
        line = max(sample.rfind("\n", 0, match.start()), sample.rfind("\r", 0, match.start())) + 1
        columns.add(sample.count(delimiter, line, match.start()))
    return len(columns) > 1
