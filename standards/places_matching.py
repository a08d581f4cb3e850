"""Which columns hold a place: latitude and longitude, east and north, one cell with both, a geometry."""
# ruff: noqa: E501  word lists read better in rows

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from standards.angles import angle, pair
from standards.headers import fold, forms_in
from standards.mapping import Position
from standards.model import ColumnMatch
from standards.numbers import parse_number
from standards.place_texts import GEOJSON, WKB_HEX, WKT_WORD, is_pair
from standards.samples import share

NORTH = (
    "lat", "latitude", "breitengrad", "geografischebreite", "geographischebreite", "breite", "geolat", "geobreite", "wgs84lat", "latwgs84", "ywgs84", "wgs84y", "locationlat",
    "locationlatitude", "hochwert", "hoch", "hochutm", "utmhoch", "nordwert", "northing", "utmnorth", "utmy", "utmn", "yutm", "nord",
    "koordinatenord", "koordinatey", "ykoordinate", "ykoord", "koordy", "ycoord", "coordy", "coordinatey", "ykoordinaten", "geoy", "posy",
    "gky", "gkhoch", "gkhochwert", "hochwertgk", "yetrs89", "etrs89y", "pointy", "hw", "y", "ycoordinate", "yposition", "geopointlat",
    "geopoint2dlat", "breitengraddezimal", "latitudewgs84", "koordn", "shapey", "geokoordinatelat", "gpslat", "gpsbreite", "n",
    "hochwertutm32", "utm32hoch", "nordkoordinate", "xhoch", "breitewgs84", "dezimalbreite", "latitud", "latdez", "mittelpunkty",
)  # fmt: skip
EAST = (
    "lon", "lng", "long", "longitude", "laengengrad", "geografischelaenge", "geographischelaenge", "laenge", "geolon", "geolng", "geolaenge", "wgs84lon", "wgs84lng", "lonwgs84",
    "xwgs84", "wgs84x", "locationlon", "locationlng", "locationlongitude", "rechtswert", "rechts", "rechtsutm", "utmrechts", "ostwert",
    "easting", "utmeast", "utmx", "utme", "xutm", "ost", "koordinateost", "koordinatex", "xkoordinate", "xkoord", "koordx", "xcoord",
    "coordx", "coordinatex", "xkoordinaten", "geox", "posx", "gkx", "gkrechts", "gkrechtswert", "rechtswertgk", "xetrs89", "etrs89x",
    "pointx", "rw", "x", "xcoordinate", "xposition", "geopointlon", "geopoint2dlon", "laengengraddezimal", "longitudewgs84", "koorde", "shapex",
    "geokoordinatelon", "gpslon", "gpslaenge", "e", "rechtswertutm32", "utm32rechts", "ostkoordinate", "yrechts", "laengewgs84",
    "dezimallaenge", "longitud", "londez", "mittelpunktx",
)  # fmt: skip
_GEOMETRY = (
    "wkt",
    "geometry",
    "geom",
    "thegeom",
    "geometrie",
    "shape",
    "geo",
    "geoshape",
    "koordinaten",
    "wktgeom",
    "geometrywkt",
    "location",
)
_PAIRS = (
    "coords", "coordinates", "coordinate", "koordinaten", "koordinate", "geokoordinaten", "geopoint", "geopoint2d", "latlon", "latlng",
    "lonlat", "position", "standortkoordinaten", "gps", "gpskoordinaten", "location", "geo", "geometrie", "punkt", "koord",
    "geometrycoordinates", "utmkoordinaten",
)  # fmt: skip
_ZONES = (
    (re.compile(r"utm\s*_?(?:zone)?\s*_?33|25833"), "EPSG:25833"),
    (re.compile(r"utm\s*_?(?:zone)?\s*_?32|25832"), "EPSG:25832"),
    *((re.compile(rf"gk\s*_?{zone}|3146{zone + 4}"), f"EPSG:3146{zone + 4}") for zone in (2, 3, 4, 5)),
)
_SYSTEM = re.compile(
    r"utm(?:zone)?(?:3[23](?:n(?![a-z]))?)?|etrs(?:89)?|gk[2-5]?|gausskrueger|wgs(?:84)?|(?:epsg)?(?:2583[23]|3146[6-9]|4326)|dezimal|dez|grad"
)
"""What a header says of the system beside the axis."""

_PRECISE = re.compile(r"\d[.,]\d{3,}|°")
_DECIMALS, _METRES = re.compile(r"[.,]\d{3,}$"), re.compile(r"^\d{6,8}(?:[.,]\d+)?$")
_LATS, _LONS = ((47.0, 55.1),), ((5.8, 15.1),)
_NORTHINGS = ((5_230_000.0, 6_110_000.0),)
_EASTINGS = (
    (250_000.0, 950_000.0),
    (32_250_000.0, 33_950_000.0),
    *((z * 1e6 + 2.5e5, z * 1e6 + 7.5e5) for z in (2, 3, 4, 5)),
)
"""German UTM, with the zone in front, and Gauss-Krüger 2 to 5, whose first digit is the zone."""

Sampler = Callable[[str], tuple[str, ...]]


def find_position(
    columns: tuple[str, ...], taken: set[str], values: Sampler, crs: str | None
) -> tuple[Position, tuple[ColumnMatch, ...]] | None:
    """The best source of places among the columns, or None. Degrees come before projected, pairs before geometries."""
    free = [column for column in columns if column not in taken]
    pairs = _axis_pairs(free, values)
    if pairs:
        return _xy(*max(pairs, key=lambda pair: pair[2]), crs)
    for find in (_pair_cell, _geometry_cell):
        found = find(free, values, crs)
        if found:
            return found
    return _by_content(free, values)


def told_position(axes: dict[str, str], columns: tuple[str, ...], values: Sampler, crs: str | None) -> Position | None:
    """Where a person said that places are: both axes, or one column with both, or one axis and the other by its name."""
    if len(axes) == 2:
        return Position("xy", (axes["lon"], axes["lat"]), crs)
    if not axes:
        return None
    (name, column), *_ = axes.items()
    for kind, fits in (("wkt", is_geometry), ("pair", is_pair)):
        if values(column) and share(values(column), fits) >= 0.6:
            return Position("wkt" if kind == "wkt" else "pair", (column,), crs)
    free = [other for other in columns if other != column]
    others = _ranked(free, EAST if name == "lat" else NORTH)
    other = min(others, key=lambda ranked: ranked[1], default=None)
    if other is None:
        return None
    return Position("xy", (other[0], column) if name == "lat" else (column, other[0]), crs)


def _axis_pairs(free: list[str], values: Sampler) -> list[tuple[str, str, float]]:
    """All plausible (east, north, score) pairs by name whose values are numbers."""
    north = _ranked(free, NORTH)
    east = _ranked(free, EAST)
    found: list[tuple[str, str, float]] = []
    for n, n_rank in north:
        for e, e_rank in east:
            if n == e or not _same_kind(n, e):
                continue
            score = _plausible(values(e), values(n))
            if score > 0:
                found.append((e, n, score - 0.004 * (n_rank + e_rank)))
    return found


def _ranked(free: list[str], names: tuple[str, ...]) -> list[tuple[str, int]]:
    return list(_ranks(tuple(free), names))


@lru_cache(maxsize=1024)
def _ranks(free: tuple[str, ...], names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    ranks = {name: rank for rank, name in enumerate(names)}
    found = []
    for column, known in forms_in(free).items():
        best = min((ranks[form] for form, _ in known if form in ranks), default=None)
        if best is None:
            best = min(
                (100 + ranks[bare] for form, _ in known if (bare := _SYSTEM.sub("", form)) in ranks), default=None
            )
        if best is not None:
            found.append((column, best))
    return tuple(found)


@lru_cache(maxsize=4096)
def _same_kind(north: str, east: str) -> bool:
    """`lat` goes with `lon`, `hochwert` with `rechtswert`: the rest of the header must be the same."""
    common = ("wgs84", "utm", "gk", "etrs89", "geometry", "geopoint2d", "location")
    return all((mark in fold(north)) == (mark in fold(east)) for mark in common)


def _plausible(east: tuple[str, ...], north: tuple[str, ...]) -> float:
    """3 degrees, 2 projected, 1 empty columns, 0 no coordinates."""
    if not east or not north:
        return 0.5
    numbers = [_axis(value) for value in (*east[:8], *north[:8])]
    good = [number for number in numbers if number is not None]
    if len(good) < 0.6 * len(numbers):
        return 0.0
    if all(abs(number) <= 180 for number in good):
        return 3.0
    return 2.0 if sum(number >= 10_000 for number in good) >= 0.6 * len(good) else 0.1


@lru_cache(maxsize=65536)
def _axis(value: str) -> float | None:
    if (degrees := angle(value)) is not None:
        return degrees
    number = parse_number(re.sub(r"\s*°?\s*[NSEOW]?$", "", value))
    if number is not None:
        return number.value
    bare = re.sub(r"[ .,]", "", value)
    return float(bare) if bare.lstrip("-+").isdigit() else None


def _xy(east: str, north: str, score: float, crs: str | None) -> tuple[Position, tuple[ColumnMatch, ...]]:
    confidence = 0.98 if score > 1.5 else 0.9
    how = "geometry" if east.startswith("geometry.") else "synonym"
    matches = (ColumnMatch(north, "lat", how, confidence), ColumnMatch(east, "lon", how, confidence))
    told = next((code for pattern, code in _ZONES if pattern.search(f"{east} {north}".lower())), None)
    own = told or (crs if how == "geometry" or score < 2.5 else None)
    return Position("xy", (east, north), own), matches


def _pair_cell(free: list[str], values: Sampler, crs: str | None) -> tuple[Position, tuple[ColumnMatch, ...]] | None:
    for column, _ in _ranked(free, _PAIRS):
        sampled = values(column)
        if sampled and share(sampled, is_pair) >= 0.6:
            return Position("pair", (column,), crs), _both(column, "split", 0.95)
    return None


def _geometry_cell(
    free: list[str], values: Sampler, crs: str | None
) -> tuple[Position, tuple[ColumnMatch, ...]] | None:
    named = [column for column, _ in _ranked(free, _GEOMETRY)]
    for column in dict.fromkeys([*(c for c in free if c.startswith("geometry")), *named, *free]):
        sampled = values(column)
        if sampled and share(sampled, is_geometry) >= 0.6:
            return Position("wkt", (column,), crs), _both(column, "geometry", 0.97)
    return None


def is_geometry(value: str) -> bool:
    return bool(WKT_WORD.match(value) or WKB_HEX.match(value) or GEOJSON.match(value))


def _by_content(free: list[str], values: Sampler) -> tuple[Position, tuple[ColumnMatch, ...]] | None:
    """Places without a telling name: a pair in one cell, else just one column that can be north and one that can be east."""
    for column in free:
        sampled = values(column)
        if len(sampled) >= 2 and all(is_pair(v) and _PRECISE.search(v) for v in sampled) and _degrees_pair(sampled):
            return Position("pair", (column,), None), _both(column, "content", 0.85)
    for norths, easts, pattern in ((_LATS, _LONS, _DECIMALS), (_NORTHINGS, _EASTINGS, _METRES)):
        north = [column for column in free if _within(values(column), norths, pattern)]
        east = [column for column in free if column not in north and _within(values(column), easts, pattern)]
        if len(north) == 1 and len(east) == 1:
            matches = ColumnMatch(north[0], "lat", "content", 0.85), ColumnMatch(east[0], "lon", "content", 0.85)
            return Position("xy", (east[0], north[0])), matches
    return None


def _within(sampled: tuple[str, ...], ranges: tuple[tuple[float, float], ...], pattern: re.Pattern[str]) -> bool:
    """Whether there are at least three values, all written like this and all in one of the ranges."""
    if len(sampled) < 3 or not all(pattern.search(value) for value in sampled):
        return False
    numbers = [number.value for value in sampled if (number := parse_number(value))]
    return len(numbers) == len(sampled) and any(all(low <= n <= high for n in numbers) for low, high in ranges)


def _degrees_pair(sampled: tuple[str, ...]) -> bool:
    pairs = [sorted(float(part.replace(",", ".")) for part in two) for value in sampled if (two := pair(value))]
    return all(5.5 <= small <= 15.6 and 47 <= large <= 55.3 for small, large in pairs)


def _both(column: str, how: str, confidence: float) -> tuple[ColumnMatch, ...]:
    return (ColumnMatch(column, "lat", how, confidence), ColumnMatch(column, "lon", how, confidence))
