"""JSON: a list of records at any depth, newline-delimited JSON, and the door to GeoJSON.

What does not belong here: parsing (`jsontext`), the wrappers of known servers (`envelopes`), geometry (`geojson`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.reading.envelopes import as_geojson, by_column, json_stat, with_head
from connectors.reading.flatten import NumberText, cell_text, flatten, record_result, to_frame
from connectors.reading.geojson import is_geojson, read_geojson
from connectors.reading.jsontext import Parser, check_large, decoded
from connectors.reading.limits import MAX_NESTING
from connectors.reading.messages import note, refuse
from connectors.reading.names import numbered
from connectors.reading.result import Decision, Note, ReadResult

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A list of records inside a document: where, the records, and what was done to see them as records."""

    path: str
    records: list[Mapping[str, Any]]
    form: str = "records"
    """`records`; `keyed`: their keys stood as keys of an object; `columns`: by column; `bare`: rows without names."""


def read_json(data: bytes, path: str | None = None) -> ReadResult:
    """GeoJSON, a list of objects, or an object that holds one (the largest, or the one at `path`)."""
    check_large(data)
    text, encoding, notes = decoded(data)
    parser = Parser()
    document = as_geojson(parser.document(text))
    del text
    notes += parser.notes()
    if is_geojson(document):
        return read_geojson(document, encoding, notes)
    cube = json_stat(document)
    lists = [Found("", list(cube))] if cube else sorted(_lists(document), key=_rank)
    if not lists:
        raise refuse("json_no_table")
    chosen, decision = _chosen(lists, path)
    frame, changed = to_frame(flatten(record) for record in chosen.records)
    notes += [*_form_notes(chosen, lists, frame.columns[0] if frame.width else ""), *changed]
    extras = _scalars(document, chosen) if isinstance(document, dict) and chosen.path else {}
    return record_result(
        "json-stat" if cube else "json",
        frame,
        encoding,
        notes,
        sheet=chosen.path or None,
        sheets=tuple(found.path for found in lists),
        extras=extras,
        decisions=(decision,),
    )


def read_ndjson(data: bytes) -> ReadResult:
    """One JSON object per line; lines that are none are kept as text in `zeile_unlesbar`."""
    text, encoding, notes = decoded(data)
    parser = Parser()
    rows: list[dict[str, str | None]] = []
    features: list[Any] = []
    numbers, bad = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip("\0\x1e \t\r")
        if not stripped:
            continue
        value = _object(parser, stripped)
        if value is None:
            bad += 1
            rows.append({"zeile_unlesbar": stripped})
        elif value.get("type") == "Feature" and "geometry" in value:
            features.append(value)
            rows.append({})
        else:
            rows.append(flatten(value))
        numbers.append(number)
    if bad == len(rows):
        raise refuse("json_no_table")
    if len(features) == len(rows):
        return read_geojson({"type": "FeatureCollection", "features": features}, encoding, [*notes, *parser.notes()])
    whole = iter(features)
    rows = [row or flatten(next(whole)) for row in rows] if features else rows
    notes += parser.notes()
    if bad:
        notes.append(note("lines_invalid", count=bad, column="zeile_unlesbar"))
    frame, changed = to_frame(rows)
    return record_result("ndjson", frame, encoding, [*notes, *changed], numbers=numbers)


def _object(parser: Parser, line: str) -> dict[str, Any] | None:
    try:
        value = parser.line(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _form_notes(chosen: Found, lists: list[Found], first: str) -> list[Note]:
    notes = []
    if chosen.path or len(lists) > 1:
        others = ", ".join(f"{found.path} ({len(found.records)})" for found in lists if found is not chosen) or "keine"
        notes.append(note("path", path=chosen.path or "(oben)", count=len(chosen.records), others=others))
    if chosen.form == "keyed":
        notes.append(note("json_keys_as_column", column=first))
    if chosen.form == "columns":
        notes.append(note("json_by_column"))
    if chosen.form == "bare":
        notes.append(note("header_missing", count=len(chosen.records[0])))
    return notes


def _lists(value: Any, path: str = "", depth: int = 0) -> list[Found]:
    """All lists of objects, and objects whose values are all objects of the same kind, outermost first."""
    if depth > MAX_NESTING:
        raise refuse("nesting", limit=MAX_NESTING)
    if isinstance(value, list):
        return _in_list(value, path, depth)
    if not isinstance(value, dict):
        return []
    columns = by_column(value)
    if columns:
        return [Found(path, list(columns), "columns")]
    if _is_keyed(value):
        return [Found(path, [{"schluessel": key, **item} for key, item in value.items()], "keyed")]
    headed = with_head(value)
    found = [Found(f"{path}.{headed[0]}" if path else headed[0], list(headed[1]))] if headed else []
    for key, item in value.items():
        if not (headed and key == headed[0]):
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
    """Rows as lists: the first one names the columns where it holds words only, else they are numbered."""
    head, width = value[0], max(map(len, value))
    is_named = all(isinstance(cell, str) and not isinstance(cell, NumberText) and cell for cell in head)
    if len(value) > 1 and head and is_named and len(set(head)) == len(head) == width:
        return [Found(path, [dict(zip(head, row, strict=False)) for row in value[1:]])]
    if width < 2 or any(isinstance(cell, (list, dict)) for row in value for cell in row):
        return []
    names = numbered(width)
    return [Found(path, [dict(zip(names, row, strict=False)) for row in value], "bare")]


def _is_keyed(value: dict[str, Any]) -> bool:
    """`{"a": {…}, "b": {…}}`: at least two objects that share most of their keys."""
    items = list(value.values())
    if len(items) < 2 or not all(isinstance(item, dict) and item for item in items):
        return False
    keys = [set(item) for item in items]
    shared = set.intersection(*keys)
    return len(shared) >= max(len(group) for group in keys) * 0.5


def _rank(found: Found) -> tuple[bool, int]:
    """Rows without names last; then the largest by cells, so that a list of bare names does not beat the data."""
    return found.form == "bare", -sum(len(record) for record in found.records)


def _chosen(lists: list[Found], path: str | None) -> tuple[Found, Decision]:
    if path is None:
        chosen, cells = lists[0], -_rank(lists[0])[1]
        reason = f"mit {cells} Zellen die größte Liste" if len(lists) > 1 else "die einzige Liste"
        second = f"{lists[1].path} ({-_rank(lists[1])[1]} Zellen)" if len(lists) > 1 else ""
        return chosen, Decision("path", chosen.path or "(oben)", reason, second)
    for found in lists:
        if found.path == path:
            return found, Decision("path", path, "verlangt")
    names = ", ".join(found.path or "(oben)" for found in lists[:_LISTED])
    raise refuse("path_missing", sheet=path, sheets=names)


def _scalars(value: Any, chosen: Found, path: str = "") -> dict[str, str]:
    """Facts beside the list: everything in the document but lists of records."""
    facts: dict[str, str] = {}
    if path and path == chosen.path:
        return facts
    for key, item in value.items():
        at = f"{path}.{key}" if path else key
        if isinstance(item, dict):
            facts.update(_scalars(item, chosen, at))
        elif not _lists(item, at, 1) and at != chosen.path and (text := cell_text(item)):
            facts[at] = text
    return facts
