"""Which place and time rows cover, read from the fields whose names the standards agree on."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from storage.formats import geojson
from storage.formats.common import is_placed

_MOMENTS = ("zeitpunkt", "datum", "stichtag")
_YEAR = "jahr"
_YEARS = (1000, 9999)


def coverage(frame: pl.DataFrame, today: date) -> dict[str, object]:
    """`bbox` (west, south, east, north), `temporal_start`, `temporal_end` and `stand`, where the rows tell them.

    `stand` is the last day described, but none after `today`: budgets speak of years to come.
    """
    found: dict[str, object] = {"bbox": geojson.bbox(frame)} if is_placed(frame) else {}
    days = _days(frame)
    if days:
        start, end = min(days), max(days)
        found |= {"temporal_start": start, "temporal_end": end, "stand": min(end, today)}
    return found


def _days(frame: pl.DataFrame) -> list[date]:
    days: list[date] = []
    for name in _MOMENTS:
        if name in frame.columns and frame[name].dtype in {pl.Date, pl.Datetime}:
            days += [_day(value) for value in (frame[name].min(), frame[name].max()) if isinstance(value, date)]
    if _YEAR in frame.columns and frame[_YEAR].dtype.is_integer():
        years = frame[_YEAR].filter(frame[_YEAR].is_between(*_YEARS))
        for value, month, day in ((years.min(), 1, 1), (years.max(), 12, 31)):
            if isinstance(value, int):
                days.append(date(value, month, day))
    return days


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
