"""What is possible and unlikely: relations within rows, the version before, other Kommunen of the same size. It asks.

The facts of a table are a small value that can be kept, and added up over the parts of a table. What does not belong
here: where earlier facts and those of others come from (`connectors.facts`), any rejecting.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any, Self

import polars as pl

from standards.definition import Standard
from standards.german import said
from standards.messages import say
from standards.model import Broken, Finding, Severity
from standards.rules import Plausibility, Term

SKETCH = 256
"""Smallest hashes kept to tell how many different values there are and how many of them come again."""
_BINS = 40
"""Bins a decade in which values are counted for the median: it is right to about 3 %."""
_SPACE = 2.0**64
_COUNT = "\x1fn"
_FEWEST = 20
"""Rows from which on a comparison without a rule of the standard says anything."""
SIZE_CLASSES = (5_000, 20_000, 100_000, 500_000)
"""Inhabitants at which the size classes of the BBSR begin: village, small, middle-sized, large town, metropolis."""


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one field's values."""

    filled: int = 0
    total: float = 0.0
    bins: Mapping[int, int] = field(default_factory=dict)
    """Logarithm (in `_BINS` a decade, signed, 0 for zero) → how many."""
    sketch: tuple[int, ...] = ()

    def plus(self, other: Column) -> Column:
        bins = dict(self.bins)
        for number, count in other.bins.items():
            bins[number] = bins.get(number, 0) + count
        sketch = tuple(sorted({*self.sketch, *other.sketch})[:SKETCH])
        return Column(self.filled + other.filled, self.total + other.total, bins, sketch)

    @property
    def median(self) -> float | None:
        half, seen = sum(self.bins.values()) / 2, 0
        for number in sorted(self.bins):
            seen += self.bins[number]
            if seen >= half:
                return math.copysign(10 ** ((abs(number) - 1) / _BINS - 6), number) if number else 0.0
        return None

    @property
    def distinct(self) -> float:
        if len(self.sketch) < SKETCH:
            return len(self.sketch)
        return round((SKETCH - 1) * _SPACE / (self.sketch[-1] + 1))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a table's accepted rows."""

    rows: int = 0
    columns: Mapping[str, Column] = field(default_factory=dict)
    keys: tuple[int, ...] = ()
    """Sketch of the rows' keys."""

    def plus(self, other: Self) -> Facts:
        names = {**self.columns, **other.columns}
        both = {name: self.columns.get(name, Column()).plus(other.columns.get(name, Column())) for name in names}
        return Facts(self.rows + other.rows, both, tuple(sorted({*self.keys, *other.keys})[:SKETCH]))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        columns = {
            name: Column(one["filled"], one["total"], {int(k): v for k, v in one["bins"].items()}, tuple(one["sketch"]))
            for name, one in data["columns"].items()
        }
        return Facts(data["rows"], columns, tuple(data["keys"]))


def facts_by(frame: pl.DataFrame, by: str, standard: Standard) -> dict[int, Facts]:
    """The facts of the accepted rows of many tables, told apart by the number in column `by`."""
    if not frame.height:
        return {}
    numeric = [one.name for one in standard.fields if one.type in ("integer", "number") and one.name in frame.columns]
    named = {rule.field for rule in standard.plausibility if rule.measure == "distinct"}
    names = [one.name for one in standard.fields if one.name in frame.columns]
    key = [name for name in standard.key if name in frame.columns]
    texts = frame.select(by, *[pl.col(name).hash(11).alias(name) for name in sorted(named)])
    if key:
        texts = texts.with_columns(frame.select(key).hash_rows(seed=7).alias("\x1fkey"))
    smallest = texts.group_by(by).agg(pl.exclude(by).unique().bottom_k(SKETCH).sort())
    sketches = {row[by]: row for row in smallest.iter_rows(named=True)}
    sums = frame.group_by(by).agg(
        pl.len().alias("\x1frows"),
        *[pl.col(name).count().alias(f"{name}\x1ffilled") for name in names],
        *[pl.col(name).sum().alias(f"{name}\x1ftotal") for name in numeric],
    )
    bins = {name: _bins(frame, by, name) for name in numeric}
    found: dict[int, Facts] = {}
    for row in sums.iter_rows(named=True):
        number = row[by]
        columns = {
            name: Column(
                row[f"{name}\x1ffilled"],
                float(row.get(f"{name}\x1ftotal") or 0.0),
                bins.get(name, {}).get(number, {}),
                tuple(sketches[number].get(name) or ()) if name in named else (),
            )
            for name in names
        }
        found[number] = Facts(row["\x1frows"], columns, tuple(sketches[number].get("\x1fkey") or ()))
    return found


def facts_of(frame: pl.DataFrame, standard: Standard) -> Facts:
    """The facts of one table's accepted rows."""
    return facts_by(frame.with_columns(pl.lit(0).alias("\x1fone")), "\x1fone", standard).get(0, Facts())


def _bins(frame: pl.DataFrame, by: str, name: str) -> dict[int, dict[int, int]]:
    value = pl.col(name).cast(pl.Float64)
    size = ((value.abs().clip(1e-6).log10() + 6) * _BINS).round(0).cast(pl.Int32) + 1
    number = pl.when(value == 0).then(0).when(value < 0).then(-size).otherwise(size)
    counted = frame.select(by, b=number).drop_nulls().group_by(by, "b").len()
    found: dict[int, dict[int, int]] = {}
    for table, size_bin, count in counted.iter_rows():
        found.setdefault(table, {})[size_bin] = count
    return found


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
        _ask(rule, count=said(one.count), total=said(one.total), example=one.example)
        for rule in standard.plausibility
        if (one := found.get(rule.name)) is not None and one.count
    ]


def _ask(rule: Plausibility, **values: object) -> Finding:
    text = rule.question_de.format(**values)
    return Finding(Severity.WARNING, "implausible", text, column=rule.field or None, value=rule.name)


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
                asked.append(_ask(rule, now=said(now), before=said(then)))
        elif rule.compare == "peers":
            theirs = [one for peer in peers if (one := _measure(rule, peer.facts, peer.inhabitants)) is not None]
            typical = median(theirs) if theirs else None
            if len(theirs) >= rule.minimum_peers and _unlike(rule, now, typical):
                asked.append(_ask(rule, now=said(now), typical=said(typical), peers=len(theirs)))
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
