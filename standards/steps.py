"""The usual step between the moments of a table, where no column gives it."""

from __future__ import annotations

import polars as pl

from standards.same import same_in_all
from standards.work import Work

MOMENTS = 2_000_000
"""Different moments of a table of many parts from which its usual step is told."""


def intervals(work: Work) -> None:
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
    made = same_in_all("d", work.height, pl.Int64, value=common)
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
