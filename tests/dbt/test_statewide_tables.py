"""The whole dbt project on a raw zone written by hand: what reaches the public, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

MUNICH, NUREMBERG, UNKNOWN, LAKE = "09162000", "09564000", "09999999", "09188451"
HERE = {"lat": 48.1, "lon": 11.5}
SEVEN = datetime(2024, 5, 1, 7)  # noqa: DTZ001 - local German time has no zone here


@pytest.fixture(scope="module")
def built(dbt_home: Callable):
    """One build over publishers, versions, withdrawals, classifications and rejects."""
    home = dbt_home()
    raw = home.raw()
    trees = [{"baum_nr": f"{number}", "hoehe_m": 10.5, **HERE} for number in range(3)]
    raw.hand_in(f"{NUREMBERG}/baeume", "n1", "baumkataster", trees)
    raw.hand_in(f"{MUNICH}/baeume", "m1", "baumkataster", trees[:1])
    raw.hand_in(f"{MUNICH}/baeume", "m2", "baumkataster", trees)
    raw.hand_in(f"{MUNICH}/baeume", "m3", "baumkataster", trees[:2], rejects=2)
    raw.hand_in(f"{UNKNOWN}/baeume", "u1", "baumkataster", trees[:1])
    raw.hand_in(f"{MUNICH}/haushalt", "h1", "haushalt", [{"jahr": 2024, "stand": "plan", "betrag_eur": 12.5}])
    raw.point(f"{MUNICH}/haushalt", None, "haushalt")
    raw.hand_in(f"{MUNICH}/spiel", "s1", "spielplaetze", [{"name": "intern", **HERE}], classification="internal")
    raw.hand_in(f"{MUNICH}/parken", "p1", "parkraum", [{"name": "P1", "kapazitaet": 5}])
    raw.point(f"{MUNICH}/parken", "p1", "parkraum", classification="confidential")
    counts = [{"zaehlstelle": place, "richtung": "gesamt", "zeitpunkt": SEVEN, "anzahl": 7} for place in ("B", "A")]
    raw.hand_in(f"{LAKE}/rad", "r1", "radverkehrszaehlung", counts)
    for version, name in [("w1", "alt"), ("w2", "neu")]:
        raw.hand_in(f"{MUNICH}/markt", version, "wochenmaerkte", [{"name": name}])
    raw.point(f"{MUNICH}/markt", "w1", "wochenmaerkte")
    raw.hand_in(f"{NUREMBERG}/markt", "w1", "wochenmaerkte", [{"name": "nicht freigegeben"}], point=False)
    run = home.run("build", "--exclude-resource-type", "unit_test")
    assert run.success, run.output
    return home, run


def test_current_versions_of_all_publishers_stand_together(built) -> None:
    """The statewide table holds the current version of each publisher, and no row of an earlier one."""
    home, _ = built
    rows = home.table("baumkataster").group_by("dataset", "version").len().sort("dataset").rows()
    assert rows == [(f"{MUNICH}/baeume", "m3", 2), (f"{NUREMBERG}/baeume", "n1", 3), (f"{UNKNOWN}/baeume", "u1", 1)]


def test_only_the_pointer_decides(built) -> None:
    """Moved back, the earlier version is what the public sees; a version that no pointer names is not seen at all."""
    home, _ = built
    assert home.table("wochenmaerkte").select("ags", "name").rows() == [(MUNICH, "alt")]


@pytest.mark.parametrize("mart", ["haushalt", "spielplaetze", "parkraum"])
def test_what_is_not_public_leaves_no_row(built, mart: str) -> None:
    """Withdrawn, internal and reclassified datasets give an empty table with all its columns."""
    home, _ = built
    table = home.table(mart)
    assert table.height == 0
    assert table.columns[:6] == ["ags", "gemeinde", "kreis", "regierungsbezirk", "land", "einwohner_gemeinde"]
    assert table.columns[-3:] == ["dataset", "version", "row"]


def test_rows_carry_their_place_in_the_register(built) -> None:
    """Every row knows its Gemeinde, Kreis, Regierungsbezirk, Land and population."""
    home, _ = built
    munich = home.table("baumkataster").filter(pl.col("ags") == MUNICH).row(0, named=True)
    assert munich["gemeinde"] == "München, Landeshauptstadt"
    assert munich["kreis"] == "München, Landeshauptstadt"
    assert (munich["regierungsbezirk"], munich["land"]) == ("Oberbayern", "Bayern")
    assert munich["einwohner_gemeinde"] == 1512491


def test_unknown_ags_keeps_its_rows_and_warns(built) -> None:
    """An AGS that the register does not have loses no row: it stays nameless and a test warns."""
    home, run = built
    stranger = home.table("baumkataster").filter(pl.col("ags") == UNKNOWN)
    assert stranger.select("gemeinde", "land").rows() == [(None, None)]
    assert run.results["every_publisher_is_in_the_register"] == "warn"


def test_order_does_not_depend_on_arrival(built) -> None:
    """Rows stand by AGS, dataset, row and key, so that the same data gives the same file."""
    home, _ = built
    trees = home.table("baumkataster").select("ags", "dataset", "row").rows()
    assert trees == sorted(trees)
    assert home.table("radverkehrszaehlung").get_column("zaehlstelle").to_list() == ["B", "A"]


def test_types_are_those_of_the_contract(built) -> None:
    """AGS stay text with their leading zero, local times stay without a zone, numbers are numbers."""
    home, _ = built
    counts = home.table("radverkehrszaehlung")
    assert counts.schema["zeitpunkt"] == pl.Datetime("us")
    assert counts.get_column("zeitpunkt").to_list() == [SEVEN, SEVEN]
    assert counts.schema["anzahl"] == pl.Int64
    assert home.table("haushalt").schema["jahr"] == pl.Int32
    assert home.table("baumkataster").get_column("ags").to_list()[0] == MUNICH


def test_coverage_tells_versions_and_rejects(built) -> None:
    """The coverage has one row per open dataset, with the rejects of its current version."""
    home, _ = built
    coverage = home.table("abdeckung")
    assert coverage.get_column("dataset").to_list() == [
        f"{MUNICH}/baeume",
        f"{MUNICH}/markt",
        f"{LAKE}/rad",
        f"{NUREMBERG}/baeume",
        f"{UNKNOWN}/baeume",
    ]
    munich = coverage.row(0, named=True)
    assert (munich["rows_total"], munich["rows_accepted"], munich["rows_rejected"]) == (4, 2, 2)
    assert munich["rejected_share"] == 0.5
    assert munich["received_at"].isoformat() == "2024-06-01T12:00:00"


def test_coverage_of_bavaria_counts_gemeinden(built) -> None:
    """Of Bavaria's 2,056 Gemeinden two have trees; a gemeindefreies Gebiet and an unknown AGS are none of them."""
    home, _ = built
    summary = {row["standard"]: row for row in home.table("abdeckung_bayern").iter_rows(named=True)}
    assert {row["gemeinden_gesamt"] for row in summary.values()} == {2056}
    assert summary["baumkataster"]["gemeinden_mit_daten"] == 2
    assert summary["baumkataster"]["rows_accepted"] == 5
    assert summary["radverkehrszaehlung"]["gemeinden_mit_daten"] == 0
    assert summary["haushalt"]["datensaetze"] == 0


def test_register_is_whole(built) -> None:
    """The dimension has all Gemeinden and flags gemeindefreie Gebiete."""
    home, _ = built
    bavaria = home.table("gemeinden").filter(pl.col("land_ags") == "09")
    assert bavaria.filter(~pl.col("is_gemeindefrei")).height == 2056
    assert bavaria.filter(pl.col("ags") == LAKE).get_column("is_gemeindefrei").item()
    assert bavaria.get_column("einwohner").sum() == 13369393


def test_age_is_asked_not_stored(built) -> None:
    """Days since the last receipt are a view: no file changes from day to day without news."""
    home, _ = built
    assert not (home.curated / "aktualitaet.parquet").exists()
    days = home.query("select min(tage_seit_eingang) from curated.aktualitaet")[0][0]
    assert days > 0


def test_same_data_gives_the_same_bytes(built) -> None:
    """A second build with nothing new leaves byte-identical files."""
    home, _ = built
    before = {path.name: path.read_bytes() for path in home.curated.glob("*.parquet")}
    run = home.run("run", "--select", "marts")
    assert run.success, run.output
    assert {path.name: path.read_bytes() for path in home.curated.glob("*.parquet")} == before
