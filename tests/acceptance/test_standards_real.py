"""Real municipal files against the standards: counts taken independently, spot values, places in the right town."""

# ruff: noqa: E501, DTZ001  tables of cases read better in rows; moments are naive German local time on purpose

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement
from standards.ranking import rank
from standards.registry import load_standards
from tests.acceptance.independent import german, lines, table

STANDARDS = load_standards()
Hand = Callable[[str, str], Judgement]

TOWNS = {
    "flensburg": (9.35, 54.73, 9.53, 54.85),
    "bochum": (7.10, 51.41, 7.35, 51.54),
    "münchen": (11.36, 48.06, 11.73, 48.25),
    "leipzig": (12.23, 51.23, 12.55, 51.45),
    "freiburg": (7.66, 47.90, 7.93, 48.07),
    "regensburg": (12.02, 48.96, 12.19, 49.08),
    "bielefeld": (8.37, 51.91, 8.67, 52.12),
    "köln": (6.77, 50.83, 7.17, 51.09),
    "neckarsulm": (9.18, 49.15, 9.33, 49.24),
    "esslingen": (9.22, 48.68, 9.40, 48.79),
}


@pytest.fixture
def hand(shared_data: Path) -> Hand:
    """Hands a file in under a standard."""
    return lambda name, standard: judge(table(shared_data / "kommunal" / name), STANDARDS[standard])


def inside(judgement: Judgement, town: str) -> float:
    """Share of accepted places inside a town's box."""
    west, south, east, north = TOWNS[town]
    placed = judgement.accepted.drop_nulls(["lat", "lon"])
    assert placed.height
    return (
        placed.filter(pl.col("lon").is_between(west, east), pl.col("lat").is_between(south, north)).height
        / placed.height
    )


@pytest.mark.parametrize(
    ("name", "standard", "town", "least"),
    [
        ("baeume/flensburg_lebende-baeume.csv", "baumkataster", "flensburg", 0.99),
        ("baeume/flensburg_faellungen_2023.csv", "baumkataster", "flensburg", 0.99),
        ("baeume/leipzig_sample.geojson", "baumkataster", "leipzig", 1),
        ("spielplaetze/bochum.csv", "spielplaetze", "bochum", 0.99),
        ("spielplaetze/bochum.dbf", "spielplaetze", "bochum", 0.99),
        ("spielplaetze/flensburg.json", "spielplaetze", "flensburg", 1),
        ("spielplaetze/flensburg.geojson", "spielplaetze", "flensburg", 1),
        ("spielplaetze/muenchen_spiel_sport.geojson", "spielplaetze", "münchen", 0.99),
        ("parken/parkapi_v1/Regensburg.geojson", "parkraum", "regensburg", 1),
        ("parken/parkapi_v3/freiburg.json", "parkraum", "freiburg", 1),
        ("parken/parkapi_v3/freiburg_disabled_static.geojson", "parkraum", "freiburg", 1),
        ("parken/parkapi_v3/bielefeld.csv", "parkraum", "bielefeld", 1),
        ("parken/parkapi_v3/neckarsulm_bike.csv", "parkraum", "neckarsulm", 0.98),
        ("parken/parkapi_v3/esslingen.geojson", "parkraum", "esslingen", 1),
        ("maerkte/köln.json", "wochenmaerkte", "köln", 1),
        ("maerkte/münchen.json", "wochenmaerkte", "münchen", 1),
        ("kitas/bochum.csv", "kitas", "bochum", 0.99),
    ],
)
def test_places_lie_in_the_right_town(hand: Hand, name: str, standard: str, town: str, least: float) -> None:
    """Nearly all rows are accepted, and their places lie where the town is."""
    judgement = hand(name, standard)
    assert judgement.rows_accepted >= 0.97 * judgement.rows_total - 1
    assert inside(judgement, town) >= least


def test_trees_of_flensburg(hand: Hand, shared_data: Path) -> None:
    """DBase headers, Gauss-Krüger and two names in one cell: all rows, right names."""
    raw = lines(shared_data / "kommunal/baeume/flensburg_lebende-baeume.csv")
    accepted = hand("baeume/flensburg_lebende-baeume.csv", "baumkataster").accepted
    assert accepted.height == len(raw) == 18697
    assert accepted.row(0, named=True)["baum_nr"] == "20"
    assert accepted.row(0)[2:4] == ("Alnus glutinosa", "Schwarz-Erle")
    assert accepted["standort"][0] == "EX Alsterbogen/Ausgleichsfläche"


def test_playgrounds_of_bochum_keep_their_kinds_and_get_addresses(hand: Hand, shared_data: Path) -> None:
    """Kinds are counted as in the file; street and town make the address."""
    raw = lines(shared_data / "kommunal/spielplaetze/bochum.csv", delimiter=";")
    accepted = hand("spielplaetze/bochum.csv", "spielplaetze").accepted
    assert dict(accepted["art"].value_counts().iter_rows())["Bolzplätze"] == sum(
        row["kategorie"] == "Bolzplätze" for row in raw
    )
    assert accepted["adresse"][0] == "Querenburger Str., 44789 Bochum"


def test_every_old_parking_file_loses_only_the_city_itself(hand: Hand, shared_data: Path) -> None:
    """In each German city's file exactly the row of the city is turned away, with its own code."""
    for path in sorted((shared_data / "kommunal/parken/parkapi_v1").glob("*.geojson")):
        if path.stem in ("Aalborg", "Aarhus", "Basel", "Zuerich", "Sample_City"):
            continue
        judgement = hand(f"parken/parkapi_v1/{path.name}", "parkraum")
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        cities = [feature for feature in features if feature["properties"].get("type") == "city"]
        codes = [code for code in judgement.rejected["code"].to_list() if code != "coordinate_far"]
        assert codes.count("not_this_standard") == len(cities), path.name
        assert judgement.rows_total == len(features), path.name
        assert len(codes) - len(cities) <= 1, (path.name, codes)


def test_car_parks_placed_in_another_town_are_found(hand: Hand) -> None:
    """Two car parks of Mannheim have the coordinates of streets in Dortmund; they alone are far from the others."""
    rejected = hand("parken/parkapi_v1/Mannheim.geojson", "parkraum").rejected.filter(
        pl.col("code") == "coordinate_far"
    )
    assert rejected["_row"].to_list() == [2, 17]


def test_live_parking_keeps_moments_and_free_spaces(hand: Hand) -> None:
    """Unix milliseconds become local time, occupied becomes free, ISO with offset becomes local time."""
    bietigheim = hand("parken/parkapi_v3/bietigheim-bissingen.csv", "parkraum").accepted
    assert bietigheim["frei"].to_list()[:3] == [25, 25, 8]
    assert bietigheim["zeitpunkt"][0].replace(microsecond=0) == datetime(2025, 2, 27, 11, 17, 47)
    assert hand("parken/parkapi_v3/aalen.json", "parkraum").accepted["kapazitaet"].to_list()[:2] == [170, 120]
    assert hand("parken/parkapi_v3/basel.json", "parkraum").accepted["zeitpunkt"][0] == datetime(2024, 7, 28, 14, 6)


def test_bicycles_of_munich(hand: Hand, shared_data: Path) -> None:
    """Three directions per day and station, sums as in the file, a day as the interval."""
    raw = lines(shared_data / "kommunal/radzaehlung/muenchen_rad_tage.csv")
    accepted = hand("radzaehlung/muenchen_rad_tage.csv", "radverkehrszaehlung").accepted
    for direction in ("richtung_1", "richtung_2", "gesamt"):
        expected = sum(int(float(row[direction])) for row in raw if row[direction] not in ("", "NA"))
        assert accepted.filter(pl.col("richtung") == direction)["anzahl"].sum() == expected
    assert accepted["intervall_min"].unique().to_list() == [1440]


def test_bicycles_of_muenster(hand: Hand) -> None:
    """US dates by the hour, the station from the header, totals and disturbances turned away with reasons."""
    judgement = hand("radzaehlung/muenster_zaehlstelle_neutor_2015_stundenauswertung.csv", "radverkehrszaehlung")
    assert judgement.rejected["code"].to_list() == ["totals_row"]
    assert judgement.accepted["zaehlstelle"].unique().to_list() == ["Neutor"]
    assert judgement.accepted["intervall_min"].unique().to_list() == [60]
    first = judgement.accepted.filter(pl.col("richtung") == "gesamt").row(0, named=True)
    assert (first["zeitpunkt"], first["anzahl"]) == (datetime(2015, 1, 1), 111)


def test_budget_of_kiel(hand: Hand, shared_data: Path) -> None:
    """Every booking, year from the date, sums by kind to the cent."""
    raw = lines(shared_data / "kommunal/haushalt/kiel_2017.csv", "latin-1", ";")
    accepted = hand("haushalt/kiel_2017.csv", "haushalt").accepted
    assert accepted["jahr"].unique().to_list() == [2017]
    for art, word in (("ertrag", "Ertrag"), ("aufwand", "Aufwand")):
        expected = sum(german(row["Betrag"]) for row in raw if row["Aufwand/Ertrag"] == word)
        assert accepted.filter(pl.col("art") == art)["betrag_eur"].sum() == pytest.approx(expected, abs=0.01)


def test_budget_of_moers(hand: Hand, shared_data: Path) -> None:
    """Years as columns become rows, each column's sum is kept."""
    raw = lines(shared_data / "kommunal/haushalt/moers_haushalt.csv", "latin-1", ";")
    accepted = hand("haushalt/moers_haushalt.csv", "haushalt").accepted
    for header, stand, jahr in (
        ("Ist 2015", "ist", 2015),
        ("Ist 2016", "ist", 2016),
        ("Plan 2016", "plan", 2016),
        ("Plan 2017", "plan", 2017),
    ):
        found = accepted.filter(pl.col("stand") == stand, pl.col("jahr") == jahr)["betrag_eur"].sum()
        assert found == pytest.approx(sum(german(row[header]) for row in raw if row[header]), abs=0.01)


def test_budgets_of_muenster(hand: Hand, shared_data: Path) -> None:
    """Year and state come from the file's name; amounts with and without separators agree with the file."""
    for year in (2007, 2012, 2017):
        raw = lines(shared_data / f"kommunal/haushalt/muenster_ergebnis-{year}.csv")
        judgement = hand(f"haushalt/muenster_ergebnis-{year}.csv", "haushalt")
        assert judgement.accepted.select("jahr", "stand").unique().rows() == [(year, "ist")]
        expected = sum(german(row["Betrag"]) for row in raw if row["Betrag"].strip())
        assert judgement.accepted["betrag_eur"].sum() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("name", "rows"), [("haushalt/brandenburg_2017-18.xlsx", 16438), ("haushalt/bremen_2016.xlsx", 20964)]
)
def test_cameral_budgets_of_laender(hand: Hand, name: str, rows: int) -> None:
    """Titles instead of accounts, several years and states as columns; nothing rejected, kind from the title's number."""
    judgement = hand(name, "haushalt")
    assert (judgement.rows_accepted, judgement.rows_rejected) == (rows, 0)
    assert judgement.accepted["art"].null_count() == 0


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("baeume/flensburg_lebende-baeume.csv", "baumkataster"), ("spielplaetze/bochum.csv", "spielplaetze"),
        ("spielplaetze/flensburg.json", "spielplaetze"), ("parken/parkapi_v1/Nuernberg.geojson", "parkraum"),
        ("parken/parkapi_v3/pforzheim.json", "parkraum"), ("radzaehlung/muenchen_rad_tage.csv", "radverkehrszaehlung"),
        ("haushalt/moers_haushalt.csv", "haushalt"), ("haushalt/kiel_2017.csv", "haushalt"), ("maerkte/erlangen.json", "wochenmaerkte"),
    ],
)  # fmt: skip
def test_the_standard_is_found_without_a_hint(shared_data: Path, name: str, standard: str) -> None:
    """Columns, content and file name together lead clearly to the right standard."""
    (first, best), (_, second) = rank(table(shared_data / "kommunal" / name), STANDARDS)[:2]
    assert (first, best - second >= 0.15) == (standard, True)
