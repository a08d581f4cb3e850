"""JSON as servers hand it out: each wrapper gives the table inside, with the names a person would give its columns."""

from __future__ import annotations

import json

import pytest

from connectors.reading import Unreadable, read_table
from tests.connectors.said import codes

POINT = {"type": "Point", "coordinates": [11.5, 48.25]}
ROWS = [("A", "1"), ("B", "2")]


@pytest.mark.parametrize(
    ("document", "columns"),
    [
        ({"name": ["A", "B"], "n": [1, 2]}, ["name", "n"]),
        ({"name": {"0": "A", "1": "B"}, "n": {"0": 1, "1": 2}}, ["name", "n"]),
        ({"columns": ["name", "n"], "index": [0, 1], "data": [["A", 1], ["B", 2]]}, ["name", "n"]),
        ({"meta": {"view": {"columns": [{"name": "x"}, {"name": "n"}]}}, "data": [["A", 1], ["B", 2]]}, ["x", "n"]),
        ({"result": {"fields": [{"id": "x"}, {"id": "n"}], "records": [["A", 1], ["B", 2]], "total": 2}}, ["x", "n"]),
        ({"success": True, "result": {"records": [{"x": "A", "n": 1}, {"x": "B", "n": 2}]}}, ["x", "n"]),
        ({"records": [{"recordid": k, "fields": {"n": n}} for k, n in (("A", 1), ("B", 2))]}, ["n", "recordid"]),
        ([["x", "n"], ["A", 1], ["B", 2]], ["x", "n"]),
        ([["A", 1], ["B", 2]], ["spalte_1", "spalte_2"]),
        ({"A": {"n": 1}, "B": {"n": 2}}, ["schluessel", "n"]),
    ],
)
def test_reading_json_tables_of_any_form(document: object, columns: list[str]) -> None:
    """By column, by row, with a head beside, in an envelope: the same two rows."""
    result = read_table(json.dumps(document).encode())
    assert result.frame.columns == columns
    assert sorted(tuple(sorted(row, reverse=True)) for row in result.frame.rows()) == ROWS
    assert result.report.format == "geojson" or result.report.decisions[0].what == "path"


def test_reading_arcgis_features_with_their_system() -> None:
    """Attributes without prefix, the Esri point as x and y, the wkid as EPSG code; facts beside are told."""
    features = [{"attributes": {"NAME": "A"}, "geometry": {"x": 690000.5, "y": 5334000}}]
    document = {
        "spatialReference": {"wkid": 102100, "latestWkid": 25832},
        "objectIdFieldName": "ID",
        "features": features,
    }
    result = read_table(json.dumps(document).encode())
    assert result.frame.rows() == [("A", "690000.5", "5334000")]
    assert result.report.crs == "EPSG:25832"
    assert "beside" in codes(result)


def test_reading_a_geometry_in_a_plain_record_gives_its_axes() -> None:
    """A place inside an ordinary record is not left as JSON."""
    result = read_table(json.dumps([{"name": "A", "location": POINT}, {"name": "B", "location": POINT}]).encode())
    assert result.frame.columns == ["name", "location.lon", "location.lat"]


def test_reading_newline_delimited_features() -> None:
    """One feature per line is GeoJSON, also with record separators (RFC 8142)."""
    line = json.dumps({"type": "Feature", "properties": {"n": 1}, "geometry": POINT})
    result = read_table(f"{line}\n{line}\n".encode(), filename="x.geojsonl")
    assert result.frame.rows() == [("1", "11.5", "48.25")] * 2


def test_reading_json_stat_unfolds_its_cube() -> None:
    """One row per value with the labels of its dimensions and their codes."""
    document = {
        "version": "2.0",
        "class": "dataset",
        "id": ["jahr", "ort"],
        "size": [2, 2],
        "dimension": {
            "jahr": {"category": {"index": ["2021", "2022"]}},
            "ort": {"category": {"index": {"b": 1, "a": 0}, "label": {"a": "Au", "b": "Berg"}}},
        },
        "value": {"0": 5, "3": 8},
    }
    result = read_table(json.dumps(document).encode())
    assert result.frame.row(3) == ("2022", "Berg", "b", "8")
    assert result.frame.row(1) == ("2021", "Berg", "b", None)


def test_reading_json_keeps_what_other_readers_lose() -> None:
    """Both values of a doubled key, NaN, a number of many digits and the facts beside the table."""
    digits = "9" * 5000
    text = f'{{"stand": {{"am": "1.1."}}, "liste": [{{"a": 1, "a": 2, "n": NaN}}, {{"a": {digits}, "n": 1}}]}}'
    result = read_table(text.encode())
    assert result.frame.row(0) == ("1", "2", "NaN")
    assert result.frame["a"][1] == digits
    assert {"json_duplicate_key", "json_not_a_number", "beside"} <= codes(result)
    assert result.extras == {"stand.am": "1.1."}


def test_reading_topojson_is_refused_with_the_way_out() -> None:
    """Arcs are no coordinates: the sentence names GeoJSON."""
    with pytest.raises(Unreadable) as refusal:
        read_table(b'{"type": "Topology", "objects": {"a": {}}, "arcs": []}')
    assert "GeoJSON" in refusal.value.message_de
