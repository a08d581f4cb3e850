"""GeoJSON (RFC 7946, and the older form with a `crs` member) to one row per feature.

What does not belong here: converting coordinates (`standards`); they stay as written, only their columns are named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.reading.flatten import cell_text, flatten, record_result, to_frame
from connectors.reading.geometry import GEOMETRIES, is_nested, place_cells
from connectors.reading.messages import note, refuse
from connectors.reading.result import Decision, Note, ReadResult

_TYPES = {"Feature", "FeatureCollection"}
_PLACES = ("geometry.lon", "geometry.lat", "geometry.x", "geometry.y", "geometry.z", "geometry.wkt")
_DEGREES = {"EPSG:4326", "CRS84", "EPSG:4258"}


def is_geojson(document: Any) -> bool:
    """A feature, a collection of features or a bare geometry."""
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("features"), list):
        return document.get("type") in {None, "FeatureCollection"} and any(
            isinstance(feature, dict) and "geometry" in feature for feature in document["features"]
        )
    return document.get("type") in {"Feature", *GEOMETRIES} and ("geometry" in document or "coordinates" in document)


def read_geojson(document: Mapping[str, Any], encoding: str | None, notes: list[Note]) -> ReadResult:
    """One row per feature: `id`, properties with dots, then `geometry.lon`/`.lat`, `.x`/`.y` or `.wkt`."""
    features = _features(document)
    if not features:
        raise refuse("json_no_table")
    crs = crs_name(document.get("crs"))
    geometries = [_geometry(feature) for feature in features]
    metric = _metric(geometries)
    if metric and crs in {None, *_DEGREES}:
        notes.append(note("crs_implausible", example=", ".join(metric)))
        crs = None
    axes = ("x", "y") if metric or (crs and crs not in _DEGREES) else ("lon", "lat")
    rows = [
        {**_properties(feature), **place_cells(geometry, axes)}
        for feature, geometry in zip(features, geometries, strict=True)
    ]
    frame, changed = to_frame(rows)
    places = [name for name in frame.columns if name in {key for row in rows for key in _PLACES if key in row}]
    frame = frame.select([name for name in frame.columns if name not in places] + places)
    missing = sum(geometry is None for geometry in geometries)
    notes += [note("geometry_missing", count=missing)] if missing else []
    notes += [note("crs", crs=crs)] if crs and crs not in _DEGREES else []
    named = crs if crs and crs not in _DEGREES else None
    why = "die Datei nennt " + crs if crs else "die Zahlen sind keine Grad" if metric else "Grad nach RFC 7946"
    decision = Decision("axes", f"{axes[0]}/{axes[1]}", why, "lon/lat" if axes[0] == "x" else "x/y")
    return record_result(
        "geojson", frame, encoding, [*notes, *changed], crs=named, extras=_facts(document), decisions=(decision,)
    )


def crs_name(member: Any) -> str | None:
    """`EPSG:25832` from any of the ways a crs member says it; `CRS84` for the default; None where it says nothing."""
    if not isinstance(member, dict):
        return None
    properties = member.get("properties")
    if not isinstance(properties, dict):
        return None
    name = str(properties.get("name") or properties.get("code") or "")
    if "CRS84" in name.upper():
        return "CRS84"
    code = re.search(r"(?:EPSG\D*?(?:\d+\.\d+)?\D*)?(\d{4,6})\s*$", name, re.IGNORECASE)
    return f"EPSG:{code.group(1)}" if code else (name or None)


def _features(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if isinstance(document.get("features"), list):
        return [feature for feature in document["features"] if isinstance(feature, dict)]
    if document.get("type") == "Feature":
        return [document]
    return [{"type": "Feature", "properties": {}, "geometry": document}]


def _geometry(feature: Mapping[str, Any]) -> Mapping[str, Any] | None:
    geometry = feature.get("geometry")
    return geometry if isinstance(geometry, dict) and geometry.get("type") else None


def _properties(feature: Mapping[str, Any]) -> dict[str, str | None]:
    properties = feature.get("properties")
    cells = flatten(properties) if isinstance(properties, dict) else {}
    own = feature.get("id")
    result: dict[str, str | None] = {}
    if own is not None and "id" not in cells:
        result["id"] = cell_text(own)
    result.update(cells)
    foreign = {
        key: item for key, item in feature.items() if key not in {"type", "id", "properties", "geometry", "bbox"}
    }
    for key, text in flatten(foreign).items():
        result.setdefault(key, text)
    return result


def _metric(geometries: list[Mapping[str, Any] | None]) -> tuple[str, ...]:
    """The first position that cannot be in degrees."""
    for geometry in geometries:
        position: Any = (geometry or {}).get("coordinates")
        while is_nested(position):
            position = position[0]
        if isinstance(position, list) and len(position) >= 2:
            try:
                if abs(float(position[0])) > 180 or abs(float(position[1])) > 90.0001:
                    return (str(position[0]), str(position[1]))
            except (TypeError, ValueError):
                continue
    return ()


def _facts(document: Mapping[str, Any]) -> dict[str, str]:
    skip = {"type", "features", "crs", "bbox", "geometry", "properties", "coordinates", "id"}
    return {
        key: text
        for key, item in flatten({k: v for k, v in document.items() if k not in skip}).items()
        if (text := item)
    }
