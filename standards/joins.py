"""Fields made of several columns: addresses, moments, spans, lists, names of species in three columns."""

from __future__ import annotations

import polars as pl

from standards.definition import FieldDef
from standards.mapping import Source
from standards.work import Work, clean_text


def composed_text(work: Work, wanted: FieldDef, source: Source) -> pl.Series:
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


def moment_text(work: Work, source: Source) -> pl.Series:
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


def list_columns(work: Work, wanted: FieldDef, separator: str) -> None:
    """Several columns of one list to one text, each value once, in the order of the columns."""
    names = [name for name in (wanted.name, *wanted.join) if name in work.values]
    parts = pl.DataFrame({name: work.values[name].cast(pl.String) for name in names})
    listed = pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)
    text = parts.select(
        pl.when(pl.any_horizontal(pl.all().is_not_null())).then(listed.list.join(separator))
    ).to_series()
    work.values[wanted.name] = text
    work.repeated.pop(wanted.name, None)


def join_columns(work: Work, source: Source) -> None:
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


def span_columns(work: Work, source: Source) -> None:
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
