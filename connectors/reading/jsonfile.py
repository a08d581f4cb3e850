"""JSON: a list of records at any depth, newline-delimited JSON, and the door to GeoJSON.

What does not belong here: geometry (`geojson`), flattening (`flatten`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.reading import encoding as encodings
from connectors.reading.flatten import NumberText, cell_text, flatten, record_result, to_frame
from connectors.reading.geojson import is_geojson, read_geojson
from connectors.reading.limits import MAX_JSON_BYTES, MAX_NESTING
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.mojibake import undo_mojibake
from connectors.reading.result import Note, ReadResult


@dataclass(frozen=True, slots=True)
class Found:
    """A list of records inside a document: where, the records, and whether their keys stood as keys of an object."""

    path: str
    records: list[Mapping[str, Any]]
    keyed: bool = False


def read_json(data: bytes, path: str | None = None) -> ReadResult:
    """GeoJSON, a list of objects, or an object that holds one (the largest, or the one at `path`)."""
    text, encoding, notes = decoded(data)
    document = parse_json(text)
    if is_geojson(document):
        return read_geojson(document, encoding, notes)
    lists = sorted(_lists(document), key=lambda found: -_weight(found))
    if not lists:
        raise refuse("json_no_table")
    chosen = _chosen(lists, path)
    rows = [flatten(record) for record in chosen.records]
    frame, changed = to_frame(rows)
    others = ", ".join(f"{found.path} ({len(found.records)})" for found in lists if found is not chosen) or "keine"
    if chosen.path or len(lists) > 1:
        notes.append(note("path", path=chosen.path or "(oben)", count=len(rows), others=others))
    if chosen.keyed:
        notes.append(note("json_keys_as_column", column=frame.columns[0]))
    extras = {} if isinstance(document, list) else _scalars(document)
    names = tuple(found.path for found in lists)
    return record_result(
        "json", frame, encoding, [*notes, *changed], sheet=chosen.path or None, sheets=names, extras=extras
    )


def read_ndjson(data: bytes) -> ReadResult:
    """One JSON object per line; lines that are none are kept as text in `zeile_unlesbar`."""
    text, encoding, notes = decoded(data)
    rows: list[dict[str, str | None]] = []
    numbers, bad = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = _loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            bad += 1
            rows.append({"zeile_unlesbar": line})
        else:
            rows.append(flatten(value))
        numbers.append(number)
    if bad == len(rows):
        raise refuse("json_no_table")
    if bad:
        notes.append(note("lines_invalid", count=bad, column="zeile_unlesbar"))
    frame, changed = to_frame(rows)
    return record_result("ndjson", frame, encoding, [*notes, *changed], numbers=numbers)


def decoded(data: bytes) -> tuple[str, str, list[Note]]:
    """Text, name of the encoding and notes; refused where too large to be held as objects."""
    if len(data) > MAX_JSON_BYTES:
        raise refuse("too_large", size=size_de(len(data)), limit=size_de(MAX_JSON_BYTES))
    encoding = encodings.detect(data)
    text, found = undo_mojibake(encodings.decode(data, encoding))
    return text, encoding.name, [*encoding.notes, *found]


def parse_json(text: str) -> Any:
    """The document with numbers as written. Raises `Unreadable` where it is broken or nested too deep."""
    try:
        return _loads(text.replace("\0", ""))
    except json.JSONDecodeError as error:
        raise refuse("json_broken", line=error.lineno) from error
    except RecursionError as error:
        raise refuse("nesting", limit=MAX_NESTING) from error


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=NumberText, parse_int=NumberText, parse_constant=NumberText, strict=False)


def _lists(value: Any, path: str = "", depth: int = 0) -> list[Found]:
    """All lists of objects, and objects whose values are all objects of the same kind, outermost first."""
    if depth > MAX_NESTING:
        raise refuse("nesting", limit=MAX_NESTING)
    if isinstance(value, list):
        return _in_list(value, path, depth)
    if not isinstance(value, dict):
        return []
    if _is_keyed(value):
        return [Found(path, [{"schluessel": key, **item} for key, item in value.items()], keyed=True)]
    found: list[Found] = []
    for key, item in value.items():
        found += _lists(item, f"{path}.{key}" if path else key, depth + 1)
    if not found and depth == 0 and value:
        found.append(Found("", [value]))
    return found


def _in_list(value: list[Any], path: str, depth: int) -> list[Found]:
    if value and all(isinstance(item, dict) for item in value):
        return [Found(path, value)]
    if value and all(isinstance(item, list) for item in value) and depth < 3:
        return _table_of_lists(value, path)
    if value and any(isinstance(item, dict) for item in value):
        return [Found(path, [item if isinstance(item, dict) else {"wert": cell_text(item)} for item in value])]
    return []


def _table_of_lists(value: list[list[Any]], path: str) -> list[Found]:
    """Rows as lists, the first one naming the columns."""
    head = value[0]
    if (
        len(value) < 2
        or not head
        or not all(isinstance(cell, str) and not isinstance(cell, NumberText) for cell in head)
    ):
        return []
    if any(len(row) != len(head) for row in value):
        return []
    return [Found(path, [dict(zip(head, row, strict=True)) for row in value[1:]])]


def _is_keyed(value: dict[str, Any]) -> bool:
    """`{"a": {…}, "b": {…}}`: at least two objects that share most of their keys."""
    items = list(value.values())
    if len(items) < 2 or not all(isinstance(item, dict) and item for item in items):
        return False
    keys = [set(item) for item in items]
    shared = set.intersection(*keys)
    return len(shared) >= max(len(group) for group in keys) * 0.5


def _weight(found: Found) -> int:
    """The largest list wins: by cells, so that a long list of bare names does not beat the data."""
    return sum(len(record) for record in found.records)


def _chosen(lists: list[Found], path: str | None) -> Found:
    if path is None:
        return lists[0]
    for found in lists:
        if found.path == path:
            return found
    raise refuse("path_missing", sheet=path, sheets=", ".join(found.path for found in lists))


def _scalars(document: Mapping[str, Any]) -> dict[str, str]:
    """Facts beside the list: the scalars of the outermost object."""
    return {
        key: text for key, item in document.items() if not isinstance(item, (dict, list)) and (text := cell_text(item))
    }
