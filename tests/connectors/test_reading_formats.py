"""Workbooks, JSON, XML, DBF and others: content decides, nothing is lost, hostile files are refused."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from connectors.reading import ReadResult, Unreadable, read_many, read_table, write_csv
from tests.connectors.said import codes


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    formats = {
        date: book.add_format({"num_format": "dd.mm.yyyy"}),
        datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if type(cell) in formats:
                    sheet.write_datetime(y, x, cell, formats[type(cell)])
                elif cell is not None:
                    sheet.write(y, x, cell)
    book.close()
    return out.getvalue()


def refused(data: bytes, filename: str = "") -> str:
    with pytest.raises(Unreadable) as refusal:
        read_table(data, filename=filename)
    assert refusal.value.message_de.endswith(".")
    assert "\n" not in refusal.value.message_de
    return refusal.value.code


def test_reading_xlsx_cells_as_a_person_types_them() -> None:
    """Whole numbers without point, no float noise, dates and times as ISO text, title and source beside the table."""
    data = workbook(
        {
            "Daten": [
                ["Baumliste 2024"],
                ["Stand:", date(2024, 2, 1)],
                [],
                ["Nr", "Art", "Höhe", "gepflanzt", "gesehen", "Uhrzeit"],
                [1, "Ahorn", 5.0, date(1990, 3, 1), datetime.fromisoformat("2024-01-02T03:30"), time(7, 30)],
                [2, "Linde", 0.1 + 0.2, date(1991, 3, 1), datetime.fromisoformat("2024-01-02"), time(8, 0)],
                [3, "Eiche", 12.25, date(1992, 3, 1), datetime.fromisoformat("2024-01-03T04:00"), time(9, 5)],
                [],
                ["Quelle: Bauhof"],
            ]
        }
    )
    result = read_table(data, filename="baeume.xlsx")
    assert result.frame.rows()[:2] == [
        ("1", "Ahorn", "5", "1990-03-01", "2024-01-02T03:30:00", "07:30:00"),
        ("2", "Linde", "0.3", "1991-03-01", "2024-01-02T00:00:00", "08:00:00"),
    ]
    assert (result.report.header_row, result.report.footer_rows, result.report.preamble_rows) == (4, 1, 3)
    assert result.extras["stand"] == "2024-02-01"
    assert result.row_numbers.to_list() == [5, 6, 7]


def test_reading_xlsx_fullest_sheet_is_read_and_the_others_named() -> None:
    """The sheet with the data wins over cover sheets; another can be asked for; a wrong name is refused."""
    data = workbook(
        {
            "Deckblatt": [["Haushalt der Stadt"], ["erstellt von der Kämmerei"]],
            "Werte": [["Konto", "Betrag"], *([str(i), i * 10] for i in range(20))],
            "Leer": [],
        }
    )
    result = read_table(data)
    assert (result.report.sheet, result.report.rows) == ("Werte", 20)
    assert result.report.sheets == ("Deckblatt", "Werte", "Leer")
    assert "sheet" in codes(result)
    with pytest.raises(Unreadable) as refusal:
        read_table(data, sheet="Fehlt")
    assert refusal.value.code == "sheet_missing"


def test_reading_xlsx_merged_group_titles_are_joined() -> None:
    """A group title over several columns becomes part of each of their names."""
    rows = [["Ort", "Einwohner", None], [None, 2020, 2021], *([f"Ort {i}", i * 7, i * 8] for i in range(1, 9))]
    assert read_table(workbook({"a": rows})).frame.columns == ["Ort", "Einwohner 2020", "Einwohner 2021"]


def test_reading_workbook_without_content_is_refused() -> None:
    """A workbook of empty sheets is refused with a sentence."""
    assert refused(workbook({"a": [], "b": []})) == "sheets_empty"


def test_reading_geojson_points_areas_and_ids() -> None:
    """Points give lon and lat as written, other shapes WKT; the feature id joins the properties."""
    text = """{"type": "FeatureCollection", "features": [
      {"type": "Feature", "id": "a.1", "geometry": {"type": "Point", "coordinates": [11.50, 48.1]},
       "properties": {"name": "Hof", "ort": {"plz": "01234"}, "tags": ["x", "y"]}},
      {"type": "Feature", "id": "a.2", "geometry": {"type": "Polygon", "coordinates": [[[0,0],[1.5,0],[1,1],[0,0]]]},
       "properties": {"name": null}},
      {"type": "Feature", "id": "a.3", "geometry": null, "properties": {"name": "ohne"}}]}"""
    result = read_table(text.encode())
    assert result.frame.columns == [
        "id",
        "name",
        "ort.plz",
        "tags",
        "geometry.lon",
        "geometry.lat",
        "geometry.wkt",
    ]
    assert result.frame.row(0) == ("a.1", "Hof", "01234", "x; y", "11.50", "48.1", None)
    assert result.frame["geometry.wkt"][1] == "POLYGON ((0 0, 1.5 0, 1 1, 0 0))"
    assert "geometry_missing" in codes(result)


@pytest.mark.parametrize(
    ("crs", "expected", "column"),
    [
        ("urn:ogc:def:crs:EPSG::25832", "EPSG:25832", "geometry.x"),
        ("EPSG:31467", "EPSG:31467", "geometry.x"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", None, "geometry.lon"),
        ("urn:ogc:def:crs:EPSG::4326", None, "geometry.lon"),
    ],
)
def test_reading_geojson_crs_names_the_columns(crs: str, expected: str | None, column: str) -> None:
    """A crs member other than degrees gives x and y and the report its name."""
    position = [500000, 5400000] if expected else [10.5, 49.5]
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": crs}},
        "features": [
            {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": position}}
        ],
    }
    result = read_table(json.dumps(document).encode())
    assert result.report.crs == expected
    assert column in result.frame.columns


def test_reading_geojson_metres_without_crs_are_not_called_degrees() -> None:
    """Coordinates that cannot be degrees stand in x and y, with a note."""
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [3400000, 5700000]}}
    result = read_table(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    assert result.frame.columns == ["geometry.x", "geometry.y"]
    assert "crs_implausible" in codes(result)


def test_reading_json_finds_the_largest_list_and_keeps_numbers_as_written() -> None:
    """The largest list of objects is the table; pairs of numbers, lists and nested objects become cells."""
    text = """{"stand": "2024-01-01", "meta": {"quellen": [{"u": 1}]}, "data": {"plaetze": [
      {"name": "A", "coords": [9.450, 54.78], "tags": ["x", "y"], "frei": true, "ort": {"plz": "01067"}},
      {"name": "B", "coords": null, "preis": 1.50}]}}"""
    result = read_table(text.encode())
    assert result.report.sheet == "data.plaetze"
    assert result.frame.columns == ["name", "coords", "tags", "frei", "ort.plz", "preis"]
    assert result.frame.row(0) == ("A", "[9.450, 54.78]", "x; y", "true", "01067", None)
    assert result.frame["preis"][1] == "1.50"
    assert result.extras["stand"] == "2024-01-01"
    assert read_table(text.encode(), sheet="meta.quellen").frame.rows() == [("1",)]


def test_reading_ndjson_keeps_broken_lines() -> None:
    """One object per line; a line that is none is kept as text and noted, with its line number."""
    result = read_table(b'{"a": 1}\n{"a": 2}\n{"a": 3, kaputt\n', filename="x.ndjson")
    assert result.report.format == "ndjson"
    assert result.frame["zeile_unlesbar"][2] == '{"a": 3, kaputt'
    assert "lines_invalid" in codes(result)


def test_reading_xml_rows_are_the_repeating_element() -> None:
    """Attributes and children of the repeating element become columns; texts beside it become facts."""
    text = """<?xml version="1.0" encoding="ISO-8859-1"?><liste stand="2024"><titel>Plätze</titel>
      <platz id="1"><name>Hof</name><ort><plz>01067</plz></ort><tag>a</tag><tag>b</tag></platz>
      <platz id="2"><name>Au</name><ort><plz>80331</plz></ort></platz></liste>"""
    result = read_table(text.encode("latin-1"))
    assert result.frame.columns == ["id", "name", "ort.plz", "tag"]
    assert result.frame.rows() == [("1", "Hof", "01067", "a; b"), ("2", "Au", "80331", None)]
    assert result.extras == {"stand": "2024", "titel": "Plätze"}


def test_reading_xml_bombs_and_outside_entities_are_refused() -> None:
    """Billion laughs and external entities are refused before anything is expanded."""
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x><y>&b;</y><y>&b;</y></x>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y>&a;</y></x>'
    assert refused(laughs.encode()) == "xml_entities"
    assert refused(outside.encode()) == "xml_entities"
    assert refused(b"<x><y>1</y>") == "xml_broken"


def test_reading_html_called_xls_gives_its_table() -> None:
    """A page with a table that calls itself .xls is read, with a note; a page without is refused."""
    page = (
        "<html><body><table><tr><th>Nr</th><th>Ort</th></tr><tr><td>1</td><td>K&ouml;ln</td></tr></table></body></html>"
    )
    result = read_table(page.encode(), filename="export.xls")
    assert result.frame.rows() == [("1", "Köln")]
    assert {"wrong_suffix", "table_in_html"} <= codes(result)
    assert refused(b"<!DOCTYPE html><html><body><p>Fehler 404</p></body></html>", "liste.csv") == "html"


def test_reading_content_decides_not_the_name() -> None:
    """CSV called .xlsx and XLSX called .csv are read as what they are, with a note."""
    assert codes(read_table(b"a;b\n1;2\n", filename="x.xlsx")) >= {"wrong_suffix"}
    assert read_table(workbook({"s": [["a", "b"], [1, 2]]}), filename="x.csv").report.format == "xlsx"


def test_reading_dbf_text_as_it_stands() -> None:
    """Fields are text without padding; dates are ISO; deleted records are counted."""
    fields = [(b"NAME", b"C", 8), (b"WERT", b"N", 6), (b"TAG", b"D", 8)]
    header = bytes([3, 124, 1, 31]) + (3).to_bytes(4, "little") + (32 + 32 * 3 + 1).to_bytes(2, "little")
    header += (1 + 22).to_bytes(2, "little") + bytes(20)
    for name, kind, length in fields:
        header += name.ljust(11, b"\0") + kind + bytes(4) + bytes([length, 0]) + bytes(14)
    rows = b" M\xfcller   12.5020240131" + b"*weg       1.0020240131" + b" H\xf6fer        320240201"
    result = read_table(header + b"\r" + rows + b"\x1a", filename="x.dbf")
    assert result.frame.rows() == [("Müller", "12.50", "2024-01-31"), ("Höfer", "3", "2024-02-01")]
    assert "dbf_deleted" in codes(result)


def test_reading_parquet_becomes_strings() -> None:
    """Typed columns become text: dates ISO, lists JSON, nulls null."""
    out = io.BytesIO()
    pl.DataFrame({"a": [1, None], "d": [date(2024, 1, 2), None], "l": [[1, 2], None], "f": [0.5, 2.0]}).write_parquet(
        out
    )
    result = read_table(out.getvalue())
    assert result.frame.rows() == [("1", "2024-01-02", "[1, 2]", "0.5"), (None, None, None, "2.0")]


def test_reading_zip_with_one_table() -> None:
    """The one table in a zip is read; several are refused by name; readme files do not count."""

    def pack(**files: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name.replace("__", "."), text)
        return out.getvalue()

    result = read_table(pack(baeume__csv="a;b\n1;2\n", README__txt="Hallo"))
    assert result.frame.rows() == [("1", "2")]
    assert "archive_member" in codes(result)
    assert refused(pack(a__csv="a;b\n1;2\n", b__csv="a;b\n1;2\n")) == "archive_many"
    assert refused(pack(bild__png="x")) == "archive_none"


def test_reading_bombs_are_refused_before_they_unpack() -> None:
    """Members that unpack to far more than they weigh, or lie about their size, are refused."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bombe.csv", b"0;0\n" * (20 * 1024**2))
    assert refused(out.getvalue()) == "bomb"
    lying = bytearray(workbook({"s": [["a", "b"], *([i, i] for i in range(200))]}))
    with zipfile.ZipFile(io.BytesIO(bytes(lying))) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    size = member.file_size.to_bytes(4, "little")
    at = bytes(lying).rfind(size)
    lying[at : at + 4] = (100).to_bytes(4, "little")
    assert refused(bytes(lying)) == "archive_broken"


def test_reading_xlsx_with_one_far_cell_is_refused() -> None:
    """A sheet whose used rectangle would fill the memory is refused with its extent."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("weit")
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "b")
    book.close()
    assert refused(out.getvalue()) == "sheet_too_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "word"),
        (b"\x1f\x8b\x08" + bytes(20), "archive_broken"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "archive"),
        (bytes(range(256)) * 20, "binary"),
        (b"PK\x03\x04kaputt", "archive_broken"),
        (b'{"a": [1, 2', "json_broken"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nesting"),
        (b'["a", "b"]', "json_no_table"),
        (";".join(["a"] * 10_500).encode() + b"\n" + ";".join(["1"] * 10_500).encode(), "too_many_columns"),
    ],
)
def test_reading_refusals_have_a_code_and_a_sentence(data: bytes, code: str) -> None:
    """What is no table is refused by content, in one sentence."""
    assert refused(data, "daten.csv") == code


def test_reading_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """A path that is not a readable file gets a sentence, not a traceback."""
    for path, code in ((tmp_path / "fehlt.csv", "not_found"), (tmp_path, "is_folder")):
        with pytest.raises(Unreadable) as refusal:
            read_table(path)
        assert refusal.value.code == code


def test_reading_many_keeps_order_and_refusals() -> None:
    """Results come in order; a refusal stands where its file stood."""
    results = read_many([("a.csv", b"a;b\n1;2\n"), ("b.pdf", b"%PDF-1.4"), ("c.json", b'[{"x": 1}]')])
    assert [type(result) for result in results] == [ReadResult, Unreadable, ReadResult]


def test_reading_written_csv_reads_back_the_same(tmp_path: Path) -> None:
    """What is written is RFC 4180: UTF-8, comma, CRLF, one header line; reading it again gives the same table."""
    result = read_table('Nr;"Text\nzwei";n\n1;"a, ""b""\nc";5\n2;=1+1;6\n3;;7\n'.encode("cp1252"))
    path = tmp_path / "aus.csv"
    write_csv(result, path)
    data = path.read_bytes()
    assert data.startswith(b"Nr,Text zwei,n\r\n1,")
    again = read_table(path)
    assert again.frame.equals(result.frame)
    assert [entry.name for entry in tmp_path.iterdir()] == ["aus.csv"]
