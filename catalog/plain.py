"""Text of strangers in one plain form, the same in the feed and on every portal.

A portal trims and rejects; what we would send otherwise would come back different, and every plan would show a change
that none is. What does not belong here: which field gets what, and addresses (`catalog.dcat.vocabulary`).
"""

from __future__ import annotations

import re
import unicodedata

KEYWORD_MAX = 100
"""CKAN: MAX_TAG_LENGTH; at least 2 characters."""
_NOT_IN_KEYWORD = re.compile(r"[^\w .-]", re.UNICODE)
_LINE_MAX = 1000
_TEXT_MAX = 100_000


def text(value: str) -> str:
    """Return text of several lines: NFC, plain line ends, no control characters, trimmed."""
    composed = unicodedata.normalize("NFC", encodable(value))
    if composed.isprintable():  # one line, as nearly all are
        return composed.strip()[:_TEXT_MAX]
    lines = composed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c for c in line if c.isprintable() or c == "\t").rstrip() for line in lines).strip()[
        :_TEXT_MAX
    ]


def line(value: str) -> str:
    """Return text of one line with single spaces."""
    return " ".join(text(value).split())[:_LINE_MAX].rstrip()


def keyword(value: str) -> str:
    """Return a keyword as portals allow it (letters, digits, `-_. `, 2 to 100 characters), or nothing."""
    name = " ".join(_NOT_IN_KEYWORD.sub(" ", line(value)).split())[:KEYWORD_MAX].strip()
    return name if len(name) > 1 else ""


def encodable(value: str) -> str:
    """Return `value` without lone surrogates, which no encoding holds."""
    return value.encode("utf-8", "ignore").decode()
