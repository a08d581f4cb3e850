"""Real files of trees, playgrounds, parking, bicycles, kitas, markets and schools: which standard, counts, values, places.

Nobody names a standard here. The files where a person must are listed with the reason.
"""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from connectors.checking import as_table, recognise
from connectors.reading import read_table
from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards

STANDARDS = load_standards()
FOLDERS = {
    "baeume": "baumkataster", "spielplaetze": "spielplaetze", "parken/parkapi_v1": "parkraum", "parken/parkapi_v3": "parkraum",
    "radzaehlung": "radverkehrszaehlung", "kitas": "kitas", "maerkte": "wochenmaerkte", "schulen": "schulen",
}  # fmt: skip
ASKED = {
    "city_schema.json": "describes the form of other files, holds no car parks",
    "Freiburg.geojson": "names, zones and addresses like P12; its headers say no more of parking than of a kita",
    "Luebeck.geojson": "nothing but names such as “Am Burgtor”",
    "Muenster.geojson": "names and a column `total`; few of the names say what they are of",
    "ellwangen_sensit.json": "one car park, which lies at a market",
    "freiburg_disabled_sensors.geojson": "name, address, status: so are all lists of places",
    "freiburg_disabled_static.geojson": "streets and `anzahl` with texts such as “1 von 2”",
    "freiburg_vag_bike.geojson": "bicycle boxes with charging: may be counted as either",
    "heidelberg_disabled.geojson": "names of streets; that they are car parks stands in no word of it",
    "heilbronn_goldbeck_facilities.json": "garages of a firm, by address",
    "heilbronn_goldbeck_occupancies.json": "a number and counters that are a list in one cell",
    "herrenberg_bike.json": "bicycle stands: parking of another kind",
    "kienzler.geojson": "one row of identifiers and sizes",
    "neckarsulm_bike.csv": "bicycle stands with `anzahl`: reads like a count of bicycles",
    "pum_bw.xlsx": "a survey of twelve texts per site",
    "vrs_bondorf-realtime.xml": "one record deep in its envelope, without name, address or place",
    "vrs_vaihingen-realtime.xml": "one record deep in its envelope, without name, address or place",
    "velobrix.json": "bicycle boxes whose only word of parking is in another language",
    "referenz_baumarten.csv": "a list of species, no trees",
    "muenchen_radzaehlstellen.csv": "where the counters stand, no counts",
    "cities.json": "which cities have markets, no markets",
}
"""Files for which a person is asked, and why."""


@cache
def read(path: Path) -> Table:
    result = read_table(path)
    return as_table(result, filename=path.name)


@cache
def judged(path: Path, standard: str) -> Judgement:
    return judge(read(path), STANDARDS[standard])


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_tell_their_standard_themselves(shared_data: Path, folder: str) -> None:
    """Without a name given, each file is recognised or asked about; none is taken for something else."""
    paths = [path for path in sorted((shared_data / "kommunal" / folder).iterdir()) if path.is_file()]
    found = {path.name: recognise(read(path), STANDARDS) for path in paths}
    assert {name: told for name, told in found.items() if name not in ASKED and told != FOLDERS[folder]} == {}
    assert {name: told for name, told in found.items() if name in ASKED and told not in ("", FOLDERS[folder])} == {}


def independently(path: Path) -> int | None:
    """The number of records, by a reading of our own; None where the form is not plain."""
    if path.suffix == ".geojson":
        return len(json.loads(path.read_text(encoding="utf-8"))["features"])
    if path.suffix == ".csv":
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
        return sum(1 for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if any(row)) - 1
    return None


@pytest.mark.parametrize("folder", ["parken/parkapi_v1", "parken/parkapi_v3", "spielplaetze", "kitas"])
def test_every_record_is_accepted_or_explained(shared_data: Path, folder: str) -> None:
    """As many rows as records, counted without our reader; what is turned away has a sentence."""
    checked = 0
    for path in sorted((shared_data / "kommunal" / folder).iterdir()):
        records = independently(path) if path.is_file() else None
        if records is None:
            continue
        judgement = judged(path, FOLDERS[folder])
        assert judgement.rows_total == records, path.name
        assert all(len(message) > 20 for message in judgement.rejected["message_de"]), path.name
        checked += 1
    assert checked >= 1


def test_datex_counts_are_taken_and_rates_are_not(shared_data: Path) -> None:
    """Vacant and occupied spaces by their names; the occupancy in per cent next to them is no count."""
    path = shared_data / "kommunal/parken/parkapi_v3/vrs_kirchheim-realtime.xml"
    root = ET.parse(path).getroot()  # noqa: S314
    vacant = [int(e.text or "") for e in root.iter() if e.tag.endswith("parkingNumberOfVacantSpaces")]
    judgement = judged(path, "parkraum")
    assert judgement.accepted["frei"].to_list() == vacant
    assert not [match for match in judgement.mapping if match.column.endswith("parkingOccupancy.parkingOccupancy")]


def test_live_feed_of_bielefeld_has_moments(shared_data: Path) -> None:
    """Time stamps as a database writes them are read."""
    path = shared_data / "kommunal/parken/parkapi_v3/bielefeld.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        stamped = [row["b_pls_zeit"] for row in csv.DictReader(file, delimiter=";")]
    moments = judged(path, "parkraum").accepted["zeitpunkt"].drop_nulls()
    assert len(moments) == sum(bool(stamp.strip()) for stamp in stamped) > 0
    assert f"{moments[0]:%Y-%m-%d-%H.%M}" == next(stamp for stamp in stamped if stamp.strip())[:16]


@pytest.mark.parametrize(
    ("folder", "standard", "column", "field"),
    [("kitas", "kitas", "name", "name"), ("schulen", "schulen", "name", "name")],
)
def test_points_of_bochum(shared_data: Path, folder: str, standard: str, column: str, field: str) -> None:
    """Kitas and schools of one portal: all rows, all names, each address with its postcode, all in town."""
    path = shared_data / "kommunal" / folder / "bochum.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    accepted = judged(path, standard).accepted
    assert sorted(accepted[field]) == sorted(row[column].strip() for row in rows)
    assert accepted["adresse"].str.contains(r"\b44\d{3} Bochum").mean() > 0.98
    town = accepted.filter(pl.col("lat").is_between(51.41, 51.54), pl.col("lon").is_between(7.10, 7.35))
    assert town.height >= 0.99 * accepted.height
