"""Official keys (AGS) told by the name of a Gemeinde and its Kreis."""

from __future__ import annotations

from functools import partial

import polars as pl

from standards.municipalities import Gazetteer, spoken
from standards.words import map_unique
from standards.work import Work


def keys_of_names(work: Work) -> None:
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
