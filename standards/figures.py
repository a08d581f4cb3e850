"""Rows that are no record of their own but say a figure of all rows of their area: electors, voters, valid votes."""

from __future__ import annotations

import polars as pl

from standards.headers import fold
from standards.messages import say
from standards.model import Finding, Severity
from standards.row_rules import Figures
from standards.work import Work

_AT = "\x1fat"


def take_figures(work: Work) -> pl.Series:
    """Fills fields from rows that name them; the mask of the rows that are done with that.

    A row whose figure nobody needs, or whose area says two of them, stays what it was.
    """
    used = work.nulls(pl.Boolean).fill_null(value=False)
    if work.overall is not None:
        # the rows of an area may lie in two parts
        return used
    for rule in work.standard.figures:
        if rule.field in work.values and rule.value in work.values:
            used |= _taken(work, rule)
    for number, count in pl.DataFrame({"t": work.groups, "u": used}).group_by("t").agg(pl.col("u").sum()).iter_rows():
        if count:
            work.notes.append((number, Finding(Severity.INFO, "figures_taken", say("figures_taken", value=count))))
    return used


def _taken(work: Work, rule: Figures) -> pl.Series:
    text = work.values[rule.field]
    named = {fold(word): target for target, words in rule.words.items() for word in words}
    targets = {value: named[fold(value)] for value in text.unique().drop_nulls().to_list() if fold(value) in named}
    used = work.nulls(pl.Boolean).fill_null(value=False)
    if not targets:
        return used
    says = text.replace_strict(targets, default=None, return_dtype=pl.String)
    for target in dict.fromkeys(targets.values()):
        names = [name for name in (*rule.by, *rule.apart.get(target, ())) if name in work.values]
        frame = pl.DataFrame(
            {"t": work.groups, "says": says, "value": work.values[rule.value], **{n: work.values[n] for n in names}}
        ).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(_AT))
        keys = ["t", *names]
        own = frame.filter((pl.col("says") == target) & pl.col("value").is_not_null())
        told = own.group_by(keys).agg(pl.col("value").first(), pl.col("value").n_unique().alias("n"), pl.col(_AT))
        told = told.filter(pl.col("n") == 1)
        records = frame.filter(pl.col("says").is_null()).select(*keys, pl.col(_AT).alias("i"))
        found = records.join(told, on=keys, how="inner", nulls_equal=True)
        if not found.height:
            continue
        _fill(work, target, found)
        used = used.scatter(found.explode(_AT)[_AT].unique(), values=True)
    return used


def _fill(work: Work, target: str, found: pl.DataFrame) -> None:
    wanted = work.standard.by_name[target]
    own = work.values.get(target, work.nulls(wanted.dtype))
    made = work.nulls(wanted.dtype).scatter(found["i"], found["value"].cast(wanted.dtype))
    lacking = own.is_null() & made.is_not_null()
    work.values[target] = own.zip_with(~lacking, made)
    work.repeated.pop(target, None)
    work.changed("derived", wanted.title_de, lacking, made, made)
