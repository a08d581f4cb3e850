"""Coordinates of any kind to WGS84, decided per table (`systems`), mended per row. Series in, series out.

Nothing of a standard is known here.
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import polars as pl

from standards.distance import far
from standards.overall import Overall
from standards.systems import DEGREES, GERMANY, system_at, system_of, system_of_all, to_wgs84, widened, with_point


@dataclass(frozen=True, slots=True)
class Places:
    """Converted places. `fault`: code per row or null; `kinds`: repair kinds with a mask each; `crs`: per table text.

    `swapped_columns` marks the rows of a table whose columns are exchanged as a whole, `swapped_coordinates` single rows.
    """

    lat: pl.Series
    lon: pl.Series
    fault: pl.Series
    kinds: dict[str, pl.Series]
    systems: dict[int, str]
    """Table number → EPSG code that was used."""


def locate(
    x: pl.Series,
    y: pl.Series,
    groups: pl.Series,
    *,
    boxes: dict[int, tuple[float, float, float, float] | None],
    systems: dict[int, str | None],
    overall: Overall | None = None,
) -> Places:
    """X (east or longitude), y (north or latitude) in any system → WGS84, decided per table, mended per row."""
    one = len(boxes) == 1
    where = _locate_one if one else _locate_many
    return _without_far(where(x, y, groups, boxes=boxes, systems=systems, overall=overall), groups, overall)


def _without_far(places: Places, groups: pl.Series, overall: Overall | None) -> Places:
    """A place far from all others of its table is a fault: the row's coordinates are another town's."""
    odd = far(places.lat, places.lon, groups, overall)
    if odd is None or not odd.any():
        return places
    rows = odd.arg_true()
    return Places(
        places.lat.set(odd, None), places.lon.set(odd, None),
        places.fault.clone().scatter(rows, pl.Series(["coordinate_far"] * len(rows), dtype=pl.String)),
        {kind: mask & ~odd for kind, mask in places.kinds.items()}, places.systems,
    )  # fmt: skip


def _locate_many(
    x: pl.Series,
    y: pl.Series,
    groups: pl.Series,
    *,
    boxes: dict[int, tuple[float, float, float, float] | None],
    systems: dict[int, str | None],
    overall: Overall | None,
) -> Places:
    """Several tables in one go, each with a system of its own."""
    del overall  # parts are always of one table
    frame = pl.DataFrame({"x": x, "y": y, "g": groups})
    known = frame.lazy().filter(
        pl.col("x").is_not_null() & pl.col("y").is_not_null() & ((pl.col("x") != 0) | (pl.col("y") != 0))
    )
    medians = known.group_by("g").agg(pl.col("x").median(), pl.col("y").median()).collect()
    chosen: dict[int, tuple[bool, str]] = {}
    for group, mx, my in medians.iter_rows():
        chosen[group] = system_at(mx, my, systems.get(group), boxes.get(group))
    swap = pl.Series([chosen.get(g, (False, ""))[0] for g in boxes])
    code = pl.Series([chosen.get(g, (False, ""))[1] for g in boxes])
    table = pl.DataFrame({"g": list(boxes), "swap": swap, "crs": code}, schema_overrides={"g": pl.Int64})
    frame = frame.join(table, on="g", how="left", maintain_order="left")
    return _judge(to_wgs84(_turned(frame)), boxes, {g: c[1] for g, c in chosen.items()})


def _turned(frame: pl.DataFrame) -> pl.DataFrame:
    """East and north in their places: for the whole table, and for single rows in metres that have them the other way."""
    frame = frame.with_columns(x=pl.when("swap").then("y").otherwise("x"), y=pl.when("swap").then("x").otherwise("y"))
    crossed = ~pl.col("crs").is_in(DEGREES) & _northing("x") & ~_northing("y") & (pl.col("y") > 0)
    frame = frame.with_columns(crossed=crossed.fill_null(value=False))
    return frame.with_columns(
        x=pl.when("crossed").then("y").otherwise("x"), y=pl.when("crossed").then("x").otherwise("y")
    )


def _northing(column: str) -> pl.Expr:
    """How far north of the equator Germany lies, in metres; eastings of Gauss-Krüger zone 5 alone may look so too."""
    return pl.col(column).is_between(5_200_000, 6_150_000)


def _locate_one(
    x: pl.Series,
    y: pl.Series,
    groups: pl.Series,
    *,
    boxes: dict[int, tuple[float, float, float, float] | None],
    systems: dict[int, str | None],
    overall: Overall | None,
) -> Places:
    """The same for one table: rows that already are degrees inside its box stay, only the others are looked at."""
    group = next(iter(boxes))
    known = ((x != 0) | (y != 0)) & x.is_not_null() & y.is_not_null()
    kx, ky = (x, y) if known.all(ignore_nulls=False) else (x.filter(known), y.filter(known))
    decide = system_of if overall is None else partial(system_of_all, overall)
    swap, code = decide(kx, ky, systems.get(group), boxes.get(group)) if len(kx) else (False, "")
    used = {group: code} if len(kx) else {}
    rows = pl.int_range(len(x), dtype=pl.UInt32, eager=True)
    if not swap and code in DEGREES:
        west, south, east, north = widened(boxes[group])
        at_home = x.is_between(west, east) & y.is_between(south, north) & ((x != 0) | (y != 0))
        rows = (~(at_home.fill_null(value=False) | (x.is_null() & y.is_null()))).arg_true()
    frame = pl.DataFrame({"x": x.gather(rows), "y": y.gather(rows), "g": groups.gather(rows)})
    frame = frame.with_columns(swap=pl.lit(swap), crs=pl.lit(code))
    odd = _judge(to_wgs84(_turned(frame)), boxes, used)
    if len(rows) == len(x):
        return odd
    return _placed(x, y, rows, odd)


def _placed(x: pl.Series, y: pl.Series, rows: pl.Series, odd: Places) -> Places:
    """Longitude x and latitude y, with what became of the odd rows in their places."""
    never = pl.Series("m", [False]).new_from_index(0, len(x))
    fault = pl.Series("fault", [None], dtype=pl.String).new_from_index(0, len(x))
    if not len(rows):
        return Places(y.alias("lat"), x.alias("lon"), fault, {}, odd.systems)
    lat, lon = y.clone().scatter(rows, odd.lat), x.clone().scatter(rows, odd.lon)
    kinds = {name: never.clone().scatter(rows, mask) for name, mask in odd.kinds.items() if mask.any()}
    fault = fault.scatter(rows, odd.fault) if odd.fault.null_count() < len(rows) else fault
    return Places(lat.alias("lat"), lon.alias("lon"), fault, kinds, odd.systems)


def _judge(
    frame: pl.DataFrame, boxes: dict[int, tuple[float, float, float, float] | None], systems: dict[int, str]
) -> Places:
    """Mends single rows (swapped, sign, lost point) and names what is impossible or outside."""
    frame = _with_boxes(frame, boxes)
    degrees = pl.col("crs").is_in(["EPSG:4326", "EPSG:4258", "EPSG:4326+point", "OGC:CRS84", ""])
    lon, lat = pl.col("lon"), pl.col("lat")
    outside = (~_inside(lon, lat)).fill_null(value=False) & degrees
    turned = outside & _inside(lat, lon)
    signed = outside & ~turned & _inside(lon.abs(), lat.abs())
    frame = frame.with_columns(
        turned=turned.fill_null(value=False), signed=signed.fill_null(value=False), outside=outside
    )
    frame = frame.with_columns(
        lon=pl.when("turned").then("lat").when("signed").then(lon.abs()).otherwise("lon"),
        lat=pl.when("turned").then("lon").when("signed").then(lat.abs()).otherwise("lat"),
    )
    frame = _mend_points(frame)
    zero = (pl.col("x") == 0) & (pl.col("y") == 0)
    whole_outside = (pl.col("x").is_not_null()) & (pl.col("y").is_not_null())
    fault = (
        pl.when(pl.col("x").is_null() != pl.col("y").is_null()).then(pl.lit("coordinate_incomplete"))
        .when(zero).then(pl.lit("coordinate_impossible"))
        .when(whole_outside & pl.col("lon").is_null()).then(pl.lit("coordinate_impossible"))
        .when(whole_outside & ((pl.col("lat").abs() > 90) | (pl.col("lon").abs() > 180))).then(pl.lit("coordinate_impossible"))
        .when(whole_outside & ~_inside(lon, lat)).then(pl.lit("coordinate_outside"))
    )  # fmt: skip
    frame = frame.with_columns(fault=fault)
    return _places(frame, systems)


def _inside(lon: pl.Expr, lat: pl.Expr) -> pl.Expr:
    return lon.is_between(pl.col("w"), pl.col("e")) & lat.is_between(pl.col("s"), pl.col("n"))


def _with_boxes(frame: pl.DataFrame, boxes: dict[int, tuple[float, float, float, float] | None]) -> pl.DataFrame:
    wide = {group: widened(box) for group, box in boxes.items()}
    if len(set(wide.values())) <= 1:
        west, south, east, north = next(iter(wide.values()), GERMANY)
        return frame.with_columns(w=pl.lit(west), s=pl.lit(south), e=pl.lit(east), n=pl.lit(north))
    columns = dict(zip(("w", "s", "e", "n"), zip(*wide.values(), strict=True), strict=True))
    table = pl.DataFrame(
        {"g": list(wide), **{name: list(values) for name, values in columns.items()}},
        schema_overrides={"g": pl.Int64},
    )
    return frame.join(table, on="g", how="left", maintain_order="left")


def _mend_points(frame: pl.DataFrame) -> pl.DataFrame:
    """Single rows that lost their decimal point in a file of degrees."""
    lost = (
        pl.col("outside") & ~pl.col("turned") & ~pl.col("signed") & (pl.col("lon").abs() >= 100)
        | (pl.col("lat").abs() >= 100)
    ).fill_null(value=False)
    rows = frame.select(lost & pl.col("outside")).to_series().arg_true()
    mended = (
        pl.Series("mended", [False]).new_from_index(0, frame.height)
        if frame.height
        else pl.Series("mended", [], dtype=pl.Boolean)
    )
    if not len(rows):
        return frame.with_columns(mended=mended)
    lon = [
        with_point(abs(v), (5, 16)) if v is not None and abs(v) > 90 else v for v in frame["lon"].gather(rows).to_list()
    ]
    lat = [
        with_point(abs(v), (47, 56)) if v is not None and abs(v) > 90 else v
        for v in frame["lat"].gather(rows).to_list()
    ]
    return frame.with_columns(
        lon=frame["lon"].scatter(rows, pl.Series(lon, dtype=pl.Float64)),
        lat=frame["lat"].scatter(rows, pl.Series(lat, dtype=pl.Float64)),
        mended=mended.scatter(rows, values=True),
    )


def _places(frame: pl.DataFrame, systems: dict[int, str]) -> Places:
    there = pl.col("lon").is_not_null() & pl.col("fault").is_null()
    masks = frame.select(
        crs=there & ~pl.col("crs").is_in([*DEGREES, "EPSG:4326+point"]),
        swapped_coordinates=there & (pl.col("turned") | pl.col("crossed")),
        swapped_columns=there & pl.col("swap") & ~pl.col("turned") & ~pl.col("crossed"),
        coordinate_decimal_point=there & (pl.col("mended") | (pl.col("crs") == "EPSG:4326+point")),
        coordinate_sign=there & pl.col("signed"),
    )
    good = pl.col("fault").is_null()
    out = frame.select(lat=pl.when(good).then("lat"), lon=pl.when(good).then("lon"), fault="fault")
    kinds = {name: masks[name].fill_null(value=False) for name in masks.columns}
    return Places(out["lat"], out["lon"], out["fault"], kinds, systems)
