"""The statewide tables have the fields of the standards: a field added to one and forgotten in the other is found."""

from __future__ import annotations

from typing import Any

import pytest

from standards.registry import Standard, load_standards

REGISTER = ["ags", "gemeinde", "kreis", "regierungsbezirk", "land", "einwohner_gemeinde"]
PROVENANCE = ["dataset", "version", "row"]
SQL_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "boolean",
    "year": "integer",
}


def _mart(manifest: dict[str, Any], standard: str) -> dict[str, Any]:
    found = manifest["nodes"].get(f"model.datenallmende.{standard}")
    assert found, f"dbt_project has no mart for the standard {standard}: see dbt_project/README.md"
    return found


@pytest.mark.parametrize("standard", load_standards().values(), ids=lambda standard: standard.name)
def test_mart_has_the_fields_of_its_standard(manifest: dict[str, Any], standard: Standard) -> None:
    """Names, order, types and units of a statewide table are those of its standard, between register and provenance."""
    columns = _mart(manifest, standard.name)["columns"]
    assert list(columns) == [*REGISTER, *(field.name for field in standard.fields), *PROVENANCE]
    for field in standard.fields:
        column = columns[field.name]
        assert column["data_type"] == SQL_TYPES[field.type], field.name
        assert column["config"]["meta"].get("unit") == field.unit, field.name


@pytest.mark.parametrize("standard", load_standards().values(), ids=lambda standard: standard.name)
def test_closed_lists_and_required_fields_are_tested(manifest: dict[str, Any], standard: Standard) -> None:
    """What a standard promises of a field (a closed list, always filled) a data test of its mart holds."""
    mart = _mart(manifest, standard.name)["unique_id"]
    tests = [node for node in manifest["nodes"].values() if node.get("attached_node") == mart]
    lists = {node["column_name"]: node["test_metadata"]["kwargs"].get("values") for node in tests}
    filled = {
        column
        for node in tests
        if node["test_metadata"]["name"] == "never_null"
        for column in node["test_metadata"]["kwargs"]["columns"]
    }
    assert filled == {field.name for field in standard.fields if field.required}
    for field in standard.fields:
        if field.codes and field.closed:
            assert lists.get(field.name) == [code.value for code in field.codes], field.name


def test_every_standard_is_named_to_dbt(manifest: dict[str, Any]) -> None:
    """The list that the counting models loop over is the list of standards, and each has its sources."""
    counted = manifest["nodes"]["test.datenallmende.every_accepted_row_arrived"]["depends_on"]["nodes"]
    assert {f"model.datenallmende.{name}" for name in load_standards()} <= set(counted)
    sources = {source["name"] for source in manifest["sources"].values()}
    assert sources == {"versions", "pointers", *load_standards(), *(f"{name}_rejects" for name in load_standards())}
