"""Columns that a standard knows by their place or their words, not by their header; and those it has no use for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from standards.definition import Standard
from standards.headers import fold
from standards.places_matching import Sampler
from standards.samples import code_words, share

ENOUGH = 3
"""Fewer values say nothing."""
MOST = 0.9
"""Share of the values of a column without a header that must look like the field: a row of another kind happens."""
_NAMELESS = re.compile(r"spalte_\d+")
_COUNTED = re.compile(r"_\d{1,2}$")
Take = tuple[str, str, str, float]
"""(column, field, how, confidence)"""


@lru_cache(maxsize=1024)
def ignored(pattern: str | None, columns: tuple[str, ...]) -> frozenset[str]:
    """Columns that a standard has no use for by their header: shares, changes, earlier results."""
    if not pattern:
        return frozenset()
    return frozenset(column for column in columns if re.search(pattern, column, re.IGNORECASE))


def unnamed(standard: Standard, columns: tuple[str, ...]) -> frozenset[str]:
    """Columns that say they are a name, and not of what: see `names_beside`."""
    words = {fold(word) for word in standard.name_words}
    return frozenset(column for column in columns if words and fold(_COUNTED.sub("", column)) in words)


def names_beside(
    standard: Standard, columns: tuple[str, ...], taken: Mapping[str, str], served: Collection[str]
) -> list[Take]:
    """`Bezeichnung` is the name of what the column before holds; alone, of the first field that has no name yet.

    Right behind its number it goes before a column further away that is called like the field.
    """
    speechless = unnamed(standard, columns)
    naming = [wanted for wanted in standard.fields if wanted.named_by]
    open_fields = [wanted for wanted in naming if wanted.name not in served]
    found: list[Take] = []
    alone: list[str] = []
    for at, column in enumerate(columns):
        if column in taken or column not in speechless:
            continue
        before = taken.get(columns[at - 1]) if at else None
        wanted = next((field for field in naming if field.named_by == before), None)
        if wanted and all(name != wanted.name for _, name, *_ in found):
            open_fields = [field for field in open_fields if field is not wanted]
            found.append((column, wanted.name, "name", 0.93))
        else:
            alone.append(column)
    willing = [field for field in open_fields if field.named_alone]
    if alone and willing:
        found.append((alone[0], willing[0].name, "synonym", 0.85))
    return found


def nameless(standard: Standard, columns: tuple[str, ...], served: Collection[str], values: Sampler) -> Iterator[Take]:
    """Columns without a header, as statistical tables begin with them, known by what all their values look like."""
    open_fields = [wanted for wanted in standard.fields if wanted.nameless and wanted.name not in served]
    for column in columns:
        if not _NAMELESS.fullmatch(column) or not values(column):
            continue
        for wanted in open_fields:
            if share(values(column), re.compile(wanted.nameless or "").match) >= MOST:
                open_fields.remove(wanted)
                yield column, wanted.name, "content", 0.85
                break


def by_codes(standard: Standard, columns: tuple[str, ...], served: Collection[str], values: Sampler) -> Iterator[Take]:
    """Fields known by their codes: the one column that holds nothing but such words, whatever it is called."""
    for wanted in standard.fields:
        if not wanted.by_codes or wanted.name in served:
            continue
        words = {word for word in code_words(wanted) if len(word) >= 3}
        fitting = [
            column
            for column in columns
            if len(values(column)) >= ENOUGH and {fold(value) for value in values(column)} <= words
        ]
        if len(fitting) == 1:
            yield fitting[0], wanted.name, "content", 0.85
