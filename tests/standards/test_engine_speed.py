"""What makes the engine fast changes no result: columns by their different values, plain numbers, known dates, one table."""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import polars as pl
import pytest

from standards import distinct, engine, systems, words
from standards.engine import judge, judge_many
from standards.model import Judgement, Table
from standards.moments import _by_form, _by_parts, month_first, read_moments
from standards.numbers import read_numbers, read_plain
from standards.places import locate
from standards.privacy import personal_codes
from standards.registry import load_standards
from standards.samples import Samples, sample

STANDARDS = load_standards()

TREES = {
    "Baumnummer": ["1", "2", " 3", "4", "01512345678", "6", "7"],
    "Art": ["Acer platanoides, Spitz-Ahorn", "Tilia cordata", "k.A.", " Eiche ", None, "GroÃŸe Linde"],
    "Höhe (m)": ["12,5", "1.234", "ca. 12", "hoch", "", "7", "3 m", "1e400", "NaN"],
    "Pflanzjahr": ["1987", "0", "01.05.1990", "bald", None, "1987.0"],
    "Standort": ["Hauptstr. 5", "\xa0Allee\xa0", "Herr Müller wohnt hier", "-", "a@beispiel.de"],
    "lat": ["48,137154", "48.2", "11,5", "0", "", "48137154", "-48,1"],
    "lon": ["11,576124", "11.6", "48,1", "0", "11,5", "11576124", "11,5"],
}
COUNTS = {
    "Zählstelle": ["Marktbrücke", "Mühlweg", "Marktbrücke"],
    "Richtung": ["ein", "Summe", "aus", "ein "],
    "Zeitpunkt": [
        "01.02.2024 13:00",
        "01.02.2024 14:00",
        "2024-02-01T15:00:00",
        "1/2/2024 3:00",
        "31.12.2024 24:00",
        "99.99.2024 10:00",
    ],
    "Anzahl": ["12", "3,0", "2,5", "viele", None, "-1"],
}
BUDGET = {
    "Jahr": ["2020"],
    "Konto": ["41100000", "52100000", "x"],
    "Betrag": ["1.234", "12,50", "1.234,50 €", "-3.000", "(5)", "k.A."],
}
CASES = [("baumkataster", TREES), ("radverkehrszaehlung", COUNTS), ("haushalt", BUDGET)]


def table(data: dict[str, list[str | None]], rows: int = 60, **facts: Any) -> Table:
    frame = pl.DataFrame(
        {name: pl.Series(list(islice(cycle(cells), rows)), dtype=pl.String) for name, cells in data.items()}
    )
    return Table(frame, pl.Series(range(2, rows + 2), dtype=pl.Int64), **facts)


def same(one: Judgement, other: Judgement) -> None:
    assert one.accepted.equals(other.accepted)
    assert one.rejected.equals(other.rejected)
    assert (one.repairs, one.findings, one.mapping) == (other.repairs, other.findings, other.mapping)


@pytest.mark.parametrize(("name", "data"), CASES)
def test_a_column_judged_by_its_different_values_comes_out_the_same(
    name: str, data: dict[str, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values, rejects, sentences, counts and examples do not depend on whether each value is looked at once or in every row."""
    plain = judge(table(data), STANDARDS[name])
    assert plain.rejected.height
    assert plain.repairs
    monkeypatch.setattr(distinct, "WORTHWHILE", 1)
    monkeypatch.setattr(distinct, "_FEW", 1.0)
    same(judge(table(data), STANDARDS[name]), plain)
    monkeypatch.setattr(distinct, "_RUN", 0)
    same(judge(table(data), STANDARDS[name]), plain)


@pytest.mark.parametrize(("name", "data"), CASES)
def test_one_table_and_the_same_table_among_others_come_out_the_same(
    name: str, data: dict[str, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short ways for a single table (places, steps, duplicates) and for a long one give what company gives."""
    alone = judge(table(data), STANDARDS[name])
    same(judge_many([table(data), table(data, 30)], STANDARDS[name])[0], alone)
    monkeypatch.setattr(engine, "WORTHWHILE", 40)
    same(judge_many([table(data), table(data, 30)], STANDARDS[name])[0], alone)


@pytest.mark.parametrize(
    "cells", [["b", "a", "b", "c"] * 9, [None, "x", None, "y"] * 9, ["a"] * 20 + [None] * 20, [None] * 9, ["", " "] * 9]
)
def test_different_values_spread_over_the_rows_are_the_column(
    cells: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs and repeated values, nulls among them, in the order of their first row."""
    column = pl.Series("x", cells, dtype=pl.String)
    monkeypatch.setattr(distinct, "WORTHWHILE", 1)
    found = distinct.distinct(column)
    assert found is not None
    for way in (found, distinct._encoded(column)):
        assert way.spread(way.values).equals(column)
        assert len(way.values) < len(column)


def test_short_and_varied_columns_are_left_as_they_are() -> None:
    """Where nothing repeats or little stands, nothing is gained by counting values."""
    assert distinct.distinct(pl.Series(["a"] * 10)) is None
    assert distinct.distinct(pl.Series([str(n) for n in range(distinct.WORTHWHILE)])) is None


@pytest.mark.parametrize(
    "cells", [["1", "+2.5", None, "3,25"], ["1,5", "2,25"], ["1.234", "7"], [None], [], ["-0,5", "1e3"]]
)
def test_plain_numbers_are_read_as_any_numbers(cells: list[str | None]) -> None:
    """A column that needs no cleaning says the same on the short way and on the long one."""
    text = pl.Series("x", cells, dtype=pl.String)
    short, long = read_plain(text), read_numbers(text)
    assert short is not None
    assert short.values.equals(long.values)
    for one, other in ((short.kinds, long.kinds), (short.ambiguous, long.ambiguous)):
        assert (one is None) == (other is None)
        assert one is None or other is None or one.equals(other)


@pytest.mark.parametrize(
    "cell", [" 7", "7\xa0", "nan", "inf", "k.A.", "", "1e400", "1.234,5", "1,2,3", "Ã¼", "7 m", "\x00"]
)
def test_a_column_with_anything_else_is_not_called_plain(cell: str) -> None:
    """Blanks, words, units, groups of thousands: such columns are cleaned first, wherever the cell stands."""
    assert read_plain(pl.Series([cell, "1"])) is None
    assert read_plain(pl.Series(["1"] * 300 + [cell])) is None


FORMS = [
    "31.12.2024",
    "2024-12-31",
    "31.12.2024 14:30",
    "2024-12-31 14:30:05",
    "2024-12-31T14:30:05",
    "31.12.2024 14:30:05",
    "2024-12-31 14:30",
]
ODD = ["31.12.24", "1.2.2024", "24:00", "31.12.0024", "31.13.2024", "31.12.2024 23:59:60", "31. 2.2024", "31.12.2024 25:00", "+024-12-31", "45657", "2024-12-31T14:30:00Z", "3. März 2021"]  # fmt: skip


@pytest.mark.parametrize("cell", FORMS + ODD)
def test_common_forms_of_dates_are_read_as_by_their_parts(cell: str) -> None:
    """Whatever the quick way reads, the patterns read alike; what it does not read is left to them."""
    text, groups = pl.Series("x", [cell]), pl.Series([0])
    quick, slow = _by_form(text)[0], _by_parts(text, groups, month_first)[0][0]
    assert quick == slow if cell in FORMS else quick is None
    mixed = pl.Series("x", ["1/31/2015", cell, *FORMS])
    assert read_moments(mixed, pl.Series([0] * len(mixed)))[0][1] == slow


def test_places_of_one_table_are_those_of_the_same_table_among_others() -> None:
    """Only rows outside the box are looked at, and they come out as if all were."""
    x = pl.Series("x", [11.5, 11.6, 48.1, 0.0, None, 11.5, None, -11.5, 11576124.0, 200.0])
    y = pl.Series("y", [48.1, 48.2, 11.5, 0.0, None, None, 48.1, 48.1, 48137154.0, 48.0])
    two = locate(
        x.append(x), y.append(y), pl.Series([0] * 10 + [1] * 10), boxes={0: None, 1: None}, systems={0: None, 1: None}
    )
    x, y = x.head(10), y.head(10)
    one = locate(x, y, pl.Series([0] * 10), boxes={0: None}, systems={0: None})
    assert (one.lat.to_list(), one.lon.to_list()) == (two.lat.head(10).to_list(), two.lon.head(10).to_list())
    assert one.fault.to_list() == two.fault.head(10).to_list()
    for name, mask in two.kinds.items():
        assert one.kinds[name].to_list() == mask.head(10).to_list() if mask.any() else name not in one.kinds


@pytest.mark.parametrize("told", [None, "EPSG:4326", "EPSG:25832", "OGC:CRS84"])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([11.5] * 3 + [48.1] * 2, [48.1] * 3 + [11.5] * 2), ([11.5] * 2 + [48.1] * 2, [48.1] * 2 + [11.5] * 2),
        ([48.1] * 3 + [11.5], [11.5] * 3 + [48.1]), ([691607.0] * 2, [5334761.0] * 2), ([11.5, 11.6, 691607.0], [48.1, 48.2, 5334761.0]),
    ],
)  # fmt: skip
def test_the_system_most_places_have_is_that_of_the_median(x: list[float], y: list[float], told: str | None) -> None:
    """Counting the places inside the box decides as the median place does."""
    for box in (None, (11.36, 48.06, 11.73, 48.25)):
        slow = systems.system_at(float(pl.Series(x).median()), float(pl.Series(y).median()), told, box)  # type: ignore[arg-type]
        assert systems.system_of(pl.Series(x), pl.Series(y), told, box) == slow


@pytest.mark.parametrize(
    ("x", "y"), [([None, None], [48.1, 48.2]), ([11.5, None, None], [48.1, 691607.0, 691607.0]), ([None], [None])]
)
def test_a_half_place_says_nothing_of_the_system(x: list[float | None], y: list[float | None]) -> None:
    """Rows with one coordinate only are faults of their own and do not vote."""
    xs, ys = pl.Series("x", x, dtype=pl.Float64), pl.Series("y", y, dtype=pl.Float64)
    one = locate(xs, ys, pl.Series([0] * len(x)), boxes={0: None}, systems={0: None})
    groups = pl.Series([0] * len(x) + [1] * len(x))
    two = locate(xs.append(xs), ys.append(ys), groups, boxes={0: None, 1: None}, systems={0: None, 1: None})
    assert one.systems.get(0) == two.systems.get(0)
    assert one.fault.to_list() == two.fault.head(len(x)).to_list()


def test_samples_of_many_tables_are_those_of_each() -> None:
    """Short, long, empty and gappy tables: the shared look at the first rows shows what a look at each shows."""
    cells = [
        ["a", " b ", "k.A.", None],
        [None] * 30 + ["late"],
        [],
        ["x"] * 5,
        [str(n) for n in range(900)],
        [None] * 3,
        [None] * 19 + ["z"] * 90,
    ]
    frames = [pl.DataFrame({"c": pl.Series(column, dtype=pl.String)}) for column in cells]
    samples = Samples(frames)
    assert [samples.of(place, "c") for place in range(len(frames))] == [sample(frame, "c") for frame in frames]


def test_a_number_of_things_is_no_telephone_number_and_a_mobile_one_is() -> None:
    """Only as many digits as a mobile number has are looked at as one."""
    found = personal_codes(pl.Series(["10157", "0157 1234567", "B-0151234", None]))
    assert found is not None
    assert found.to_list() == [None, "privacy_phone", None, None]
    assert personal_codes(pl.Series(["10157", "Allee 16", None])) is None


def test_a_clean_column_is_not_copied() -> None:
    """Nothing to trim: the very column comes back, so that no repair is looked for."""
    clean = pl.Series(["a b", None, "c"])
    assert words.stripped(clean) is clean
    assert words.stripped(pl.Series(["a", " "])).to_list() == ["a", None]
