"""Fields found by what stands in the columns, where names do not tell; and fields of several columns."""

from __future__ import annotations

import re
from collections.abc import Iterable

from standards.definition import Compose, FieldDef, Part, Standard
from standards.headers import fold, forms
from standards.mapping import Source
from standards.model import ColumnMatch
from standards.moments import looks_like_moment
from standards.places_matching import Sampler
from standards.samples import fits_field, is_number, share

ENOUGH = 3
"""Fewer values say nothing about a column without a telling name."""
SURE = 0.8
MOST = 0.6
"""Share of values that fit a part of a composed field, or a pattern that only this field has."""
_MUTE = re.compile(
    r"(?:spalte|column|feld|field|col|var|unnamed|attribut|wert|value|[a-z])?[\s_:.-]*\d{0,3}", re.IGNORECASE
)


def is_mute(column: str) -> bool:
    """Whether a header says nothing about its column (`spalte_3`, `F1`, `Unnamed: 2`)."""
    return bool(_MUTE.fullmatch(column.strip()))


def find_by_content(
    standard: Standard, free: Iterable[str], served: set[str], values: Sampler
) -> tuple[dict[str, tuple[str, float]], list[tuple[str, str]]]:
    """Field → (column, confidence) where just one column can be it; and (column, field) that a person must confirm."""
    found: dict[str, tuple[str, float]] = {}
    asked: list[tuple[str, str]] = []
    left = [column for column in free if len(values(column)) >= ENOUGH]
    for field in standard.all_fields:
        if field.name in served or field.name in ("lat", "lon"):
            continue
        fitting = [column for column in left if _fits(field, values(column))]
        if not fitting:
            continue
        sure = [column for column in fitting if field.by_content or is_mute(column)]
        if len(sure) == 1 and (field.by_content or _only_one(field, standard, served)):
            found[field.name] = (sure[0], 0.8)
            left.remove(sure[0])
        elif not field.helper and (field.required or field.expected or field.by_content or field.codes):
            asked += [(column, field.name) for column in fitting[:3]]
    return found, asked


def _fits(field: FieldDef, sampled: tuple[str, ...]) -> bool:
    if field.by_content:
        return share(sampled, re.compile(field.by_content).match) >= MOST
    if field.codes and field.closed:
        return fits_field(field, sampled) >= SURE and not all(map(is_number, sampled))
    if field.type in ("date", "datetime") and not field.date_part:
        return share(sampled, lambda value: looks_like_moment(value) and not is_number(value)) >= SURE
    return False


def _only_one(field: FieldDef, standard: Standard, served: set[str]) -> bool:
    """Whether no other free field could be such a column too."""
    alike = [other for other in standard.all_fields if other.type == field.type and other.name not in served]
    return bool(field.codes) or len(alike) == 1


def find_composed(
    standard: Standard, columns: tuple[str, ...], by_field: dict[str, tuple[str, str, float]], values: Sampler
) -> tuple[list[Source], list[ColumnMatch]]:
    """Sources of fields whose parts stand in columns of their own. Changes `by_field`."""
    sources: list[Source] = []
    matches: list[ColumnMatch] = []
    for number, rule in enumerate(standard.compose):
        parts = _parts(rule, columns, values)
        own = by_field.get(rule.field)
        if parts is None or (own and (own[1] == "told" or own[0] not in parts)):
            continue
        by_field.pop(rule.field, None)
        sources.append(Source(rule.field, "compose", tuple(parts), rule=number))
        matches += [ColumnMatch(column, rule.field, "joined", 0.92) for column in parts if column]
    return sources, matches


def _parts(rule: Compose, columns: tuple[str, ...], values: Sampler) -> list[str] | None:
    """The column of each part ("" for an optional one that is not there), or None if the rule does not apply."""
    chosen: list[str] = []
    for part in rule.parts:
        column = _column_of(part, [column for column in columns if column not in chosen], values)
        if column is None and not part.optional:
            return None
        chosen.append(column or "")
    return chosen


def _column_of(part: Part, columns: list[str], values: Sampler) -> str | None:
    wanted = {fold(word): rank for rank, word in enumerate(part.columns)}
    named = sorted(
        (rank, place, column)
        for place, column in enumerate(columns)
        for rank in [min((wanted[form] for form, _ in forms(column) if form in wanted), default=-1)]
        if rank >= 0
    )
    fits = re.compile(part.pattern).match
    return next(
        (c for _, _, c in named if (values(c) or part.optional) and share(values(c), fits) >= MOST),
        None,
    )
