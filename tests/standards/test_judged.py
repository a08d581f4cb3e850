"""What judging files through the command line has shown: rows turned in metres, lists that name what they hold."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from connectors.checking import check_file
from connectors.reading.result import Unreadable
from standards.places import locate
from standards.registry import load_standards

STANDARDS = load_standards()


def test_single_rows_with_east_and_north_exchanged_are_turned_back() -> None:
    """In a UTM file one row has the northing first: the same place, and a counted repair."""
    x = pl.Series([707091.31, 707100.0, 5480928.66, 707120.0])
    y = pl.Series([5480850.0, 5480860.0, 707110.0, 5480880.0])
    places = locate(x, y, pl.Series([0] * 4), boxes={0: None}, systems={0: None})
    assert places.fault.null_count() == 4
    assert places.kinds["swapped_coordinates"].to_list() == [False, False, True, False]
    assert places.lat.to_list() == pytest.approx([49.445] * 4, abs=0.002)
    assert places.lon.to_list() == pytest.approx([11.858] * 4, abs=0.002)


def test_the_order_within_a_pair_is_read_and_only_a_row_against_it_is_mended(tmp_path: Path) -> None:
    """„48.1, 11.5“ is how people write a place: no repair; the one row that says it the other way round is one."""
    path = tmp_path / "baeume.csv"
    pairs = ["48.1371, 11.5754", "48.1372, 11.5755", "48.1373, 11.5756", "11.5757, 48.1374"]
    rows = "".join(f"{at};Acer platanoides;1987;{pair}\n" for at, pair in enumerate(pairs, 1))
    path.write_text(f"Nr.;Baumart botanisch;Pflanzjahr;Koordinaten\n{rows}")
    _, judgement = check_file(path, STANDARDS["baumkataster"])
    assert judgement.accepted["lat"].to_list() == pytest.approx([48.1371, 48.1372, 48.1373, 48.1374])
    assert [(one.kind, one.count) for one in judgement.repairs if "swapped" in one.kind] == [("swapped_coordinates", 1)]


def test_the_name_of_the_list_tells_the_standard(tmp_path: Path) -> None:
    """A guidance system's XML says in its elements what its bare columns are."""
    path = tmp_path / "export.xml"
    rows = "".join(
        f"<Parkhaus><Nr>{at}</Nr><Bezeichnung>{name}</Bezeichnung><Gesamt>90</Gesamt><Frei>{at}</Frei></Parkhaus>"
        for at, name in enumerate(("Schanzl", "Ilz", "Bahnhof"))
    )
    path.write_text(f"<Leitsystem>{rows}</Leitsystem>", "utf-8")
    _, judgement = check_file(path, STANDARDS)
    assert judgement.standard == "parkraum"
    assert judgement.accepted["kapazitaet"].to_list() == [90, 90, 90]
    assert judgement.accepted["frei"].to_list() == [0, 1, 2]


def test_hours_as_columns_are_hours(tmp_path: Path) -> None:
    """Each hour of each day has a moment of its own."""
    path = tmp_path / "zaehlstelle.csv"
    hours = range(24)
    lines = ["Datum;" + ";".join(f"{hour:02d}:00" for hour in hours)]
    lines += [f"0{day}.05.2025;" + ";".join(str(day * 100 + hour) for hour in hours) for day in (1, 2)]
    path.write_text("\n".join(lines), "utf-8")
    _, judgement = check_file(path, STANDARDS["radverkehrszaehlung"])
    moments = judgement.accepted["zeitpunkt"]
    assert moments.n_unique() == 48
    assert (moments.dt.day().cast(pl.Int64) * 100 + moments.dt.hour()).to_list() == judgement.accepted[
        "anzahl"
    ].to_list()


def test_a_count_of_cars_is_no_count_of_bicycles(tmp_path: Path) -> None:
    """Pkw, Lkw and Krad are kinds of vehicles, not stations: a person is asked."""
    path = tmp_path / "verkehrszaehlung.csv"
    path.write_text(
        "Zählstelle;Zeitpunkt;Pkw;Lkw;Krad\nA;01.05.2025 10:00;100;4;1\nA;01.05.2025 11:00;90;5;0\n", "utf-8"
    )
    with pytest.raises(Unreadable):
        check_file(path, STANDARDS)


def test_day_and_time_apart_are_one_moment_of_parking(tmp_path: Path) -> None:
    """The hour of a live count is not lost because it stands in a column of its own."""
    path = tmp_path / "parken.csv"
    path.write_text("Parkhaus;Datum;Uhrzeit;Frei\nP1;13.03.2025;08:15;3\nP2;13.03.2025;08:30;4\n", "utf-8")
    _, judgement = check_file(path, STANDARDS["parkraum"])
    assert judgement.accepted["zeitpunkt"].dt.strftime("%FT%R").to_list() == ["2025-03-13T08:15", "2025-03-13T08:30"]


def test_the_name_of_a_file_outweighs_words_in_its_cells(tmp_path: Path) -> None:
    """Containers at a sports ground are no sports ground: names alone do not tell more, so a person is asked."""
    path = tmp_path / "glascontainer.kml"
    marks = "".join(
        f"<Placemark><name>{name}</name><Point><coordinates>11.8{at},49.4{at},0</coordinates></Point></Placemark>"
        for at, name in enumerate(("Am Bahnhof", "Sportplatz"))
    )
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>', "utf-8")
    with pytest.raises(Unreadable):
        check_file(path, STANDARDS)
