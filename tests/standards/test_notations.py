"""One value in many notations: dates, pairs of coordinates, names of species, numbers that are not one number."""

# ruff: noqa: E501, DTZ001  tables of cases read better in rows; moments are naive German local time on purpose

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from standards.angles import angle, pair
from standards.moments import read_moments
from standards.numbers import parse_number
from standards.species import botanical, plain_name
from tests.standards.test_municipal_variants import judged


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1. März 2024", datetime(2024, 3, 1)), ("01. Mär 2024", datetime(2024, 3, 1)), ("01.03.24", datetime(2024, 3, 1)),
        ("March 1, 2024", datetime(2024, 3, 1)), ("01.03.2024 14 Uhr", datetime(2024, 3, 1, 14)), ("01.03.2024 12.30", datetime(2024, 3, 1, 12, 30)),
        ("2026-02-06-08.35.00.000000", datetime(2026, 2, 6, 8, 35)), ("20240301T120000Z", datetime(2024, 3, 1, 13)), ("45352,5", datetime(2024, 3, 1, 12)),
        ("2024-07-01T12:00:00+00:00", datetime(2024, 7, 1, 14)), ("März 2024", None), ("01.01.0001", None), ("31.02.2024", None), ("03/04/2024", None),
    ],
)  # fmt: skip
def test_dates(text: str, moment: datetime | None) -> None:
    """German, English, machine and spreadsheet dates; what is no certain day is none."""
    assert read_moments(pl.Series([text]), pl.Series([0]))[0][0] == moment


@pytest.mark.parametrize(
    "text",
    ["48.1375, 11.575", "48,1375; 11,575", "48,1375 / 11,575", "48,1375,11,575", "N 48.1375 E 11.575", "Lat: 48.1375, Lon: 11.575",
     "48°08'15\"N 11°34'30\"E", "48° 8′ 15″ N, 11° 34′ 30″ O", "48°8.25' N / 11°34.5' E", "[48.1375 | 11.575]"],
)  # fmt: skip
def test_pairs_of_coordinates(text: str) -> None:
    """Any notation of two coordinates in one cell."""
    found = pair(text)
    assert found is not None
    assert [float(part.replace(",", ".")) for part in found] == pytest.approx([48.1375, 11.575])


def test_what_is_no_pair() -> None:
    """House numbers, spans, dates and three numbers are no coordinates; minutes over 59 are no angle."""
    assert [pair(text) for text in ("Hauptstr. 5", "12-15", "2024-01-02 11:12", "1, 2, 3", "")] == [None] * 5
    assert (angle("48°61'00\"N"), angle("48")) == (None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ACER PLATANOIDES "GLOBOSUM"', "Acer platanoides 'Globosum'"), ("Tilia cordata Mill.", "Tilia cordata"), ("Platanus × acerifolia (Aiton) Willd.", "Platanus × acerifolia"),
        ("Tilia cordata ‚Greenspire‘", "Tilia cordata 'Greenspire'"), ("Quercus robur Fastigiata", "Quercus robur Fastigiata"), ("Acer plat.", "Acer plat."), ("Tilia x vulgaris", "Tilia x vulgaris"),
    ],
)  # fmt: skip
def test_botanical_names(text: str, name: str) -> None:
    """Capitals, authors and quotes are mended; cultivars and abbreviations stay what they are."""
    assert botanical(text) == name
    assert plain_name("SPITZ-AHORN") == "Spitz-Ahorn"


def test_whole_euros_are_not_negative() -> None:
    """`12,-` are twelve euros."""
    assert [number.value for text in ("12,-", "12,-- €", "1.200,–", "5-") if (number := parse_number(text))] == [
        12,
        12,
        1200,
        -5,
    ]


def test_spans_are_asked_and_sizes_tell_units() -> None:
    """A span is no number; trunks of 1.2 are metres; a crown's DM is its diameter, not decimetres."""
    rows = ["1;8;1,20;10-15 m", "2;5;0,80;12", "3;12;2,50;>20", "4;7;1,10;14", "5;9;0,95;13"]
    judgement = judged("baumkataster", "Baumnr;KRONE_DM;ST_UMFANG;Höhe", rows)
    assert dict(judgement.rejected.select("_row", "code").iter_rows()) == {2: "number_range", 4: "number_range"}
    assert judgement.accepted["stammumfang_cm"].to_list() == [80, 110, 95]
    assert judgement.accepted["kronendurchmesser_m"].to_list() == [5, 7, 9]
    assert [finding.column for finding in judgement.findings if finding.code == "unit_by_values"] == ["ST_UMFANG"]
