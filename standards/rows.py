"""What holds for whole rows: rows of another kind, required fields, rows that go with the one above."""

from __future__ import annotations

import re

import polars as pl

from standards.faults import Fault
from standards.headers import fold
from standards.work import Work


def refuse_other_kinds(work: Work, refused: pl.Series) -> list[Fault]:
    """Rows that describe something else (the city itself among its car parks), and sums among their summands."""
    faults = []
    for rule in work.standard.refuse:
        if rule.field not in work.values:
            continue
        text = work.values[rule.field].cast(pl.String)
        words = {fold(word) for word in rule.words}
        shape = re.compile(rule.pattern, re.IGNORECASE) if rule.pattern else None
        found = [
            value
            for value in text.unique().drop_nulls().to_list()
            if fold(value) in words or (shape and shape.search(value))
        ]
        if not found:
            continue
        mask = text.is_in(found).fill_null(value=False)
        if rule.total and mask.all():
            continue
        mask, refused = mask & ~refused, refused | mask
        if not mask.any():
            continue
        code = "totals_row" if rule.total else "not_this_standard"
        faults.append(Fault(code, work.shown_column(rule.field), mask, text, rule.message_de))
    return faults


def require(work: Work) -> None:
    """Required fields that are empty, where nothing else is wrong with that very cell."""
    for wanted in work.standard.all_fields:
        if not wanted.required:
            continue
        values = work.values.get(wanted.name)
        empty = values.is_null() if values is not None else work.nulls(pl.Int8).is_null()
        for fault in work.faults:
            if fault.field == wanted.name:
                empty &= ~fault.mask
        if wanted.name in ("lat", "lon"):
            empty &= work.values["lat"].is_null()
        work.fault("required_missing", wanted.name, empty, None)
    for group in work.standard.required_any:
        present = [work.values[name] for name in group if name in work.values]
        frame = pl.DataFrame([series.alias(str(number)) for number, series in enumerate(present)])
        empty = (
            frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
            if present
            else work.nulls(pl.Int8).is_null()
        )
        titles = ", ".join(f"„{work.standard.by_name[name].title_de}“" for name in group if name != "lon")
        work.fault("required_any_missing", group[0], empty, None, titles)


def fill_down(work: Work) -> None:
    """Rows that have none of the fields a standard names take them from the row above: one thing, several lines."""
    names = [name for name in work.standard.fill_down if name in work.values]
    if not names or work.mapping.unpivot or not work.height:
        return
    frame = pl.DataFrame({"t": work.groups, **{name: work.values[name] for name in names}})
    lacking = frame.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    if work.overall is not None:
        lacking = lacking & ~_fill_from_before(work, frame, lacking, names)
    if not lacking.any():
        return
    # all of them from one row: an empty cell of the row above stays empty
    placed = frame.select("t", lacking.alias("l"), i=pl.int_range(pl.len(), dtype=pl.Int64))
    source = placed.select(pl.when(~pl.col("l")).then("i").forward_fill().over("t").alias("i")).to_series()
    filled = lacking & source.is_not_null()
    for name in names:
        taken = work.values[name].gather(source)
        work.changed("filled_down", work.shown_column(name), filled & taken.is_not_null(), taken, taken)
        work.values[name] = work.values[name].zip_with(~filled, taken)
        work.repeated.pop(name, None)


def _fill_from_before(work: Work, frame: pl.DataFrame, lacking: pl.Series, names: list[str]) -> pl.Series:
    """The first rows of a part, which take what the part before said last; what this one says last is kept."""
    saying = (~lacking).arg_true()
    first = int(saying[0]) if len(saying) else work.height
    here = pl.int_range(work.height, eager=True) < first
    overall = work.overall
    if overall is None:
        return here
    if overall.above is not None and first:
        for name in names:
            taken = overall.above[name].new_from_index(0, work.height)
            work.changed("filled_down", work.shown_column(name), here & taken.is_not_null(), taken, taken)
            work.values[name] = work.values[name].zip_with(~here, taken)
            work.repeated.pop(name, None)
    if len(saying):
        overall.above = frame[int(saying[-1]) :].head(1)
    return here
