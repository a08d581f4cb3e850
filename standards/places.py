"""Coordinates of any kind to WGS84: which system, which axis, what can be mended. Series in, series out.

Sources: EPSG registry; Gauss-Krüger zones by false easting (2…5 million), UTM zones with the zone number in front of
the easting (`32691607`), as German surveying offices write them. Nothing of a standard is known here.
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import polars as pl

from standards.angles import angle, pair
from standards.distance import far
from standards.numbers import Numbers, read_numbers
from standards.overall import Overall, more_weights, weighted_median, weights
from standards.words import map_unique

_DEGREES = ("EPSG:4326", "EPSG:4258", "OGC:CRS84", "")
GERMANY = (5.4, 47.1, 15.6, 55.2)
"""West, south, east, north of Germany, rounded outwards (degrees)."""
MARGIN = 0.05
"""Degrees by which a municipality's box is widened: about 5 km, for forests and lakes just outside."""

_ZONE_PREFIX = re.compile(r"^\s*(3[23])\s+(?=\d{6})")
_POINT = r"(?i)^\s*(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\(\s*([-\d.eE+]+)[\s,]+([-\d.eE+]+)[^)]*\)\s*$"
_PAIR = r"^\s*(?:POINT)?\s*[\[({]?\s*([-+]?\d{1,8}(?:[.,]\d+)?)\s*°?\s*[NO E]?\s*(?:;|,\s|\s|,)\s*([-+]?\d{1,8}(?:[.,]\d+)?)\s*°?\s*[NOE]?\s*(?:[,;]\s*[-\d.]+\s*)?[\])}]?\s*$"
WKT_WORD = re.compile(
    r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|^\s*GEOMETRYCOLLECTION", re.IGNORECASE
)
WKB_HEX = re.compile(r"^(?:00|01)[0-9A-Fa-f]{40,}$")
GEOJSON = re.compile(r'^\s*\{.*"coordinates"\s*:', re.DOTALL)
PAIR = re.compile(_PAIR)


@dataclass(frozen=True, slots=True)
class Places:
    """Converted places. `fault`: code per row or null; `kinds`: repair kinds with a mask each; `crs`: per table text."""

    lat: pl.Series
    lon: pl.Series
    fault: pl.Series
    kinds: dict[str, pl.Series]
    systems: dict[int, str]
    """Table number → EPSG code that was used."""


def from_wkt(text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """WKT, hex WKB or GeoJSON text → x, y as Float64 and a mask where a line or area was made a point."""
    x = text.str.extract(_POINT, 1).cast(pl.Float64, strict=False)
    y = text.str.extract(_POINT, 2).cast(pl.Float64, strict=False)
    left = (x.is_null() & text.is_not_null()).arg_true()
    made = pl.Series("m", [False]).new_from_index(0, len(text)) if len(text) else pl.Series("m", [], dtype=pl.Boolean)
    if len(left):
        points = pl.DataFrame(
            {"p": map_unique(text.gather(left), _representative, pl.Struct({"x": pl.Float64, "y": pl.Float64}))}
        ).unnest("p")
        x, y = x.scatter(left, points["x"]), y.scatter(left, points["y"])
        made = made.scatter(left, points["x"].is_not_null())
    return x, y, made


def _representative(text: str) -> dict[str, float | None]:
    import shapely

    try:
        if WKB_HEX.match(text.strip()):
            shape = shapely.from_wkb(text.strip())
        elif text.lstrip().startswith("{"):
            shape = shapely.from_geojson(text)
        else:
            shape = shapely.from_wkt(re.sub(r"^\s*SRID=\d+;", "", text))
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        return {"x": float(point.x), "y": float(point.y)}
    except Exception:  # noqa: BLE001  shapely raises many kinds for broken text; the row gets its own sentence
        return {"x": None, "y": None}


def from_pair(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """`[9.45, 54.78]`, `48,1; 11,5`, `48.1 11.5` → first and second number as text."""
    first, second = text.str.extract(_PAIR, 1), text.str.extract(_PAIR, 2)
    left = (first.is_null() & text.is_not_null()).arg_true()
    if not len(left):
        return first, second
    shape = pl.Struct({"a": pl.String, "b": pl.String})
    odd = pl.DataFrame(
        {
            "p": map_unique(
                text.gather(left), lambda cell: dict(zip("ab", pair(cell) or (None, None), strict=True)), shape
            )
        }
    )
    parts = odd.unnest("p")
    return first.scatter(left, parts["a"]), second.scatter(left, parts["b"])


def is_pair(text: str) -> bool:
    return bool(PAIR.match(text)) or pair(text) is not None


def read_axis(text: pl.Series, plain: Numbers | None = None) -> tuple[pl.Series, pl.Series | None]:
    """One coordinate column → Float64 and repair kinds. Thousands points (`48.137.154`) become a lost decimal point.

    `plain`: what the column says, where it is known to hold nothing but plain numbers.
    """
    if plain:
        return plain.values, plain.kinds
    bare = text
    if text.str.contains(r"^\s*3[23]\s+\d{6}").any():
        bare = text.str.replace(_ZONE_PREFIX.pattern.replace(r"(?=\d{6})", ""), "${1}")
    if bare.str.contains("[°NSEOW]").any() and not bare.str.contains("['′’]").any():
        bare = bare.str.replace_all(r"\s*°?\s*[NSEOW]?\s*$", "")
    numbers = read_numbers(bare)
    left = (numbers.values.is_null() & text.is_not_null()).arg_true()
    values = numbers.values
    if len(left):
        values = values.scatter(left, map_unique(bare.gather(left), _many_points, pl.Float64))
    return values, numbers.kinds


def _many_points(text: str) -> float | None:
    if (degrees := angle(text)) is not None:
        return degrees
    bare = text.strip().replace(" ", "")
    if re.fullmatch(r"[-+]?\d{1,3}(?:[.,]\d+){2,}", bare):
        return float(bare.replace(".", "").replace(",", ""))
    return None


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
        chosen[group] = _system(mx, my, systems.get(group), boxes.get(group))
    swap = pl.Series([chosen.get(g, (False, ""))[0] for g in boxes])
    code = pl.Series([chosen.get(g, (False, ""))[1] for g in boxes])
    table = pl.DataFrame({"g": list(boxes), "swap": swap, "crs": code}, schema_overrides={"g": pl.Int64})
    frame = frame.join(table, on="g", how="left", maintain_order="left")
    return _judge(_to_wgs84(_turned(frame)), boxes, {g: c[1] for g, c in chosen.items()})


def _turned(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(x=pl.when("swap").then("y").otherwise("x"), y=pl.when("swap").then("x").otherwise("y"))


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
    decide = _system_of if overall is None else partial(_system_of_all, overall)
    swap, code = decide(kx, ky, systems.get(group), boxes.get(group)) if len(kx) else (False, "")
    used = {group: code} if len(kx) else {}
    rows = pl.int_range(len(x), dtype=pl.UInt32, eager=True)
    if not swap and code in _DEGREES:
        west, south, east, north = _widened(boxes[group])
        at_home = x.is_between(west, east) & y.is_between(south, north) & ((x != 0) | (y != 0))
        rows = (~(at_home.fill_null(value=False) | (x.is_null() & y.is_null()))).arg_true()
    frame = pl.DataFrame({"x": x.gather(rows), "y": y.gather(rows), "g": groups.gather(rows)})
    frame = frame.with_columns(swap=pl.lit(swap), crs=pl.lit(code))
    odd = _judge(_to_wgs84(_turned(frame)), boxes, used)
    if len(rows) == len(x):
        return odd
    return _placed(x, y, rows, odd)


def _system_of(
    x: pl.Series, y: pl.Series, told: str | None, box: tuple[float, float, float, float] | None
) -> tuple[bool, str]:
    """The system of the median place. Where most places are degrees inside the box, so is it: no need to sort them."""
    west, south, east, north = _widened(box)
    mostly = all(
        2 * int(axis.is_between(low, high).sum()) > len(axis)
        for axis, low, high in ((x, west, east), (y, south, north))
    )
    if mostly and max(-west, east) <= 180 and max(-south, north) <= 90 and (not told or told in _DEGREES):
        return False, told or "EPSG:4326"
    return _system(float(x.median()), float(y.median()), told, box)  # type: ignore[arg-type]


def _system_of_all(
    overall: Overall, x: pl.Series, y: pl.Series, told: str | None, box: tuple[float, float, float, float] | None
) -> tuple[bool, str]:
    """The same where the rows are one part of their table: the median is that of all parts."""

    def decide(found: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[bool, str]:
        mx, my = map(weighted_median, found)
        west, south, east, north = _widened(box)
        if west <= mx <= east and south <= my <= north and max(-west, east) <= 180 and (not told or told in _DEGREES):
            return False, told or "EPSG:4326"
        return _system(mx, my, told, box)

    def merge(
        one: tuple[pl.DataFrame, pl.DataFrame], other: tuple[pl.DataFrame, pl.DataFrame]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        return more_weights(one[0], other[0]), more_weights(one[1], other[1])

    west, south, east, north = _widened(box)
    found = (weights(x, west, east), weights(y, south, north))
    settled: tuple[bool, str] = overall.add(("system", "lat"), found, merge, decide)()
    return settled


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


def _system(x: float, y: float, told: str | None, box: tuple[float, float, float, float] | None) -> tuple[bool, str]:
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
    return bool(value >= 1000) and limits[0] <= _with_point(value, limits) <= limits[1]


def _with_point(value: float, limits: tuple[float, float]) -> float:
    while value > limits[1]:
        value /= 10
    return value


def _fits_box(east: float, north: float, code: str, box: tuple[float, float, float, float] | None) -> bool:
    lon, lat = _transform_one(east, north, code)
    west, south, right, top = _widened(box)
    return west <= lon <= right and south <= lat <= top


def _widened(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float]:
    if box is None:
        return GERMANY
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def _transform_one(east: float, north: float, code: str) -> tuple[float, float]:
    if code == "EPSG:4326+point":
        return _with_point(east, (5, 16)), _with_point(north, (47, 56))
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


def _to_wgs84(frame: pl.DataFrame) -> pl.DataFrame:
    codes = frame["crs"].unique().drop_nulls().to_list()
    if set(codes) <= set(_DEGREES):
        return frame.with_columns(lon=pl.col("x"), lat=pl.col("y"))
    parts = [_transformed(frame.with_row_index("i").filter(pl.col("crs") == code), code) for code in codes]
    done = pl.concat([part.select("i", "lon", "lat") for part in parts])
    joined = frame.with_row_index("i").join(done, on="i", how="left", maintain_order="left")
    return joined.drop("i")


def _transformed(part: pl.DataFrame, code: str) -> pl.DataFrame:
    if code in _DEGREES:
        return part.with_columns(lon=pl.col("x"), lat=pl.col("y"))
    if code == "EPSG:4326+point":
        return part.with_columns(
            lon=pl.col("x").map_elements(lambda v: _with_point(v, (5, 16)), return_dtype=pl.Float64),
            lat=pl.col("y").map_elements(lambda v: _with_point(v, (47, 56)), return_dtype=pl.Float64),
        )
    bare = code.removesuffix("+zone")
    east = part["x"] % 1_000_000 if code.endswith("+zone") else part["x"]
    lon, lat = _transformer(bare).transform(
        east.fill_null(float("nan")).to_numpy(), part["y"].fill_null(float("nan")).to_numpy()
    )
    done = part.with_columns(lon=pl.Series(lon, dtype=pl.Float64), lat=pl.Series(lat, dtype=pl.Float64))
    return done.with_columns(pl.when(pl.col(n).is_finite()).then(pl.col(n)).alias(n) for n in ("lon", "lat"))


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
    widened = {group: _widened(box) for group, box in boxes.items()}
    if len(set(widened.values())) <= 1:
        west, south, east, north = next(iter(widened.values()), GERMANY)
        return frame.with_columns(w=pl.lit(west), s=pl.lit(south), e=pl.lit(east), n=pl.lit(north))
    columns = dict(zip(("w", "s", "e", "n"), zip(*widened.values(), strict=True), strict=True))
    table = pl.DataFrame(
        {"g": list(widened), **{name: list(values) for name, values in columns.items()}},
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
        _with_point(abs(v), (5, 16)) if v is not None and abs(v) > 90 else v
        for v in frame["lon"].gather(rows).to_list()
    ]
    lat = [
        _with_point(abs(v), (47, 56)) if v is not None and abs(v) > 90 else v
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
        crs=there & ~pl.col("crs").is_in([*_DEGREES, "EPSG:4326+point"]),
        swapped_coordinates=there & (pl.col("swap") | pl.col("turned")),
        coordinate_decimal_point=there & (pl.col("mended") | (pl.col("crs") == "EPSG:4326+point")),
        coordinate_sign=there & pl.col("signed"),
    )
    good = pl.col("fault").is_null()
    out = frame.select(lat=pl.when(good).then("lat"), lon=pl.when(good).then("lon"), fault="fault")
    kinds = {name: masks[name].fill_null(value=False) for name in masks.columns}
    return Places(out["lat"], out["lon"], out["fault"], kinds, systems)
