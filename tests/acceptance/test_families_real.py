"""Real elections, budgets and populations: every number checked against a reading of its own, no hint given."""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement
from standards.ranking import rank
from standards.registry import load_standards
from tests.acceptance.independent import table

STANDARDS = load_standards()


def unaided(path: Path, standard: str) -> Judgement:
    """The judgement by the standard that is found without a hint: a clear winner, as `ingest` wants one."""
    read = table(path)
    (first, best), (_, second) = rank(read, STANDARDS)[:2]
    assert (first, best >= 0.5, best - second >= 0.15) == (standard, True, True)
    return judge(read, STANDARDS[standard])


def rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    """An independent reading: nothing but the csv module."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def whole(cells: list[str]) -> int:
    return sum(int(cell) for cell in cells if cell.strip())


PAIRED = sorted(
    f"bochum_{name}.csv"
    for name in (
        "national_election_20130922_Bochum_I", "national_election_20130922_Bochum_II", "state_election_20100509_Bochum_I",
        "state_election_20100509_Bochum_II", "state_election_20100509_Bochum_III", "state_election_20120513_Bochum_I",
        "state_election_20120513_Bochum_II", "state_election_20120513_Bochum_III",
    )
)  # fmt: skip


@pytest.mark.parametrize("name", PAIRED)
def test_first_and_second_votes_in_pairs_of_columns(shared_data: Path, name: str) -> None:
    """The same party twice, or a candidate before the party: sums of both kinds, and each kind's own valid votes."""
    path = shared_data / "kommunal/wahlen/bochum" / name
    header, *body = rows(path)
    at = header.index("GueltigeZweitstimmen") + 1
    accepted = unaided(path, "wahlergebnis").accepted
    for stimme, first in (("erst", at), ("zweit", at + 1)):
        own = accepted.filter(pl.col("stimme") == stimme)
        assert own["stimmen"].sum() == sum(whole(row[first::2]) for row in body)
        assert own.height == sum(1 for row in body for cell in row[first::2] if cell.strip())
        valid = [row[header.index(f"Gueltige{stimme.capitalize()}stimmen")] for row in body]
        assert own.unique("_row")["gueltige"].sum() == whole(valid)


@pytest.mark.parametrize(
    "name", ["council_election_20140525", "european_election_20140525", "mayoral_election_20150913", "mayoral_election_20150913_runoff_2050927", "state_election_20050522_Bochum_I"]
)  # fmt: skip
def test_one_vote_with_parties_as_columns(shared_data: Path, name: str) -> None:
    """Votes of all lists, candidates' names included, sum up to the file's own valid votes."""
    path = shared_data / f"kommunal/wahlen/bochum/bochum_{name}.csv"
    header, *body = rows(path)
    judgement = unaided(path, "wahlergebnis")
    at = header.index("GueltigeStimmen")
    assert judgement.accepted["stimmen"].sum() == sum(whole(row[at + 1 :]) for row in body)
    assert judgement.accepted.unique("_row")["gueltige"].sum() == whole([row[at] for row in body])
    assert judgement.rows_rejected == 0


def test_flensburg_keeps_list_numbers_and_kinds_of_areas(shared_data: Path) -> None:
    """D1… are lists without names; gaps in the numbers and empty cells are normal; the kind of area is told."""
    path = shared_data / "kommunal/wahlen/flensburg_local_election_results.csv"
    header, *body = rows(path)
    accepted = unaided(path, "wahlergebnis").accepted
    lists = [at for at, name in enumerate(header) if name[0] == "d" and name[1:].isdigit()]
    assert accepted["stimmen"].sum() == sum(whole([row[at] for at in lists]) for row in body)
    assert set(accepted["liste_nr"].to_list()) == {header[at][1:] for at in lists}
    assert set(accepted["gebietsart"].to_list()) == {"stimmbezirk", "briefwahlbezirk"}


def test_landtagswahl_of_the_statistical_office(shared_data: Path) -> None:
    """Nested XML: one row per party and kind of vote, sums of areas marked, the total of both votes not counted again."""
    path = shared_data / "kommunal/bayern/landtagswahl_xml/2013AllgemeineInformationen.xml"
    accepted = unaided(path, "wahlergebnis").accepted
    votes = {"erst": 0, "zweit": 0}
    for vote in votes:
        for cell in ET.parse(path).iter(f"{vote.capitalize()}stimmen_der_aktuellen_Wahl"):  # noqa: S314  the project's own test file
            votes[vote] += int(cell.text) if cell.text and cell.text.isdigit() else 0
    assert {vote: accepted.filter(pl.col("stimme") == vote)["stimmen"].sum() for vote in votes} == votes
    munich = accepted.filter(pl.col("gebiet_name") == "Landeshauptstadt München", pl.col("partei") == "CSU")
    assert munich.select("stimme", "stimmen", "gueltige", "gebietsart").rows() == [
        ("erst", 206565, 562757, "summe"),
        ("zweit", 206417, 562969, "summe"),
    ]


def test_population_of_all_bavarian_communities(shared_data: Path) -> None:
    """GENESIS: columns without a name, six days as columns, signs for what is not known; places and sums by day."""
    path = shared_data / "kommunal/bayern/lfstat_genesis/12411-001.csv"
    body = [row for row in rows(path, "cp1252", ";") if len(row) == 8 and row[0].strip().isdigit()]
    accepted = unaided(path, "einwohner").accepted
    for at, year in enumerate(range(2011, 2017), 2):
        own = accepted.filter(pl.col("stichtag") == date(year, 12, 31))
        assert own["anzahl"].sum() == sum(int(row[at]) for row in body if row[at].strip().isdigit())
        assert own["jahr"].unique().to_list() == [year]
    munich = accepted.filter(pl.col("gebiet_nr") == "09162", pl.col("jahr") == 2016).row(0, named=True)
    assert (munich["merkmal"], munich["anzahl"]) == ("München, Landeshauptstadt", 1464301)


@pytest.mark.parametrize(
    "name", ["FortschreibungJahre", "FortschreibungQuartale", "Volkszaehlungen", "Vorausberechnung2019"]
)
def test_population_of_vaterstetten(shared_data: Path, name: str) -> None:
    """Total, men and women as columns; `NA` is nothing; a forecast says that it is one."""
    path = shared_data / f"kommunal/bayern/vaterstetten_themen/einwohner/lfstat{name}.csv"
    _, *body = rows(path)
    accepted = unaided(path, "einwohner").accepted
    for at, merkmal in ((2, "gesamt"), (3, "männlich"), (4, "weiblich")):
        own = accepted.filter(pl.col("merkmal") == merkmal)["anzahl"]
        cells = [row[at] for row in body if row[at] != "NA"]
        assert (own.len(), own.sum()) == (len(cells), whole(cells))
    assert accepted["erhebungsart"].unique().to_list() == [body[0][1]]


def test_population_by_year_and_part_of_town(shared_data: Path) -> None:
    """Years as columns beside names and numbers of districts; long tables with shares that are no counts."""
    path = shared_data / "kommunal/bevoelkerung/ms_wohnberechtigte.csv"
    header, *body = rows(path)
    accepted = unaided(path, "einwohner").accepted
    for at, year in enumerate(header[2:], 2):
        assert accepted.filter(pl.col("jahr") == int(year))["anzahl"].sum() == whole([row[at] for row in body])
    karlsruhe = shared_data / "kommunal/bevoelkerung/karlsruhe_wohnberechtigte.csv"
    _, *body = rows(karlsruhe)
    accepted = unaided(karlsruhe, "einwohner").accepted
    assert accepted["anzahl"].sum() == whole([row[2] for row in body])
    assert accepted["merkmal"].to_list() == [row[0] for row in body]


@pytest.mark.parametrize(
    "name",
    [
        "bevoelkerung/ms_arbeitslose.csv", "bevoelkerung/ms_haushalte.csv", "bevoelkerung/ms_sozialversicherungspflichtige.csv",
        "bevoelkerung/ms_wohnberechtigte_nach_alter.csv", "bevoelkerung/leipzig_bevoelkerungsdichte.csv", "bayern/lfstat_genesis/13111-001.csv",
        "bayern/lfstat_genesis/33111-001r-2014.csv", "bayern/muenchen_indikatorenatlas/indikat2510_bevoelkerung_bevoelkerungsdichte_28_10_25.csv",
        "bayern/muenchen_indikatorenatlas/indikat2510_bevoelkerung_mobilitaetsziffer_28_10_25.csv", "haushalt/brandenburg_kapitel.csv",
        "wahlen/quellen_wahlbezirke_de.csv", "wahlen/flensburg_europawahllokale_2024.csv",
    ],
)  # fmt: skip
def test_what_is_none_of_the_families_is_asked_about(shared_data: Path, name: str) -> None:
    """Unemployed, households, densities, land use, lists of names, or no year at all: a person would have to say too."""
    (_, best), (_, second) = rank(table(shared_data / "kommunal" / name), STANDARDS)[:2]
    assert best < 0.5 or best - second < 0.15


@pytest.mark.parametrize(
    "name",
    [
        "bremen_2016.xlsx",
        "brandenburg_2017-18.xlsx",
        "moers_haushalt.csv",
        "kiel_2017.csv",
        "muenster_ergebnis-2012.csv",
        "muenster_ergebnisse.csv",
    ],
)
def test_budgets_are_found_without_a_hint(shared_data: Path, name: str) -> None:
    """Cameral and double-entry budgets, long and wide."""
    judgement = unaided(shared_data / "kommunal/haushalt" / name, "haushalt")
    assert judgement.rows_accepted >= 0.99 * judgement.rows_total
