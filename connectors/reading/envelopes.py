"""What the usual servers wrap records in: ArcGIS, OpenDataSoft, JSON-stat, tables by column or with a head beside.

Each is brought into a list of records or GeoJSON, so that no column is called `attributes.NAME`. What does not
belong here: finding the list in any other document (`jsonfile`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from connectors.reading.flatten import NumberText
from connectors.reading.limits import MAX_HTML_CELLS
from connectors.reading.messages import refuse

_INNER = ("attributes", "fields", "properties")
_NAMES = ("columns", "fields", "header", "headers", "head", "cols", "names", "columnNames")
_ROWS = ("data", "rows", "records", "values", "result", "results")


def as_geojson(document: Any) -> Any:
    """ArcGIS feature sets and OpenDataSoft records as a feature collection; anything else as it is."""
    if not isinstance(document, dict):
        return document
    if document.get("type") == "Topology" and isinstance(document.get("objects"), dict):
        raise refuse("topojson")
    for key in ("features", "records"):
        items = document.get(key)
        inner = _inner(items)
        if isinstance(items, list) and inner and (key == "features" or inner == "fields"):
            rest = {name: value for name, value in document.items() if name != key}
            return {"crs": _crs(document), **rest, "features": [_feature(item, inner) for item in items]}
    return document


def _inner(items: Any) -> str | None:
    """The key under which every item keeps its cells."""
    if not isinstance(items, list) or not items:
        return None
    for key in _INNER:
        if all(isinstance(item, dict) and isinstance(item.get(key), dict) for item in items):
            return None if key == "properties" else key
    return None


def _feature(item: Mapping[str, Any], inner: str) -> dict[str, Any]:
    rest = {key: value for key, value in item.items() if key not in {inner, "geometry"}}
    return {**rest, "properties": item[inner], "geometry": _geometry(item.get("geometry"))}


def _geometry(value: Any) -> Any:
    """The Esri form of a geometry as GeoJSON."""
    if not isinstance(value, dict) or "coordinates" in value:
        return value
    if "x" in value and "y" in value:
        axes = [value["x"], value["y"], *([value["z"]] if value.get("z") is not None else [])]
        return {"type": "Point", "coordinates": axes}
    for key, kind in (("points", "MultiPoint"), ("paths", "MultiLineString"), ("rings", "Polygon")):
        if isinstance(value.get(key), list):
            return {"type": kind, "coordinates": value[key]}
    return value


def _crs(document: Mapping[str, Any]) -> dict[str, Any] | None:
    system = document.get("spatialReference")
    code = (system.get("latestWkid") or system.get("wkid")) if isinstance(system, dict) else None
    return {"type": "name", "properties": {"name": f"EPSG:{code}"}} if code else None


def by_column(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """`{"name": ["a", "b"], "wert": [1, 2]}`, also with the row numbers as keys, to records."""
    columns = list(value.values())
    if len(columns) < 2:
        return None
    if all(isinstance(column, list) and column for column in columns):
        if len({len(column) for column in columns}) > 1 or not all(map(_is_flat, columns)):
            return None
        return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    if all(isinstance(column, dict) and column for column in columns):
        rows = list(columns[0])
        is_counted = rows == [str(at) for at in range(len(rows))] and not all(key.isdigit() for key in value)
        if is_counted and all(list(column) == rows and _is_flat(list(column.values())) for column in columns):
            return [{name: column[row] for name, column in value.items()} for row in rows]
    return None


def _is_flat(cells: Sequence[Any]) -> bool:
    return not any(isinstance(cell, (list, dict)) for cell in cells)


def with_head(value: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]] | None:
    """`{"columns": […], "data": [[…]]}` to records: the key of the rows, and the records."""
    for rows_key in _ROWS:
        rows = value.get(rows_key)
        if not (isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows)):
            continue
        width = max(map(len, rows))
        for names in _heads(value):
            if len(names) == width:
                return rows_key, [dict(zip(names, row, strict=False)) for row in rows]
    return None


def _heads(value: Mapping[str, Any]) -> list[list[str]]:
    """Lists of names beside the rows, also where Socrata keeps them."""
    places = [value.get(key) for key in _NAMES]
    view = value.get("meta", {}).get("view") if isinstance(value.get("meta"), dict) else None
    places += [view.get("columns")] if isinstance(view, dict) else []
    found = []
    for place in places:
        if isinstance(place, list) and place:
            names = [_name(item) for item in place]
            if all(names) and len(set(names)) == len(names):
                found.append([str(name) for name in names])
    return found


def _name(item: Any) -> str | None:
    if isinstance(item, Mapping):
        named = [item[key] for key in ("name", "id", "label", "field", "fieldName") if isinstance(item.get(key), str)]
        return str(named[0]) if named else None
    return str(item) if isinstance(item, str) and not isinstance(item, NumberText) else None


def json_stat(document: Any) -> list[dict[str, Any]] | None:
    """A JSON-stat dataset (format 1 and 2) as one row per value: the labels of its dimensions and the value."""
    if isinstance(document, dict) and isinstance(document.get("dataset"), dict):
        document = document["dataset"]
    if not isinstance(document, dict) or not isinstance(document.get("dimension"), dict) or "value" not in document:
        return None
    dimensions: dict[str, Any] = document["dimension"]
    names = document.get("id") or dimensions.get("id")
    sizes = document.get("size") or dimensions.get("size")
    if not isinstance(names, list) or not isinstance(sizes, list) or len(names) != len(sizes):
        return None
    counts = [int(size) for size in sizes]
    if prod(counts) > MAX_HTML_CELLS:
        raise refuse("json_stat", count=prod(counts), limit=MAX_HTML_CELLS)
    categories = [_categories(dimensions.get(name), count) for name, count in zip(names, counts, strict=True)]
    values, status = document["value"], document.get("status")
    rows = []
    for at, cells in enumerate(product(*categories)):
        row: dict[str, Any] = {}
        for name, (code, label) in zip(names, cells, strict=True):
            row[name] = label
            if code != label:
                row[f"{name}.code"] = code
        row["value"] = _at(values, at)
        if status:
            row["status"] = status if isinstance(status, str) else _at(status, at)
        rows.append(row)
    return rows


def _categories(dimension: Any, count: int) -> list[tuple[str, str]]:
    """Code and label of each category, in their order."""
    category = dimension.get("category", {}) if isinstance(dimension, dict) else {}
    labels = category.get("label") or {}
    index = category.get("index") or list(labels)
    codes = index if isinstance(index, list) else sorted(index, key=lambda code: int(index[code]))
    if len(codes) != count:
        raise refuse("json_no_table")
    return [(str(code), str(labels.get(code, code))) for code in codes]


def _at(values: Any, at: int) -> Any:
    if isinstance(values, dict):
        return values.get(str(at))
    return values[at] if isinstance(values, list) and at < len(values) else None
