"""Rows that say again what another says leave the statewide table with a reason; nothing else does."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

TOWN, DISTRICT, CITY = "09171114", "09171000", "09162000"
HERE = {"lat": 48.1, "lon": 12.7}
NEAR = {"lat": 48.1001, "lon": 12.7}  # 11 m
FAR = {"lat": 48.13, "lon": 12.7}  # 3 km


@pytest.fixture(scope="module")
def built(dbt_home: Callable):
    """A Kommune and its Landkreis, two overlapping files of one city, contradicting counts, keyless lines."""
    home = dbt_home()
    raw = home.raw()
    street = {"name": "Löwenzahn", "adresse": "Hauptstraße 1"}
    kitas = [{"name": "Regenbogen", "plaetze": 48, **HERE}, street, {"name": "Bärenhöhle", **HERE}]
    raw.hand_in(f"{TOWN}/kitas", "t1", "kitas", kitas)
    of_district = [
        {"name": "regenbogen", "plaetze": 50, **NEAR},
        {"name": "Löwenzahn", "adresse": "Hauptstr. 1"},
        {"name": "Bärenhöhle", **FAR},
        {"name": "Nur Kreis", **HERE},
    ]
    raw.hand_in(f"{DISTRICT}/kitas", "d1", "kitas", of_district)
    one, two, bare = (
        {"baum_nr": "1", "hoehe_m": 5.0, **HERE},
        {"baum_nr": "2", **HERE},
        {"art_deutsch": "Linde", **HERE},
    )
    raw.hand_in(f"{CITY}/baeume-a", "a1", "baumkataster", [one, one, two, bare, bare])
    raw.hand_in(f"{CITY}/baeume-b", "b1", "baumkataster", [one | {"hoehe_m": 6.0}] * 2 + [one | FAR, bare])
    for name, count in (("alt", 8000), ("neu", 8001)):
        rows = [{"jahr": 2024, "merkmal": "gesamt", "anzahl": count}, {"jahr": 2000, "merkmal": name, "anzahl": 1}]
        raw.hand_in(f"{CITY}/einwohner-{name}", "e1", "einwohner", rows)
        line = {"jahr": 2024, "stand": "plan", "art": "ertrag", "betrag_eur": float(count)}
        raw.hand_in(f"{CITY}/haushalt-{name}", "h1", "haushalt", [line, line])
    run = home.run("build", "--exclude-resource-type", "unit_test")
    assert run.success, run.output
    return home


def _gone(built, standard: str) -> dict[tuple[str, int], dict]:
    found = built.table("duplicates").filter(pl.col("standard") == standard)
    return {(row["dataset"], row["row"]): row for row in found.iter_rows(named=True)}


def test_kommune_goes_before_landkreis(built) -> None:
    """The same place from both (by name and 25 m, or by address) stands once, as the Kommune says it; others stay."""
    gone = _gone(built, "kitas")
    assert set(gone) == {(f"{DISTRICT}/kitas", 2), (f"{DISTRICT}/kitas", 3)}
    near = gone[f"{DISTRICT}/kitas", 2]
    assert (near["kept_dataset"], near["kept_row"], near["regel"]) == (
        f"{TOWN}/kitas",
        2,
        "gleicher-schluessel-nahebei",
    )
    assert near["abstand_m"] == pytest.approx(11.1, abs=0.1)
    assert "plaetze: 50 statt 48" in near["abweichungen"]
    assert near["grund"].startswith("Derselbe Name oder dieselbe Nummer (regenbogen) steht 11 m entfernt auch in")
    assert "mit derselben Adresse" in gone[f"{DISTRICT}/kitas", 3]["grund"]
    only = built.table("kitas").filter(pl.col("name") == "Nur Kreis").row(0, named=True)
    assert (only["ags"], only["gemeinde"], only["kreis"], only["land"]) == (
        DISTRICT,
        None,
        "Landkreis Altötting",
        "Bayern",
    )
    assert sorted(built.table("kitas").get_column("name")) == [
        "Bärenhöhle",
        "Bärenhöhle",
        "Löwenzahn",
        "Nur Kreis",
        "Regenbogen",
    ]


def test_overlapping_files_of_one_kommune(built) -> None:
    """One number at one place is one tree; the number elsewhere is another; trees without a number only when alike."""
    gone = {
        key: (row["regel"], row["kept_dataset"], row["kept_row"]) for key, row in _gone(built, "baumkataster").items()
    }
    a, b = f"{CITY}/baeume-a", f"{CITY}/baeume-b"
    assert gone.pop((b, 5))[:2] == ("gleiche-zeile", a)
    assert gone == {
        (a, 3): ("zweimal-in-der-datei", a, 2),
        (b, 2): ("gleicher-schluessel-nahebei", a, 2),
        (b, 3): ("zweimal-in-der-datei", a, 2),
    }


def test_contradiction_is_shown(built) -> None:
    """Two counts of one year: one stays, the other is told with both values; other years are untouched."""
    ((place, row),) = _gone(built, "einwohner").items()
    assert place == (f"{CITY}/einwohner-neu", 2)
    assert (row["regel"], row["abweichungen"]) == ("gleicher-schluessel", "anzahl: 8001 statt 8000")
    assert built.table("einwohner").height == 3


def test_lines_without_a_whole_key_stay(built) -> None:
    """Budget lines that name no product are compared by nothing but their whole content, and never within a file."""
    assert _gone(built, "haushalt") == {}
    assert built.table("haushalt").height == 4
