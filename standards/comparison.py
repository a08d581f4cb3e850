"""The facts of a file against the version before it and against Kommunen of the same size: questions, never rejections.

What does not belong here: the facts themselves (`facts`), relations within one row (`plausibility`), where earlier
facts and those of others come from (`connectors.facts`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from standards.definition import Standard
from standards.facts import SKETCH, Column, Facts
from standards.german import said
from standards.messages import say
from standards.model import Finding, Severity
from standards.plausibility import ask
from standards.rules import Plausibility

_FEWEST = 20
"""Rows from which on a comparison without a rule of the standard says anything."""

SIZE_CLASSES = (5_000, 20_000, 100_000, 500_000)
"""Inhabitants at which the size classes of the BBSR begin: village, small, middle-sized, large town, metropolis."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The facts of another Kommune's current version."""

    facts: Facts
    inhabitants: int | None


def size_class(inhabitants: int) -> int:
    """0 (village) to 4 (metropolis)."""
    return sum(inhabitants >= limit for limit in SIZE_CLASSES)


def compare(
    standard: Standard,
    facts: Facts,
    before: Facts | None,
    peers: Sequence[Peer] = (),
    inhabitants: int | None = None,
) -> list[Finding]:
    """Questions about the file against the version before and against Kommunen of the same size."""
    asked = []
    for rule in standard.plausibility:
        now = _measure(rule, facts, inhabitants)
        if rule.compare == "previous" and before is not None:
            then = _measure(rule, before, inhabitants)
            if _unlike(rule, now, then):
                asked.append(ask(rule, now=said(now), before=said(then)))
        elif rule.compare == "peers":
            theirs = [one for peer in peers if (one := _measure(rule, peer.facts, peer.inhabitants)) is not None]
            typical = median(theirs) if theirs else None
            if len(theirs) >= rule.minimum_peers and _unlike(rule, now, typical):
                asked.append(ask(rule, now=said(now), typical=said(typical), peers=len(theirs)))
    if before is not None:
        counted = any(rule.compare == "previous" and rule.measure == "rows" for rule in standard.plausibility)
        asked += [*_rows_changed(facts, before, is_ruled=counted), *_columns_changed(standard, facts, before)]
        asked += _keys_gone(facts, before)
    return asked


def _measure(rule: Plausibility, facts: Facts, inhabitants: int | None) -> float | None:
    column = facts.columns.get(rule.field, Column())
    values: dict[str, float | None] = {
        "rows": facts.rows,
        "sum": column.total,
        "median": column.median,
        "distinct": column.distinct,
        "filled": 100 * column.filled / facts.rows if facts.rows else None,
    }
    value = values[rule.measure]
    if value is None or rule.per_inhabitants is None:
        return value
    return value * rule.per_inhabitants / inhabitants if inhabitants else None


def _unlike(rule: Plausibility, now: float | None, then: float | None) -> bool:
    if now is None or then is None or max(abs(now), abs(then)) < _least(rule):
        return False
    ratio = now / then if then else math.inf if now else 1.0
    return (rule.at_least is not None and ratio < rule.at_least) or (rule.at_most is not None and ratio > rule.at_most)


def _least(rule: Plausibility) -> float:
    """The limit below which nothing is asked is one of counts: it means nothing for rates and means."""
    return 0.0 if rule.per_inhabitants or rule.measure in ("median", "filled") else rule.minimum


def _rows_changed(now: Facts, before: Facts, *, is_ruled: bool) -> list[Finding]:
    if is_ruled or max(now.rows, before.rows) < _FEWEST or 0.5 * before.rows <= now.rows <= 2 * before.rows:
        return []
    text = say("rows_changed", value=said(now.rows), expected=said(before.rows))
    return [Finding(Severity.WARNING, "rows_changed", text)]


def _columns_changed(standard: Standard, now: Facts, before: Facts) -> list[Finding]:
    """Columns that are empty now, and values that are a power of ten of what they were: the unit has changed."""
    asked: list[Finding] = []
    if min(now.rows, before.rows) < 5:
        return asked
    for wanted in standard.fields:
        new, old = now.columns.get(wanted.name, Column()), before.columns.get(wanted.name, Column())
        title = wanted.title_de
        if old.filled >= 0.5 * before.rows and new.filled <= 0.05 * now.rows:
            text = say("column_emptied", column=title, value=said(old.filled), expected=said(new.filled))
            asked.append(Finding(Severity.WARNING, "column_emptied", text, column=title))
            continue
        first, last = old.median, new.median
        if first and last and min(old.filled, new.filled) >= 5 and _is_unit(last / first):
            text = say("unit_changed", column=title, value=said(last), expected=said(first))
            asked.append(Finding(Severity.WARNING, "unit_changed", text, column=title))
    return asked


def _is_unit(ratio: float) -> bool:
    """About 10, 100, 1000 or a part of it: a mistaken unit, not growth."""
    power = math.log10(ratio) if ratio > 0 else 0.0
    return abs(power) >= 0.9 and abs(power - round(power)) <= 0.1 and abs(power) < 6.5


def _keys_gone(now: Facts, before: Facts) -> list[Finding]:
    """How many of the keys before come no more, by the smallest hashes of both."""
    if min(now.rows, before.rows) < _FEWEST or not now.keys or not before.keys:
        return []
    # beyond the greatest hash that is kept of the new ones nothing is known
    limit = now.keys[-1] if len(now.keys) == SKETCH else math.inf
    comparable = [one for one in before.keys if one <= limit]
    gone = 1 - len({*comparable} & {*now.keys}) / len(comparable) if comparable else 0.0
    if gone <= 0.5 or now.rows < 0.5 * before.rows:
        return []
    return [Finding(Severity.WARNING, "keys_gone", say("keys_gone", value=round(100 * gone)))]
