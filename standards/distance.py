"""Places that lie far from all others of their table. Degrees in, a mask out; nothing is decided.

The register of municipalities has no shapes. A municipal file says itself where its municipality is: its places lie
together, so that one in another town is seen without knowing the borders.
"""

from __future__ import annotations

import polars as pl

from standards.overall import Overall

FAR_KM = 100.0
"""Nearer to the middle of its table no place is far."""
_TIMES = 10.0
_ENOUGH = 10
"""With fewer places there is no middle."""
_LON_KM, _LAT_KM = 73.0, 111.2
"""One degree in the middle of Germany."""

Limit = tuple[float, float, float]
"""Longitude and latitude of the middle, and from how many kilometres on a place is far."""


def far(lat: pl.Series, lon: pl.Series, groups: pl.Series, overall: Overall | None) -> pl.Series | None:
    """Rows ten times as far from the middle of their table as nine tenths of its places, and more than `FAR_KM`.

    A municipality's places lie together; a register of a whole Land is wide and has none that is far. None: no row is.
    """
    frame = pl.DataFrame({"lat": lat, "lon": lon, "g": groups})
    if overall is not None:
        limit = overall.add(("far", "lat"), _cells(frame), _more_cells, _limit)()
        return None if limit is None else _beyond(frame, limit)
    if not _is_wide(lat, lon):
        return None
    mask = pl.Series("far", [False]).new_from_index(0, len(lat))
    for group, table in frame.group_by("g"):
        limit = _limit(_cells(table)) if _is_wide(table["lat"], table["lon"]) else None
        if limit is not None:
            mask |= _beyond(frame, limit) & (groups == group[0])
    return mask if mask.any() else None


def _is_wide(lat: pl.Series, lon: pl.Series) -> bool:
    return len(lat) >= _ENOUGH and _extent(lon) * _LON_KM + _extent(lat) * _LAT_KM >= FAR_KM


def _extent(axis: pl.Series) -> float:
    low, high = axis.min(), axis.max()
    return float(high) - float(low) if isinstance(low, float) and isinstance(high, float) else 0.0


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """How many places lie in each cell of a tenth of a degree."""
    return frame.drop_nulls(["lat", "lon"]).group_by(pl.col("lon", "lat").round(1)).len("n")


def _more_cells(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([one, other]).group_by("lon", "lat").agg(pl.col("n").sum())


def _limit(cells: pl.DataFrame) -> Limit | None:
    wide = _extent(cells["lon"]) * _LON_KM + _extent(cells["lat"]) * _LAT_KM >= FAR_KM
    if not wide or int(cells["n"].sum()) < _ENOUGH:
        return None
    lon, lat = _share(cells, "lon", 0.5), _share(cells, "lat", 0.5)
    away = cells.with_columns(km=_km(lon, lat))
    return lon, lat, max(FAR_KM, _TIMES * _share(away, "km", 0.9))


def _share(cells: pl.DataFrame, name: str, part: float) -> float:
    """The value that this part of all places does not exceed."""
    ordered = cells.sort(name)
    return float(ordered[name][int(ordered["n"].cum_sum().search_sorted(part * int(ordered["n"].sum())))])


def _km(lon: float, lat: float) -> pl.Expr:
    return (((pl.col("lon") - lon) * _LON_KM) ** 2 + ((pl.col("lat") - lat) * _LAT_KM) ** 2).sqrt()


def _beyond(frame: pl.DataFrame, limit: Limit) -> pl.Series:
    return frame.select((_km(limit[0], limit[1]) > limit[2]).fill_null(value=False).alias("far")).to_series()
