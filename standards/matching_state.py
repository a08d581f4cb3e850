"""The matching of one table in the making: which column is taken for which field, and what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from standards.definition import FieldDef, Standard
from standards.messages import say
from standards.model import Finding, Severity, Table
from standards.places_matching import Sampler


@dataclass
class State:
    """The matching in the making: local to one call of `match_table`."""

    table: Table
    standard: Standard
    columns: tuple[str, ...]
    sampler: Sampler
    taken: dict[str, str] = field(default_factory=dict)
    """Column → field."""
    by_field: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    """Field → (column, how, confidence)."""
    also: dict[str, list[str]] = field(default_factory=dict)
    """Field → further columns that fill its gaps."""
    questions: list[Finding] = field(default_factory=list)
    sampled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    """Fields that no column may have: what the file says of its unit cannot be used."""
    unfit: dict[str, FieldDef] = field(default_factory=dict)
    """Column → the field it is called like, though its content is none."""

    def values(self, column: str) -> tuple[str, ...]:
        if column not in self.sampled:
            self.sampled[column] = self.sampler(column)
        return self.sampled[column]

    def ask(
        self,
        code: str,
        column: str | None = None,
        value: str = "",
        expected: str = "",
        severity: Severity = Severity.WARNING,
    ) -> None:
        text = say(code, column=column, value=value, expected=expected)
        self.questions.append(Finding(severity, code, text, column=column))

    def take(self, column: str, name: str, how: str, confidence: float) -> None:
        self.taken[column] = name
        self.by_field[name] = (column, how, round(confidence, 3))
