"""The search for wide columns in the making: local to one table under one rule."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from standards.definition import Standard
from standards.messages import say
from standards.model import Finding, Severity
from standards.places_matching import Sampler
from standards.wide_rules import Wide

SHOWN = 8
"""Columns a sentence names before it says „…“."""
Said = list[tuple[str, dict[str, str]]]


@dataclass
class Search:
    """One table under one rule."""

    rule: Wide
    standard: Standard
    columns: tuple[str, ...]
    by_field: dict[str, str]
    """Field → the column that serves it."""
    values: Sampler
    frame: pl.DataFrame
    findings: list[Finding] = field(default_factory=list)
    cells: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Value column → (field, the column whose cells say it)."""
    certain: bool = False

    def tell(self, code: str, severity: Severity, columns: list[str], **parts: object) -> None:
        shown = ", ".join(f"„{column}“" for column in columns[:SHOWN]) + (" …" if len(columns) > SHOWN else "")
        text = say(code, column=shown, **{"value": "", "expected": "", **parts})
        self.findings.append(Finding(severity, code, text, column=columns[0] if columns else None))
