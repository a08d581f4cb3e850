"""The shape of a standard's rules about columns that belong together and about whole rows."""

from __future__ import annotations

from pydantic import Field

from standards.fields import Frozen


class Split(Frozen):
    """One cell that holds two fields. Patterns have one named group per field; `rest` takes what none matches."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    patterns: tuple[str, ...]
    alone: dict[str, str] = Field(default_factory=dict)
    """Field → pattern for a cell that holds just this one; the last field takes what nothing matches."""


class Part(Frozen):
    """One column of a field that a file spreads over several: its headers and what nearly all its values fit."""

    columns: tuple[str, ...]
    pattern: str = "."
    optional: bool = False
    quote: str = ""
    """Put around a value that has no quotes: cultivars."""


class Compose(Frozen):
    """A field whose parts stand in columns of their own: genus, species, cultivar."""

    field: str
    parts: tuple[Part, ...]
    separator: str = " "


class Derive(Frozen):
    """A code that follows from how another field begins, where the named columns served it (empty: any)."""

    field: str
    source: str
    prefixes: dict[str, str]
    columns: tuple[str, ...] = ()


class Refuse(Frozen):
    """Rows that are not of this standard at all: the field has one of these words, or its text matches `pattern`."""

    field: str
    words: tuple[str, ...] = ()
    pattern: str | None = None
    message_de: str = ""
    total: bool = False
    """The rows are sums of others: refused as totals rows, if the table has other rows."""


class Choose(Frozen):
    """A field that is one of several columns, by what another field says (valid votes by the kind of vote)."""

    field: str
    by: str
    among: dict[str, str]
    """Code of `by` → the field with the value."""


class Figures(Frozen):
    """Rows whose `field` names a figure (`Wahlberechtigte`): its `value` goes to a field of the area's other rows."""

    field: str
    value: str
    by: tuple[str, ...]
    """Fields that say the area."""
    words: dict[str, tuple[str, ...]]
    """Field to fill → the words that name it."""
    apart: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field to fill → further fields in which the rows must agree (valid votes of one kind)."""


class SameThing(Frozen):
    """When rows of two datasets are the same thing in the statewide table; without it, only if alike in every field."""

    key: tuple[str, ...]
    """The fields that name the thing; all filled, but those in `optional`."""
    optional: tuple[str, ...] = ()
    near_m: float | None = None
    """Things of one key are one only within so many metres."""
    address: str | None = None
    """The field that decides where one of the two has no coordinates."""
    once: bool = False
    """The thing stands only once in a file: a second row like it in every field says nothing new."""
