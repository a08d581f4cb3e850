"""How well the name of a column fits each field: exact forms, then meanings, then names cut off. No content is seen."""

from __future__ import annotations

import re
from functools import lru_cache

from standards.compounds import cut_off, known, meanings, meanings_cut
from standards.definition import COUNT_WORDS, Standard
from standards.headers import forms_in
from standards.neighbours import ignored, unnamed

MEANT = 0.9
"""Certainty of a header that says the same in other words."""
CUT = 0.86
"""Certainty of a header that is the beginning of a known one, as dBase cuts it off."""
_PATH = re.compile(r"\.(?=[^\d\s])")
_SHORT = 6
"""Shorter words are never alike."""

Score = tuple[float, str, str, str]
"""(score, column, field, how)"""


def scores(standard: Standard, columns: tuple[str, ...]) -> list[Score]:
    """Best first; ties by the order of the file. Remembered per header line: many files of a Land share theirs."""
    remembered = standard.scores.get(columns)
    if remembered is None:
        remembered = standard.scores[columns] = _scored(standard, columns)
    return remembered


def _scored(standard: Standard, columns: tuple[str, ...]) -> list[Score]:
    index = standard.header_index
    found: dict[tuple[str, str], tuple[float, str]] = {}
    dropped = ignored(standard.ignore, columns) | unnamed(standard, columns)
    for column, forms in forms_in(columns, standard.noise).items():
        for form, loss in forms if column not in dropped else ():
            for name, how, score in index.get(form, ()):
                best = found.get((column, name), (0.0, how))
                found[column, name] = max(best, (score - loss, how))
    exact = {column for column, _ in found}
    for column in columns:
        if column not in exact and column not in dropped and (other := _in_other_words(standard, column)):
            found[column, other[0]] = (other[1], "synonym")
    place = {column: rank for rank, column in enumerate(columns)}
    scored = [(score, column, name, how) for (column, name), (score, how) in found.items()]
    return sorted(scored, key=lambda item: (-item[0], place[item[1]]))


def _in_other_words(standard: Standard, column: str) -> tuple[str, float] | None:
    last = _PATH.split(column)[-1]
    for said in (meanings(column), meanings_cut(column), *([meanings(last)] if last != column else [])):
        meant = standard.meaning_index.get(standard.meaning_of(said))
        if meant and (not said & COUNT_WORDS or standard.by_name[meant[0]].type in ("integer", "number")):
            return meant[0], MEANT
    short = cut_off(column)
    if short is None:
        return None
    begun = {name for word, fields in standard.header_index.items() if word.startswith(short) for name, _, _ in fields}
    return (begun.pop(), CUT) if len(begun) == 1 else None


def alike(standard: Standard, column: str, form: str) -> tuple[str, float] | None:
    """The field whose header is most similar, if it is similar at all and nothing in the header says otherwise."""
    found = _alike(form, standard.long_headers)
    if found is None:
        return None
    word, ratio = found
    name = standard.header_index[word][0][0]
    said = {one for one in standard.meaning_of(meanings(column)) if known(one)}
    field = standard.by_name[name]
    meant = frozenset().union(*(meanings(one) for one in (field.name, field.title_de, *field.synonyms)))
    return (name, ratio) if said <= meant else None


@lru_cache(maxsize=8192)
def _alike(form: str, words: tuple[str, ...]) -> tuple[str, float] | None:
    """The most similar known header, if it is similar at all; short words are never alike."""
    from rapidfuzz import fuzz, process

    if len(form) < _SHORT:
        return None
    found = process.extractOne(form, words, scorer=fuzz.ratio, score_cutoff=84)
    return (str(found[0]), float(found[1])) if found else None
