"""A standard as a Frictionless Table Schema, for programs that check files without us. Nothing is judged here.

https://specs.frictionlessdata.io/table-schema/. Rules and synonyms stand in `show --json` only.
"""

from __future__ import annotations

from typing import Any

from standards.definition import FieldDef, Standard

_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S"}


def table_schema(standard: Standard) -> dict[str, Any]:
    """The published fields with their constraints; the key where every field of it is required."""
    schema: dict[str, Any] = {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": standard.name,
        "title": standard.title_de,
        "description": standard.description_de,
        "version": standard.version,
        "fields": [_field(field) for field in standard.fields],
        "missingValues": [""],
    }
    if standard.key and all(standard.by_name[name].required for name in standard.key):
        schema["primaryKey"] = list(standard.key)
    return schema


def _field(field: FieldDef) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": field.title_de,
        "description": field.description_de,
    }
    if field.type in _FORMATS:
        told["format"] = _FORMATS[field.type]
    if field.unit:
        told["unit"] = field.unit
    if field.example:
        told["example"] = field.example
    if constraints := _constraints(field):
        told["constraints"] = constraints
    return told


def _constraints(field: FieldDef) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if field.required:
        found["required"] = True
    if field.minimum is not None:
        found["minimum"] = _whole(field.minimum)
    if field.maximum is not None:
        found["maximum"] = _whole(field.maximum)
    if field.codes and field.closed:
        found["enum"] = [code.value for code in field.codes]
    if field.digits is not None:
        found["pattern"] = rf"\d{{{field.digits}}}"
    return found


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number
