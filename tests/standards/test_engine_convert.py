"""Converting: numbers, dates, units, coordinates, wide files, cells with two fields. Decided per column, counted as repairs."""

# ruff: noqa: E501, DTZ001  tables of cases read better in rows; moments are naive German local time on purpose

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from standards.engine import judge, match
from standards.model import Judgement, Table
from standards.numbers import parse_number
from standards.registry import load_standards

STANDARDS = load_standards()


def judged(name: str, data: dict[str, list[str | None]], **facts: object) -> Judgement:
    frame = pl.DataFrame({column: pl.Series(values, dtype=pl.String) for column, values in data.items()})
    return judge(Table(frame, pl.Series(range(2, frame.height + 2), dtype=pl.Int64), **facts), STANDARDS[name])  # type: ignore[arg-type]


def repairs(judgement: Judgement) -> dict[tuple[str, str], int]:
    return {(repair.kind, repair.column): repair.count for repair in judgement.repairs}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5), ("-2.487,50", -2487.5), ("1 234,5", 1234.5), ("1'234", 1234), ("12-", -12), ("3.000,00 €", 3000), ("12 EUR", 12),
        ("5 m", 5), ("1,234.56", 1234.56), ("€ 7,20", 7.2), ("ca. 12", 12), ("1.234.567", 1234567), ("7", 7), ("−3", -3), ("+4", 4),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    """German and English notations, signs behind, currency and units are read."""
    number = parse_number(text)
    assert number is not None
    assert number.value == pytest.approx(value)


@pytest.mark.parametrize("text", ["hoch", "8-10", "1,2,3", "12 Bäume", "", "1.23.4", "--", "10x"])
def test_what_is_not_surely_a_number_is_none(text: str) -> None:
    """Ranges, words and broken groups are not guessed at."""
    assert parse_number(text) is None


def test_thousands_or_decimals_is_decided_over_the_whole_column() -> None:
    """`1.234` is 1234 beside `12,50`, and 1.234 beside `12.5`."""
    german = judged("haushalt", {"Jahr": ["2020", "2020"], "Betrag": ["1.234", "12,50"]})
    english = judged("haushalt", {"Jahr": ["2020", "2020"], "Betrag": ["1.234", "12.5"]})
    assert german.accepted["betrag_eur"].to_list() == [1234.0, 12.5]
    assert english.accepted["betrag_eur"].to_list() == [1.234, 12.5]
    assert repairs(german)["thousands_separator", "Betrag"] == 1


def test_a_column_that_cannot_be_decided_is_asked_about() -> None:
    """Only `1.234` in a column: read with the usual meaning of the field, and asked."""
    codes = [finding.code for finding in judged("haushalt", {"Jahr": ["2020"], "Betrag": ["1.234"]}).findings]
    assert "ambiguous_numbers" in codes


def test_units_of_headers_and_cells_are_converted() -> None:
    """Centimetres in the header and metres in the cell both become the standard's unit."""
    judgement = judged(
        "baumkataster", {"Baumnummer": ["1", "2"], "hoehe_cm": ["1250", "900"], "Stammumfang": ["1,2 m", "80"]}
    )
    assert judgement.accepted["hoehe_m"].to_list() == [12.5, 9.0]
    assert judgement.accepted["stammumfang_cm"].to_list() == [120.0, 80.0]
    assert judged("spielplaetze", {"Name": ["A"], "Fläche (ha)": ["0,5"]}).accepted["flaeche_m2"].to_list() == [5000.0]


def test_words_for_not_known_become_empty_and_are_counted() -> None:
    """`k.A.` and a zero year are empty; the rows stay."""
    judgement = judged("baumkataster", {"Baumnummer": ["1", "2"], "Pflanzjahr": ["k.A.", "0"]})
    assert judgement.accepted["pflanzjahr"].to_list() == [None, None]
    assert repairs(judgement)["missing_word", "Pflanzjahr"] == 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("31.12.2024 14:30", datetime(2024, 12, 31, 14, 30)), ("2024-12-31T14:30:00", datetime(2024, 12, 31, 14, 30)),
        ("2024-06-01T12:00:00Z", datetime(2024, 6, 1, 14, 0)), ("2024-01-01T12:00:00+01:00", datetime(2024, 1, 1, 12, 0)),
        ("2017.01.01", datetime(2017, 1, 1)), ("45657", datetime(2024, 12, 31)), ("1740651467000", datetime(2025, 2, 27, 11, 17, 47)),
        ("3. März 2021", datetime(2021, 3, 3)), ("20240131", datetime(2024, 1, 31)), ("31/12/2024", datetime(2024, 12, 31)),
        ("12/31/2024 1:05 PM", datetime(2024, 12, 31, 13, 5)), ("01.02.24", datetime(2024, 2, 1)),
    ],
)  # fmt: skip
def test_moments_of_all_kinds(text: str, moment: datetime) -> None:
    """German, ISO, US, dotted, Excel and Unix moments become naive German local time."""
    judgement = judged("parkraum", {"Name": ["P1"], "Zeitpunkt": [text]})
    assert judgement.accepted["zeitpunkt"].to_list() == [moment]


def test_day_and_month_are_settled_over_the_column_or_asked() -> None:
    """`1/2/2015` is the second of January beside `1/31/2015`; alone it is rejected with a question."""
    settled = judged("parkraum", {"Name": ["a", "b"], "Zeitpunkt": ["1/2/2015", "1/31/2015"]})
    assert settled.accepted["zeitpunkt"].to_list() == [datetime(2015, 1, 2), datetime(2015, 1, 31)]
    doubt = judged("parkraum", {"Name": ["a"], "Zeitpunkt": ["1/2/2015"]})
    assert doubt.rejected["code"].to_list() == ["ambiguous_date"]


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        ({"lat": ["48,137154"], "lon": ["11,576124"]}, {}),
        ({"Breitengrad": ["11.576124"], "Längengrad": ["48.137154"]}, {}),
        ({"x": ["691607"], "y": ["5334761"]}, {}),
        ({"Rechtswert": ["32691607"], "Hochwert": ["5334761"]}, {}),
        ({"Rechtswert": ["32 691607"], "Hochwert": ["5334761"]}, {}),
        ({"Rechtswert": ["4468503"], "Hochwert": ["5333304"]}, {}),
        ({"x": ["5334761"], "y": ["691607"]}, {}),
        ({"lat": ["48137154"], "lon": ["11576124"]}, {}),
        ({"coords": ["[11.576124, 48.137154]"]}, {}),
        ({"Koordinaten": ["48.137154, 11.576124"]}, {}),
        ({"WKT": ["POINT (11.576124 48.137154)"]}, {}),
        ({"geometry.wkt": ["POLYGON ((691597 5334751, 691617 5334751, 691617 5334771, 691597 5334771, 691597 5334751))"]}, {"crs": "EPSG:25832"}),
        ({"geometry.x": ["1288648.3"], "geometry.y": ["6129706.6"]}, {"crs": "EPSG:3857"}),
        ({"irgendwas": ["48.137154"] * 3, "anderes": ["11.576124"] * 3}, {}),
    ],
)  # fmt: skip
def test_places_of_all_kinds_come_out_in_munich(data: dict[str, list[str | None]], facts: dict[str, object]) -> None:
    """WGS84, UTM with and without zone, Gauss-Krüger, swapped, without decimal point, pairs and geometries."""
    rows = len(next(iter(data.values())))
    judgement = judged(
        "spielplaetze", {"Name": [f"S{n}" for n in range(rows)], **data}, bbox=(11.36, 48.06, 11.73, 48.25), **facts
    )
    assert judgement.rows_rejected == 0
    assert judgement.accepted["lat"].to_list() == pytest.approx([48.137154] * rows, abs=2e-3)
    assert judgement.accepted["lon"].to_list() == pytest.approx([11.576124] * rows, abs=2e-3)


def test_single_swapped_rows_are_mended_and_impossible_places_rejected() -> None:
    """In a column of good places one swapped row is turned, 0/0 and a place elsewhere wait with a reason each."""
    data = {
        "Name": list("abcde"),
        "lat": ["48.1", "48.2", "11.5", "0", "40.4"],
        "lon": ["11.5", "11.6", "48.1", "0", "-3.7"],
    }
    judgement = judged("spielplaetze", data)
    assert judgement.accepted["lat"].to_list() == [48.1, 48.2, 48.1]
    assert judgement.rejected["code"].to_list() == ["coordinate_impossible", "coordinate_outside"]


def test_missing_places_are_fine_and_half_a_place_is_not() -> None:
    """Empty coordinates stay empty; one of two is a fault."""
    judgement = judged(
        "spielplaetze", {"Name": ["a", "b", "c"], "lat": ["48.1", None, "48.2"], "lon": ["11.5", None, None]}
    )
    assert judgement.accepted["lat"].to_list() == [48.1, None]
    assert judgement.rejected["code"].to_list() == ["coordinate_incomplete"]


@pytest.mark.parametrize(
    ("cell", "botanical", "german"),
    [
        ("Populus tremula, Espe", "Populus tremula", "Espe"), ("Acer platanoides (Spitz-Ahorn)", "Acer platanoides", "Spitz-Ahorn"),
        ("Tilia cordata / Winter-Linde", "Tilia cordata", "Winter-Linde"), ("Tilia x vulgaris, Holländische Linde", "Tilia x vulgaris", "Holländische Linde"),
        ("Acer platanoides 'Globosum', Kugel-Ahorn", "Acer platanoides 'Globosum'", "Kugel-Ahorn"),
        ("Alnus  species, Erle", "Alnus  species", "Erle"), ("Platanus acerifolia - Platane", "Platanus acerifolia", "Platane"),
    ],
)  # fmt: skip
def test_one_cell_with_two_names_is_split(cell: str, botanical: str, german: str) -> None:
    """Botanical and German name in one cell, however they are put together."""
    row = judged("baumkataster", {"Baumnummer": ["1"], "Gattung/Art": [cell]}).accepted.row(0, named=True)
    assert (row["art_botanisch"], row["art_deutsch"]) == (botanical, german)


def test_budget_years_as_columns_become_rows() -> None:
    """`Ist 2015` and `Plan 2016` become year, state and amount; empty cells are no rows."""
    judgement = judged(
        "haushalt",
        {
            "Produkt": ["11", "12"],
            "Sachkonto": ["41100000", "52100000"],
            "Ist 2015": ["-1.000,50", None],
            "Plan 2016": ["7", "8,1"],
        },
    )
    rows = judgement.accepted.select("_row", "jahr", "stand", "konto", "art", "betrag_eur").rows()
    assert rows == [
        (2, 2015, "ist", "41100000", "ertrag", -1000.5),
        (2, 2016, "plan", "41100000", "ertrag", 7.0),
        (3, 2016, "plan", "52100000", "aufwand", 8.1),
    ]


def test_a_year_is_taken_from_the_file_name_and_said() -> None:
    """Without a column the budget's year comes from the file's name, as a finding tells."""
    judgement = judged("haushalt", {"Produkt": ["1"], "Betrag": ["5"]}, filename="musterstadt_ergebnis-2019.csv")
    assert judgement.accepted.select("jahr", "stand").rows() == [(2019, "ist")]
    assert [finding.code for finding in judgement.findings if finding.row is None].count("from_context") == 2


def test_counters_as_columns_become_directions() -> None:
    """Date and time in two columns, directions as columns, the step between rows as the interval."""
    data = {"datum": ["2017.01.01", "2017.01.02"], "uhrzeit_start": ["00:00", "00:00"], "zaehlstelle": ["A", "A"]}
    judgement = judged(
        "radverkehrszaehlung",
        {**data, "richtung_1": ["1", "2"], "richtung_2": ["3", "4"], "gesamt": ["4", "6"], "temperatur": ["5", "6"]},
    )
    assert judgement.accepted.select("richtung", "anzahl", "intervall_min").rows()[:3] == [
        ("richtung_1", 1, 1440),
        ("richtung_2", 3, 1440),
        ("gesamt", 4, 1440),
    ]
    assert judgement.rows_accepted == 6


def test_an_address_is_made_of_its_parts() -> None:
    """Street, number, postcode and town of their own columns become one line; an address of its own gets what it lacks."""
    parts = judged(
        "spielplaetze",
        {"Name": ["A"], "Straße": ["Hauptstr."], "Hausnr.": ["5a"], "PLZ": ["86150"], "Ort": ["Augsburg"]},
    )
    assert parts.accepted["adresse"].to_list() == ["Hauptstr. 5a, 86150 Augsburg"]
    own = judged("spielplaetze", {"Name": ["A"], "Adresse": ["Hauptstr. 5a"], "PLZ": ["86150"], "Ort": ["Augsburg"]})
    assert own.accepted["adresse"].to_list() == ["Hauptstr. 5a, 86150 Augsburg"]


def test_free_spaces_follow_from_occupied_ones() -> None:
    """Capacity minus occupied, where no column says free."""
    judgement = judged("parkraum", {"Name": ["P"], "Capacity": ["106"], "OccupiedSites": ["81"]})
    assert judgement.accepted["frei"].to_list() == [25]


def test_told_columns_win_and_doubtful_ones_are_asked() -> None:
    """An answer kept from before is used; a column that only sounds alike is not."""
    told = judged("baumkataster", {"Spalte A": ["7"], "Baumart": ["Eiche"]}, told={"Spalte A": "baum_nr"})
    assert told.accepted["baum_nr"].to_list() == ["7"]
    unsure = judged("baumkataster", {"Baumnummer": ["1"], "Kronendurchfall": ["4"]})
    assert unsure.accepted["kronendurchmesser_m"].to_list() == [None]


def test_a_column_whose_content_contradicts_its_name_is_not_used() -> None:
    """`Höhe` full of words is no height: the column is left out and asked about, no row is lost."""
    judgement = judged(
        "baumkataster",
        {"Baumnummer": ["1", "2", "3"], "Baumart": ["Eiche", "Linde", "Esche"], "Höhe": ["niedrig", "hoch", "hoch"]},
    )
    assert judgement.rows_accepted == 3
    assert "column_content" in [finding.code for finding in judgement.findings]


def test_mojibake_is_undone_only_where_certain() -> None:
    """`BÃ¤ume` becomes `Bäume`, counted; text that merely has the letter stays."""
    judgement = judged("spielplaetze", {"Name": ["GroÃŸe BÃ¤ume", "São João"]})
    assert judgement.accepted["name"].to_list() == ["Große Bäume", "São João"]
    assert repairs(judgement)["mojibake", "Name"] == 1


def test_match_says_how_each_column_was_found() -> None:
    """Names, synonyms and places carry how and how sure."""
    frame = pl.DataFrame({"BAUMNR,C,10": ["1"], "Kronen-ø": ["5"], "Hochwert": ["5334761"], "Rechtswert": ["4468503"]})
    mapping = match(Table(frame, pl.Series([2])), STANDARDS["baumkataster"])
    assert {m.field: m.how for m in mapping.matches} == {
        "baum_nr": "name",
        "kronendurchmesser_m": "synonym",
        "lat": "synonym",
        "lon": "synonym",
    }
    assert all(m.confidence >= 0.75 for m in mapping.matches)
