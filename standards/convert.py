"""One vectorised pass over tables with the same mapping: text to typed fields, changes counted, faults kept.

Does not belong here: which column is which field (`matching`), whole-row rules (`rows`), the sentences (`messages`).
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from standards.definition import FieldDef
from standards.headers import fold
from standards.joins import composed_text, join_columns, list_columns, moment_text, span_columns
from standards.mapping import VIRTUAL, Source
from standards.moments import month_first_by, order_clues, read_moments
from standards.municipalities import ags_of_ars
from standards.numbers import Numbers
from standards.overall import either
from standards.quarters import end_of_month
from standards.ranges import check_range, unit_words
from standards.samples import code_words
from standards.separators import settled
from standards.sizes import in_unit, unit_by_values
from standards.species import written
from standards.split import split_cells
from standards.words import NO_WORDS, YES_WORDS, map_unique
from standards.work import Work, clean_text, once_of

_SEVERAL = r"(?i)^\s*(?:[<>≤≥]=?|über|ueber|unter|bis|ab|mehr als|weniger als|mind(?:estens|\.)|max(?:imal|\.))\s*\d|^\s*\d+(?:[.,]\d+)?\s*\D{0,4}(?:-|–|bis|/)\s*\d+(?:[.,]\d+)?\s*\D{0,4}$"
"""A range or a bound where one number is wanted: which number it is, a person must say."""
_SEASON = r"(?i)^(?:frühjahr|fruehjahr|frühling|sommer|herbst|winter|anfang|mitte|ende|um|etwa|(?:0?[1-9]|1[0-2])[/.]|[a-zä]{3,9}\.?)\s*((?:1[5-9]|20)\d\d)$"
"""A year with a season or month before it."""
_MARKED = r"^((?:1[5-9]|20)\d\d)\s?(?:[⁰¹²³⁴-⁹]{1,2}\)?|\*{1,3}\)?|\d\))$"
"""A year with the mark of a footnote."""


def convert_fields(work: Work) -> None:
    """Every field of the mapping to its type, helpers first because others are made of them."""
    sources = {source.field: source for source in work.mapping.sources if source.kind not in ("join", "span")}
    joined = [source for source in work.mapping.sources if source.kind == "join"]
    for name, wanted in work.standard.by_name.items():
        if name in sources and sources[name].kind != "moment":
            _from_source(work, wanted, sources[name])
    for source in work.mapping.sources:
        if source.kind == "moment":
            wanted = work.standard.by_name[source.field]
            convert_field(work, wanted, moment_text(work, source), source)
    for source in joined:
        wanted = work.standard.by_name[source.field]
        if wanted.separator is None:
            join_columns(work, source)
        else:
            list_columns(work, wanted, wanted.separator)
    for source in work.mapping.sources:
        if source.kind == "span":
            span_columns(work, source)


def _from_source(work: Work, wanted: FieldDef, source: Source) -> None:
    """One field from its source: from the different values of its column where they repeat, else from all rows."""
    by_value = source.kind in ("column", "split", "virtual") and not (
        work.mapping.unpivot and wanted.name == work.mapping.unpivot.value_field
    )
    once = once_of(work, source.columns[0]) if by_value else None
    if once is None:
        convert_field(work, wanted, _text(work, wanted, source), source)
        return
    convert_field(once.work, wanted, _text(once.work, wanted, source), source)
    once.settle(work)
    work.values[wanted.name] = once.values.spread(once.work.values[wanted.name])
    work.repeated[wanted.name] = once


def _text(work: Work, wanted: FieldDef, source: Source) -> pl.Series:
    if source.kind == "constant":
        return (
            pl.Series("c", [source.value], dtype=pl.String).new_from_index(0, work.height)
            if work.height
            else pl.Series("c", [], dtype=pl.String)
        )
    work.origins[wanted.name] = wanted.title_de if source.columns[0].startswith(VIRTUAL) else source.columns[0]
    text = clean_text(work, source.columns[0], wanted.missing)
    if source.kind == "coalesce":
        for column in source.columns[1:]:
            other = clean_text(work, column, wanted.missing)
            text = pl.DataFrame({"a": text, "b": other}).select(pl.coalesce("a", "b")).to_series()
    if source.kind == "compose":
        return composed_text(work, wanted, source)
    if source.kind == "split":
        parts = split_cells(text, work.standard.split[source.rule])
        part = parts[wanted.name]
        if wanted.name == work.standard.split[source.rule].fields[0]:
            others = parts[work.standard.split[source.rule].fields[-1]]
            both = part.is_not_null() & others.is_not_null()
            work.changed(
                "split",
                source.columns[0],
                both,
                text,
                pl.DataFrame({"a": part, "b": others}).select(pl.concat_str("a", "b", separator=" | "))["a"],
            )
        return part
    return text


def convert_field(work: Work, wanted: FieldDef, text: pl.Series, source: Source) -> None:
    """One field from its cleaned text; what does not convert is a fault of its row."""
    if wanted.digits is not None:
        work.values[wanted.name] = _digits(work, wanted, text, wanted.digits)
    elif wanted.type == "string":
        work.values[wanted.name] = _codes(work, wanted, text) if wanted.codes else _written(work, wanted, text)
    elif wanted.type in ("date", "datetime"):
        if wanted.months:
            text = _ends_of_months(text)
        work.values[wanted.name] = _moments(work, wanted, text)
    elif wanted.type == "boolean":
        work.values[wanted.name] = _booleans(work, wanted, text)
    elif wanted.type == "year":
        work.values[wanted.name] = _years(work, wanted, text)
    else:
        work.values[wanted.name] = _numbers(work, wanted, text, source.unit)


def _ends_of_months(text: pl.Series) -> pl.Series:
    days = map_unique(text, end_of_month, pl.String)
    return text if days.null_count() == len(days) else text.zip_with(days.is_null(), days)


def _header(work: Work, wanted: FieldDef) -> str:
    return work.origins.get(wanted.name, wanted.title_de)


def _where(work: Work, wanted: FieldDef) -> str | pl.Series:
    """The column a repair of this field is counted under."""
    return work.shown_column(wanted.name)


def _codes(work: Work, wanted: FieldDef, text: pl.Series) -> pl.Series:
    words = code_words(wanted)
    coded = map_unique(text, lambda value: words.get(fold(value), None if wanted.closed else value), pl.String)
    work.changed("codelist", _where(work, wanted), (coded != text).fill_null(value=False), text, coded)
    unknown = coded.is_null() & text.is_not_null()
    if unknown.any():
        listed = ", ".join(f"„{code.title_de or code.value}“" for code in wanted.codes[:12])
        work.fault("not_in_codelist", wanted.name, unknown, text, f"Erlaubt sind: {listed}.")
    return coded


def _written(work: Work, wanted: FieldDef, text: pl.Series) -> pl.Series:
    if wanted.form is None:
        return text
    names = written(text, wanted.form)
    work.changed("name_form", _where(work, wanted), (names != text).fill_null(value=False), text, names)
    return names


def _digits(work: Work, wanted: FieldDef, text: pl.Series, count: int) -> pl.Series:
    """Keys of a fixed number of digits. One lost zero is certain, two are not."""
    bare = text.str.replace_all(r"[\s\u00a0]", "").str.replace(r"^(\d+)[.,]0+$", "${1}")
    if wanted.resolve:
        long = map_unique(bare, ags_of_ars, pl.String)
        work.changed("ars", _where(work, wanted), long.is_not_null(), text, long)
        bare = pl.DataFrame({"a": long, "b": bare}).select(pl.coalesce("a", "b")).to_series()
    short = bare.str.contains(rf"^[1-9]\d{{{count - 2}}}$").fill_null(value=False)
    keys = ("0" + bare).zip_with(short, bare)
    work.changed("leading_zero", _where(work, wanted), short, text, keys)
    wrong = ~keys.str.contains(rf"^\d{{{count}}}$").fill_null(value=True)
    work.fault("wrong_digits", wanted.name, wrong, text, f"Erwartet werden {count} Ziffern.")
    return keys.set(wrong, None)


def _booleans(work: Work, wanted: FieldDef, text: pl.Series) -> pl.Series:
    def meaning(value: str) -> bool | None:
        word = value.lower()
        return True if word in YES_WORDS else False if word in NO_WORDS else None

    values = map_unique(text, meaning, pl.Boolean)
    work.changed("yes_no", _where(work, wanted), values.is_not_null(), text, values)
    work.fault("not_yes_no", wanted.name, values.is_null() & text.is_not_null(), text)
    return values


def _moments(work: Work, wanted: FieldDef, text: pl.Series) -> pl.Series:
    moments, doubt = read_moments(text, work.groups, _order(work, wanted))
    values = moments.cast(wanted.dtype)
    form = "%Y-%m-%d" if wanted.type == "date" else "%Y-%m-%dT%H:%M:%S"
    rewritten = _rewritten(values, text)
    work.changed("date_format", _where(work, wanted), rewritten, text, lambda index: values[index].strftime(form))
    work.note("ambiguous_dates", doubt, column=_header(work, wanted), value=text)
    work.fault("ambiguous_date", wanted.name, doubt, text)
    work.fault("not_a_date", wanted.name, values.is_null() & text.is_not_null() & ~doubt, text)
    return values


def _order(work: Work, wanted: FieldDef) -> Callable[[pl.DataFrame], pl.Series] | None:
    """Day or month first, where the rows are one part of their table; None: the rows at hand decide."""
    overall = work.overall
    if overall is None:
        return None

    def month_first(frame: pl.DataFrame) -> pl.Series:
        clues = order_clues(frame)
        if clues is None:
            return pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True)
        settled = overall.add(("order", wanted.name), clues, either, month_first_by)
        return pl.repeat(settled(), frame.height, dtype=pl.Boolean, eager=True)

    return month_first


def _rewritten(values: pl.Series, text: pl.Series) -> pl.Series:
    """True where the text does not begin with the date as ISO 8601 writes it."""
    other = values.is_not_null()
    rows = text.str.contains(r"^\d{4}-").arg_true()
    if not len(rows):
        return other
    same = values.gather(rows).dt.to_string("%Y-%m-%d") == text.gather(rows).str.slice(0, 10)
    return other.scatter(rows.filter(same), values=False)


def _years(work: Work, wanted: FieldDef, text: pl.Series) -> pl.Series:
    """Years as numbers (`1987`, `1987.0`, `ca. 1987`) or as dates, whose year is taken."""
    numbers = work.numbers(text)
    plain = numbers.values.is_between(1000, 2999) & (numbers.values % 1 == 0)
    years = numbers.values.set(~plain.fill_null(value=False), None).cast(pl.Int32)
    left = years.is_null() & text.is_not_null()
    if left.any():
        moments, _ = read_moments(text.set(~left, None), work.groups, _order(work, wanted))
        dated = moments.dt.year().cast(pl.Int32)
        work.changed("date_format", _where(work, wanted), dated.is_not_null(), text, dated)
        seasonal = text.set(~left | dated.is_not_null(), None).str.extract(_SEASON, 1).cast(pl.Int32, strict=False)
        work.changed("date_format", _where(work, wanted), seasonal.is_not_null(), text, seasonal)
        marked = text.set(~left | dated.is_not_null(), None).str.extract(_MARKED, 1).cast(pl.Int32, strict=False)
        work.changed("number_form", _where(work, wanted), marked.is_not_null(), text, marked)
        found = pl.DataFrame({"a": years, "b": dated, "c": seasonal, "d": marked})
        years = found.select(pl.coalesce("a", "b", "c", "d")).to_series()
    _count_kinds(work, wanted, text, numbers, years)
    work.fault("not_a_year", wanted.name, years.is_null() & text.is_not_null(), text)
    check_range(work, wanted, years, text)
    return years


def _numbers(work: Work, wanted: FieldDef, text: pl.Series, unit: str | None) -> pl.Series:
    numbers = work.numbers(text)
    values = settled(work, wanted, text, numbers, unit)
    _count_kinds(work, wanted, text, numbers, values)
    before = values
    values = in_unit(wanted, values, numbers, unit)
    if wanted.usual and numbers.units is None:
        values = unit_by_values(work, wanted, values, is_named=unit is not None)
    if values is not before:
        work.changed(
            "unit", _where(work, wanted), (values != before).fill_null(value=False), text, values.cast(pl.String)
        )
    if wanted.type == "integer":
        whole = (values - values.round(0)).abs() < 1e-9
        work.fault("not_an_integer", wanted.name, (values.is_not_null() & ~whole.fill_null(value=True)), text)
        values = values.set(~whole.fill_null(value=True), None).round(0).cast(pl.Int64, strict=False)
    expected = f"Erwartet wird eine Zahl{unit_words(wanted)}."
    unread = numbers.values.is_null() & text.is_not_null()
    if unread.any():
        several = unread & text.str.contains(_SEVERAL).fill_null(value=False)
        work.fault("number_range", wanted.name, several, text, expected)
        work.fault("not_a_number", wanted.name, unread & ~several, text, expected)
    check_range(work, wanted, values, text)
    return values


def _count_kinds(work: Work, wanted: FieldDef, text: pl.Series, numbers: Numbers, values: pl.Series) -> None:
    if numbers.kinds is None:
        return
    for kind in numbers.kinds.drop_nulls().unique(maintain_order=True).to_list():
        work.changed(kind, _where(work, wanted), (numbers.kinds == kind).fill_null(value=False), text, values)
