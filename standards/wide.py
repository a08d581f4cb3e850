"""Wide → long, as a standard declares it: which columns are one value under several headers; the unpivoting."""

from __future__ import annotations

import re

import polars as pl

from standards.definition import FieldDef, Standard, Wide
from standards.headers import fold, unit_of
from standards.mapping import VIRTUAL, Unpivot
from standards.messages import say
from standards.model import ColumnMatch, Finding, Severity
from standards.places_matching import Sampler
from standards.samples import code_words, is_number, share
from standards.words import missing_mask, stripped

HEADER = VIRTUAL + "header"
VALUE = VIRTUAL + "value"


def find_unpivot(
    standard: Standard, columns: tuple[str, ...], taken: set[str], served: set[str], values: Sampler
) -> tuple[Unpivot, tuple[ColumnMatch, ...], tuple[Finding, ...]] | None:
    """The first rule that holds: enough matching columns, nearly all their values numbers."""
    for rule in standard.wide:
        if not set(rule.needs) <= served:
            continue
        found = [
            (column, said)
            for column in columns
            if column not in taken and (said := _remembered(rule, column, standard)) is not None
        ]
        found = [(column, said) for column, said in found if values(column) and share(values(column), is_number) >= 0.8]
        found, questions = _first_of_each(found)
        if len(found) >= rule.minimum_columns:
            spec = Unpivot(rule.value, tuple((c, tuple(sorted(s.items()))) for c, s in _shared(found)), _unit(found))
            matches = tuple(
                ColumnMatch(column, rule.value, "wide", 0.8 if rule.any_header else 0.95) for column, _ in found
            )
            return spec, matches, questions
    return None


def _remembered(rule: Wide, column: str, standard: Standard) -> dict[str, str] | None:
    """`_says`, asked once per header: many files of a Land share theirs."""
    key = (standard.wide.index(rule), column)
    if key not in standard.said:
        standard.said[key] = _says(rule, column, standard)
    return standard.said[key]


def _says(rule: Wide, column: str, standard: Standard) -> dict[str, str] | None:
    """Field → value that the header of a column says, or None if the column is none of the rule's."""
    header = re.sub(r"\s+", " ", column).strip()
    if rule.exclude and re.search(rule.exclude, header, re.IGNORECASE):
        return None
    for wide in rule.columns:
        match = re.match(wide.pattern, header, re.IGNORECASE)
        if not match:
            continue
        said = {name: text.strip() for name, text in match.groupdict().items() if text}
        said |= {name: header if text == "$header" else text for name, text in wide.set.items()}
        coded = {name: _coded(standard.by_name[name], text) for name, text in said.items()}
        if None not in coded.values():
            return {name: text for name, text in coded.items() if text}
    return None


def _coded(field: FieldDef, text: str) -> str | None:
    if not field.codes or not field.closed:
        return text
    return code_words(field).get(fold(text))


def _first_of_each(
    found: list[tuple[str, dict[str, str]]],
) -> tuple[list[tuple[str, dict[str, str]]], tuple[Finding, ...]]:
    """Two columns that say the same would count twice: the first is used, the other asked about."""
    kept: dict[tuple[tuple[str, str], ...], str] = {}
    out, questions = [], []
    for column, said in found:
        key = tuple(sorted(said.items()))
        if key in kept:
            text = say("column_twice", column=column, value=kept[key], expected=", ".join(said.values()))
            questions.append(Finding(Severity.WARNING, "column_twice", text, column=column))
        else:
            kept[key] = column
            out.append((column, said))
    return out, tuple(questions)


def _shared(found: list[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    """What only some headers say, and say alike, holds for all (`Neutor (gesamt)` beside `FR stadteinwärts`)."""
    names = {name for _, said in found for name in said}
    single: dict[str, str] = {}
    for name in names:
        told = {said[name] for _, said in found if name in said}
        if len(told) == 1 and any(name not in said for _, said in found):
            single[name] = told.pop()
    return [(column, {**single, **said}) for column, said in found]


def _unit(found: list[tuple[str, dict[str, str]]]) -> str | None:
    units = {unit_of(column) for column, _ in found}
    return units.pop() if len(units) == 1 else None


def unpivot(frame: pl.DataFrame, spec: Unpivot) -> tuple[pl.DataFrame, pl.Series]:
    """The long frame (the file's columns, header, value, what the header said) and the table of each empty cell."""
    parts = []
    for order, (column, said) in enumerate(spec.columns):
        extra = {VIRTUAL + name: pl.lit(text, dtype=pl.String) for name, text in said}
        absent = {VIRTUAL + name: pl.lit(None, dtype=pl.String) for name in spec.set_fields if name not in dict(said)}
        parts.append(
            frame.with_columns(
                **{VALUE: pl.col(column), HEADER: pl.lit(column), VIRTUAL + "order": pl.lit(order)}, **extra, **absent
            )
        )
    long = pl.concat([part.select(sorted(part.columns)) for part in parts]).sort(
        VIRTUAL + "i", VIRTUAL + "order", maintain_order=True
    )
    text = stripped(long[VALUE])
    empty = text.is_null() | missing_mask(text)
    return long.filter(~empty), long.filter(empty)[VIRTUAL + "t"]
