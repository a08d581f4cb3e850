"""The geometry column of a GeoParquet file (version 1.x): well-known binary to the cells GeoJSON would give.

What does not belong here: the other columns (`parquet`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from connectors.reading.flatten import NumberText
from connectors.reading.geometry import place_cells

_DEGREES = {"EPSG:4326", "EPSG:4258", "OGC:CRS84"}


@dataclass(frozen=True, slots=True)
class Geo:
    """The column that holds the places, and the system it names (None: degrees, as the format says by default)."""

    column: str
    crs: str | None


def geo_of(metadata: dict[bytes, bytes] | None) -> Geo | None:
    """What the file says of its geometry; None where it says nothing that can be used."""
    try:
        told = json.loads((metadata or {}).get(b"geo", b"null"))
        column = told["columns"][told["primary_column"]] if isinstance(told, dict) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(column, dict) or column.get("encoding", "WKB") != "WKB":
        return None
    system = column.get("crs")
    name = system.get("id") if isinstance(system, dict) else None
    code = f"{name.get('authority')}:{name.get('code')}" if isinstance(name, dict) else None
    return Geo(str(told["primary_column"]), None if code in _DEGREES else code)


def with_places(frame: pl.DataFrame, geo: Geo) -> pl.DataFrame:
    """The frame with the places in columns of their own, at the end; unreadable geometries stay as they are."""
    import shapely

    if geo.column not in frame.columns or frame.schema[geo.column] != pl.Binary:
        return frame
    try:
        shapes = shapely.from_wkb(frame[geo.column].to_list())
    except (shapely.errors.ShapelyError, TypeError, ValueError):
        return frame
    axes = ("x", "y") if geo.crs else ("lon", "lat")
    places = [place_cells(_geometry(shape), axes) for shape in shapes]
    keys = dict.fromkeys(key for cells in places for key in cells)
    taken = set(frame.columns)
    return frame.drop(geo.column).with_columns(
        pl.Series(key if key not in taken else f"{key}_2", [cells.get(key) for cells in places], dtype=pl.String)
        for key in keys
    )


def _geometry(shape: Any) -> dict[str, Any] | None:
    if shape is None or shape.is_empty:
        return None
    found = shape.__geo_interface__
    return {**found, "coordinates": _numbers(found.get("coordinates", ()))}


def _numbers(value: Any) -> Any:
    return [_numbers(part) for part in value] if isinstance(value, (tuple, list)) else NumberText(repr(value))
