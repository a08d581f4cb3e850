"""Which DataStore table a dataset gets: columns, types, data dictionary, key. Pure.

A table belongs to the CSV file's resource, whose id and address never change. The resource says which content lies in
its table (`allmende_table`: hash, rows, manifest), so that a plan reads it in bulk with everything else, and a rollback
finds the older content again. It is written after the table, so a killed load is a difference in the next plan.

What does not belong here: loading (`datastore_load`), previews (`views`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog.ckan import clean
from catalog.model import Dataset
from catalog.publishing.entry import Entry
from catalog.publishing.tables import TABLE
from storage.manifest import FieldInfo, Manifest

FILE = "csv"
"""Name of the distribution whose resource has the table."""
_TYPES = {
    "string": "text",
    "integer": "int8",
    "year": "int4",
    "number": "numeric",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}
_OVERRIDES = {"int8": "numeric", "int4": "numeric", "numeric": "numeric", "timestamp": "timestamp", "date": "timestamp"}
"""CKAN's words for the type a loader shall use; it knows three."""
_INDEXED = ("ags", "dataset", "jahr", "zeitpunkt")
_RULES = 1
"""Counted up where tables must be loaded again although their content is the same."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's definition as `datastore_create` takes it."""

    fields: tuple[dict[str, Any], ...]
    key: tuple[str, ...]
    indexes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [field["id"] for field in self.fields]


def describe(dataset: Dataset, rows_max: int) -> dict[str, Any] | None:
    """What a resource says about its table; nothing for a dataset with more than `rows_max` rows or without a CSV."""
    file = dataset.distribution(FILE)
    if file is None or dataset.rows > rows_max or not dataset.fields or not dataset.versions:
        return None
    told = [_RULES, file.sha256, [field.model_dump(mode="json") for field in dataset.fields]]
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return {"rows": dataset.rows, "hash": digest, "manifest": dataset.versions[0].key}


def columns(manifest: Manifest) -> Columns:
    """Return the definition of the table that holds this version."""
    names = [field.name for field in manifest.fields]
    return Columns(
        fields=tuple(_field(field) for field in manifest.fields),
        key=tuple(field.name for field in manifest.fields if field.is_key),
        indexes=tuple(name for name in _INDEXED if name in names),
    )


def records(content: bytes) -> list[dict[str, str | None]]:
    """The rows of a CSV file as the API takes them; an empty field is a missing value."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [{name: value or None for name, value in row.items()} for row in reader]


def is_key(content: bytes, key: Sequence[str]) -> bool:
    """Whether these columns tell the rows of the CSV file apart, with no value missing."""
    if not key:
        return False
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    header = next(reader, [])
    places = [header.index(name) for name in key]
    seen: set[tuple[str, ...]] = set()
    for row in reader:
        values = tuple(row[place] for place in places)
        if "" in values or values in seen:
            return False
        seen.add(values)
    return True


def key_of(entry: Entry, resource_id: str) -> str:
    """The key of the resource with this id; there must be one."""
    resources: Mapping[str, Any] = entry.content["resources"]
    return next(key for key, resource in resources.items() if resource["id"] == resource_id)


def without(entry: Entry, keys: Collection[str] | None = None) -> Entry:
    """The entry with no table on the resources `keys`, or on none at all."""
    resources = dict(entry.content.get("resources", {}))
    for key in tuple(resources) if keys is None else keys:
        resources[key] = {name: value for name, value in resources[key].items() if name != TABLE}
    return replace(entry, content={**entry.content, **({"resources": resources} if resources else {})})


def _field(field: FieldInfo) -> dict[str, Any]:
    kind = _TYPES[field.type]
    title, unit = clean.line(field.title), clean.line(field.unit)
    notes = clean.text(field.description)
    if unit and "Einheit" not in notes:
        notes = f"{notes} (Einheit: {unit})".strip()
    info = {
        "label": f"{title} ({unit})" if title and unit else title or field.name,
        "notes": notes,
        "unit": unit,
        "type_override": _OVERRIDES.get(kind, "text"),
    }
    return {"id": field.name, "type": kind, "info": info}
