"""The shape of a `standard.toml`. Nothing is loaded here (see `registry`) and nothing is judged."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from standards.compounds import meanings
from standards.fields import DTYPES, Code, FieldDef, Frozen
from standards.headers import fold
from standards.row_rules import Choose, Compose, Derive, Figures, Part, Refuse, SameThing, Split
from standards.rules import Plausibility, Privacy
from standards.wide_rules import Wide

__all__ = [
    "DTYPES", "Choose", "Code", "Compose", "Derive", "FieldDef", "Figures", "Part", "Refuse", "SameThing", "Split",
    "Standard",
]  # fmt: skip
COUNT_WORDS = frozenset({"anzahl", "gesamt"})
"""Words that say only that a number follows: they tell no two numbers apart, and fit no text."""


class Standard(Frozen):
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
    figures: tuple[Figures, ...] = ()
    levels: str | None = None
    """Field that says the level of an area: sums among the rows are levels, where a column says it."""
    sums: tuple[Literal["whole", "nested"], ...] = ()
    """Rows refused as sums beside those called so: in wide files one that is the sum of all others; sums of the rows
    right before or after them."""
    records: str | None = None
    """Columns of this name hold a list of records in each cell (nested files): each record becomes a row."""
    sections: dict[str, str] = Field(default_factory=dict)
    """Field → pattern of a row's only cell, the first, that says it (group 1) for all rows below."""
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
        found += [("figures", (r.field, r.value, *r.by, *r.words, *r.apart)) for r in self.figures]
        found += [("sections", tuple(self.sections))]
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
        return said - self._unsaid or said - COUNT_WORDS or said

    @cached_property
    def _unsaid(self) -> frozenset[str]:
        return COUNT_WORDS.union(*(meanings(word) for word in self.subject))

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
