"""The list of changed cells, one line each, and which field a changed column is. Only made when somebody asks for it.

What does not belong here: counting (`repairs`), taking a repair back (`undo`), writing the list (`writing`).
"""

from __future__ import annotations

import polars as pl

from standards.definition import Standard
from standards.mapping import VIRTUAL
from standards.messages import REPAIRS
from standards.work import Shown, Work

CHANGES_SCHEMA: dict[str, type[pl.DataType]] = {
    "_row": pl.Int64,
    "column": pl.String,
    "field": pl.String,
    "kind": pl.String,
    "title_de": pl.String,
    "before": pl.String,
    "after": pl.String,
    "at": pl.UInt32,
}
"""`field`: the published field (several: with commas); `at`: place of the row among the accepted ones, or null."""


def fields_of(work: Work, column: str | pl.Series) -> tuple[str, ...]:
    """The fields that a change counted under this column belongs to: by their column, title or parts."""
    mapping, known = work.mapping, work.standard.by_name
    if isinstance(column, pl.Series):
        return (mapping.unpivot.value_field,) if mapping.unpivot else ()
    if mapping.position and column in {*mapping.position.columns, " / ".join(mapping.position.columns)}:
        return ("lat", "lon")
    for source in mapping.sources:
        if source.kind == "join" and column == ", ".join(work.origins.get(name, "") for name in source.columns):
            return (source.field,)
    found = [source.field for source in mapping.sources if column in source.columns]
    if mapping.unpivot and column in dict(mapping.unpivot.columns):
        found.append(mapping.unpivot.value_field)
    found = found or [name for name, header in work.origins.items() if header == column]
    return tuple(dict.fromkeys(found)) or tuple(name for name, wanted in known.items() if wanted.title_de == column)


def published(standard: Standard, names: tuple[str, ...]) -> tuple[str, ...]:
    """The same as published fields: those that a helper field is a part of stand for it."""
    found: dict[str, None] = {}
    for name in names:
        if not standard.by_name[name].helper:
            found[name] = None
            continue
        for whole in standard.fields:
            if name in {*whole.join, *whole.minus, whole.date_part, whole.time_part, whole.year_of}:
                found[whole.name] = None
    return tuple(found)


def change_list(work: Work, good: pl.Series) -> pl.DataFrame:
    """`CHANGES_SCHEMA` plus the table's number, in the order of the rows. A cell repaired twice has two lines."""
    places = good.cast(pl.UInt32).cum_sum() - 1
    parts = [_listed(work, number, good, places) for number in range(len(work.changes))]
    if not parts:
        return pl.DataFrame(schema={VIRTUAL + "t": pl.Int64, **CHANGES_SCHEMA})
    return pl.concat(parts).sort("i", maintain_order=True).select(VIRTUAL + "t", *CHANGES_SCHEMA)


def _listed(work: Work, number: int, good: pl.Series, places: pl.Series) -> pl.DataFrame:
    change = work.changes[number]
    index = change.mask.arg_true()
    rows = index.to_list()
    column = change.column
    fields = ", ".join(published(work.standard, fields_of(work, column)))
    named = column.gather(index) if isinstance(column, pl.Series) else pl.Series("c", [column] * len(rows), pl.String)
    return pl.DataFrame(
        {
            "i": index.cast(pl.Int64),
            VIRTUAL + "t": work.groups.gather(index),
            "_row": work.frame[VIRTUAL + "row"].gather(index),
            "column": named.cast(pl.String),
            "before": _texts(change.before, index, rows),
            "after": _texts(change.after, index, rows),
            "at": places.gather(index).set(~good.gather(index), None),
        }
    ).with_columns(field=pl.lit(fields), kind=pl.lit(change.kind), title_de=pl.lit(REPAIRS[change.kind]))


def _texts(shown: Shown, index: pl.Series, rows: list[int]) -> pl.Series:
    if isinstance(shown, pl.Series):
        return shown.gather(index).cast(pl.String)
    return pl.Series("s", [None if (value := shown(row)) is None else str(value) for row in rows], dtype=pl.String)
