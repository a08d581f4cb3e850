"""Units of number columns: named in the header or the cell, or told by the size of the whole column."""

from __future__ import annotations

import math
from functools import partial

import polars as pl

from standards.definition import FieldDef
from standards.headers import UNIT_WORDS, factor, unit_of_size
from standards.messages import say
from standards.model import Finding, Severity
from standards.numbers import Numbers
from standards.work import Work

FEW_SIZES = 3
"""With fewer values the size of a column says nothing."""


def in_unit(wanted: FieldDef, values: pl.Series, numbers: Numbers, unit: str | None) -> pl.Series:
    """Header unit and units named in cells, to the field's unit."""
    by_header = factor(unit, wanted.unit) or 1.0
    if numbers.units is not None and len(numbers.units) and numbers.units.null_count() < len(numbers.units):
        named = numbers.units.unique().drop_nulls().to_list()
        scales = pl.Series("s", [factor(name, wanted.unit) or 1.0 for name in named], dtype=pl.Float64)
        return _scaled(values, numbers.units.replace_strict(named, scales, default=by_header, return_dtype=pl.Float64))
    return values if by_header == 1.0 else _scaled(values, by_header)


def unit_by_values(work: Work, wanted: FieldDef, values: pl.Series, *, is_named: bool) -> pl.Series:
    """A unit nobody names is told by the size of the whole column, with a question; a named one is only doubted."""
    scales: dict[int, float] = {}
    sizes = pl.DataFrame({"g": work.groups, "v": values}).filter(pl.col("v") > 0)
    sizes = sizes.group_by("g", maintain_order=True).agg(s=pl.col("v").log().sum(), n=pl.len())
    if work.overall is not None:
        clue = (float(sizes["s"].sum()), int(sizes["n"].sum()))
        told = work.overall.add(("unit", wanted.name), clue, _more_sizes, partial(_told_by_size, wanted))()
        tables = dict.fromkeys(work.tables, told)
    else:
        tables = {group: _told_by_size(wanted, (logs, count)) for group, logs, count in sizes.iter_rows()}
    for group, found in tables.items():
        if found is None:
            continue
        code = "unit_doubtful" if is_named else "unit_by_values"
        column = work.origins.get(wanted.name, wanted.title_de)
        text = say(code, column=column, value=found[2], expected=UNIT_WORDS[found[0]])
        work.notes.append((group, Finding(Severity.WARNING, code, text, column=column)))
        if not is_named:
            scales[group] = found[1]
    if not scales:
        return values
    by = work.groups.replace_strict(list(scales), list(scales.values()), default=1.0, return_dtype=pl.Float64)
    return _scaled(values, by)


def _told_by_size(wanted: FieldDef, sizes: tuple[float, int]) -> tuple[str, float, str] | None:
    """(unit, factor, middle in words) of the unit the column's size tells, from logarithms summed and counted."""
    logs, count = sizes
    middle = math.exp(logs / count) if count >= FEW_SIZES else None
    told = None if middle is None else unit_of_size(wanted.unit, middle, wanted.usual)
    if middle is None or told is None:
        return None
    # one digit: parts of one table should not differ in the words
    return (*told, f"{float(f'{middle:.0e}'):g}".replace(".", ","))


def _more_sizes(one: tuple[float, int], other: tuple[float, int]) -> tuple[float, int]:
    return one[0] + other[0], one[1] + other[1]


def _scaled(values: pl.Series, by: pl.Series | float) -> pl.Series:
    """660 cm are 6.6 m, not 6.6000000000000005: nobody measures to twelve digits. What is not scaled stays exact."""
    scaled = (values * by).round_sig_figs(12)
    return scaled if isinstance(by, float) else scaled.zip_with(by != 1.0, values)
