"""Which standard a table belongs to: by what its columns serve, and by the words in its name, titles and first rows.

Columns decide, words only add: a file that merely speaks of trees is no tree register. Which score is enough to go on
without asking is the caller's to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as MappingOf
from functools import lru_cache, partial

import polars as pl

from standards.definition import Standard
from standards.headers import fold
from standards.mapping import Mapping
from standards.matching import match_table
from standards.model import Table
from standards.records import expanded
from standards.samples import sample

UNSURE = 0.44
"""Without a required field, or where a standard must be spoken of and is not: a person is asked."""
_NAMED, _SPOKEN, _HEADED = 0.3, 0.25, 0.1
"""What a word in the file's name or titles adds, what one in enough of its first rows (if no name speaks
for another), what one in a header."""
_ROWS, _ENOUGH = 40, 0.3
_WEAK = 0.08
"""Below so little served the words count for less, at nothing they count for nothing."""
_SILENT = 0.6
"""For a standard nobody speaks of, where the rows speak of another: lists of places all have the same columns."""
_MANY = 12
"""More columns than these do not make a file less of a standard."""
_ALONE, _FEW, _SURE = 0.15, 3, 0.85
"""What columns add that no other standard takes, how many of them are as good as all, and how sure they must be."""
_LACKING = 0.4
"""What is left of the columns' word where a required field is missing."""
_MOST = 0.7
"""So many of its columns make a table the standard's template."""
_SHORT = 3
"""Words up to this length count at the beginning of a word only: `rad` is in `Radweg` and not in `Grad`."""


def rank(table: Table, standards: MappingOf[str, Standard]) -> list[tuple[str, float]]:
    """(standard, score 0…1), best first.

    A clear winner has ≥ 0.45 and leads by ≥ 0.15; else a person is asked.
    """
    told = _plain(" ".join((table.filename, table.sheet, *table.context.keys(), *table.context.values())))
    headers = _plain(" ".join(table.frame.columns))
    rows = _rows(table)
    named = {key for key, standard in standards.items() if _is_named(standard, told)}
    headed = {key for key, standard in standards.items() if _is_named(standard, headers)}
    spoken = {key for key, standard in standards.items() if _share(standard, rows) >= _ENOUGH}
    templates = {key for key, standard in standards.items() if _is_template(table, standard)}
    sampler = lru_cache(maxsize=None)(partial(sample, table.frame))
    read = {key: expanded(table, standard) for key, standard in standards.items()}
    mappings = {
        key: match_table(read[key], standard, sampler if read[key] is table else None)
        for key, standard in standards.items()
    }
    taken = Counter(column for mapping in mappings.values() for column in _sure_columns(mapping))
    scores = []
    for key, standard in standards.items():
        served, lacks = _served(read[key], standard, mappings[key])
        alone = len({m.field for m in mappings[key].matches if m.confidence >= _SURE and taken[m.column] == 1})
        served += _ALONE * min(1.0, alone / _FEW) * (_LACKING if lacks else 1.0)
        words = (
            _NAMED * (key in named)
            + _SPOKEN * (key in spoken and (key in named or not named))
            + _HEADED * (key in headed)
        )
        score = served + words * min(1.0, served / _WEAK)
        score += _NAMED * (key in templates)
        is_meant = key in named | spoken | headed | templates
        if (spoken and not is_meant) or (templates and key not in templates):
            score *= _SILENT
        limit = UNSURE if lacks or (standard.must_speak and not is_meant) else 1.0
        scores.append((key, round(min(limit, score), 3)))
    return sorted(scores, key=lambda item: (-item[1], item[0]))


def _is_template(table: Table, standard: Standard) -> bool:
    """Whether the columns are those of the standard's own template, but for a few that somebody took out."""
    titles = {fold(field.title_de) for field in standard.fields}
    headers = {fold(column) for column in table.frame.columns}
    return headers <= titles and len(headers) >= max(3.0, _MOST * len(titles))


def _sure_columns(mapping: Mapping) -> set[str]:
    """Columns that surely serve a field; coordinates count nothing, nor do numbers under any header."""
    return {
        match.column for match in mapping.matches if match.confidence >= _SURE and match.field not in ("lat", "lon")
    }


def _served(table: Table, standard: Standard, mapping: Mapping) -> tuple[float, bool]:
    """How much of the standard the columns serve and how much of them it uses; whether a required field is missing.

    Coordinates count nothing: every list of places has them.
    """
    certain = {
        m.field: max(0.0, (m.confidence - 0.6) / 0.4)
        for m in mapping.matches
        if not standard.by_name[m.field].helper or m.how == "wide"
    }
    said = 0.8 if _sure_columns(mapping) & {c for c, _ in (mapping.unpivot.columns if mapping.unpivot else ())} else 0.3
    certain |= {name: said for name in (mapping.unpivot.set_fields if mapping.unpivot else ()) if name not in certain}
    certain |= {f.name: certain[f.year_of] for f in standard.fields if f.year_of in certain and f.name not in certain}
    weights = {
        f.name: (3.0 if f.required else 2.0 if f.expected or f.name in standard.key else 1.0)
        for f in standard.fields
        if f.name not in ("lat", "lon")
    }
    made = _made(mapping, standard)
    lacks = any(f.required and f.name not in made for f in standard.fields)
    lacks |= any(not made.intersection(group) for group in standard.required_any)
    fulfilled = sum(weights.get(name, 0.0) * score for name, score in certain.items())
    columns = [c for c in table.frame.columns if not c.startswith("geometry")]
    used = len(_sure_columns(mapping)) / max(1, min(len(columns), _MANY))
    fulfilled /= sum(weights.values()) or 1.0
    return (0.6 * fulfilled + 0.4 * min(1.0, used)) * (_LACKING if lacks else 1.0), lacks


def _made(mapping: Mapping, standard: Standard) -> frozenset[str]:
    """Fields that will have values: also years of dates, and what is made of others."""
    served = mapping.served
    made = {f.name for f in standard.all_fields if f.year_of in served or (f.compose and served & set(f.composed))}
    return served | made


def _rows(table: Table) -> pl.Series:
    """The first rows, each as one text."""
    head = table.frame.head(_ROWS)
    if not head.height or not head.width:
        return pl.Series("row", [], dtype=pl.String)
    line = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).str.to_lowercase().str.replace_all("_", " ")
    return head.select(line.alias("row")).to_series()


def _plain(text: str) -> str:
    return text.lower().replace("_", " ")


def _is_named(standard: Standard, told: str) -> bool:
    """Whether the words speak for the standard, and not against it."""
    for word in standard.foreign_words:
        told = told.replace(_plain(word), " ")
    return bool(standard.file_words) and re.search(_pattern(standard.file_words), told) is not None


def _share(standard: Standard, rows: pl.Series) -> float:
    """Share of the rows in which a word speaks for the standard."""
    if not standard.file_words or not len(rows):
        return 0.0
    for word in standard.foreign_words:
        rows = rows.str.replace_all(_plain(word), " ", literal=True)
    return int(rows.str.contains(_pattern(standard.file_words)).sum()) / len(rows)


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> str:
    plain = [(re.escape(_plain(word)), len(word)) for word in words]
    return "|".join(rf"\b{word}" if length <= _SHORT else word for word, length in plain)
