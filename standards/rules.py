r"""The shape of a standard's rules: what waits for release by a person, what is asked about. Nothing is judged here.

In a `standard.toml`:

    [privacy]
    columns = ["Ansprechperson", "Mobil"]     # a file with such a column waits for a person's release
    public_columns = ["Telefon"]              # looks personal, is the office's own here: no question

    [[privacy.patterns]]                      # a published text that holds this waits for a person's release
    field = "name"                            # "": every published text
    pattern = '\bFamilie\s+[A-Z]\w+'
    question_de = "…"

    [[privacy.small_cells]]                   # counts of persons from 1 up to `threshold` wait, 0 does not
    field = "anzahl"
    threshold = 2
    when = { merkmal = "staatsangehoerigkeit" }

    [[plausibility]]                          # relation within a row
    name = "frei_hoechstens_kapazitaet"
    check = "frei <= kapazitaet"
    question_de = "In {count} von {total} Zeilen sind mehr Plätze frei als da sind ({example}). Stimmt das?"

    [[plausibility]]                          # the file against the version of the same dataset before it
    name = "bestand_vorher"
    compare = "previous"
    measure = "rows"
    at_least = 0.5                            # now ÷ before; outside of the two it asks
    at_most = 2.0
    question_de = "Statt {before} sind es jetzt {now}. Stimmt das?"

    [[plausibility]]                          # the file against Kommunen of the same size class
    name = "bestand_andere"
    compare = "peers"
    measure = "rows"
    per_inhabitants = 1000
    at_most = 20.0                            # now ÷ median of the peers
    question_de = "{now} je 1000 Einwohner, vergleichbare Kommunen haben {typical}. Stimmt das?"

No rule rejects a row: privacy holds, plausibility asks. A cell without a value breaks no rule.
"""

from __future__ import annotations

import re
from functools import cached_property
from string import Formatter
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Operator = Literal["<=", "<", ">=", ">", "==", "!="]
Measure = Literal["rows", "sum", "median", "distinct", "filled"]
MOMENTS = ("this_year", "today")
"""Words of a relation that stand for the day of judging: the year as a number, the date as a date."""
_RELATION = re.compile(r"^\s*(?P<left>[^<>=!]+?)\s*(?P<op><=|>=|==|!=|<|>)\s*(?P<right>[^<>=!]+?)\s*$")
_TERM = re.compile(r"^(?:(?P<factor>\d+(?:\.\d+)?)\s*\*\s*)?(?P<word>[a-z][a-z0-9_]*)$|^(?P<number>\d+(?:\.\d+)?)$")
_SAID = {
    "row": {"count", "total", "example"},
    "previous": {"now", "before"},
    "peers": {"now", "typical", "peers"},
}


class Rule(BaseModel):
    """Everything in a `standard.toml` is frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(Rule):
    """Texts that are held for release."""

    pattern: str
    """Python regular expression, searched anywhere in the text."""
    question_de: str
    field: str = ""
    """Empty: every published text."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        re.compile(value)
        return value


class SmallCells(Rule):
    """Counts of persons so small that they may tell who is meant."""

    field: str
    threshold: int = Field(ge=1)
    """Values from 1 up to this are held; 0 tells nobody."""
    when: dict[str, str] = Field(default_factory=dict)
    """Field → value of the rows it is about; empty: all rows."""


class Privacy(Rule):
    """What a person must release before it is published. Adds to what the gate holds in every standard."""

    columns: tuple[str, ...] = ()
    """Headers that hold the file, compared as headers are matched (case, umlauts and punctuation do not matter)."""
    public_columns: tuple[str, ...] = ()
    """Headers that look personal to the gate and are not: the telephone of the office itself."""
    patterns: tuple[Pattern, ...] = ()
    small_cells: tuple[SmallCells, ...] = ()


class Term(NamedTuple):
    """One summand of a relation: `factor` × field or moment `word`, or the number `factor` where there is no word."""

    factor: float
    word: str


class Relation(NamedTuple):
    """`left op right`, each side a sum of terms. What is empty in a row makes the relation hold there."""

    left: tuple[Term, ...]
    op: str
    right: tuple[Term, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(term.word for term in (*self.left, *self.right) if term.word and term.word not in MOMENTS)


def parse_relation(text: str) -> Relation:
    """`gueltige + ungueltige <= waehler`, `pflanzjahr <= this_year`, `2 * frei <= kapazitaet`. Raises ValueError."""
    found = _RELATION.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no relation: write FIELD <= FIELD, with + between summands")
    return Relation(_terms(found["left"]), found["op"], _terms(found["right"]))


def _terms(text: str) -> tuple[Term, ...]:
    terms = []
    for part in text.split("+"):
        found = _TERM.match(part.strip())
        if found is None:
            raise ValueError(f"{part.strip()!r}: a summand is a field, a number, 2 * field, or one of {MOMENTS}")
        if found["word"] == "today" and "+" in text:
            raise ValueError("today is a day and stands alone: nothing can be added to it")
        terms.append(Term(float(found["number"] or found["factor"] or 1), found["word"] or ""))
    return tuple(terms)


class Plausibility(Rule):
    """A question to the Kommune about what is possible and unlikely. Exactly one of `check` and `compare`."""

    name: str
    """Key of the rule within its standard: an answer is kept under it."""
    question_de: str
    """Asks one thing. May say {count}, {total}, {example} (first row: number and values) where it is about rows,
    {now}, {before} against the previous version, {now}, {typical}, {peers} (their number) against others."""
    check: str = ""
    when: dict[str, str] = Field(default_factory=dict)
    """Field → value of the rows it is about; empty: all rows."""
    compare: Literal["previous", "peers"] | None = None
    measure: Measure = "rows"
    """What is compared: rows, or sum, median, number of different or share of filled values of `field`."""
    field: str = ""
    per_inhabitants: float | None = None
    """The measure is divided by the Kommune's inhabitants and multiplied by this."""
    at_least: float | None = None
    at_most: float | None = None
    """Limits of now ÷ before, or of now ÷ median of the peers."""
    minimum: float = 5
    """No question where neither of the two compared measures reaches this: 1 of 3 is no news."""
    minimum_peers: int = 5
    """No question with fewer Kommunen to compare with."""

    @cached_property
    def kind(self) -> Literal["row", "previous", "peers"]:
        return self.compare or "row"

    @cached_property
    def relation(self) -> Relation:
        """Raises ValueError where the rule is none of rows."""
        return parse_relation(self.check)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the standard that the rule names."""
        named = self.relation.fields if self.check else (self.field,) if self.field else ()
        return (*named, *self.when)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.check) == bool(self.compare):
            raise ValueError(f"plausibility {self.name!r}: give either check or compare")
        if self.check:
            parse_relation(self.check)
        elif self.at_least is None and self.at_most is None:
            raise ValueError(f"plausibility {self.name!r}: give at_least, at_most or both")
        if self.compare and (self.measure == "rows") == bool(self.field):
            raise ValueError(f"plausibility {self.name!r}: rows have no field, every other measure has one")
        said = {name for _, name, _, _ in Formatter().parse(self.question_de) if name is not None}
        if unknown := said - _SAID[self.kind]:
            raise ValueError(
                f"plausibility {self.name!r}: a question of this kind cannot say {{{'}, {'.join(sorted(unknown))}}}; "
                f"known: {', '.join(sorted(_SAID[self.kind]))}"
            )
        return self
