"""Rules about whole rows: totals, duplicates, rows of another kind, required fields, fields made of other fields."""

from __future__ import annotations

import re
from functools import partial
from itertools import accumulate

import polars as pl

from standards.definition import Choose, Derive, FieldDef
from standards.faults import Fault
from standards.headers import fold
from standards.mapping import VIRTUAL
from standards.messages import say
from standards.model import Finding, Severity
from standards.municipalities import Gazetteer, spoken
from standards.words import map_unique
from standards.work import Work

_TOTAL = r"(?i)^\s*(?:(?:gesamt|end|zwischen|teil)?summe\b.*|gesamt|insgesamt|total|zusammen|gesamtergebnis|Σ)\s*:?\s*$"
MOMENTS = 2_000_000
"""Different moments of a table of many parts from which its usual step is told."""
FEWEST = 4
"""Of fewer rows one is the sum of the others by chance."""
LAST = 3
"""A totals row is looked for in the last rows of a table."""


def _same(name: str, height: int, dtype: type[pl.DataType], value: object = None) -> pl.Series:
    """A column that says the same in every row."""
    return (
        pl.Series(name, [value], dtype=dtype).new_from_index(0, height) if height else pl.Series(name, [], dtype=dtype)
    )


def totals_rows(frame: pl.DataFrame, columns: list[str], heights: list[int]) -> tuple[pl.Series, pl.Series]:
    """Mask of totals rows at the end of each table (`Summe`, `Gesamt` in the first filled cell), and that cell.

    `heights`: rows of each table, in the order of the frame.
    """
    none = _same("m", frame.height, pl.Boolean, value=False)
    texts = _same("v", frame.height, pl.String)
    if not columns or not frame.height:
        return none, texts
    ends = zip(accumulate(heights), heights, strict=True)
    last = pl.Series("n", [row for end, height in ends for row in range(end - min(height, LAST), end)], dtype=pl.UInt32)
    # rows first: choosing columns first would align the chunks of whole columns
    tail = frame.tail(LAST) if len(heights) == 1 else frame[last]
    tail = tail.with_columns(last.alias(VIRTUAL + "n"))
    first = tail.select(n=VIRTUAL + "n", v=pl.coalesce(*columns)).filter(pl.col("v").str.contains(_TOTAL))
    if not first.height:
        return none, texts
    return none.scatter(first["n"], values=True), texts.scatter(first["n"], first["v"])


def sums_of_all(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Mask of rows that are, in every one of these columns, the sum of all other rows of their table."""
    if len(columns) < 2 or frame.height < FEWEST:
        return _same("m", frame.height, pl.Boolean, value=False)
    digits = [
        pl.col(name).str.replace_all(r"[.\s]", "").cast(pl.Float64, strict=False).fill_null(0) for name in columns
    ]
    counts = frame.select(VIRTUAL + "t", *digits)
    table = VIRTUAL + "t"
    halves = [pl.col(name) * 2 == pl.col(name).sum().over(table) for name in columns]
    filled = pl.sum_horizontal(pl.col(name) > 0 for name in columns) >= 2
    return counts.select(pl.all_horizontal(halves) & filled & (pl.len().over(table) >= FEWEST)).to_series()


def duplicate_rows(frame: pl.DataFrame, columns: list[str]) -> tuple[pl.Series, pl.Series | None]:
    """Mask of rows that repeat an earlier row of their table word for word, and the row number of the first."""
    hashed = hashed_rows(frame, columns)
    if hashed.n_unique() == len(hashed):
        return _same("m", len(hashed), pl.Boolean, value=False), None
    later = ~hashed.is_first_distinct()
    keyed = pl.DataFrame({"h": hashed, "r": frame[VIRTUAL + "row"]})
    return later, keyed.select(pl.col("r").first().over("h")).to_series()


def hashed_rows(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """A hash of each row's cells and table."""
    return frame.select(VIRTUAL + "t", *columns).hash_rows(seed=17)


def keys_differ(work: Work) -> bool:
    """Whether no two rows of a table have the same key. Then none repeats another: equal cells make equal keys."""
    names = [name for name in work.standard.key if name in work.values]
    if not names or work.mapping.unpivot or work.overall is not None:
        return False
    hashed = pl.DataFrame({"t": work.groups, **{name: work.values[name] for name in names}}).hash_rows(seed=5)
    return hashed.n_unique() == len(hashed)


def key_filled(work: Work) -> pl.Series:
    """True where a row says at least one field of its key, so that an exact repetition is surely a duplicate."""
    names = [name for name in work.standard.key if name in work.values]
    if not names:
        return (
            pl.Series("k", [False]).new_from_index(0, work.height)
            if work.height
            else pl.Series("k", [], dtype=pl.Boolean)
        )
    return (
        pl.DataFrame({name: work.values[name] for name in names})
        .select(pl.any_horizontal(pl.all().is_not_null()))
        .to_series()
    )


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


def repeated_rows(work: Work, repeated: pl.Series) -> None:
    """Rows alike word for word, where they may be several things: said, not rejected."""
    if work.overall is not None:
        work.overall.repeated_rows += int(repeated.sum())
        return
    counts = pl.DataFrame({"t": work.groups, "r": repeated}).group_by("t").agg(pl.col("r").sum())
    for number, count in counts.filter(pl.col("r") > 0).sort("t").iter_rows():
        text = say("repeated_rows", value=count)
        work.notes.append((number, Finding(Severity.WARNING, "repeated_rows", text, value=str(count))))


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
    _intervals(work)
    _keys_of_names(work)


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
        made = _same("m", work.height, pl.String, value="")
    work.values[wanted.name] = made.set(made == "", wanted.compose_empty)
    work.repeated.pop(wanted.name, None)


def _by_prefix(rule: Derive, source: pl.Series) -> pl.Series:
    begins = [(pl.col("s").str.contains(f"^(?:{begin})"), value) for begin, value in rule.prefixes.items()]
    chosen = pl.coalesce(*(pl.when(fits).then(pl.lit(value)) for fits, value in begins))
    return pl.DataFrame({"s": source.cast(pl.String)}).select(chosen).to_series()


def _intervals(work: Work) -> None:
    """Minutes between moments: the commonest step of each table."""
    if not work.standard.interval:
        return
    minutes, moment = work.standard.interval
    if minutes in work.values or moment not in work.values:
        return
    if len(work.tables) == 1:
        made = _interval(work, moment)
        _add_interval(work, minutes, moment, made)
        return
    frame = pl.DataFrame({"t": work.groups, "m": work.values[moment]})
    steps = frame.drop_nulls().unique().sort("t", "m").select("t", d=pl.col("m").diff().over("t").dt.total_minutes())
    common = steps.filter(pl.col("d").is_between(1, 366 * 24 * 60)).group_by("t").agg(pl.col("d").mode().min())
    made = frame.join(common, on="t", how="left", maintain_order="left")["d"].cast(pl.Int64)
    _add_interval(work, minutes, moment, made.set(work.values[moment].is_null(), None))


def _interval(work: Work, moment: str) -> pl.Series:
    """The same for one table: its different moments, its one step."""
    once = work.repeated.get(moment)
    moments = (once.work.values[moment] if once else work.values[moment]).drop_nulls().unique()
    common = _common_step(moments)
    if work.overall is not None:
        common = work.overall.add(("step", moment), moments, _more_moments, _common_step)()
    made = _same("d", work.height, pl.Int64, value=common)
    empty = work.values[moment].is_null()
    return made.set(empty, None) if empty.any() else made


def _common_step(moments: pl.Series) -> int | None:
    steps = moments.sort().diff().dt.total_minutes()
    return steps.filter(steps.is_between(1, 366 * 24 * 60)).mode().min()  # type: ignore[return-value]


def _more_moments(one: pl.Series, other: pl.Series) -> pl.Series:
    """Different moments of two parts; beyond `MOMENTS` of them the step is known well enough."""
    return one.append(other).unique() if len(one) < MOMENTS else one


def _add_interval(work: Work, minutes: str, moment: str, made: pl.Series) -> None:
    work.values[minutes] = made
    work.changed("derived", work.standard.by_name[minutes].title_de, made.is_not_null(), work.values[moment], made)


def same_keys(work: Work, bad: pl.Series) -> None:
    """A question to tables in which a key comes twice with different values."""
    names = [name for name in work.standard.key if name in work.values]
    if (
        not names
        or set(names) <= {"lat", "lon"}
        or work.mapping.unpivot
        or any(name not in work.values for name in work.standard.key[:1])
    ):
        return
    frame = (
        pl.DataFrame({"t": work.groups, **{name: work.values[name] for name in names}})
        .filter(~bad)
        .drop_nulls(names[:1])
    )
    hashed = frame.hash_rows(seed=5)
    if work.overall is not None:
        work.overall.repeats.keys.add(hashed)
        return
    twice = (
        pl.DataFrame({"t": frame["t"], "d": ~hashed.is_first_distinct()})
        .group_by("t")
        .agg(pl.col("d").sum())
        .filter(pl.col("d") > 0)
    )
    for group, count in twice.iter_rows():
        work.notes.append((group, Finding(Severity.WARNING, "same_key", say("same_key", value=count))))


def _keys_of_names(work: Work) -> None:
    """An AGS from the name of the Gemeinde and its Kreis where just one can be meant; a key nobody has is a fault."""
    gazetteer = next((table.gazetteer for table in work.tables.values() if table.gazetteer), None)
    if gazetteer is None:
        return
    for wanted in work.standard.all_fields:
        written = work.values.get(wanted.name, work.nulls(pl.String))
        if not wanted.resolve or not {wanted.name, wanted.resolve[0]} & work.values.keys():
            continue
        unknown = ~map_unique(written, gazetteer.__contains__, pl.Boolean).fill_null(value=True)
        work.fault("ags_unknown", wanted.name, unknown, written)
        place, kreis = ([work.values.get(name, work.nulls(pl.String)) for name in wanted.resolve] + [None])[:2]
        said = pl.DataFrame({"n": place, "k": work.nulls(pl.String) if kreis is None else kreis})
        both = said.select(pl.concat_str("n", pl.col("k").fill_null(""), separator="\x1f")).to_series()
        settled = written.is_not_null() | _faulty(work, wanted.name)
        found = map_unique(both.set(settled, None), partial(_key_of, gazetteer), pl.String)
        if found.null_count() == len(found):
            continue
        work.values[wanted.name] = pl.DataFrame({"a": written, "b": found}).select(pl.coalesce("a", "b")).to_series()
        work.repeated.pop(wanted.name, None)
        work.origins.setdefault(wanted.name, work.origins[wanted.resolve[0]])
        work.changed("ags_of_name", work.origins[wanted.resolve[0]], found.is_not_null(), both, found)


def _key_of(gazetteer: Gazetteer, said: str) -> str | None:
    name, _, district = said.partition("\x1f")
    own, inside = spoken(name)
    return gazetteer.find(own, spoken(f"({district})")[1] if district else inside)


def _faulty(work: Work, name: str) -> pl.Series:
    """Rows in which this very field is at fault already: what is wrong is not overwritten."""
    mask = work.nulls(pl.Boolean).fill_null(value=False)
    for fault in work.faults:
        if fault.field == name:
            mask |= fault.mask
    return mask
