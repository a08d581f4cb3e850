"""The whole way on real municipal files: handed in as Kommunen would, run once, and what the public then finds.

Every expectation is taken from the files themselves with `csv` and `json`, or from the register and the Kreis polygons,
never from the engine.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from shapely import points
from shapely.geometry import shape
from shapely.prepared import prep

from connectors.ingest import ingest_files
from connectors.publishers import Publishers
from connectors.register import load_register
from storage.config import StorageConfig
from storage.sites import open_sites
from tests.acceptance.independent import german

pytestmark = [pytest.mark.xdist_group("whole_way_real"), pytest.mark.timeout(900)]

PROJECT = Path(__file__).resolve().parents[2]
MARKETS = {
    "09562000": "erlangen", "09563000": "fürth", "09162000": "münchen", "09775134": "nersingen", "09775135": "neu-ulm",
    "09262000": "passau", "09571193": "rothenburgobdertauber", "05315000": "köln", "08212000": "karlsruhe",
    "04011000": "bremen",
}  # fmt: skip
PARKING = {
    "09362000": "Regensburg", "09161000": "Ingolstadt", "09163000": "Rosenheim", "09564000": "Nuernberg",
    "05334002": "Aachen", "05314000": "Bonn", "05913000": "Dortmund", "14612000": "Dresden",
}  # fmt: skip
BOXES = {
    "01001000": (9.35, 54.73, 9.53, 54.85),
    "04011000": (8.48, 53.01, 8.99, 53.23),
    "05314000": (7.02, 50.63, 7.21, 50.78),
    "05315000": (6.77, 50.83, 7.17, 51.09),
    "05334002": (5.97, 50.66, 6.22, 50.86),
    "05911000": (7.10, 51.41, 7.35, 51.54),
    "05913000": (7.30, 51.41, 7.64, 51.60),
    "08212000": (8.27, 48.94, 8.55, 49.10),
    "14612000": (13.57, 50.97, 13.97, 51.18),
    "14713000": (12.23, 51.23, 12.55, 51.45),
}
"""West, south, east, north of the towns outside Bavaria, WGS84 degrees, read off the map."""

NEIGHBOURS = {"09562000/wochenmaerkte": ("Wochenmarkt Baiersdorf", "Wochenmarkt Herzogenaurach")}
"""Rows that, by their own title, lie in a neighbouring town."""

# AGS → {dataset: (file, standard, whether the clerk tells the standard)}
FILES: dict[str, dict[str, tuple[str, str, bool]]] = defaultdict(dict)
for _ags, _name in MARKETS.items():
    FILES[_ags]["wochenmaerkte"] = (f"maerkte/{_name}.json", "wochenmaerkte", False)
for _ags, _name in PARKING.items():
    FILES[_ags]["parkraum"] = (f"parken/parkapi_v1/{_name}.geojson", "parkraum", False)
FILES["05911000"] |= {
    "spielplaetze": ("spielplaetze/bochum.csv", "spielplaetze", False),
    "kitas": ("kitas/bochum.csv", "kitas", True),
    "ratswahl": ("wahlen/bochum/bochum_council_election_20140525.csv", "wahlergebnis", False),
}
FILES["01001000"] |= {
    "spielplaetze": ("spielplaetze/flensburg.geojson", "spielplaetze", False),
    "baeume": ("baeume/flensburg_lebende-baeume.csv", "baumkataster", False),
    "wahl": ("wahlen/flensburg_local_election_results.csv", "wahlergebnis", False),
}
FILES["14713000"]["baeume"] = ("baeume/leipzig_sample.geojson", "baumkataster", False)
FILES["09162000"] |= {
    "spielplaetze": ("spielplaetze/muenchen_spiel_sport.geojson", "spielplaetze", False),
    "radverkehr": ("radzaehlung/muenchen_rad_tage.csv", "radverkehrszaehlung", False),
}
FILES["01002000"]["haushalt"] = ("haushalt/kiel_2017.csv", "haushalt", False)
FILES["05170024"]["haushalt"] = ("haushalt/moers_haushalt.csv", "haushalt", False)
FILES["05515000"] |= {
    f"haushalt-{_year}": (f"haushalt/muenster_ergebnis-{_year}.csv", "haushalt", False) for _year in (2007, 2012, 2017)
}
FILES["05515000"] |= {
    "rad-2015": ("radzaehlung/muenster_zaehlstelle_neutor_2015_stundenauswertung.csv", "radverkehrszaehlung", False),
    "rad-2016": ("radzaehlung/muenster_zaehlstelle_neutor_2016_stundenauswertung.xlsx", "radverkehrszaehlung", False),
    "wohnberechtigte": ("bevoelkerung/ms_wohnberechtigte.csv", "einwohner", False),
}
FILES["09175132"]["einwohner"] = (
    "bayern/vaterstetten_themen/einwohner/lfstatFortschreibungJahre.csv", "einwohner", True,
)  # fmt: skip
DATASETS = {f"{ags}/{slug}": told for ags, sets in FILES.items() for slug, told in sets.items()}


@dataclass(frozen=True)
class Run:
    """The on-premises site after the run, and what the run said."""

    onprem: Path
    summary: dict[str, Any]
    data: Path

    def mart(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.onprem / f"curated/{name}.parquet")

    def rows(self, dataset: str) -> pl.DataFrame:
        """A dataset's rows in its statewide table."""
        return self.mart(DATASETS[dataset][1]).filter(pl.col("dataset") == dataset)

    def left_out(self, dataset: str) -> int:
        """How many of its rows say again what another row says: they stand in `curated/duplicates`, with a reason."""
        return self.mart("duplicates").filter(pl.col("dataset") == dataset).height

    def line(self, dataset: str) -> dict[str, Any]:
        return next(line for line in self.summary["datasets"] if line["dataset"] == dataset)

    def file(self, dataset: str) -> Path:
        return self.data / DATASETS[dataset][0]

    def features(self, dataset: str) -> list[dict[str, Any]]:
        return list(json.loads(self.file(dataset).read_text(encoding="utf-8"))["features"])

    def lines(self, dataset: str, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
        with self.file(dataset).open(encoding=encoding, newline="") as file:
            return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def run(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Hand everything in and run the main job once."""
    data, home = shared_data / "kommunal", tmp_path_factory.mktemp("real") / "home"
    sites, publishers = open_sites(StorageConfig(), home), Publishers({}, load_register())
    for dataset, (file, standard, is_told) in DATASETS.items():
        ags, slug = dataset.split("/")
        ingest_files(
            [data / file], ags, sites=sites, publishers=publishers, dataset=slug, standard=standard if is_told else None
        )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALLMENDE_", "DAGSTER_"))}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("allmende")), "run", "--json"],
        env=kept | {"ALLMENDE_HOME": str(home)},
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Run(home / "sites/onprem", json.loads(done.stdout), data)


def test_there_is_enough_to_judge_by() -> None:
    """At least 25 files of at least 6 families from at least 20 Kommunen."""
    assert len(DATASETS) >= 25
    assert len({standard for _, standard, _ in DATASETS.values()}) >= 6
    assert len(FILES) >= 20


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_every_file_is_understood_and_published(run: Run, dataset: str) -> None:
    """The right standard, also where nobody told it; nothing lost; the same rows in raw, mart, package and portal.

    What the mart leaves out as said twice stands in `curated/duplicates`; the Kommune's own package keeps it.
    """
    line = run.line(dataset)
    assert (line["state"], line["standard"]) == ("new", DATASETS[dataset][1])
    assert line["rows_total"] == line["rows_accepted"] + line["rows_rejected"]
    assert line["rows_rejected"] <= 0.03 * line["rows_total"] + 1
    assert run.rows(dataset).height + run.left_out(dataset) == line["rows_accepted"]
    (table,) = (run.onprem / f"open/{dataset}/latest").glob(f"{dataset.partition('/')[2]}.csv")
    with table.open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == line["rows_accepted"]
    assert (run.onprem / f"portal/datensatz/{dataset}.html").is_file()
    assert set(line["sites"]) == {"onprem", "cloud-a", "cloud-b"}


def test_nothing_is_lost_between_raw_and_marts(run: Run) -> None:
    """For every version: total = accepted + rejected, and so many rows lie in the raw tables."""
    versions = pl.read_delta(str(run.onprem / "raw/versions"))
    assert versions.height == len(DATASETS)
    assert (versions["rows_total"] == versions["rows_accepted"] + versions["rows_rejected"]).all()
    for standard, mine in versions.group_by("standard"):
        for table, counted in ((standard[0], "rows_accepted"), (f"{standard[0]}_rejects", "rows_rejected")):
            assert pl.read_delta(str(run.onprem / f"raw/{table}")).height == mine[counted].sum(), table


def test_statewide_tables_hold_several_kommunen(run: Run) -> None:
    """At least three tables have rows of two or more publishers; no row of anybody else is in them."""
    publishers = {name: set(run.mart(name)["ags"]) for name in {told[1] for told in DATASETS.values()}}
    expected = defaultdict(set)
    for dataset, (_, standard, _) in DATASETS.items():
        expected[standard].add(dataset.partition("/")[0])
    assert publishers == dict(expected)
    assert sum(len(ags) >= 2 for ags in publishers.values()) >= 3


def test_the_register_is_joined(run: Run) -> None:
    """Name, Kreis, Land and population of every row are those of the register for its AGS."""

    def seed(name: str) -> dict[str, dict[str, str]]:
        with (PROJECT / f"dbt_project/seeds/{name}.csv").open(encoding="utf-8", newline="") as file:
            return {row["ags"]: row for row in csv.DictReader(file)}

    gemeinden, kreise, laender = seed("gemeinden"), seed("kreise"), seed("laender")
    told = ("ags", "gemeinde", "kreis", "land", "einwohner_gemeinde")
    rows = pl.concat([run.mart(name).select(told) for name in {told[1] for told in DATASETS.values()}]).unique()
    assert set(rows["ags"]) == set(FILES)
    assert rows.height == len(FILES)
    for ags, gemeinde, kreis, land, einwohner in rows.iter_rows():
        known = gemeinden[ags]
        assert (gemeinde, land, einwohner) == (known["name"], laender[ags[:2]]["name"], int(known["einwohner"]))
        assert kreis.endswith(kreise[known["kreis_ags"]]["name"])
    nersingen = rows.filter(pl.col("ags") == "09775134").row(0, named=True)
    assert (nersingen["gemeinde"], nersingen["kreis"]) == ("Nersingen", "Landkreis Neu-Ulm")


# --- places -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kreise(shared_data: Path) -> dict[str, Any]:
    """Outlines of the Bavarian Kreise by their AGS, widened by about a kilometre: they are simplified."""
    told = json.loads((shared_data / "kommunal/bayern/bayern_landkreise.geojson").read_text(encoding="utf-8"))
    return {one["properties"]["ags"]: prep(shape(one["geometry"]).buffer(0.01)) for one in told["features"]}


def _placed(run: Run) -> Iterator[tuple[str, pl.DataFrame]]:
    for dataset in sorted(DATASETS):
        rows = run.rows(dataset)
        if "lat" in rows.columns and rows["lat"].count():
            away = pl.col("name").is_in(NEIGHBOURS[dataset]) if dataset in NEIGHBOURS else pl.lit(value=False)
            yield dataset, rows.drop_nulls(["lat", "lon"]).filter(~away)


def test_places_lie_in_their_own_kreis_or_town(run: Run, kreise: dict[str, Any]) -> None:
    """At least 99 % of the places of a file lie within the Kreis (Bavaria) or the town's box (elsewhere)."""
    looked = 0
    for dataset, rows in _placed(run):
        ags = dataset.partition("/")[0]
        if ags in BOXES:
            west, south, east, north = BOXES[ags]
            inside = (rows["lon"].is_between(west, east) & rows["lat"].is_between(south, north)).sum()
        else:
            kreis = kreise[ags[:5]]
            inside = sum(kreis.contains(one) for one in points(rows["lon"].to_numpy(), rows["lat"].to_numpy()))
        assert inside >= 0.99 * rows.height, (dataset, inside, rows.height)
        looked += 1
    assert looked >= 22


# --- contents, per family -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ags", sorted(MARKETS))
def test_markets(run: Run, ags: str) -> None:
    """Each market of the file, with its name, and its coordinates to the last digit."""
    features, rows = run.features(f"{ags}/wochenmaerkte"), run.rows(f"{ags}/wochenmaerkte")
    assert rows.height == len(features)
    titles = sorted(one["properties"]["title"].strip() for one in features if one["properties"].get("title"))
    assert sorted(rows["name"].drop_nulls()) == titles
    expected = sorted((round(x, 5), round(y, 5)) for x, y in (one["geometry"]["coordinates"][:2] for one in features))
    assert sorted((round(x, 5), round(y, 5)) for x, y in rows.select("lon", "lat").iter_rows()) == expected


@pytest.mark.parametrize("ags", sorted(PARKING))
def test_parking(run: Run, ags: str) -> None:
    """Every car park but the row that is the city itself; spaces add up to the file's own total."""
    features, rows = run.features(f"{ags}/parkraum"), run.rows(f"{ags}/parkraum")
    parks = [one["properties"] for one in features if one["properties"].get("type") != "city"]
    assert (run.line(f"{ags}/parkraum")["rows_total"], rows.height) == (len(features), len(parks))
    assert rows["kapazitaet"].sum() == sum(one.get("total") or 0 for one in parks)
    assert sorted(rows["name"].drop_nulls()) == sorted(one["name"].strip() for one in parks)


def test_playgrounds(run: Run) -> None:
    """Bochum, Flensburg and München: counts, names and kinds as in the files."""
    bochum = run.lines("05911000/spielplaetze", delimiter=";")
    rows = run.rows("05911000/spielplaetze")
    assert rows.height == len(bochum)
    for kind in {row["kategorie"] for row in bochum}:
        assert (rows["art"] == kind).sum() == sum(row["kategorie"] == kind for row in bochum)
    flensburg = run.features("01001000/spielplaetze")
    assert sorted(run.rows("01001000/spielplaetze")["name"]) == sorted(one["properties"]["place"] for one in flensburg)
    munich = "09162000/spielplaetze"
    assert run.rows(munich).height + run.left_out(munich) == len(run.features(munich))
    assert run.left_out(munich) <= 10


def test_trees(run: Run) -> None:
    """Flensburg's 18,697 trees from Gauss-Krüger to WGS84, species split into Latin and German."""
    raw, rows = run.lines("01001000/baeume"), run.rows("01001000/baeume")
    assert rows.height == len(raw)
    species = "ga_lang,C,80"
    alders = sum(row[species].startswith("Alnus glutinosa, Schwarz-Erle") for row in raw)
    assert (
        rows.filter(pl.col("art_botanisch") == "Alnus glutinosa", pl.col("art_deutsch") == "Schwarz-Erle").height
        == alders
    )
    first = rows.filter(pl.col("baum_nr") == raw[0]["baumnummer,C,20"].strip()).sort("row").row(0, named=True)
    assert (first["lat"], first["lon"]) == (pytest.approx(54.796, abs=0.02), pytest.approx(9.467, abs=0.02))


def test_budgets_add_up_to_the_cent(run: Run) -> None:
    """Kiel by kind, Moers by column, Münster by year: sums of the statewide table are those of the files."""
    kiel = run.lines("01002000/haushalt", "latin-1", ";")
    rows = run.rows("01002000/haushalt")
    for art, word in (("ertrag", "Ertrag"), ("aufwand", "Aufwand")):
        expected = sum(german(row["Betrag"]) for row in kiel if row["Aufwand/Ertrag"] == word)
        assert rows.filter(pl.col("art") == art)["betrag_eur"].sum() == pytest.approx(expected, abs=0.01)
    moers, rows = run.lines("05170024/haushalt", "latin-1", ";"), run.rows("05170024/haushalt")
    for header in ("Ist 2015", "Ist 2016", "Plan 2016", "Plan 2017"):
        stand, year = header.lower().split()
        found = rows.filter(pl.col("stand") == stand, pl.col("jahr") == int(year))["betrag_eur"].sum()
        assert found == pytest.approx(sum(german(row[header]) for row in moers if row[header]), abs=0.01)
    for year in (2007, 2012, 2017):
        raw = run.lines(f"05515000/haushalt-{year}")
        rows = run.rows(f"05515000/haushalt-{year}")
        assert rows["jahr"].unique().to_list() == [year]
        expected = sum(german(row["Betrag"]) for row in raw if row["Betrag"].strip())
        assert rows["betrag_eur"].sum() == pytest.approx(expected, abs=0.01)


def test_bicycles(run: Run) -> None:
    """München by day and direction, Münster by hour: every count of the files arrives."""
    raw, rows = run.lines("09162000/radverkehr"), run.rows("09162000/radverkehr")
    for direction in ("richtung_1", "richtung_2", "gesamt"):
        expected = sum(int(float(row[direction])) for row in raw if row[direction] not in {"", "NA"})
        assert rows.filter(pl.col("richtung") == direction)["anzahl"].sum() == expected
    assert set(rows["zaehlstelle"]) == {row["zaehlstelle"] for row in raw}
    muenster = run.lines("05515000/rad-2015")
    rows = run.rows("05515000/rad-2015")
    hours = [row for row in muenster if row["Stunden"][:1].isdigit()]
    for header in ("FR stadteinwärts", "FR stadtauswärts"):
        expected = sum(int(row[header]) for row in hours if row[header].isdigit())
        assert rows.filter(pl.col("richtung") == header)["anzahl"].sum() == expected
    assert run.rows("05515000/rad-2016")["zeitpunkt"].dt.year().unique().to_list() == [2016]


def test_kindergartens(run: Run) -> None:
    """Every one of Bochum's, by number: the file repeats those that stand in two of its categories."""
    raw = run.lines("05911000/kitas", delimiter=";")
    once = {row["poi_id"]: row["name"].strip() for row in raw}
    assert sorted(run.rows("05911000/kitas")["name"]) == sorted(once.values())
    assert run.left_out("05911000/kitas") == len(raw) - len(once)


def test_elections(run: Run) -> None:
    """Votes per party and eligible voters of Bochum's council election; all valid votes of Flensburg's."""
    raw, rows = run.lines("05911000/ratswahl", "latin-1"), run.rows("05911000/ratswahl")
    for party in ("SPD", "CDU", "FDP", "PIRATEN"):
        expected = sum(int(row[party]) for row in raw if row[party])
        assert rows.filter(pl.col("partei") == party)["stimmen"].sum() == expected
    districts = rows.unique("row")
    assert districts["wahlberechtigte"].sum() == sum(int(row["Wahlberechtigte insgesamt"]) for row in raw)
    flensburg, rows = run.lines("01001000/wahl"), run.rows("01001000/wahl").unique("row")
    assert rows["wahlberechtigte"].sum() == sum(int(row["wahlberechtigte_gesamt"] or 0) for row in flensburg)
    assert rows["waehler"].sum() == sum(int(row["waehlende_gesamt"] or 0) for row in flensburg)


def test_population(run: Run) -> None:
    """Münster's districts by year, Vaterstetten's people by reporting day."""
    raw, rows = run.lines("05515000/wohnberechtigte"), run.rows("05515000/wohnberechtigte")
    for year in range(2010, 2015):
        expected = sum(int(row[str(year)]) for row in raw if row[str(year)].strip())
        assert rows.filter(pl.col("jahr") == year)["anzahl"].sum() == expected
    raw, rows = run.lines("09175132/einwohner"), run.rows("09175132/einwohner")
    found = dict(rows.group_by(pl.col("stichtag").dt.to_string("%Y-%m-%d")).agg(pl.col("anzahl").max()).iter_rows())
    assert found == {row["stichtag"]: int(row["bevoelkerung"]) for row in raw}


# --- the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["ttl", "rdf", "jsonld"])
def test_the_feed_names_every_dataset(run: Run, form: str) -> None:
    """Each form of the DCAT-AP.de feed holds one dcat:Dataset per dataset with title, publisher and distributions."""
    from pyoxigraph import NamedNode, RdfFormat, Store

    forms = {"ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}
    graph = Store()
    graph.load(path=str(run.onprem / f"portal/feed.{form}"), format=forms[form], base_iri="https://allmende.example/")
    dcat, dct = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
    kind, dataset = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode(f"{dcat}Dataset")
    found = {str(one.subject.value): one.subject for one in graph.quads_for_pattern(None, kind, dataset)}
    for name in DATASETS:
        (iri,) = [iri for iri in found if iri.endswith(f"/{name}")]
        for what in (f"{dct}title", f"{dct}publisher", f"{dcat}distribution"):
            assert list(graph.quads_for_pattern(found[iri], NamedNode(what), None)), (name, what)
    index = json.loads((run.onprem / "open/index.json").read_text())
    assert len(found) == len(index["datasets"])
