"""What a single cell or column looks like: empty, number, date, text. Shared by sniffing and header detection.

What does not belong here: converting values (`standards`); here nothing is ever changed.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import islice, zip_longest
from typing import Literal

Shape = Literal["empty", "number", "date", "text"]

_NUMBER = re.compile(
    r"[-+]?(?:\d+|\d{1,3}(?:[.' \u00a0]\d{3})+|\d{1,3}(?:,\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?(?:%|€|EUR)?-?$"
)
_DATE = re.compile(
    r"(?:\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))"
    r"(?:[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:\s?(?:Z|Uhr|[-+]\d{2}:?\d{2}))?$|\d{1,2}:\d{2}(?::\d{2})?$"
)
_NOTHING = frozenset(
    {
        "-",
        "–",
        "—",
        ".",
        "...",
        "…",
        "x",
        "X",
        "/",
        "•",
        "·",
        "NA",
        "N/A",
        "n/a",
        "k.A.",
        "k. A.",
        "NULL",
        "null",
        "None",
        "nan",
        "NaN",
        "#NV",
        "#N/A",
        "#DIV/0!",
        "#WERT!",
        "#VALUE!",
        "#BEZUG!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#ZAHL!",
        "#NULL!",
        "0,0",
        "( )",
    }
)


@lru_cache(maxsize=65536)
def shape(cell: str) -> Shape:
    """The kind of content; the usual signs for "no value" count as empty."""
    text = cell.strip()
    if not text or text in _NOTHING:
        return "empty"
    first = text[0]
    if first.isdigit() or first in "-+.,":
        if _NUMBER.match(text):
            return "number"
        if _DATE.match(text):
            return "date"
    return "text"


def is_year(cell: str) -> bool:
    """A year as it heads a column: 1800…2199."""
    text = cell.strip()
    return len(text) == 4 and text.isdigit() and "1800" <= text <= "2199"


def filled(row: list[str]) -> int:
    """How many cells hold more than blanks."""
    return sum(1 for cell in row if cell and not cell.isspace())


def column_kinds(body: list[list[str]], columns: int) -> list[str]:
    """Per column the kind that four fifths of its filled cells share, else `text`; `empty` where there is none."""
    kinds: list[str] = []
    for column in islice(zip_longest(*body, fillvalue=""), columns):
        found = Counter(map(shape, column))
        found.pop("empty", None)
        total = sum(found.values())
        kind, count = found.most_common(1)[0] if found else ("empty", 0)
        kinds.append(kind if total and count >= 0.8 * total else ("empty" if not total else "text"))
    return kinds + ["empty"] * (columns - len(kinds))
