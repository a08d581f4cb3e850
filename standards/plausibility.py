"""What is possible and unlikely within one row: relations of a standard that do not hold. It asks.

What does not belong here: comparing a file with others (`comparison`), any rejecting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from standards.definition import Standard
from standards.german import said
from standards.model import Broken, Finding, Severity
from standards.rules import Plausibility, Term

_COUNT = "\x1fn"


def broken(frame: pl.DataFrame, by: str, standard: Standard) -> dict[int, dict[str, Broken]]:
    """By table and rule: relations within rows that do not hold. A cell without a value breaks none."""
    rules = [one for one in standard.plausibility if one.check and set(one.fields) <= set(frame.columns)]
    heights = dict(frame.group_by(by).len().iter_rows()) if rules else {}
    found: dict[int, dict[str, Broken]] = {table: {} for table in heights}
    for rule in rules:
        names = list(dict.fromkeys(rule.relation.fields))
        mask = frame.select((~_holds(rule)).fill_null(value=False) & _meant(rule)).to_series()
        totals = dict(frame.filter(_meant(rule)).group_by(by).len().iter_rows()) if rule.when else heights
        for table, total in totals.items():
            found[table][rule.name] = Broken(0, total)
        if not mask.any():
            continue
        bad = frame.select(by, "_row", *names).filter(mask).group_by(by, maintain_order=True)
        for first in bad.agg(pl.len().alias(_COUNT), pl.all().first()).to_dicts():
            cells = ", ".join(f"{standard.by_name[name].title_de} {said(first[name])}" for name in names)
            one = Broken(first[_COUNT], totals[first[by]], f"Zeile {first['_row']}: {cells}")
            found[first[by]][rule.name] = one
    return found


def more_broken(one: Mapping[str, Broken], other: Mapping[str, Broken]) -> dict[str, Broken]:
    """The same of two parts of a table."""
    both = dict(one)
    for name, new in other.items():
        old = both.get(name, Broken(0, 0))
        both[name] = Broken(old.count + new.count, old.total + new.total, old.example or new.example)
    return both


def _meant(rule: Plausibility) -> pl.Expr:
    wanted = [pl.col(name).cast(pl.String) == value for name, value in rule.when.items()]
    return pl.all_horizontal(pl.lit(value=True), *wanted).fill_null(value=False)


def _holds(rule: Plausibility) -> pl.Expr:
    left, op, right = rule.relation
    one, other = _side(left), _side(right)
    made = {"<=": one <= other, "<": one < other, ">=": one >= other, ">": one > other, "==": one == other}
    return made.get(op, one != other)


def _side(terms: tuple[Term, ...]) -> pl.Expr:
    parts = [_term(term) for term in terms]
    total = parts[0]
    for part in parts[1:]:
        total += part
    return total


def _term(term: Term) -> pl.Expr:
    today = datetime.now(UTC).date()
    if not term.word:
        return pl.lit(term.factor)
    if term.word == "today":
        return pl.lit(today)
    value = pl.lit(today.year) if term.word == "this_year" else pl.col(term.word)
    return value if term.factor == 1 else value * term.factor


def row_questions(standard: Standard, found: Mapping[str, Broken]) -> list[Finding]:
    """A question for each relation that does not hold in some rows."""
    return [
        ask(rule, count=said(one.count), total=said(one.total), example=one.example)
        for rule in standard.plausibility
        if (one := found.get(rule.name)) is not None and one.count
    ]


def ask(rule: Plausibility, **values: object) -> Finding:
    text = rule.question_de.format(**values)
    return Finding(Severity.WARNING, "implausible", text, column=rule.field or None, value=rule.name)
