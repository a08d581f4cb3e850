"""One vectorised pass over tables with the same mapping: text to typed fields, changes counted, faults kept.

Does not belong here: which column is which field (`matching`), whole-row rules (`rows`), the sentences (`messages`).
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from standards.definition import FieldDef
from standards.headers import UNIT_WORDS, factor, fold, unit_of_size
from standards.mapping import VIRTUAL, Source
from standards.messages import say
from standards.model import Finding, Severity
from standards.moments import month_first_by, order_clues, read_moments
from standards.municipalities import ags_of_ars
from standards.numbers import Numbers
from standards.overall import either
from standards.samples import code_words
from standards.species import written
from standards.split import split_cells
from standards.words import NO_WORDS, YES_WORDS, map_unique
from standards.work import Work, clean_text, once_of

FEW_SIZES = 3
"""With fewer values the size of a column says nothing."""
_SEVERAL = r"(?i)^\s*(?:[<>≤≥]=?|über|ueber|unter|bis|ab|mehr als|weniger als|mind(?:estens|\.)|max(?:imal|\.))\s*\d|^\s*\d+(?:[.,]\d+)?\s*\D{0,4}(?:-|–|bis|/)\s*\d+(?:[.,]\d+)?\s*\D{0,4}$"
"""A range or a bound where one number is wanted: which number it is, a person must say."""
_SEASON = r"(?i)^(?:frühjahr|fruehjahr|frühling|sommer|herbst|winter|anfang|mitte|ende|um|etwa|(?:0?[1-9]|1[0-2])[/.]|[a-zä]{3,9}\.?)\s*((?:1[5-9]|20)\d\d)$"
"""A year with a season or month before it."""


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
            convert_field(work, wanted, _moment_text(work, source), source)
    for source in joined:
        wanted = work.standard.by_name[source.field]
        if wanted.separator is None:
            _join(work, source)
        else:
            _list(work, wanted, wanted.separator)
    for source in work.mapping.sources:
        if source.kind == "span":
            _span(work, source)


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
        return _composed(work, wanted, source)
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


def _composed(work: Work, wanted: FieldDef, source: Source) -> pl.Series:
    """Genus, species and cultivar as one name; a cultivar gets its quotes."""
    rule = work.standard.compose[source.rule]
    parts: list[pl.Series] = []
    for part, column in zip(rule.parts, source.columns, strict=True):
        if not column:
            continue
        text = clean_text(work, column, wanted.missing)
        if part.quote:
            text = text.str.replace(r"^([^'\"„“‚‘’`´].*)$", f"{part.quote}${{1}}{part.quote}")
        parts.append(text)
    columns = [text.alias(str(number)) for number, text in enumerate(parts)]
    made = (
        pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=rule.separator, ignore_nulls=True)).to_series()
    )
    made = made.set(parts[0].is_null(), None)
    work.origins[wanted.name] = ", ".join(column for column in source.columns if column)
    work.changed("joined", work.origins[wanted.name], (made != parts[0]).fill_null(value=False), parts[0], made)
    return made


def _moment_text(work: Work, source: Source) -> pl.Series:
    """Date and time columns as one text; the helper fields are plain strings."""
    work.origins[source.field] = work.origins.get(source.columns[0], source.columns[0])
    date = work.values[source.columns[0]]
    if len(source.columns) == 1:
        return date
    time = (
        work.values[source.columns[1]].str.replace(r"(?i)\s*uhr$", "").str.replace(r"^(\d{1,2})\.(\d{2})$", "${1}:${2}")
    )
    day = date.str.replace(r"[T ]00:00(:00)?$", "")
    clock = time.str.extract(r"(\d{1,2}:\d{2}(?::\d{2})?)\s*$", 1)
    clock = (
        pl.DataFrame({"c": clock, "t": time})
        .select(pl.coalesce("c", pl.col("t").str.extract(r"^(\d{1,2})$", 1) + ":00"))
        .to_series()
    )
    return (
        pl.DataFrame({"d": day, "t": clock})
        .select(pl.when(pl.col("t").is_null()).then("d").otherwise(pl.concat_str("d", "t", separator=" ")))
        .to_series()
    )


def _list(work: Work, wanted: FieldDef, separator: str) -> None:
    """Several columns of one list to one text, each value once, in the order of the columns."""
    names = [name for name in (wanted.name, *wanted.join) if name in work.values]
    parts = pl.DataFrame({name: work.values[name].cast(pl.String) for name in names})
    listed = pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)
    text = parts.select(
        pl.when(pl.any_horizontal(pl.all().is_not_null())).then(listed.list.join(separator))
    ).to_series()
    work.values[wanted.name] = text
    work.repeated.pop(wanted.name, None)


def _join(work: Work, source: Source) -> None:
    """Street, house number, postcode and town to one line; beside an address of its own only what it lacks."""
    wanted = work.standard.by_name[source.field]
    parts = {name: work.values[name] for name in source.columns if name in work.values}
    frame = pl.DataFrame({name: parts.get(name, work.nulls(pl.String)) for name in wanted.join})
    line = pl.concat_str([pl.col(name) for name in wanted.join[:2]], separator=" ", ignore_nulls=True)
    town = pl.concat_str([pl.col(name) for name in wanted.join[2:]], separator=" ", ignore_nulls=True)
    own = work.values.get(wanted.name)
    if own is not None:
        frame = frame.with_columns(own=own)
        lacking = (
            ~pl.col("own").str.contains(r"\b\d{5}\b") & (town != "") & ~pl.col("own").str.contains(town, literal=True)
        )
        text = frame.select(
            pl.when(lacking).then(pl.concat_str("own", town, separator=", ")).otherwise("own")
        ).to_series()
        frame = frame.select(pl.when(pl.col("own").is_null()).then(None).otherwise(pl.lit(1)).alias("own"))
        text = (
            pl.DataFrame({"o": own, "t": text})
            .select(pl.coalesce("o", "t") if own.null_count() == len(own) else pl.coalesce("t", "o"))
            .to_series()
        )
    else:
        frame = frame.with_columns(line=line, town=town)
        both = pl.when((pl.col("line") != "") & (pl.col("town") != "")).then(
            pl.concat_str("line", "town", separator=", ")
        )
        text = frame.select(
            both.when(pl.col("line") != "").then("line").when(pl.col("town") != "").then("town")
        ).to_series()
        work.origins[wanted.name] = work.origins.get(source.columns[0], wanted.title_de)
        if len(parts) > 1:
            work.changed(
                "joined",
                ", ".join(work.origins[name] for name in parts),
                text.is_not_null(),
                next(iter(parts.values())),
                text,
            )
    work.values[wanted.name] = text
    work.repeated.pop(wanted.name, None)


def _span(work: Work, source: Source) -> None:
    """`6` and `12` to `6-12`; behind a text of the field's own where it has one (`Sa 07:00-13:00`)."""
    first, last = (work.values[name] for name in source.columns)
    own = work.values.get(source.field, work.nulls(pl.String))
    frame = pl.DataFrame({"own": own, "a": first, "b": last})
    both = pl.concat_str("a", "b", separator="-", ignore_nulls=True)
    only = pl.when(pl.col("b").is_null()).then(pl.format("ab {}", "a")).otherwise(pl.format("bis {}", "b"))
    whole = pl.col("a").is_not_null() & pl.col("b").is_not_null()
    none = pl.col("a").is_null() & pl.col("b").is_null()
    said = pl.when(none).then(None).when(whole).then(both).otherwise(only)
    text = frame.with_columns(s=said).select(
        pl.when(pl.col("s").is_null())
        .then("own")
        .otherwise(pl.concat_str("own", "s", separator=" ", ignore_nulls=True))
    )
    made = text.to_series()
    where = ", ".join(work.origins[name] for name in source.columns)
    work.origins.setdefault(source.field, where)
    work.changed("joined", where, (made != own).fill_null(value=True) & made.is_not_null(), first, made)
    work.values[source.field] = made
    work.repeated.pop(source.field, None)


def convert_field(work: Work, wanted: FieldDef, text: pl.Series, source: Source) -> None:
    """One field from its cleaned text; what does not convert is a fault of its row."""
    if wanted.digits is not None:
        work.values[wanted.name] = _digits(work, wanted, text, wanted.digits)
    elif wanted.type == "string":
        work.values[wanted.name] = _codes(work, wanted, text) if wanted.codes else _written(work, wanted, text)
    elif wanted.type in ("date", "datetime"):
        work.values[wanted.name] = _moments(work, wanted, text)
    elif wanted.type == "boolean":
        work.values[wanted.name] = _booleans(work, wanted, text)
    elif wanted.type == "year":
        work.values[wanted.name] = _years(work, wanted, text)
    else:
        work.values[wanted.name] = _numbers(work, wanted, text, source.unit)


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
        years = pl.DataFrame({"a": years, "b": dated, "c": seasonal}).select(pl.coalesce("a", "b", "c")).to_series()
    _count_kinds(work, wanted, text, numbers, years)
    work.fault("not_a_year", wanted.name, years.is_null() & text.is_not_null(), text)
    check_range(work, wanted, years, text)
    return years


def _numbers(work: Work, wanted: FieldDef, text: pl.Series, unit: str | None) -> pl.Series:
    numbers = work.numbers(text)
    values = _settled(work, wanted, text, numbers)
    _count_kinds(work, wanted, text, numbers, values)
    before = values
    values = _in_unit(wanted, values, numbers, unit)
    if wanted.usual and numbers.units is None:
        values = _unit_by_values(work, wanted, values, is_named=unit is not None)
    if values is not before:
        work.changed(
            "unit", _where(work, wanted), (values != before).fill_null(value=False), text, values.cast(pl.String)
        )
    if wanted.type == "integer":
        whole = (values - values.round(0)).abs() < 1e-9
        work.fault("not_an_integer", wanted.name, (values.is_not_null() & ~whole.fill_null(value=True)), text)
        values = values.set(~whole.fill_null(value=True), None).round(0).cast(pl.Int64, strict=False)
    expected = f"Erwartet wird eine Zahl{_unit_words(wanted)}."
    unread = numbers.values.is_null() & text.is_not_null()
    if unread.any():
        several = unread & text.str.contains(_SEVERAL).fill_null(value=False)
        work.fault("number_range", wanted.name, several, text, expected)
        work.fault("not_a_number", wanted.name, unread & ~several, text, expected)
    check_range(work, wanted, values, text)
    return values


def _in_unit(wanted: FieldDef, values: pl.Series, numbers: Numbers, unit: str | None) -> pl.Series:
    """Header unit and units named in cells, to the field's unit."""
    by_header = factor(unit, wanted.unit) or 1.0
    if numbers.units is not None and len(numbers.units) and numbers.units.null_count() < len(numbers.units):
        named = numbers.units.unique().drop_nulls().to_list()
        scales = pl.Series("s", [factor(name, wanted.unit) or 1.0 for name in named], dtype=pl.Float64)
        return _scaled(values, numbers.units.replace_strict(named, scales, default=by_header, return_dtype=pl.Float64))
    return values if by_header == 1.0 else _scaled(values, by_header)


def _unit_by_values(work: Work, wanted: FieldDef, values: pl.Series, *, is_named: bool) -> pl.Series:
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
        column = _header(work, wanted)
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


def _count_kinds(work: Work, wanted: FieldDef, text: pl.Series, numbers: Numbers, values: pl.Series) -> None:
    if numbers.kinds is None:
        return
    for kind in numbers.kinds.drop_nulls().unique(maintain_order=True).to_list():
        work.changed(kind, _where(work, wanted), (numbers.kinds == kind).fill_null(value=False), text, values)


def _settled(work: Work, wanted: FieldDef, text: pl.Series, numbers: Numbers) -> pl.Series:
    """`1.234` read as thousands or decimals, decided per table over the whole column."""
    if numbers.ambiguous is None and work.overall is None:
        return numbers.values
    ambiguous = numbers.ambiguous if numbers.ambiguous is not None else work.nulls(pl.Boolean).fill_null(value=False)
    frame = pl.DataFrame({"g": work.groups, "x": text, "a": ambiguous, "v": numbers.values})
    frame = frame.with_columns(point=pl.col("a") & pl.col("x").str.contains(".", literal=True))
    clues = _number_clues(frame)
    if work.overall is not None:
        settled = work.overall.add(("number", wanted.name), clues, _more_number_clues, partial(_settling, wanted.type))
        if numbers.ambiguous is None:
            return numbers.values
        clues = clues.select("g").with_columns(pl.lit(value).alias(name) for name, value in settled().items())
    frame = frame.join(clues, on="g", how="left", maintain_order="left")
    german, english = pl.col("comma") | pl.col("dot_groups"), pl.col("dot") | pl.col("comma_groups")
    sure: pl.Expr = german ^ english
    grouped: pl.Expr = pl.when(german & ~english).then("point").when(english & ~german).then(~pl.col("point"))
    near = _nearer(wanted)
    sure, grouped = sure | near.is_not_null(), pl.coalesce(grouped, near)
    default = pl.col("point") if wanted.unit == "eur" else pl.lit(value=False)
    if wanted.type == "integer":
        grouped, sure = ~(pl.col("zeros") & ~pl.col("point")), pl.lit(value=True)
    out = frame.with_columns(grouped=pl.coalesce(grouped, default) & pl.col("a"), sure=sure.fill_null(value=False))
    digits = pl.col("x").str.extract(r"^([-+]?[\d.,]+)").str.replace_all(r"[.,]", "")
    thousands = out.select(pl.when("grouped").then(digits.cast(pl.Float64, strict=False)).otherwise("v")).to_series()
    doubt = out["a"] & ~out["sure"]
    header = _header(work, wanted)
    work.note("ambiguous_numbers", doubt & out["grouped"], column=header, value=text, expected="Tausender")
    work.note("ambiguous_numbers", doubt & ~out["grouped"], column=header, value=text, expected="Nachkommastellen")
    work.changed(
        "thousands_separator",
        _where(work, wanted),
        out["grouped"] & (thousands != numbers.values).fill_null(value=False),
        text,
        thousands.cast(pl.String),
    )
    return thousands


_SEPARATORS = {
    "comma": r"^[-+]?[\d.]*,(\d{1,2}|\d{4,})\b|^[-+]?0,\d|^[-+]?\d{4,},\d",
    "dot": r"^[-+]?[\d,]*\.(\d{1,2}|\d{4,})\b|^[-+]?0\.\d|^[-+]?\d{4,}\.\d",
    "dot_groups": r"\d\.\d{3}[.,]\d",
    "comma_groups": r"\d,\d{3}[.,]\d",
}


def _number_clues(frame: pl.DataFrame) -> pl.DataFrame:
    """Per table what speaks for comma or point as the decimal sign, and whether all cells are whole thousands."""
    return frame.group_by("g").agg(
        **{name: pl.col("x").str.contains(pattern).any() for name, pattern in _SEPARATORS.items()},
        zeros=pl.col("x").filter("a").str.ends_with("000").all() & (pl.col("a") | pl.col("x").is_null()).all(),
        logs=pl.col("v").filter(~pl.col("a") & (pl.col("v") > 0)).log().sum(),
        amongst=(~pl.col("a") & (pl.col("v") > 0)).sum(),
    )


def _more_number_clues(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The clues of two parts of one table."""
    both = pl.concat([one, other])
    either_one = [pl.col(name).any() for name in _SEPARATORS]
    return both.group_by("g").agg(*either_one, pl.col("zeros").all(), pl.col("logs", "amongst").sum())


def _settling(kind: str, clues: pl.DataFrame) -> dict[str, bool | float]:
    """As much of the clues as decides: two tables that differ in nothing of it are read alike."""
    seen = clues.row(0, named=True)
    if kind == "integer":
        return dict.fromkeys(_SEPARATORS, False) | {"zeros": seen["zeros"], "logs": 0.0, "amongst": 0}
    german, english = seen["comma"] or seen["dot_groups"], seen["dot"] or seen["comma_groups"]
    return dict.fromkeys(_SEPARATORS, False) | {"comma": german, "dot": english, "zeros": False, **_size(seen)}


def _size(seen: dict[str, Any]) -> dict[str, float]:
    """How many others there are (none, one, more) and the mean of their logarithms, to halves: parts seldom differ."""
    many = seen["amongst"]
    return {"logs": round(2 * seen["logs"] / many) / 2 * min(many, 2) if many else 0.0, "amongst": min(many, 2)}


def _nearer(wanted: FieldDef) -> pl.Expr:
    """True for thousands, False for decimals where one reading alone fits the other values and the field's range.

    The size of the others is the mean of their logarithms: `2.500` beside 850 and 1200 square metres is 2500.
    """
    size, many = pl.col("v").abs().log(), pl.lit(6.907755)
    others = (2 * pl.col("logs") / pl.col("amongst")).round() / 2
    away = (size - others).abs() - (size + many - others).abs()
    near = pl.when((pl.col("amongst") > 0) & (away.abs() > pl.when(pl.col("amongst") > 1).then(2.5).otherwise(4.0)))
    likely = near.then(away > 0)
    if wanted.maximum is None:
        return likely
    return pl.when(pl.col("v") * 1000 > wanted.maximum).then(pl.lit(value=False)).otherwise(likely)


def check_range(work: Work, wanted: FieldDef, values: pl.Series, text: pl.Series) -> None:
    """A fault for each value outside of the field's range."""
    low, high = wanted.minimum, wanted.maximum
    if low is None and high is None:
        return
    outside = ~values.is_between(low if low is not None else float("-inf"), high if high is not None else float("inf"))
    if outside.any():
        work.fault("out_of_range", wanted.name, outside.fill_null(value=False), text, _range_words(wanted))


def _range_words(wanted: FieldDef) -> str:
    low, high = (
        f"{limit:g}".replace(".", ",") if limit is not None else None for limit in (wanted.minimum, wanted.maximum)
    )
    if wanted.maximum is not None and wanted.maximum >= 1e5:
        high = f"{wanted.maximum:,.0f}".replace(",", ".")
    unit = _unit_words(wanted)
    if low is None:
        return f"Erwartet wird höchstens {high}{unit}."
    if high is None:
        return f"Erwartet wird mindestens {low}{unit}."
    return f"Erwartet wird ein Wert zwischen {low} und {high}{unit}."


def _unit_words(wanted: FieldDef) -> str:
    words = {
        "m": " in Metern",
        "cm": " in Zentimetern",
        "m2": " in Quadratmetern",
        "eur": " in Euro",
        "min": " in Minuten",
    }
    return words.get(wanted.unit or "", "")
