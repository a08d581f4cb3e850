"""Text, tags and addresses of strangers in the one form that CKAN takes and gives back unchanged.

CKAN trims and rejects; what we would send otherwise would come back different, and every plan would show a change that
none is. What does not belong here: which field gets what (`mapping`).
"""

from __future__ import annotations

import re
import unicodedata

from catalog.dcat.vocabulary import iri, mailto

TAG_MAX = 100
"""CKAN: MAX_TAG_LENGTH; at least 2 characters."""
_NOT_IN_TAG = re.compile(r"[^\w .-]", re.UNICODE)
_LINE_MAX = 1000
_TEXT_MAX = 100_000


def text(value: str) -> str:
    """Return text of several lines: NFC, plain line ends, no control characters, trimmed."""
    lines = unicodedata.normalize("NFC", _encodable(value)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c for c in line if c.isprintable() or c == "\t").rstrip() for line in lines).strip()[
        :_TEXT_MAX
    ]


def line(value: str) -> str:
    """Return text of one line with single spaces."""
    return " ".join(text(value).split())[:_LINE_MAX].rstrip()


def tag(value: str) -> str:
    """Return a keyword as CKAN allows tags (letters, digits, `-_. `, 2 to 100 characters), or nothing."""
    name = " ".join(_NOT_IN_TAG.sub(" ", line(value)).split())[:TAG_MAX].strip()
    return name if len(name) > 1 else ""


def address(value: str) -> str:
    """Return an http(s) address, or nothing for any other: it becomes a link on the portal."""
    node = iri(_encodable(value)) if value else None
    return node.value if node else ""


def email(value: str) -> str:
    """Return an e-mail address, or nothing where it is none."""
    return line(value) if mailto(value) else ""


def _encodable(value: str) -> str:
    return value.encode("utf-8", "ignore").decode()
