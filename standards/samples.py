"""What the first values of a column look like; used for matching only, never for converting."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import polars as pl

from standards.definition import Code, FieldDef
from standards.headers import fold
from standards.moments import looks_like_moment, looks_like_time
from standards.numbers import parse_number
from standards.words import MISSING_WORDS, NO_WORDS, YES_WORDS

SAMPLE = 20
_YEAR = re.compile(r"(?:18|19|20)\d\d(?:[.,]0+)?$")


def sample(frame: pl.DataFrame, column: str) -> tuple[str, ...]:
    """Up to `SAMPLE` filled values of a column: the first ones, and in long tables some from the middle."""
    series = frame.get_column(column)
    head = series.head(SAMPLE)
    if len(series) > 20 * SAMPLE:
        head = head.append(series.gather_every(max(1, len(series) // SAMPLE)))
    if head.null_count() > len(head) - SAMPLE // 2:
        filled = series.drop_nulls()
        head = filled.gather_every(max(1, len(filled) // (2 * SAMPLE)))
    return tuple(
        text for value in head.to_list() if value and (text := value.strip()) and text.lower() not in MISSING_WORDS
    )


def share(values: tuple[str, ...], fits: Callable[[str], object]) -> float:
    """Share of values for which `fits` is true; 1.0 for no values."""
    if not values:
        return 1.0
    return sum(1 for value in values if fits(value)) / len(values)


def needs_content(field: FieldDef) -> bool:
    """Whether the content of a column can speak against this field at all."""
    return (
        field.type != "string"
        or bool(field.codes and field.closed)
        or field.name in ("datum", "uhrzeit", "uhrzeit_ende")
    )


def fits_field(field: FieldDef, values: tuple[str, ...]) -> float:  # noqa: PLR0911  one answer per type
    """Share of sampled values that could be this field's (1.0 where anything may be)."""
    if field.codes and field.closed:
        return share(values, lambda value: fold(value) in code_words(field))
    if field.type in ("number", "integer"):
        return share(values, is_number)
    if field.type == "year":
        return share(
            values,
            lambda value: bool(_YEAR.match(value)) or value == "0" or looks_like_moment(value) or is_number(value),
        )
    if field.type in ("date", "datetime"):
        return share(values, looks_like_moment)
    if field.type == "boolean":
        return share(values, lambda value: value.lower() in YES_WORDS or value.lower() in NO_WORDS)
    if field.helper and field.name in ("datum", "uhrzeit", "uhrzeit_ende"):
        return share(values, looks_like_time if field.name.startswith("uhrzeit") else looks_like_moment)
    return 1.0


@lru_cache(maxsize=65536)
def is_number(value: str) -> bool:
    return parse_number(value) is not None


def code_words(field: FieldDef) -> dict[str, str]:
    """Folded word → code value, of a field's codelist."""
    return dict(_code_words(field.codes))


@lru_cache(maxsize=512)
def _code_words(codes: tuple[Code, ...]) -> tuple[tuple[str, str], ...]:
    words: dict[str, str] = {}
    for code in codes:
        for word in (code.value, code.title_de, *code.synonyms):
            if fold(word):
                words.setdefault(fold(word), code.value)
    return tuple(words.items())
