"""The pollutions of characters: files written by other systems, and files that passed through the wrong one.

What does not belong here: the other pollutions (`kinds`).
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tests.bench.pollution.draft import Draft

if TYPE_CHECKING:
    from tests.bench.pollution.kinds import Pollution

_REPLACED = str.maketrans({"„": '"', "“": '"', "–": "-", "€": "EUR", "²": "2", "³": "3", "©": "(c)"})


def pollutions() -> Iterator[Pollution]:
    from tests.bench.pollution.kinds import Pollution

    marked: dict[str, Callable[[str], bytes]] = {
        "utf-8-bom": lambda text: codecs.BOM_UTF8 + text.encode(),
        "utf-16-le-bom": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "utf-16-be-bom": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "utf-16-le": lambda text: text.encode("utf-16-le"),
    }
    for name, encode in marked.items():
        yield Pollution("encoding", name, partial(replace, encode=encode))  # type: ignore[arg-type]
    for code in ("cp1252", "iso8859-15", "cp850", "mac-roman"):
        yield Pollution("encoding", code, partial(_in_code, code=code), _has_umlauts)
    yield Pollution("encoding", "mixed", lambda d: replace(_fitting(d, "cp1252"), encode=_mixed), _has_umlauts)
    yield Pollution("encoding", "mojibake", partial(replace, encode=_twice), _has_umlauts)  # type: ignore[arg-type]


def _has_umlauts(table: object) -> bool:
    """Enough of them that the code can be told."""
    text = "".join(cell for row in table.rows for cell in row)  # type: ignore[attr-defined]
    return sum(text.count(letter) for letter in "äöüßÄÖÜ") >= 5


def _in_code(draft: Draft, *, code: str) -> Draft:
    return replace(_fitting(draft, code), encode=lambda text: text.encode(code, "replace"))


def _fitting(draft: Draft, code: str) -> Draft:
    """Without characters the code does not have."""

    def fitting(text: str) -> str:
        return text if _can(text, code) else "".join(c if _can(c, code) else c.translate(_REPLACED) for c in text)

    return draft.with_cells(fitting)


def _can(text: str, code: str) -> bool:
    try:
        text.encode(code)
    except UnicodeEncodeError:
        return False
    return True


def _mixed(text: str) -> bytes:
    """Two files put together: every third line is Windows-1252, the others UTF-8."""
    lines = text.splitlines(keepends=True)
    return b"".join(
        line.encode("cp1252", "replace") if number % 3 == 2 else line.encode() for number, line in enumerate(lines)
    )


def _twice(text: str) -> bytes:
    """UTF-8 that was taken for Windows-1252 and saved as UTF-8 once more."""
    return text.encode().decode("cp1252", "replace").encode()
