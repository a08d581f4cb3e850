"""One cell that holds two fields (`Populus tremula, Espe`), as a standard declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf

import polars as pl

from standards.definition import Split, Standard
from standards.headers import fold, forms
from standards.mapping import Source
from standards.model import ColumnMatch
from standards.places_matching import Sampler
from standards.samples import share
from standards.words import map_unique

ENOUGH = 0.4
"""Share of sampled cells that must hold both fields."""


def find_splits(
    standard: Standard,
    columns: tuple[str, ...],
    taken: dict[str, str],
    by_field: dict[str, tuple[str, str, float]],
    values: Sampler,
) -> tuple[list[Source], list[ColumnMatch]]:
    """Sources of split fields. Changes `taken` and `by_field`: a split column no longer serves one field alone."""
    sources: list[Source] = []
    matches: list[ColumnMatch] = []
    for number, rule in enumerate(standard.split):
        own = [by_field[name][0] for name in rule.fields if name in by_field]
        if len(set(own)) > 1 or any(source in taken.values() and source not in by_field for source in rule.fields):
            continue
        wanted = {fold(word) for word in rule.columns}
        named = [
            column for column in columns if column not in taken and any(form in wanted for form, _ in forms(column))
        ]
        column = next((name for name in [*own, *named] if _holds_both(rule, values(name))), None)
        if column is None:
            _alone(rule, named, by_field, taken, values)
            continue
        for name in rule.fields:
            if by_field.get(name, ("",))[0] == column:
                del by_field[name]
            sources.append(Source(name, "split", (column,), rule=number))
            matches.append(ColumnMatch(column, name, "split", 0.93))
        taken[column] = rule.fields[0]
    return sources, matches


def _holds_both(rule: Split, sampled: tuple[str, ...]) -> bool:
    return bool(sampled) and share(sampled, lambda value: any(re.match(p, value) for p in rule.patterns)) >= ENOUGH


def _alone(
    rule: Split,
    named: list[str],
    by_field: dict[str, tuple[str, str, float]],
    taken: dict[str, str],
    values: Sampler,
) -> None:
    """A column of the split's names that holds just one of the fields (`Baumart` with German names only)."""
    if not named or not values(named[0]):
        return
    sampled = values(named[0])
    fitting = [name for name, pattern in rule.alone.items() if share(sampled, re.compile(pattern).match) >= 0.6]
    name = fitting[0] if fitting else rule.fields[-1]
    if name not in by_field and not any(by_field[other][0] == named[0] for other in rule.fields if other in by_field):
        by_field[name] = (named[0], "content", 0.85 if fitting else 0.8)
        taken[named[0]] = name


def split_cells(text: pl.Series, rule: Split) -> dict[str, pl.Series]:
    """Field → its part of each cell; cells without both go to the field they fit alone, else to the last."""
    shape = pl.Struct(dict.fromkeys(rule.fields, pl.String))
    parts = pl.DataFrame({"p": map_unique(text, lambda value: dict(_parts(rule, value)), shape)}).unnest("p")
    return {name: parts[name] for name in rule.fields}


def _parts(rule: Split, value: str) -> MappingOf[str, str | None]:
    empty: dict[str, str | None] = dict.fromkeys(rule.fields)
    for pattern in rule.patterns:
        found = re.match(pattern, value)
        if found:
            return empty | {
                name: part.strip(" ,;") for name, part in found.groupdict().items() if part and part.strip(" ,;")
            }
    for name, pattern in rule.alone.items():
        if re.match(pattern, value):
            return empty | {name: value}
    return empty | {rule.fields[-1]: value}
