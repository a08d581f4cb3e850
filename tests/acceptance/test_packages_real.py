"""The packages against real files: which file belongs to which, what comes of the newer ones, and the vocabularies."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from connectors.checking import as_table, recognise
from connectors.reading import Unreadable, read_table
from standards.engine import judge
from standards.model import Judgement
from standards.registry import load_standards
from tests.acceptance.independent import lines

STANDARDS = load_standards()
FAMILIES = {
    "baeume": "baumkataster",
    "haushalt": "haushalt",
    "kitas": "kitas",
    "maerkte": "wochenmaerkte",
    "parken": "parkraum",
    "radzaehlung": "radverkehrszaehlung",
    "schulen": "schulen",
    "spielplaetze": "spielplaetze",
    "strassen": "strassenverzeichnis",
    "wahlen": "wahlergebnis",
}
SINGLE = {
    "12411-001.csv": "einwohner",
    "karlsruhe_wohnberechtigte.csv": "einwohner",
    "lfstatFortschreibungJahre.csv": "einwohner",
    "lfstatFortschreibungQuartale.csv": "einwohner",
    "lfstatVolkszaehlungen.csv": "einwohner",
    "lfstatVorausberechnung2019.csv": "einwohner",
    "ms_wohnberechtigte.csv": "einwohner",
    "2013AllgemeineInformationen.xml": "wahlergebnis",
    "arcgisSchueler.csv": "schulen",
    "arcgisSchuelerNachWohnort.csv": "schulen",
    "arcgisSchuelerPrognose2022.csv": "schulen",
    "bochum_defibrillatoren.csv": "defibrillatoren",
    "bochum_naturdenkmale.csv": "naturdenkmale",
    "bochum_sportstaetten.csv": "sportstaetten",
    "muenster_altkleider.csv": "sammelcontainer",
    "muenster_glascontainer.csv": "sammelcontainer",
    "muenster_glascontainer_combined.csv": "sammelcontainer",
    "muenster_ladesaeulen.csv": "ladesaeulen",
    "muenster_tischtennis_2024.csv": "sportstaetten",
    "muenster_tischtennis_manuell.csv": "sportstaetten",
    "muenster_tischtennis_schulen.csv": "schulen",
}
# In the folder of a family, but a person would have to look: lists of species, chapters or towns, single sensors,
# bicycle parking, places without a word of what they are. They may be recognised as their family, never as another.
ASKED = re.compile(
    r"referenz_baumarten|brandenburg_kapitel|cities\.json|city_schema|Freiburg\.geojson|Luebeck|Muenster\.geojson|sensit|"
    r"freiburg(?:\.json|_disabled|_vag)|heidelberg_disabled|heilbronn_goldbeck|_bike|kienzler\.geojson|pum_bw|"
    r"realtime-parking-sites|velobrix|bondorf-realtime|vaihingen-realtime|radzaehlstellen|quellen_wahlbezirke|"
    r"europawahllokale|datensatzbeschreibung|moers_README"
)


def _read(path: Path) -> str | None:
    """The standard that a file is recognised as; empty: a person is asked; None: no table file."""
    try:
        return recognise(as_table(read_table(path), filename=path.name), STANDARDS)
    except Unreadable:
        return None


def test_every_real_file_is_recognised_as_its_own_or_asked_about(shared_data: Path) -> None:
    """No standard takes a file of another; nobody is asked about a file that says clearly what it is."""
    wrong, asked, seen = {}, [], Counter()
    for path in sorted((shared_data / "kommunal").rglob("*")):
        if not path.is_file() or path.suffix in {".md", ".yaml"}:
            continue
        found = _read(path)
        family = path.relative_to(shared_data / "kommunal").parts[0]
        meant = SINGLE.get(path.name) or FAMILIES.get(family, "")
        seen[found or "-"] += 1
        if found not in {meant, "", None}:
            wrong[path.name] = found
        elif meant and not found and not ASKED.search(path.name):
            asked.append(path.name)
    assert wrong == {}
    assert asked == []
    assert {name for name in seen if name != "-"} == set(STANDARDS) - {"onlinedienste"}
    assert sum(seen.values()) - seen["-"] >= 135


@pytest.fixture
def hand(shared_data: Path):
    """Hands a real file in without saying what it is."""

    def hand_in(name: str) -> Judgement:
        path = shared_data / "kommunal" / name
        table = as_table(read_table(path), filename=path.name)
        return judge(table, STANDARDS[recognise(table, STANDARDS)])

    return hand_in


def test_charging_stations_of_muenster(hand, shared_data: Path) -> None:
    """All stations of the register, also those that look alike; powers and points add up, one list of plugs."""
    raw = lines(shared_data / "kommunal/muenster_diverse/muenster_ladesaeulen.csv", "utf-8-sig", ";")
    judged = hand("muenster_diverse/muenster_ladesaeulen.csv")
    assert judged.rows_accepted == len(raw) == 166
    accepted = judged.accepted
    assert accepted["anzahl_ladepunkte"].sum() == sum(int(row["Anzahl Ladepunkte"]) for row in raw)
    power = sum(float(row["Nennleistung Ladeeinrichtung [kW]"].replace(",", ".")) for row in raw)
    assert accepted["leistung_kw"].sum() == pytest.approx(power)
    assert str(accepted["inbetriebnahme"][0]) == "2022-03-07"
    assert accepted["steckertypen"][-1] == (
        "AC Steckdose Typ 2, AC Kupplung Typ 2; AC Kupplung Typ 2, DC Kupplung Combo; AC Kupplung Typ 2, DC CHAdeMO"
    )
    assert accepted["adresse"][0] == "Ritterstraße 38, 48143 Münster"


def test_schools_of_bochum_and_muenster(hand, shared_data: Path) -> None:
    """A list of places is known by what its rows speak of; kinds are counted as in the file, places lie in the town."""
    raw = lines(shared_data / "kommunal/schulen/bochum.csv", "utf-8-sig", ";")
    bochum = hand("schulen/bochum.csv").accepted
    assert bochum.height == len(raw)
    assert bochum.filter(pl.col("schulart") == "Grundschulen").height == 49
    assert bochum["lat"].is_between(51.4, 51.55).all()
    muenster = hand("muenster_diverse/muenster_tischtennis_schulen.csv").accepted
    assert (muenster.height, muenster["schulart"][0]) == (100, "Berufskolleg")
    assert muenster["lon"].is_between(7.4, 7.8).all()


def test_containers_monuments_defibrillators_and_streets(hand, shared_data: Path) -> None:
    """Every row of each file, words of the standard, addresses from their parts, keys with their zeros."""
    glass = hand("muenster_diverse/muenster_glascontainer.csv").accepted
    assert (glass.height, glass["art"].unique().to_list()) == (249, ["Glas"])
    assert glass["adresse"][0] == "Bonhoefferstraße (Polizeischule ggü.), 48151 Münster - Aaseestadt"
    assert hand("muenster_diverse/muenster_altkleider.csv").rows_accepted == 23
    monuments = hand("diverse/bochum_naturdenkmale.csv").accepted
    assert (monuments.height, monuments["nummer"][0], monuments["name"][0]) == (36, "LP - M/O  2", "Blutbuche")
    aed = hand("diverse/bochum_defibrillatoren.csv").accepted
    assert (aed.height, aed["gebaeude"][0], aed["stelle"][0]) == (131, "AOK", "Eingangsbereich rechts")
    streets = hand("strassen/koeln_strassenverzeichnis_2015.csv").accepted
    assert (streets.height, streets["schluessel"][0], streets["plz"][0]) == (5924, "00001", "50674")


def test_grounds_of_bochum_take_their_name_from_the_line_above(hand) -> None:
    """A ground with several fields names itself once: the fields below keep its name and address."""
    judged = hand("diverse/bochum_sportstaetten.csv")
    assert (judged.rows_total, judged.rows_accepted) == (128, 127)
    assert judged.accepted["name"].to_list()[1:3] == ["Am Hessenteich"] * 2
    assert judged.accepted["belag"].to_list()[1:3] == ["Hartplatz", "Rasenplatz"]


def test_the_vocabularies_know_what_the_standards_name(shared_data: Path) -> None:
    """Musterdatenkatalog type, DCAT theme and HVD category of every standard are entries of the official lists."""
    folder = shared_data / "vocabularies"
    catalogue = (folder / "musterdatenkatalog" / "mdk_taxonomie_v4.rdf").read_text(encoding="utf-8")
    types = set(re.findall(r'rdf:about="([^"]+/musterdatensatz/[^"]+)"', catalogue))
    themes = (folder / "eu" / "data-theme-skos-ap-act.rdf").read_text(encoding="utf-8")
    categories = (folder / "eu" / "high-value-categories.ttl").read_text(encoding="utf-8")
    for standard in STANDARDS.values():
        assert standard.musterdatensatz in types, standard.name
        assert f"/data-theme/{standard.theme}" in themes, standard.name
        assert standard.hvd_category is None or f"<{standard.hvd_category}>" in categories, standard.name
