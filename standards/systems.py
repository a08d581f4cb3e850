"""Which coordinate system a table is in, and the way from it to WGS84.

Sources: EPSG registry; Gauss-Krüger zones by false easting (2…5 million), UTM zones with the zone number in front of
the easting (`32691607`), as German surveying offices write them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl

from standards.overall import Overall, more_weights, weighted_median, weights

DEGREES = ("EPSG:4326", "EPSG:4258", "OGC:CRS84", "")
GERMANY = (5.4, 47.1, 15.6, 55.2)
"""West, south, east, north of Germany, rounded outwards (degrees)."""
MARGIN = 0.05
"""Degrees by which a municipality's box is widened: about 5 km, for forests and lakes just outside."""


def system_of(
    x: pl.Series, y: pl.Series, told: str | None, box: tuple[float, float, float, float] | None
) -> tuple[bool, str]:
    """The system of the median place. Where most places are degrees inside the box, so is it: no need to sort them."""
    west, south, east, north = widened(box)
    mostly = all(
        2 * int(axis.is_between(low, high).sum()) > len(axis)
        for axis, low, high in ((x, west, east), (y, south, north))
    )
    if mostly and max(-west, east) <= 180 and max(-south, north) <= 90 and (not told or told in DEGREES):
        return False, told or "EPSG:4326"
    return system_at(float(x.median()), float(y.median()), told, box)  # type: ignore[arg-type]


def system_of_all(
    overall: Overall, x: pl.Series, y: pl.Series, told: str | None, box: tuple[float, float, float, float] | None
) -> tuple[bool, str]:
    """The same where the rows are one part of their table: the median is that of all parts."""

    def decide(found: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[bool, str]:
        mx, my = map(weighted_median, found)
        west, south, east, north = widened(box)
        if west <= mx <= east and south <= my <= north and max(-west, east) <= 180 and (not told or told in DEGREES):
            return False, told or "EPSG:4326"
        return system_at(mx, my, told, box)

    def merge(
        one: tuple[pl.DataFrame, pl.DataFrame], other: tuple[pl.DataFrame, pl.DataFrame]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        return more_weights(one[0], other[0]), more_weights(one[1], other[1])

    west, south, east, north = widened(box)
    found = (weights(x, west, east), weights(y, south, north))
    settled: tuple[bool, str] = overall.add(("system", "lat"), found, merge, decide)()
    return settled


def system_at(x: float, y: float, told: str | None, box: tuple[float, float, float, float] | None) -> tuple[bool, str]:
    """(swapped, EPSG code) of a table from its median place; code "" if no system fits."""
    for swapped, east, north in ((False, x, y), (True, y, x)):
        candidates = [told] if told and _fits_box(east, north, told, box) else _candidates(east, north)
        inside = [code for code in candidates if _fits_box(east, north, code, box)] or [
            c for c in candidates if _fits_box(east, north, c, None)
        ]
        if inside:
            return swapped, inside[0]
    for swapped, east, north in ((False, x, y), (True, y, x)):
        if (candidates := _candidates(east, north)) and not (swapped and candidates[0] == "EPSG:4326"):
            return swapped, candidates[0]
    return False, "EPSG:4326"


def _candidates(east: float, north: float) -> list[str]:
    found: list[str] = []
    if abs(east) <= 180 and abs(north) <= 90:
        found.append("EPSG:4326")
    if 5_150_000 <= north <= 6_150_000:
        zone = {2: "EPSG:31466", 3: "EPSG:31467", 4: "EPSG:31468", 5: "EPSG:31469"}.get(int(east // 1_000_000))
        if zone and 200_000 <= east % 1_000_000 <= 900_000:
            found.append(zone)
        if 150_000 <= east <= 950_000:
            found += ["EPSG:25832", "EPSG:25833"]
        if int(east // 1_000_000) in (32, 33):
            found.append(f"EPSG:258{int(east // 1_000_000)}+zone")
    if 600_000 <= east <= 1_750_000 and 5_950_000 <= north <= 7_400_000:
        found.append("EPSG:3857")
    if _lost_point(east, (5, 16)) and _lost_point(north, (47, 56)):
        found.append("EPSG:4326+point")
    return found


def _lost_point(value: float, limits: tuple[float, float]) -> bool:
    return bool(value >= 1000) and limits[0] <= with_point(value, limits) <= limits[1]


def with_point(value: float, limits: tuple[float, float]) -> float:
    while value > limits[1]:
        value /= 10
    return value


def _fits_box(east: float, north: float, code: str, box: tuple[float, float, float, float] | None) -> bool:
    lon, lat = _transform_one(east, north, code)
    west, south, right, top = widened(box)
    return west <= lon <= right and south <= lat <= top


def widened(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float]:
    if box is None:
        return GERMANY
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def _transform_one(east: float, north: float, code: str) -> tuple[float, float]:
    if code == "EPSG:4326+point":
        return with_point(east, (5, 16)), with_point(north, (47, 56))
    if code.endswith("+zone"):
        code, east = code.removesuffix("+zone"), east % 1_000_000
    if code in ("EPSG:4326", "EPSG:4258", "OGC:CRS84"):
        return east, north
    try:
        lon, lat = _transformer(code).transform(east, north)
    except Exception:  # noqa: BLE001  an unknown code from a file's metadata: no candidate
        return float("inf"), float("inf")
    return float(lon), float(lat)


@lru_cache(maxsize=32)
def _transformer(code: str) -> Any:
    import pyproj

    return pyproj.Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def to_wgs84(frame: pl.DataFrame) -> pl.DataFrame:
    codes = frame["crs"].unique().drop_nulls().to_list()
    if set(codes) <= set(DEGREES):
        return frame.with_columns(lon=pl.col("x"), lat=pl.col("y"))
    parts = [_transformed(frame.with_row_index("i").filter(pl.col("crs") == code), code) for code in codes]
    done = pl.concat([part.select("i", "lon", "lat") for part in parts])
    joined = frame.with_row_index("i").join(done, on="i", how="left", maintain_order="left")
    return joined.drop("i")


def _transformed(part: pl.DataFrame, code: str) -> pl.DataFrame:
    if code in DEGREES:
        return part.with_columns(lon=pl.col("x"), lat=pl.col("y"))
    if code == "EPSG:4326+point":
        return part.with_columns(
            lon=pl.col("x").map_elements(lambda v: with_point(v, (5, 16)), return_dtype=pl.Float64),
            lat=pl.col("y").map_elements(lambda v: with_point(v, (47, 56)), return_dtype=pl.Float64),
        )
    bare = code.removesuffix("+zone")
    east = part["x"] % 1_000_000 if code.endswith("+zone") else part["x"]
    lon, lat = _transformer(bare).transform(
        east.fill_null(float("nan")).to_numpy(), part["y"].fill_null(float("nan")).to_numpy()
    )
    done = part.with_columns(lon=pl.Series(lon, dtype=pl.Float64), lat=pl.Series(lat, dtype=pl.Float64))
    return done.with_columns(pl.when(pl.col(n).is_finite()).then(pl.col(n)).alias(n) for n in ("lon", "lat"))
