"""A GeoJSON geometry as cells: a point's axes, or well-known text. The numbers stay as they were written.

What does not belong here: features and their properties (`geojson`), coordinate systems (`standards`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GEOMETRIES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)


def is_geometry(value: Any) -> bool:
    """`{"type": "Point", "coordinates": […]}` and its kin (RFC 7946, section 3.1)."""
    return (
        isinstance(value, Mapping)
        and value.get("type") in GEOMETRIES
        and isinstance(value.get("geometries" if value.get("type") == "GeometryCollection" else "coordinates"), list)
    )


def place_cells(
    geometry: Mapping[str, Any] | None, axes: tuple[str, str], prefix: str = "geometry."
) -> dict[str, str | None]:
    """The cells of a geometry: a point's axes as columns, anything else as WKT."""
    if geometry is None:
        return {}
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        cells: dict[str, str | None] = {
            f"{prefix}{axes[0]}": str(coordinates[0]),
            f"{prefix}{axes[1]}": str(coordinates[1]),
        }
        if len(coordinates) > 2:
            cells[f"{prefix}z"] = str(coordinates[2])
        return cells
    return {f"{prefix}wkt": to_wkt(geometry)}


def to_wkt(geometry: Mapping[str, Any]) -> str:
    """Well-known text (OGC 06-103r4) with the numbers as written."""
    kind = str(geometry.get("type"))
    if kind == "GeometryCollection":
        return f"GEOMETRYCOLLECTION ({', '.join(to_wkt(part) for part in geometry.get('geometries') or [])})"
    coordinates = geometry.get("coordinates") or []
    if not coordinates:
        return f"{kind.upper()} EMPTY"
    return f"{kind.upper()} {_wkt(coordinates) if kind != 'Point' else f'({_position(coordinates)})'}"


def _wkt(value: list[Any]) -> str:
    return "(" + ", ".join(_wkt(part) if is_nested(part) else _position(part) for part in value) + ")"


def is_nested(part: Any) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], list)


def _position(part: Any) -> str:
    return " ".join(str(number) for number in part) if isinstance(part, list) else str(part)
