"""Nested objects to flat rows: dotted column names, text as it stood; the result of any format that has records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from connectors.reading.geometry import is_geometry, place_cells
from connectors.reading.limits import MAX_NESTING
from connectors.reading.messages import note, refuse
from connectors.reading.names import column_names
from connectors.reading.result import Decision, Note, ReadReport, ReadResult

_MOST_FACTS = 200


class NumberText(str):
    """A JSON number exactly as it was written."""

    __slots__ = ()


def flatten(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """One record to cells: `{"a": {"b": 1}}` becomes `{"a.b": "1"}`."""
    if depth > MAX_NESTING:
        raise refuse("nesting", limit=MAX_NESTING)
    cells: dict[str, str | None] = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if is_geometry(item):
            cells.update(place_cells(item, ("lon", "lat") if _is_degrees(item) else ("x", "y"), f"{name}."))
        elif isinstance(item, Mapping) and item:
            cells.update(flatten(item, f"{name}.", depth + 1))
        else:
            cells[name] = cell_text(item)
    return cells


def _is_degrees(geometry: Mapping[str, Any]) -> bool:
    """Could the first position be degrees? Metres stand in x and y."""
    position: Any = geometry.get("coordinates")
    while isinstance(position, list) and position and isinstance(position[0], list):
        position = position[0]
    try:
        return all(abs(float(number)) <= limit for number, limit in zip(position or (), (180, 90), strict=False))
    except (TypeError, ValueError, OverflowError):
        return True


def cell_text(item: Any) -> str | None:
    """A scalar or list as one cell: lists of scalars joined by `; `, pairs of numbers and lists of objects as JSON."""
    if item is None or item in ("", [], {}):
        return None
    if isinstance(item, str):
        return str(item)
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, Sequence):
        pair = len(item) == 2 and all(isinstance(part, NumberText) for part in item)
        if not pair and all(part is None or isinstance(part, (str, bool)) for part in item):
            return "; ".join(cell_text(part) or "" for part in item) or None
    return as_json(item)


def as_json(item: Any) -> str:
    """JSON text in which numbers stand as they stood."""
    if isinstance(item, NumberText):
        return str(item)
    if isinstance(item, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {as_json(v)}" for k, v in item.items()) + "}"
    if isinstance(item, Sequence) and not isinstance(item, str):
        return "[" + ", ".join(as_json(part) for part in item) + "]"
    return json.dumps(item, ensure_ascii=False)


def to_frame(rows: Iterable[Mapping[str, str | None]]) -> tuple[pl.DataFrame, list[Note]]:
    """Rows of cells to a frame; columns in order of first appearance."""
    listed = list(rows)
    keys: dict[str, None] = {}
    for row in listed:
        keys.update(dict.fromkeys(row))
    names, notes = column_names(list(keys), None)
    series = [
        pl.Series(name, [row.get(key) or None for row in listed], dtype=pl.String)
        for key, name in zip(keys, names, strict=True)
    ]
    return pl.DataFrame(series), notes


def record_result(
    kind: str,
    frame: pl.DataFrame,
    encoding: str | None,
    notes: list[Note],
    *,
    sheet: str | None = None,
    sheets: tuple[str, ...] = (),
    numbers: list[int] | None = None,
    crs: str | None = None,
    extras: dict[str, str] | None = None,
    decisions: tuple[Decision, ...] = (),
) -> ReadResult:
    """The result of a format that has records instead of lines; they are numbered from 1."""
    beside = [note("beside", key=key, text=text) for key, text in list((extras or {}).items())[:_MOST_FACTS]]
    report = ReadReport(
        format=kind,
        encoding=encoding,
        delimiter=None,
        quotechar=None,
        header_row=None,
        preamble_rows=0,
        footer_rows=0,
        sheet=sheet,
        columns=tuple(frame.columns),
        rows=frame.height,
        notes=(*notes, *beside),
        crs=crs,
        sheets=sheets,
        decisions=decisions,
    )
    return ReadResult(
        frame, pl.Series("row", numbers or range(1, frame.height + 1), dtype=pl.Int64), report, extras or {}
    )
