"""Column names: cleaned of dBase additions, filled where empty, unique. Every change is a note."""

from __future__ import annotations

import re

from connectors.reading.limits import MAX_COLUMNS
from connectors.reading.messages import note, refuse
from connectors.reading.result import Note

_DBASE = re.compile(r"(.+?),[CNFDLMIBGT](?:,\d+){1,2}$")


def checked_width(count: int) -> int:
    """The number of columns, refused above the limit."""
    if count > MAX_COLUMNS:
        raise refuse("too_many_columns", count=count, limit=MAX_COLUMNS)
    return count


def numbered(count: int) -> list[str]:
    """Names for a table without header: `spalte_1`, `spalte_2`, …"""
    return [f"spalte_{number}" for number in range(1, checked_width(count) + 1)]


def column_names(raw: list[str], row: int | None) -> tuple[list[str], list[Note]]:
    """Unique, non-empty names in the order of `raw`, and what had to be changed."""
    checked_width(len(raw))
    names, notes = _without_dbase([name.strip("\ufeff").strip() for name in raw], row)
    taken: set[str] = {name for name in names if name}
    used: set[str] = set()
    result = []
    for number, name in enumerate(names, 1):
        unique = name
        if not name:
            unique = _free(f"spalte_{number}", taken | used)
            notes.append(note("header_empty", row, number=number, name=unique))
        elif name in used:
            unique = _free(name, taken | used)
            notes.append(note("header_duplicate", row, name=name, number=number, unique=unique))
        used.add(unique)
        result.append(unique)
    return result, notes


def _without_dbase(names: list[str], row: int | None) -> tuple[list[str], list[Note]]:
    matches = [_DBASE.match(name) for name in names]
    if sum(1 for match in matches if match) < max(len(names) * 0.6, 1):
        return names, []
    example = next(name for name, match in zip(names, matches, strict=True) if match)
    cleaned = [match.group(1) if match else name for name, match in zip(names, matches, strict=True)]
    return cleaned, [note("header_dbase", row, example=example, text=" ".join(names))]


def _free(wish: str, taken: set[str]) -> str:
    if wish not in taken:
        return wish
    number = 2
    while f"{wish}_{number}" in taken:
        number += 1
    return f"{wish}_{number}"
