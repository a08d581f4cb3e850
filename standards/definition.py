"""The shape of a `standard.toml`. Nothing is loaded here (see `registry`) and nothing is judged."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from standards.compounds import meanings
from standards.headers import fold
from standards.model import FieldType
from standards.rules import Plausibility, Privacy
from standards.wide_rules import Wide

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_COUNT_WORDS = frozenset({"anzahl", "gesamt"})
DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "boolean": pl.Boolean(),
    "year": pl.Int32(),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(_Frozen):
    """One allowed value and the words that mean it."""

    value: str
    title_de: str = ""
    synonyms: tuple[str, ...] = ()
    level: str = ""
    """Another code of the same level of areas, where the codes are such levels."""


class FieldDef(_Frozen):
    """One field. `helper` fields are read to build others and are not published."""

    name: str
    type: FieldType
    title_de: str
    description_de: str
    description_en: str
    unit: str | None = None
    """Unit of the value: `m`, `cm`, `m2`, `eur`, `min`."""
    required: bool = False
    """A row without it is rejected."""
    expected: bool = False
    """A file without such a column is asked about, its rows are kept."""
    minimum: float | None = None
    maximum: float | None = None
    usual: tuple[float, float] | None = None
    """Where the middle of a whole column lies: trunks of 1.2 are metres, not centimetres, whatever one tree may be."""
    codes: tuple[Code, ...] = ()
    closed: bool = True
    """True: only the listed codes are allowed. False: other words stay as they are."""
    synonyms: tuple[str, ...] = ()
    """Other headers for the same thing, best first."""
    resolve: tuple[str, ...] = ()
    """An AGS that the name of the Gemeinde, and its Kreis, in these fields tell where none is written."""
    digits: int | None = None
    """A key of so many digits: a leading zero that a spreadsheet took comes back, anything else is a fault."""
    missing: tuple[str, ...] = ()
    """Words that mean "not known" in this field, such as `0` for a year."""
    fuzzy: bool = True
    helper: bool = False
    coalesce: bool = False
    """All matching columns are used, the first filled one wins."""
    join: tuple[str, ...] = ()
    """Helper fields that together make this one: street, house number, postcode, town."""
    separator: str | None = None
    """Likewise for a list: the different values of the `join` fields, with this between them."""
    span: tuple[str, ...] = ()
    """Two helper fields, from and to, that this one is made of or that belong behind it: `Sa` and 7 to 13 o'clock."""
    minus: tuple[str, ...] = ()
    """Two fields whose difference this is where it has no column of its own."""
    plus: tuple[str, ...] = ()
    """Fields whose sum this is where it has no column of its own and at least two of them have one."""
    compose: tuple[str, ...] = ()
    """Fields (`first|second`: the first that is filled) whose texts, joined by ` · `, say this; `compose_empty` where
    all are empty or say just that."""
    compose_empty: str = ""
    compose_all: str | None = None
    """Pattern of texts that mean everybody and say nothing more."""
    only_with: str | None = None
    """Another field without whose column this one has none."""
    content: str | None = None
    """Pattern that most values of a column must match for its name alone to count."""
    nameless: str | None = None
    """Pattern of all values by which a column without any header is known to be this."""
    named_by: str | None = None
    """A field that this one is the name of: a column with one of `standard.name_words` right behind that field's column
    is it."""
    named_alone: bool = False
    """Such a column is it also where no number stands before it, if no other field wants it more."""
    by_codes: bool = False
    """A column all of whose values are codes of this field is it, whatever its name, if no other column is."""
    is_level: bool = False
    """Its codes are levels of areas that hold one another: a table with several is told so."""
    year_of: str | None = None
    """A date field whose year this is where it has no column of its own."""
    date_part: str | None = None
    time_part: str | None = None
    """Helper fields of date and time that together make this moment."""
    from_context: tuple[str, ...] = ()
    """Patterns searched in the file's name, title lines and headers where no column serves; group 1 is the value."""
    by_content: str | None = None
    """Pattern that nearly all values of a column fit that is surely this field, whatever its header says."""
    form: Literal["botanical", "plain_name"] | None = None
    """How a text is written: botanical names without authors, names that are not in capitals throughout."""
    question_de: str | None = None
    """Asked of every file that has such a column: what it says cannot be known here. `{column}` is its header."""
    default: str | None = None
    """What holds for all rows where no column, header or context says the field."""
    free_text: bool = True
    """False: text that may hold telephone numbers or names by its nature is not judged by the privacy gate."""
    example: str = ""

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not _NAME.match(value):
            raise ValueError(f"a field name is lower case with underscores, not {value!r}")
        return value

    @property
    def composed(self) -> tuple[str, ...]:
        return tuple(name for entry in self.compose for name in entry.split("|"))

    @cached_property
    def code_words(self) -> dict[str, str]:
        """Folded word → code value, of the codelist; the first code that knows a word has it."""
        words: dict[str, str] = {}
        for code in self.codes:
            for word in (code.value, code.title_de, *code.synonyms):
                if fold(word):
                    words.setdefault(fold(word), code.value)
        return words

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.type]


class Split(_Frozen):
    """One cell that holds two fields. Patterns have one named group per field; `rest` takes what none matches."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    patterns: tuple[str, ...]
    alone: dict[str, str] = Field(default_factory=dict)
    """Field → pattern for a cell that holds just this one; the last field takes what nothing matches."""


class Part(_Frozen):
    """One column of a field that a file spreads over several: its headers and what nearly all its values fit."""

    columns: tuple[str, ...]
    pattern: str = "."
    optional: bool = False
    quote: str = ""
    """Put around a value that has no quotes: cultivars."""


class Compose(_Frozen):
    """A field whose parts stand in columns of their own: genus, species, cultivar."""

    field: str
    parts: tuple[Part, ...]
    separator: str = " "


class Derive(_Frozen):
    """A code that follows from how another field begins, where the named columns served it (empty: any)."""

    field: str
    source: str
    prefixes: dict[str, str]
    columns: tuple[str, ...] = ()


class Refuse(_Frozen):
    """Rows that are not of this standard at all: the field has one of these words, or its text matches `pattern`."""

    field: str
    words: tuple[str, ...] = ()
    pattern: str | None = None
    message_de: str = ""
    total: bool = False
    """The rows are sums of others: refused as totals rows, if the table has other rows."""


class Choose(_Frozen):
    """A field that is one of several columns, by what another field says (valid votes by the kind of vote)."""

    field: str
    by: str
    among: dict[str, str]
    """Code of `by` → the field with the value."""


class SameThing(_Frozen):
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


class Standard(_Frozen):
    """One standard, as its folder says it."""

    name: str
    version: str
    title_de: str
    title_en: str
    description_de: str
    description_en: str
    theme: str
    """DCAT theme code of the EU data-theme vocabulary: ENVI, TRAN, GOVE, ECON, REGI, SOCI, EDUC."""
    musterdatensatz: str
    """URI in the Musterdatenkatalog V4."""
    hvd_category: str | None = None
    """URI of the HVD category, Regulation (EU) 2023/138."""
    keywords: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    """Fields that many standards share (`shared_fields/`), put after the standard's own; its own win."""
    more_synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field → further headers for fields that came by `use`."""
    all_fields: tuple[FieldDef, ...] = Field(alias="fields")
    key: tuple[str, ...] = ()
    required_any: tuple[tuple[str, ...], ...] = ()
    """Of each group at least one field must be filled."""
    wide: tuple[Wide, ...] = ()
    split: tuple[Split, ...] = ()
    compose: tuple[Compose, ...] = ()
    derive: tuple[Derive, ...] = ()
    refuse: tuple[Refuse, ...] = ()
    choose: tuple[Choose, ...] = ()
    levels: str | None = None
    """Field that says the level of an area. Where no column serves it, a wide row that is the sum of all other rows is
    refused as their total."""
    records: str | None = None
    """Columns of this name hold a list of records in each cell (nested files): each record becomes a row."""
    name_words: tuple[str, ...] = ()
    """Headers that say „name“ and not of what: decided by the column before."""
    ignore: str | None = None
    """Columns with such a header are of no use: shares, changes, results of the time before."""
    noise: str | None = None
    """Words in headers that say nothing here and are dropped before comparing."""
    interval: tuple[str, str] | None = None
    """(minutes field, moment field): the step between moments where no column gives it."""
    file_words: tuple[str, ...] = ()
    """Words in a file's name, titles, headers or cells that speak for this standard."""
    foreign_words: tuple[str, ...] = ()
    """Words there that speak against it, though they may hold one of `file_words`."""
    must_speak: bool = False
    """The columns alone are too common: without one of `file_words` a person is asked."""
    repeats: bool = False
    """Rows that are alike word for word may be several things: they are asked about and not rejected."""
    fill_down: tuple[str, ...] = ()
    """A row that has none of these belongs to the one above and takes them from it."""
    duplicates: SameThing | None = None
    privacy: Privacy = Privacy()
    plausibility: tuple[Plausibility, ...] = ()
    subject: tuple[str, ...] = ()
    """What every row is: `Baum` adds nothing to `Baumhöhe` in a tree register."""

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        names = [field.name for field in self.all_fields]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"fields named twice: {', '.join(sorted(twice))}")
        for where, used in self._references():
            unknown = [name for name in used if name not in names]
            if unknown:
                raise ValueError(f"{where} names unknown fields: {', '.join(unknown)}")
        return self

    def _references(self) -> list[tuple[str, tuple[str, ...]]]:
        groups = tuple(name for group in self.required_any for name in group)
        found = [("key", self.key), ("required_any", groups), ("interval", self.interval or ())]
        found += [("wide", rule.fields()) for rule in self.wide]
        found += [("split", rule.fields) for rule in self.split]
        found += [("compose", (rule.field,)) for rule in self.compose]
        found += [("derive", (rule.field, rule.source)) for rule in self.derive]
        found += [("fill_down", self.fill_down)]
        if self.duplicates:
            same = self.duplicates
            found += [("duplicates", (*same.key, *same.optional, *((same.address,) if same.address else ())))]
        found += [("refuse", (rule.field,)) for rule in self.refuse]
        found += [("levels", (self.levels,) if self.levels else ())]
        found += [("choose", (rule.field, rule.by, *rule.among.values())) for rule in self.choose]
        found += [("privacy.patterns", (rule.field,)) for rule in self.privacy.patterns if rule.field]
        found += [("privacy.small_cells", (rule.field, *rule.when)) for rule in self.privacy.small_cells]
        found += [(f"plausibility {rule.name!r}", rule.fields) for rule in self.plausibility]
        found += [
            (
                f"fields.{f.name}",
                f.join
                + f.resolve
                + f.span
                + f.minus
                + f.plus
                + f.composed
                + tuple(filter(None, (f.date_part, f.time_part, f.year_of, f.named_by, f.only_with))),
            )
            for f in self.all_fields
        ]
        return found

    @cached_property
    def fields(self) -> tuple[FieldDef, ...]:
        """The published fields, in order."""
        return tuple(field for field in self.all_fields if not field.helper)

    @cached_property
    def by_name(self) -> dict[str, FieldDef]:
        return {field.name: field for field in self.all_fields}

    @property
    def has_places(self) -> bool:
        return "lat" in self.by_name and "lon" in self.by_name

    @cached_property
    def header_index(self) -> dict[str, tuple[tuple[str, str, float], ...]]:
        """Folded header → (field, `name` or `synonym`, score) of every field it may stand for."""
        index: dict[str, dict[str, tuple[str, float]]] = {}
        for field in self.all_fields:
            words = [("name", field.name, 1.0), ("name", field.title_de, 0.99)]
            words += [("synonym", word, 0.97 - 0.0003 * rank) for rank, word in enumerate(field.synonyms)]
            for how, word, score in words:
                index.setdefault(fold(word), {}).setdefault(field.name, (how, score))
        return {
            word: tuple((name, how, score) for name, (how, score) in found.items()) for word, found in index.items()
        }

    @cached_property
    def long_headers(self) -> tuple[str, ...]:
        """Folded headers that are long enough to be compared by likeness."""
        return tuple(word for word in self.header_index if len(word) >= 6)

    def meaning_of(self, said: frozenset[str]) -> frozenset[str]:
        """A header's meanings without what goes without saying in this standard."""
        return said - self._unsaid or said - _COUNT_WORDS or said

    @cached_property
    def _unsaid(self) -> frozenset[str]:
        return _COUNT_WORDS.union(*(meanings(word) for word in self.subject))

    @cached_property
    def meaning_index(self) -> dict[frozenset[str], tuple[str, str]]:
        """Meanings → (field, its word) where just one field has a name or synonym of these meanings."""
        index: dict[frozenset[str], dict[str, str]] = {}
        for field in self.all_fields:
            for word in (field.name, field.title_de, *field.synonyms):
                index.setdefault(self.meaning_of(meanings(word)), {}).setdefault(field.name, word)
        return {said: next(iter(found.items())) for said, found in index.items() if len(found) == 1}

    @cached_property
    def scores(self) -> dict[tuple[str, ...], list[tuple[float, str, str, str]]]:
        """Room for matching to remember header lines it has seen: many files of a Land share one."""
        return {}

    @cached_property
    def said(self) -> dict[tuple[int, str], dict[str, str] | None]:
        """Likewise for what wide columns say: (number of the rule, header) → field → value."""
        return {}

    def schema(self) -> dict[str, pl.DataType]:  # type: ignore[override]  # pydantic's own is deprecated
        """Field → polars type of accepted rows, without `_row`. Moments are naive German local time."""
        return {field.name: field.dtype for field in self.fields}
