"""Wide → long, as a standard declares it: which columns are one value under several headers; the unpivoting.

What a header says stands in `wide_headers`, the proof by sums in `wide_sums`, the shape of a rule in `wide_rules`.
"""

from __future__ import annotations

import re

import polars as pl

from standards.definition import Standard
from standards.headers import unit_of
from standards.mapping import VIRTUAL, Unpivot
from standards.model import ColumnMatch, Finding, Severity
from standards.numbers import parse_number
from standards.places_matching import Sampler
from standards.samples import is_number, share
from standards.wide_headers import once, said_by
from standards.wide_left_out import counted, first_of_each, only_proven, shares_only, without_balance, without_sums
from standards.wide_rules import Wide
from standards.wide_search import Said, Search
from standards.words import missing_mask, stripped

HEADER = VIRTUAL + "header"
VALUE = VIRTUAL + "value"


def find_unpivot(  # noqa: PLR0917  all of them are the state of one matching
    standard: Standard,
    columns: tuple[str, ...],
    taken: set[str],
    by_field: dict[str, str],
    values: Sampler,
    frame: pl.DataFrame,
) -> tuple[Unpivot, tuple[ColumnMatch, ...], tuple[Finding, ...]] | None:
    """The first rule that holds: enough matching columns, nearly all their values numbers."""
    tries = [(rule, rule.minimum_columns) for rule in standard.wide] + [
        (rule, 1) for rule in standard.wide if rule.alone
    ]
    for rule, least in tries:
        repeated = {by_field[name] for name in rule.repeat if name in by_field}
        free = tuple(column for column in columns if column not in taken or column in repeated)
        search = Search(rule, standard, free, by_field, values, frame)
        found = _found(search)
        if found is None or len(found) < least:
            continue
        said = _shared(found) if rule.columns else _in_time(standard, found)
        cells = tuple((column, search.cells[column]) for column, _ in found if column in search.cells)
        headers = tuple((column, tuple(sorted(told.items()))) for column, told in said)
        spec = Unpivot(rule.value, headers, _unit(found), cells, is_loose=rule.any_header)
        confidence = 0.97 if search.certain else 0.8 if rule.any_header else 0.95
        matches = [ColumnMatch(column, rule.value, "wide", confidence) for column, _ in found]
        for _, own in cells:
            matches += [ColumnMatch(column, name, "wide", confidence) for name, column in own]
        return spec, tuple(matches), tuple(search.findings)
    return None


def _found(search: Search) -> Said | None:
    """The columns of the rule and what each says; None where the rule does not hold."""
    rule = search.rule
    if not set(rule.needs) <= search.by_field.keys() or (rule.unless and set(rule.unless) <= search.by_field.keys()):
        return None
    if rule.repeat:
        return _repeated(search) if _needed(search) else None
    found = [
        (column, said) for column in search.columns if (said := said_by(rule, column, search.standard)) is not None
    ]
    skipped = [column for column, _ in found if rule.skip and re.search(rule.skip, column, re.IGNORECASE)]
    found = [(column, said) for column, said in found if column not in skipped and _numeric(search, column)]
    if rule.twins and not _in_pairs(search, found):
        return None
    if rule.twins:
        found = _named_pairs(rule, found)
    found = without_balance(search, without_sums(search, found))
    found = only_proven(search, first_of_each(search, found))
    if shares_only(search, found) or not (search.certain or _needed(search) or _known(search, found)):
        return None
    if rule.each and not _each_pattern(rule, found):
        return None
    if skipped:
        search.tell("wide_skipped", Severity.INFO, skipped)
    used = {column for column, _ in found}
    inside = [c for c in search.columns if c not in used and rule.inside and re.search(rule.inside, c, re.IGNORECASE)]
    if inside and found:
        search.tell("persons_inside", Severity.INFO, inside)
    return found


def _needed(search: Search) -> bool:
    return all(any(name in search.by_field for name in group) for group in search.rule.needs_any)


def _known(search: Search, found: Said) -> bool:
    known, unknown = search.rule.known, search.rule.unknown
    if not known or (unknown and any(re.search(unknown, column, re.IGNORECASE) for column in search.frame.columns)):
        return False
    return sum(1 for column, _ in found if re.search(known, column, re.IGNORECASE)) >= 2


def _each_pattern(rule: Wide, found: Said) -> bool:
    return all(any(re.match(wide.pattern, column, re.IGNORECASE) for column, _ in found) for wide in rule.columns)


def _numeric(search: Search, column: str) -> bool:
    """Nearly all values are numbers; whole ones, where a count is wanted (a twin column may hold shares)."""
    missing = search.standard.by_name[search.rule.value].missing
    sampled = tuple(value for value in search.values(column) if value not in missing)
    if not sampled:
        return bool(search.rule.twins) or bool(search.values(column))
    if share(sampled, is_number) < 0.8:
        return False
    if not counted(search):
        return True
    whole = share(sampled, lambda text: (found := parse_number(text)) is not None and _is_count(found))
    if whole < 0.7:
        search.tell("wide_skipped", Severity.INFO, [column])
    return whole >= 0.7


def _is_count(found: object) -> bool:
    return getattr(found, "thousands", None) is not None or float(getattr(found, "value", 0.5)).is_integer()


def _in_pairs(search: Search, found: Said) -> bool:
    """Twins stand side by side, an even number of them, and both their fields of reference are served."""
    words = [next(iter(twin.values())) for twin in search.rule.twins or ()]
    fields = [search.rule.adds_up_to.get(word, ()) for word in words]
    if len(found) < 2 or len(found) % 2 or not all(any(n in search.by_field for n in group) for group in fields):
        return False
    places = [search.columns.index(column) for column, _ in found]
    return places == list(range(places[0], places[0] + len(places)))


def _named_pairs(rule: Wide, found: Said) -> Said:
    """Each pair's columns with what tells them apart and the pair's one name."""
    out: Said = []
    for (first, _), (second, _) in zip(found[::2], found[1::2], strict=True):
        named = once(second) if not re.fullmatch(r"spalte_\d+", second) else once(first)
        for column, twin in zip((first, second), rule.twins or (), strict=True):
            out.append((column, {**twin, rule.twin_name or "": named}))
    return out


def _repeated(search: Search) -> Said | None:
    """`Partei;Stimmen;Partei;Stimmen`: each value column with the columns of its own group."""
    groups: list[dict[str, str]] = [{}]
    for column in search.columns:
        header = once(column)
        name = next((n for n, p in search.rule.repeat.items() if re.fullmatch(p, header, re.IGNORECASE)), None)
        if name is None:
            continue
        if name in groups[-1]:
            groups.append({})
        groups[-1][name] = column
    whole = [group for group in groups if group.keys() == search.rule.repeat.keys()]
    if len(whole) < 2:
        return None
    for group in whole:
        search.cells[group[search.rule.value]] = tuple(
            (name, column) for name, column in group.items() if name != search.rule.value
        )
    return [(group[search.rule.value], {}) for group in whole]


def _shared(found: Said) -> Said:
    """What only some headers say, and say alike, holds for all (`Neutor (gesamt)` beside `FR stadteinwärts`)."""
    names = {name for _, said in found for name in said}
    single: dict[str, str] = {}
    for name in names:
        told = {said[name] for _, said in found if name in said}
        if len(told) == 1 and any(name not in said for _, said in found):
            single[name] = told.pop()
    return [(column, {**single, **said}) for column, said in found]


def _in_time(standard: Standard, found: Said) -> Said:
    """A day or year that only some headers say, and say alike, holds for all (`Einwohner 2022` beside `weiblich`)."""
    timed = {f.name for f in standard.fields if f.type in ("date", "datetime", "year")}
    told = {(name, text) for _, said in found for name, text in said.items() if name in timed}
    return [(column, {**dict(told), **said}) for column, said in found] if len(told) == 1 else found


def _unit(found: Said) -> str | None:
    units = {unit_of(column) for column, _ in found}
    return units.pop() if len(units) == 1 else None


def unpivot(frame: pl.DataFrame, spec: Unpivot, missing: tuple[str, ...] = ()) -> tuple[pl.DataFrame, pl.Series]:
    """The long frame (the file's columns, header, value, what the header said) and the table of each empty cell.

    `missing`: words that stand for an empty cell of this value.
    """
    parts = []
    cells = dict(spec.cells)
    for order, (column, said) in enumerate(spec.columns):
        extra = {VIRTUAL + name: pl.lit(None, dtype=pl.String) for name in spec.set_fields}
        extra |= {VIRTUAL + name: pl.lit(text, dtype=pl.String) for name, text in said}
        extra |= {VIRTUAL + name: pl.col(own) for name, own in cells.get(column, ())}
        parts.append(
            frame.with_columns(
                **{VALUE: pl.col(column), HEADER: pl.lit(column), VIRTUAL + "order": pl.lit(order)}, **extra
            )
        )
    long = pl.concat([part.select(sorted(part.columns)) for part in parts]).sort(
        VIRTUAL + "i", VIRTUAL + "order", maintain_order=True
    )
    text = stripped(long[VALUE])
    empty = text.is_null() | missing_mask(text, missing)
    return long.filter(~empty), long.filter(empty)[VIRTUAL + "t"]
