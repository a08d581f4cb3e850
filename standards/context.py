"""Facts that stand beside the table: a year in the file's name, „in TEUR“ above it. Columns: `matching`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from standards.definition import FieldDef
from standards.headers import UNITS, fold
from standards.model import Table
from standards.samples import code_words

_UNIT = re.compile(
    r"(?:^|[\s(\[:])(?:in\s+)?(t€|teur|tsd\.?\s?(?:€|eur(?:o)?)|tausend\s+(?:€|eur(?:o)?)|1\.?000\s?(?:€|eur(?:o)?)|mio\.?\s?(?:€|eur(?:o)?))(?![\w€])",
    re.IGNORECASE,
)

_YMD = re.compile(r"^((?:19|20)\d\d)[ -]?(0[1-9]|1[0-2])[ -]?(\d\d)$")
_DMY = re.compile(r"^(\d\d)[ .]?(\d\d)[ .]?(\d{4})$")
"""A day in a file's name, whose signs became blanks."""
_CLOCK = re.compile(r"\d:\d\d")
_SAYS_NOTHING = frozenset({"fussnote", "quelle", "abgerufen", "erstellt", "lizenz", "copyright", "kontakt"})


def places(table: Table, headers: Iterable[str]) -> list[tuple[str, str]]:
    """(where, text) of all that may speak of the whole table: its name, its titles, headers that are used."""
    name = re.sub(r"\.[a-z]{2,7}$", "", table.filename.rsplit("/", 1)[-1], flags=re.IGNORECASE)
    found = [("dem Dateinamen", re.sub(r"[_\-]+", " ", name))]
    found += [(f"„{key}“ über der Tabelle", text) for key, text in _above(table.context).items()]
    return found + [(f"der Überschrift „{column}“", column) for column in headers]


def _above(context: Mapping[str, str]) -> dict[str, str]:
    """Titles first, then named facts; when a file was written and its footnotes say nothing about its rows."""
    useful = {key: text for key, text in context.items() if key.lower() not in _SAYS_NOTHING}
    for key in useful.keys() & {"stand", "stichtag"}:
        # with a time of the day it is when the file was written
        useful[key] = "" if _CLOCK.search(useful[key]) else f"{key}: {useful[key]}"
    return dict(sorted(useful.items(), key=lambda item: item[0] != "titel"))


def from_context(wanted: FieldDef, texts: list[tuple[str, str]]) -> tuple[str, str] | None:
    """(where, value) of a field that the file says once for all rows; nothing where one text says two things."""
    for where, text in texts:
        for pattern in wanted.from_context:
            found = {match[1] for match in re.finditer(pattern, text, re.IGNORECASE)}
            values = {value for part in found if (value := _value(wanted, part))}
            if len(values) == 1:
                return where, values.pop()
            if values:
                return None
    return None


def _value(wanted: FieldDef, text: str) -> str | None:
    if wanted.type == "date":
        return _DMY.sub(r"\1.\2.\3", _YMD.sub(r"\3.\2.\1", text.strip()))
    return code_words(wanted).get(fold(text)) if wanted.codes and wanted.closed else text.strip()


def words_beside(pattern: str, texts: list[tuple[str, str]]) -> tuple[str, str] | None:
    """(where, its words) of the first text that holds the pattern."""
    matches = ((where, re.search(pattern, text, re.IGNORECASE)) for where, text in texts)
    return next(((where, found[0].strip(" (")) for where, found in matches if found), None)


def money_unit(texts: list[tuple[str, str]]) -> tuple[str, str, str] | None:
    """(where, its words, unit) of amounts in thousands or millions, said beside the table."""
    # titles before the file's name
    for where, text in [*texts[1:], *texts[:1]]:
        found = _UNIT.search(text)
        if found:
            word = fold(found[1])
            return where, found[1], UNITS.get(word, "teur")
    return None
