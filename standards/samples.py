"""What the first values of a column look like; used for matching only, never for converting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate

import polars as pl

from standards.definition import FieldDef
from standards.headers import fold
from standards.moments import looks_like_moment, looks_like_time
from standards.numbers import parse_number
from standards.quarters import end_of_month
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
    return _said(head.to_list())


def _said(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(filter(None, map(_bare, values)))


@lru_cache(maxsize=65536)
def _bare(value: str | None) -> str:
    """A value without blanks around it; empty where it says that nothing is known."""
    text = value.strip() if value else ""
    return "" if text.lower() in MISSING_WORDS else text


class Samples:
    """`sample` of many tables with the same columns, taken from the first rows of all of them at once."""

    def __init__(self, frames: Sequence[pl.DataFrame]) -> None:
        self._frames = frames
        heads = [frame.head(SAMPLE) if frame.height <= 20 * SAMPLE else frame.clear() for frame in frames]
        self._ends = list(accumulate(head.height for head in heads))
        self._heads = pl.concat(heads)
        self._cells: dict[str, list[str | None]] = {}

    def of(self, place: int, column: str) -> tuple[str, ...]:
        """What `sample` gives for the table at this place."""
        frame = self._frames[place]
        if column not in self._cells:
            self._cells[column] = self._heads[column].to_list()
        end = self._ends[place]
        cells = self._cells[column][self._ends[place - 1] if place else 0 : end]
        # in a head of few values a longer table shows others, further down
        if frame.height > 20 * SAMPLE or (frame.height > SAMPLE and cells.count(None) > SAMPLE // 2):
            return sample(frame, column)
        return _said(cells)


def share(values: tuple[str, ...], fits: Callable[[str], object]) -> float:
    """Share of values for which `fits` is true; 1.0 for no values."""
    if not values:
        return 1.0
    return sum(1 for value in values if fits(value)) / len(values)


def needs_content(field: FieldDef) -> bool:
    """Whether the content of a column can speak against this field at all."""
    return (
        field.type != "string"
        or field.digits is not None
        or bool(field.codes and field.closed)
        or field.name in ("datum", "uhrzeit", "uhrzeit_ende")
    )


def fits_field(field: FieldDef, values: tuple[str, ...]) -> float:  # noqa: PLR0911  one answer per type
    """Share of sampled values that could be this field's (1.0 where anything may be)."""
    if field.digits is not None:
        key = re.compile(rf"\d{{{field.digits - 1},{field.digits}}}(?:[.,]0+)?$")
        return share(values, lambda value: key.match(re.sub(r"\s", "", value)))
    if field.codes and field.closed:
        words = code_words(field)
        return share(values, lambda value: fold(value) in words)
    if field.type in ("number", "integer"):
        return share(values, is_number)
    if field.type == "year":
        return share(
            values,
            lambda value: bool(_YEAR.match(value)) or value == "0" or looks_like_moment(value) or is_number(value),
        )
    if field.type in ("date", "datetime"):
        months = field.months
        return share(values, lambda value: looks_like_moment(value) or (months and end_of_month(value) is not None))
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
    return field.code_words
