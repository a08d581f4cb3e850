"""Every real municipal table file can be read, and row counts agree with independent reading."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring

from connectors.reading import ReadResult, Unreadable, read_many, read_table
from connectors.reading import encoding as encodings
from tests.connectors.reading_ledger import unaccounted

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
KOMMUNAL = SHARED / "kommunal"
TABLES = {".csv", ".xlsx", ".json", ".geojson", ".xml", ".dbf"}

SEMICOLON = {
    "kiel_2017",
    "moers_haushalt",
    "12411-001",
    "13111-001",
    "33111-001r-2014",
    "33111-001r-2016",
    "bochum_sportstaetten",
    "brandenburg_kapitel",
    "bochum",
    "muenster_ladesaeulen",
    "muenster_mobilitaet",
    "muenster_tischtennis_2024",
    "muenster_tischtennis_manuell",
    "muenster_tischtennis_schulen",
    "bielefeld",
    "bietigheim-bissingen",
    "friedrichshafen_easypark",
    "neckarsulm",
    "bw_gemarkungsliste_2011",
}
CP1252 = {
    "kiel_2017",
    "moers_haushalt",
    "12411-001",
    "13111-001",
    "33111-001r-2014",
    "33111-001r-2016",
    "bochum_sportstaetten",
    "bietigheim-bissingen",
}
AROUND = {
    "12411-001": (5, 10),
    "13111-001": (8, 20),
    "33111-001r-2014": (10, 3),
    "33111-001r-2016": (10, 3),
    "galk_strassenbaumliste": (2, 0),
    "referenz_baumarten": (0, 0),
    "muenster_altkleider": (1, 1),
    "muenster_glascontainer": (1, 1),
    "muenster_glascontainer_combined": (1, 1),
    "bw_gemarkungsliste_2011": (2, 0),
}
"""Lines above the data (title and header) and below it, where they are not one and none: counted by eye."""


def files(*suffixes: str) -> list[Path]:
    found = sorted(path for path in KOMMUNAL.rglob("*") if path.suffix in suffixes) if KOMMUNAL.is_dir() else []
    return found or [pytest.param(Path("fehlt"), marks=pytest.mark.skip("../shared/data is not here"))]  # type: ignore[list-item]


def name_of(path: Path) -> str:
    return "/".join(path.parts[-2:])


def told(path: Path) -> list[list[str]]:
    """All records that hold something, by Python's csv module told the dialect."""
    text = path.read_bytes().decode("cp1252" if path.stem in CP1252 else "utf-8-sig")
    delimiter = ";" if path.stem in SEMICOLON else ","
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [record for record in records if any(cell.strip() for cell in record)]


@pytest.mark.parametrize("path", files(".csv"), ids=name_of)
def test_reading_real_csv_agrees_with_the_csv_module(path: Path) -> None:
    """Encoding, delimiter, number of rows and all cells agree with the csv module that was told the dialect."""
    result = read_table(path)
    above, below = AROUND.get(path.stem, (1, 0))
    records = told(path)
    records = records[above : len(records) - below]
    assert result.report.delimiter == (";" if path.stem in SEMICOLON else ",")
    assert result.report.encoding == ("windows-1252" if path.stem in CP1252 else result.report.encoding)
    assert result.report.rows == len(records)
    assert result.report.footer_rows == below
    for row, record in zip(result.frame.iter_rows(), records, strict=True):
        cells = [cell or "" for cell in row]
        width = max(len(cells), len(record))
        assert cells + [""] * (width - len(cells)) == record + [""] * (width - len(record))


@pytest.mark.parametrize("path", files(".geojson"), ids=name_of)
def test_reading_real_geojson_has_a_row_per_feature(path: Path) -> None:
    """One row per feature; every coordinate stands in a geometry column."""
    document = json.loads(path.read_text("utf-8"))
    result = read_table(path)
    assert result.report.format == "geojson"
    assert result.report.rows == len(document["features"])
    with_place = sum(1 for feature in document["features"] if feature.get("geometry"))
    columns = [name for name in result.frame.columns if name in {"geometry.lon", "geometry.x", "geometry.wkt"}]
    assert sum(result.frame[name].count() for name in columns) == with_place


@pytest.mark.parametrize("path", files(".json"), ids=name_of)
def test_reading_real_json_has_a_row_per_record(path: Path) -> None:
    """The rows are the entries of one list (or keyed object) of the document."""
    document = json.loads(path.read_text("utf-8"))
    assert read_table(path).report.rows in set(sizes(document)) | {1}


def sizes(value: object) -> Iterator[int]:
    if isinstance(value, list):
        yield len(value)
    if isinstance(value, dict):
        yield len(value)
    for item in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from sizes(item)


@pytest.mark.parametrize("path", files(".xlsx"), ids=name_of)
def test_reading_real_xlsx_loses_no_row(path: Path) -> None:
    """Data, header, title and footer rows of the sheet together are its filled rows, counted in the XML itself."""
    result = read_table(path)
    report = result.report
    header = 1 if report.header_row else 0
    assert report.sheet in report.sheets
    assert report.rows + header + report.footer_rows == filled_rows(path, report.sheets.index(report.sheet or ""))


def filled_rows(path: Path, sheet: int) -> int:
    """Rows with at least one cell that has a value."""
    spaces = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(path) as archive:
        book = fromstring(archive.read("xl/workbook.xml"))
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        target = targets[book.findall("m:sheets/m:sheet", spaces)[sheet].get(relation)]
        root = fromstring(archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
        strings = []
        if "xl/sharedStrings.xml" in archive.namelist():
            shared = fromstring(archive.read("xl/sharedStrings.xml"))
            strings = ["".join(text.text or "" for text in entry.iter(f"{{{spaces['m']}}}t")) for entry in shared]

    def has_value(cell: ET.Element) -> bool:
        if cell.get("t") == "inlineStr":
            return bool("".join(cell.itertext()).strip())
        value = cell.findtext("m:v", namespaces=spaces)
        if value is not None and cell.get("t") == "s":
            return bool(strings[int(value)].strip())
        return bool(value)

    return sum(1 for row in root.iter(f"{{{spaces['m']}}}row") if any(has_value(cell) for cell in row))


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("bayern/landtagswahl_xml/2013AllgemeineInformationen.xml", "Regionaleinheit"),
        ("parken/parkapi_v3/vrs_bondorf-static.xml", "parkingFacility"),
        ("parken/parkapi_v3/vrs_kirchheim-static.xml", "parkingFacility"),
        ("parken/parkapi_v3/vrs_kirchheim-realtime.xml", "parkingRecordStatus"),
        ("parken/parkapi_v3/friedrichshafen-sensors-static.xml", "parkingRecord"),
        ("parken/parkapi_v3/friedrichshafen-sensors-realtime.xml", "parkingRecordStatus"),
    ],
)
def test_reading_real_xml_has_a_row_per_element(shared_data: Path, name: str, element: str) -> None:
    """The element a person would call the record is the row."""
    path = shared_data / "kommunal" / name
    expected = len(re.findall(rf"<(?:\w+:)?{element}[ >]", path.read_text("utf-8")))
    assert read_table(path).report.rows == expected


def test_reading_real_dbf_equals_its_csv_twin(shared_data: Path) -> None:
    """The DBF and the CSV of the same playgrounds have the same rows and umlauts."""
    folder = shared_data / "kommunal" / "spielplaetze"
    dbf, text = read_table(folder / "bochum.dbf"), read_table(folder / "bochum.csv")
    assert dbf.frame.height == text.frame.height
    assert dbf.frame["kategorie"].to_list() == text.frame["kategorie"].to_list()


def row_of(result: ReadResult, column: str, value: str) -> dict[str, str | None]:
    return next(row for row in result.frame.iter_rows(named=True) if row[column] == value)


def test_reading_real_genesis_headers_are_joined(shared_data: Path) -> None:
    """A GENESIS export gives one name per column, title and source beside it, and the figures as they stood."""
    result = read_table(shared_data / "kommunal/bayern/lfstat_genesis/33111-001r-2014.csv")
    bavaria = row_of(result, "spalte_1", "09")
    column = next(name for name in result.frame.columns if "Insgesamt" in name)
    assert column.endswith("Insgesamt ha")
    assert bavaria[column] == "7054199,97"
    assert result.extras["stand"] == "16.02.2018 / 18:29:49"
    assert "Nutzung (nach ALKIS-Nutzungsarten), Jahr" in result.extras["titel"]
    assert read_table(shared_data / "kommunal/bayern/lfstat_genesis/12411-001.csv").frame.row(0)[:3] == (
        "09",
        "Bayern",
        "12443372",
    )


def test_reading_real_spot_values(shared_data: Path) -> None:
    """Single cells looked up by eye: quotes, decimal commas, dBase names, Excel dates, coordinates."""
    base = shared_data / "kommunal"
    felled = read_table(base / "baeume/flensburg_faellungen_2023.csv").frame
    assert felled.row(0) == (
        "EX Dicker-Willis-Koppel",
        "130",
        "Populus tremula, Espe",
        "6074829,98525275",
        "3526919,73068885",
    )
    assert read_table(base / "baeume/flensburg_lebende-baeume.csv").frame.columns[:3] == [
        "baumnummer",
        "hochwert",
        "rechtswert",
    ]
    hours = read_table(base / "radzaehlung/muenster_zaehlstelle_neutor_2016_stundenauswertung.xlsx")
    assert hours.frame.row(1)[:2] == ("2016-01-01T01:00:00", "178")
    assert "totals_row" in {note.code for note in hours.report.notes}
    garage = read_table(base / "parken/parkapi_v3/freiburg.json")
    assert garage.report.crs == "EPSG:25832"
    assert "geometry.x" in garage.frame.columns
    play = read_table(base / "spielplaetze/flensburg.json").frame
    assert play["coords"][0] == "[9.451032, 54.788259]"
    mayor = read_table(base / "wahlen/bochum/bochum_mayoral_election_20150913_runoff_2050927.csv").frame
    assert mayor.columns[-2:] == ["Eiskirch, SPD", "Franz, CDU"]


@pytest.mark.parametrize("path", [path for suffix in sorted(TABLES) for path in files(suffix)], ids=name_of)
def test_reading_real_file_gives_a_sound_table(path: Path) -> None:
    """Unique names, one row number per row in rising order, only strings."""
    result = read_table(path)
    assert len(set(result.frame.columns)) == result.frame.width > 0
    assert result.row_numbers.len() == result.frame.height
    assert result.row_numbers.is_sorted()


def test_reading_real_many_equals_one_by_one(shared_data: Path) -> None:
    """Reading all files in one call gives what reading each alone gives."""
    paths = sorted((shared_data / "kommunal" / "parken").rglob("*.geojson"))[:20]
    many = read_many([(path.name, path.read_bytes()) for path in paths])
    for path, result in zip(paths, many, strict=True):
        assert isinstance(result, ReadResult)
        assert result.frame.equals(read_table(path).frame)


def test_reading_real_fixtures_are_read_or_refused_in_a_sentence(shared_data: Path) -> None:
    """No fixture, workbooks too, ends in anything but a table or one sentence; known answers: test_reading_fixtures."""
    refused = []
    for path in sorted((shared_data / "csv").rglob("*")):
        if path.suffix in {".csv", ".xls", ".xlsx"}:
            try:
                read_table(path)
            except Unreadable as refusal:
                refused.append((path.name, refusal.code))
    assert all(code in {"empty", "no_table", "sheets_empty"} for _, code in refused), refused


@pytest.mark.parametrize("path", files(".csv", ".txt"), ids=name_of)
def test_reading_real_text_loses_no_word(path: Path) -> None:
    """Every word of a real file is in the table, its names or a note, and every choice is told with its reason."""
    result = read_table(path)
    data = path.read_bytes()
    text = encodings.decode(data, encodings.detect(data)).replace("\0", "")
    assert not unaccounted(text, result)
    told = {decision.what: decision for decision in result.report.decisions}
    assert {"encoding", "line_end", "delimiter", "header", "preamble", "footer"} <= set(told)
    assert all(decision.chosen and decision.reason for decision in told.values())
