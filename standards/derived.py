"""Fields that follow from others of the same row, and what is told of them. Order matters: see `derive`."""

from __future__ import annotations

from functools import partial

import polars as pl

from standards.definition import Choose, Derive, FieldDef
from standards.headers import fold
from standards.keys_of_places import keys_of_names
from standards.messages import say
from standards.model import Finding, Severity
from standards.same import same_in_all
from standards.steps import intervals
from standards.work import Work


def derive(work: Work) -> None:
    """Fields that follow from others: a code from how a number begins, a difference, the step between moments."""
    for rule in work.standard.derive:
        origin = work.origins.get(rule.source, "")
        if (
            rule.field in work.values
            or rule.source not in work.values
            or (rule.columns and fold(origin) not in map(fold, rule.columns))
        ):
            continue
        made = work.by_value(rule.source, partial(_by_prefix, rule))
        work.values[rule.field] = made
        title = work.standard.by_name[rule.field].title_de
        work.changed("derived", title, made.is_not_null(), work.values[rule.source], made)
    for choice in work.standard.choose:
        _choose(work, choice)
    for wanted in work.standard.all_fields:
        _add_up(work, wanted)
        _compose(work, wanted)
        if wanted.minus and wanted.name not in work.values and all(name in work.values for name in wanted.minus):
            made = work.values[wanted.minus[0]] - work.values[wanted.minus[1]]
            made = made.set((made < 0).fill_null(value=False), 0)
            work.values[wanted.name] = made
            work.changed(
                "derived",
                wanted.title_de,
                made.is_not_null(),
                work.values[wanted.minus[0]],
                made,
            )
        if wanted.year_of in work.values:
            _year_of(work, wanted, work.values[wanted.year_of])
        if wanted.is_level and wanted.name in work.values:
            _tell_levels(work, wanted)
    intervals(work)
    keys_of_names(work)


def _tell_levels(work: Work, wanted: FieldDef) -> None:
    """A note to tables that hold areas beside the areas these lie in."""
    codes = {code.value: code.level or code.value for code in wanted.codes}
    levels = pl.DataFrame({"t": work.groups, "v": work.values[wanted.name]}).unique(maintain_order=True).drop_nulls()
    for group, found in (
        levels.filter(pl.col("v").is_in(list(codes))).group_by("t", maintain_order=True).agg("v").iter_rows()
    ):
        if len({codes[level] for level in found}) > 1:
            text = say("mixed_levels", value=", ".join(found), expected=wanted.title_de)
            work.notes.append((group, Finding(Severity.INFO, "mixed_levels", text)))


def _year_of(work: Work, wanted: FieldDef, dates: pl.Series) -> None:
    """The year of a date where the year itself does not stand in the row."""
    years = dates.dt.year().cast(pl.Int32)
    own = work.values.get(wanted.name)
    made = dates.is_not_null() if own is None else own.is_null() & dates.is_not_null()
    if own is not None and not made.any():
        return
    work.values[wanted.name] = years if own is None else own.zip_with(~made, years)
    work.repeated.pop(wanted.name, None)
    work.changed("derived", wanted.title_de, made, dates.cast(pl.String), years.cast(pl.String))


def _choose(work: Work, choice: Choose) -> None:
    """Of several columns the one that another field names; the field's own column where that one is not there."""
    if choice.by not in work.values or not any(name in work.values for name in choice.among.values()):
        return
    own = work.values.get(choice.field, work.nulls(work.standard.by_name[choice.field].dtype))
    frame = pl.DataFrame({"own": own, "by": work.values[choice.by]})
    chosen = pl.col("own")
    for code, name in choice.among.items():
        if name in work.values:
            frame = frame.with_columns(work.values[name].alias("c_" + code))
            chosen = pl.when(pl.col("by") == code).then(pl.col("c_" + code)).otherwise(chosen)
    work.values[choice.field] = frame.select(chosen).to_series()
    work.repeated.pop(choice.field, None)


def _add_up(work: Work, wanted: FieldDef) -> None:
    """A field as the sum of others, where it has no column of its own."""
    parts = [work.values[name] for name in wanted.plus if name in work.values]
    if wanted.name in work.values or len(parts) < 2:
        return
    frame = pl.DataFrame([part.alias(str(number)) for number, part in enumerate(parts)])
    made = frame.select(
        pl.when(pl.any_horizontal(pl.all().is_not_null())).then(pl.sum_horizontal(pl.all())).cast(wanted.dtype)
    ).to_series()
    work.values[wanted.name] = made
    work.changed("derived", wanted.title_de, made.is_not_null(), parts[0].cast(pl.String), made.cast(pl.String))


def _compose(work: Work, wanted: FieldDef) -> None:
    """A text of several fields, those left out that are empty or say „all“."""
    if not wanted.compose:
        return
    frame = pl.DataFrame({name: work.values[name] for name in (wanted.name, *wanted.composed) if name in work.values})
    entries = []
    for entry in (wanted.name, *wanted.compose):
        names = [name for name in entry.split("|") if name in frame.columns]
        if names:
            text = pl.coalesce(*names) if len(names) > 1 else pl.col(names[0])
            speaks = (text != wanted.compose_empty) & ~text.str.contains(f"(?i){wanted.compose_all or '^$'}")
            entries.append(pl.when(speaks).then(text))
    if entries:
        made = frame.select(pl.concat_str(entries, separator=" · ", ignore_nulls=True).alias("m")).to_series()
    else:
        made = same_in_all("m", work.height, pl.String, value="")
    work.values[wanted.name] = made.set(made == "", wanted.compose_empty)
    work.repeated.pop(wanted.name, None)


def _by_prefix(rule: Derive, source: pl.Series) -> pl.Series:
    begins = [(pl.col("s").str.contains(f"^(?:{begin})"), value) for begin, value in rule.prefixes.items()]
    chosen = pl.coalesce(*(pl.when(fits).then(pl.lit(value)) for fits, value in begins))
    return pl.DataFrame({"s": source.cast(pl.String)}).select(chosen).to_series()
