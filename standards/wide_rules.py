"""The shape of the `[[wide]]` rules of a `standard.toml`. Nothing is decided here (see `wide` and `wide_headers`)."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from standards.fields import Frozen


def _compiled(pattern: str | None) -> str | None:
    re.compile(pattern or "")
    return pattern


class WideColumn(Frozen):
    """Columns whose whole header matches `pattern` hold the value; named groups and `set` (`$header`) say what for."""

    pattern: str
    set: dict[str, str] = Field(default_factory=dict)

    _compiles = field_validator("pattern")(_compiled)


class WidePart(Frozen):
    """One thing a header may say anywhere in it: a year, a sex, an age group.

    The field gets `value`, or the text of the pattern's first group (else of the whole match). Without a field the
    words are known, and say nothing.
    """

    pattern: str
    field: str | None = None
    value: str | None = None

    _compiles = field_validator("pattern")(_compiled)


class Wide(Frozen):
    """Wide → long: several columns of one value, told apart by their headers.

    A column belongs to the rule if one of `columns` matches its whole header, or if nothing is left of the header after
    all `parts` are taken out of it and at least one of them said a field (or `subject` is in it).
    """

    value: str
    columns: tuple[WideColumn, ...] = ()
    parts: tuple[WidePart, ...] = ()
    subject: str | None = None
    """Words that make a column one of the value's even where no part says a field (`Einwohner`)."""
    repeat: dict[str, str] = Field(default_factory=dict)
    """Field → header of columns that come again and again side by side (`Partei;Stimmen;Partei;Stimmen`): one of them
    is the value's, the others' cells say what for."""
    twins: tuple[dict[str, str], dict[str, str]] | None = None
    """The columns stand in pairs, first this, then that (`CDU;CDU`: first and second vote); the name is the pair's."""
    twin_name: str | None = None
    """The field that gets a pair's name: of the second header, else of the first."""
    exclude: str | None = None
    skip: str | None = None
    """Shares and sums of the same things: not used, but named in a finding."""
    minimum_columns: int = 1
    alone: bool = False
    """Where no rule holds, one column is enough: it is called like the value, and its header says more."""
    each: bool = False
    """Every one of `columns` must have found a column."""
    needs: tuple[str, ...] = ()
    """Fields that must have a column for the rule to apply."""
    unless: tuple[str, ...] = ()
    """Fields that must not all have a column."""
    needs_any: tuple[tuple[str, ...], ...] = ()
    """Of each group one field must have a column."""
    sum_of_others: dict[str, str] = Field(default_factory=dict)
    """Field → the value that is the sum of its other values: such columns are left out beside the others."""
    balance: dict[str, tuple[str, str]] = Field(default_factory=dict)
    """Field → two of its values: beside columns of both, one that says neither is their difference and is left out."""
    inside: str | None = None
    """Headers of columns that are parts of the others (persons within a list): named in a finding, never counted."""
    adds_up_to: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What a header says of `adds_up_by` ("" for nothing) → fields the columns add up to, row by row. Where they do,
    the match is certain, and columns that do not belong are found out."""
    adds_up_by: str | None = None
    proof: bool = False
    """Where the sums can be looked at, they must hold, or the rule does not."""
    with_total: bool = False
    """The column they add up to is one of the values too."""
    known: str | None = None
    """Headers of which two stand for all `needs`: nothing else is called like this."""
    unknown: str | None = None
    """A header of the table by which `known` proves nothing: seats beside parties."""
    any_header: bool = False
    """The last pattern takes whatever is left: less certain."""

    _compiles = field_validator("exclude", "skip", "subject", "known", "unknown", "inside")(_compiled)

    @model_validator(mode="after")
    def _tells_columns_apart(self) -> Self:
        if not (self.columns or self.parts or self.repeat):
            raise ValueError("a wide rule has columns, parts or repeat")
        return self

    def fields(self) -> tuple[str, ...]:
        """All fields the rule names."""
        named = [
            self.value,
            *self.needs,
            *self.unless,
            *self.repeat,
            *self.sum_of_others,
            *self.balance,
            *(self.twins or ({}, {}))[0],
        ]
        named += self.balance
        named += [name for group in self.needs_any for name in group]
        named += [name for group in self.adds_up_to.values() for name in group]
        named += [part.field for part in self.parts if part.field]
        named += [name for column in self.columns for name in column.set]
        return tuple(dict.fromkeys([*named, *filter(None, (self.twin_name, self.adds_up_by))]))
