"""Rows and keys that come twice within a pass; over the parts of a long table see `repeats`."""

from __future__ import annotations

import polars as pl

from standards.mapping import VIRTUAL
from standards.messages import say
from standards.model import Finding, Severity
from standards.same import same_in_all
from standards.work import Work


def duplicate_rows(frame: pl.DataFrame, columns: list[str]) -> tuple[pl.Series, pl.Series | None]:
    """Mask of rows that repeat an earlier row of their table word for word, and the row number of the first."""
    hashed = hashed_rows(frame, columns)
    if hashed.n_unique() == len(hashed):
        return same_in_all("m", len(hashed), pl.Boolean, value=False), None
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


def repeated_rows(work: Work, repeated: pl.Series) -> None:
    """Rows alike word for word, where they may be several things: said, not rejected."""
    if work.overall is not None:
        work.overall.repeated_rows += int(repeated.sum())
        return
    counts = pl.DataFrame({"t": work.groups, "r": repeated}).group_by("t").agg(pl.col("r").sum())
    for number, count in counts.filter(pl.col("r") > 0).sort("t").iter_rows():
        text = say("repeated_rows", value=count)
        work.notes.append((number, Finding(Severity.WARNING, "repeated_rows", text, value=str(count))))


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
