"""A shapefile in a zip: the rows of its DBF with the place of each from its SHP, through pyshp.

What does not belong here: the cells of the DBF (`dbf`), writing geometry as text (`geometry`).
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from connectors.reading.archive import check_members
from connectors.reading.dbf import read_dbf
from connectors.reading.flatten import NumberText
from connectors.reading.geometry import place_cells
from connectors.reading.messages import note, refuse
from connectors.reading.result import Decision, ReadResult

_GEOGRAPHIC = {"EPSG:4326", "EPSG:4258"}


def is_shapefile(data: bytes) -> bool:
    """A zip that holds a SHP and the DBF of the same name."""
    try:
        return bool(_layers(data))
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise refuse("archive_broken") from error


def read_shapefile(data: bytes, layer: str | None = None) -> ReadResult:
    """One row per record, its place in the last columns. Raises `Unreadable`."""
    check_members(data)
    layers = _layers(data)
    wanted = layer if layer in layers else None
    if layer and not wanted and len(layers) > 1:
        raise refuse("sheet_missing", sheet=layer, sheets=", ".join(layers))
    if len(layers) > 1 and not wanted:
        raise refuse("archive_many", names=", ".join(layers))
    name = wanted or next(iter(layers))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {suffix: archive.read(member) for suffix, member in layers[name].items()}
    rows = read_dbf(parts[".dbf"], code_page=parts.get(".cpg", b"").decode("ascii", "replace"), keep_deleted=True)
    geometries = _geometries(parts[".shp"])
    if len(geometries) != rows.frame.height:
        raise refuse("shape_mismatch", shapes=len(geometries), rows=rows.frame.height)
    return _joined(rows, geometries, _crs(parts.get(".prj", b"")), name, tuple(layers))


def _joined(
    rows: ReadResult, geometries: list[dict[str, Any] | None], crs: str | None, name: str, layers: tuple[str, ...]
) -> ReadResult:
    axes = ("x", "y") if crs not in _GEOGRAPHIC and (crs or not _is_degrees(geometries)) else ("lon", "lat")
    places = [place_cells(geometry, axes) for geometry in geometries]
    keys = dict.fromkeys(key for cells in places for key in cells)
    frame = rows.frame.with_columns(
        pl.Series(key, [cells.get(key) for cells in places], dtype=pl.String) for key in keys
    )
    missing = sum(geometry is None for geometry in geometries)
    notes = [note("geometry_missing", count=missing)] if missing else []
    notes += [note("crs", crs=crs)] if crs and crs not in _GEOGRAPHIC else []
    report = replace(
        rows.report,
        format="shapefile",
        columns=tuple(frame.columns),
        notes=(*rows.report.notes, *notes),
        crs=crs if crs not in _GEOGRAPHIC else None,
        sheet=name,
        sheets=layers,
        decisions=(Decision("layer", name, "der einzige Layer" if len(layers) == 1 else "verlangt"),),
    )
    return replace(rows, frame=frame, report=report)


def _layers(data: bytes) -> dict[str, dict[str, str]]:
    """Per layer its members by suffix."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        found: dict[str, dict[str, str]] = {}
        for name in archive.namelist():
            path = PurePosixPath(name)
            if path.suffix.lower() in {".shp", ".dbf", ".prj", ".cpg"} and "__MACOSX" not in path.parts:
                found.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = name
    return {PurePosixPath(stem).name: parts for stem, parts in found.items() if {".shp", ".dbf"} <= set(parts)}


def _geometries(shp: bytes) -> list[dict[str, Any] | None]:
    """The shape of each record as a GeoJSON geometry."""
    import warnings

    import shapefile

    try:
        with warnings.catch_warnings(action="ignore"), shapefile.Reader(shp=BytesIO(shp)) as reader:
            return [_geometry(shape) for shape in reader.iterShapes()]
    # pyshp trusts the lengths in the file: what it raises on a lying one is of any kind
    except Exception as error:
        raise refuse("shape_broken") from error


def _geometry(shape: Any) -> dict[str, Any] | None:
    if not shape.shapeType:
        return None
    found = shape.__geo_interface__
    if not found.get("coordinates"):
        return None
    return {"type": found["type"], "coordinates": _numbers(found["coordinates"])}


def _numbers(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_numbers(part) for part in value]
    return NumberText(repr(float(value)))


def _is_degrees(geometries: list[dict[str, Any] | None]) -> bool:
    for geometry in geometries:
        position: Any = (geometry or {}).get("coordinates")
        while isinstance(position, list) and position and isinstance(position[0], list):
            position = position[0]
        if position:
            return abs(float(position[0])) <= 180 and abs(float(position[1])) <= 90
    return True


def _crs(prj: bytes) -> str | None:
    """`EPSG:25832` from the text of a PRJ; None where it is none that pyproj knows."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not prj.strip() or len(prj) > 20_000:
        return None
    try:
        code = CRS.from_wkt(prj.decode("utf-8", "replace")).to_epsg(min_confidence=20)
    except CRSError:
        return None
    return f"EPSG:{code}" if code else None
