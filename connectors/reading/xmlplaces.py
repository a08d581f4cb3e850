"""Places inside XML records: GML (OGC 07-036) and KML (OGC 12-007r2) geometries as the cells GeoJSON would give.

Numbers stay as written; only their order is settled: an `urn:` or `http:` name of a system means the order its
authority gave the axes (OGC 08-103r2), a short `EPSG:` name means east first. What does not belong here: rows
(`xmlfile`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from connectors.reading.flatten import NumberText
from connectors.reading.geometry import place_cells

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_GEOMETRIES = {
    "Point": "Point",
    "LineString": "LineString",
    "LinearRing": "LineString",
    "Curve": "LineString",
    "Polygon": "Polygon",
    "Surface": "Polygon",
    "MultiPoint": "MultiPoint",
    "MultiCurve": "MultiLineString",
    "MultiLineString": "MultiLineString",
    "MultiSurface": "MultiPolygon",
    "MultiPolygon": "MultiPolygon",
}
_DEGREES = {"EPSG:4326", "EPSG:4258", "CRS84"}
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def local(tag: object) -> str:
    """The name without its namespace; "" for a comment."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def place(element: Element, system: str | None = None) -> tuple[dict[str, str | None], str | None] | None:
    """The cells of a geometry element and the system it names; None where it is no geometry that can be read."""
    kind = _GEOMETRIES.get(local(element.tag))
    if kind is None:
        return None
    named = element.get("srsName") or system
    code, is_swapped = crs(named)
    coordinates = _coordinates(element, kind)
    if not coordinates:
        return None
    if is_swapped:
        coordinates = _swapped(coordinates)
    is_kml = named is None
    axes = ("lon", "lat") if code in _DEGREES or (is_kml and _fits_degrees(coordinates)) else ("x", "y")
    return place_cells({"type": kind, "coordinates": coordinates}, axes), None if code in _DEGREES else code


@lru_cache(maxsize=64)
def crs(name: str | None) -> tuple[str | None, bool]:
    """`EPSG:25832` and whether the numbers stand north first."""
    if not name:
        return None, False
    if "CRS84" in name.upper():
        return "CRS84", False
    found = re.search(r"EPSG\D{0,20}?(?:\d{1,2}(?:\.\d+){1,2}\D)?(\d{4,6})\s*$", name[:200], re.IGNORECASE)
    code = f"EPSG:{found.group(1)}" if found else None
    is_formal = name.lower().startswith(("urn:", "http://www.opengis.net/def/"))
    return code, bool(code) and is_formal and _is_north_first(code or "")


def _is_north_first(code: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        axes = CRS.from_user_input(code).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction == "north"


def _coordinates(element: Element, kind: str) -> list[Any]:
    if kind == "Point":
        return next(iter(_positions(element)), [])
    if kind == "LineString":
        return _positions(element)
    if kind == "Polygon":
        rings = [ring for ring in element.iter() if local(ring.tag) in {"LinearRing", "Ring"}]
        return [positions for ring in rings if (positions := _positions(ring))]
    wanted = {name for name, of in _GEOMETRIES.items() if of == _PARTS[kind] and name != "LinearRing"}
    return [part for one in element.iter() if local(one.tag) in wanted and (part := _coordinates(one, _PARTS[kind]))]


def _positions(element: Element) -> list[list[NumberText]]:
    """All positions below an element, in order, from `pos`, `posList` and `coordinates`."""
    found: list[list[NumberText]] = []
    for one in element.iter():
        name, text = local(one.tag), one.text or ""
        if name == "coordinates":
            found += [_numbers(group) for group in text.split()]
        elif name == "pos":
            found.append(_numbers(text))
        elif name == "posList":
            size = 3 if (one.get("srsDimension") or element.get("srsDimension")) == "3" else 2
            numbers = _numbers(text)
            found += [numbers[at : at + size] for at in range(0, len(numbers), size)]
    return [position for position in found if len(position) >= 2]


def _numbers(text: str) -> list[NumberText]:
    return [NumberText(number) for number in _NUMBER.findall(text)]


def _swapped(value: list[Any]) -> list[Any]:
    if isinstance(value[0], list):
        return [_swapped(part) for part in value]
    return [value[1], value[0], *value[2:]]


def _fits_degrees(value: list[Any]) -> bool:
    while isinstance(value[0], list):
        value = value[0]
    return abs(float(value[0])) <= 180 and abs(float(value[1])) <= 90
