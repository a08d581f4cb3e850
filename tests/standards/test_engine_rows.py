"""The engine's promises about rows: nothing lost, every reject explained, groups judged like single tables."""

# ruff: noqa: E501  tables of cases read better in rows; moments are naive German local time on purpose

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standards.engine import judge, judge_many
from standards.model import Severity, Table
from standards.ranking import rank
from standards.registry import load_standards

STANDARDS = load_standards()


def table(data: dict[str, list[str | None]], **facts: object) -> Table:
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in data.items()})
    return Table(frame, pl.Series(range(2, frame.height + 2), dtype=pl.Int64), **facts)  # type: ignore[arg-type]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "-", "k.A.", "12,5", "1.234", "1.234,50", "48,137", "11.57", "01.02.2024", "2/3/2015", "ja", "POINT (11 48)", "POINT (x",
         "[9.4, 54.7]", "=1+1", "NaN", "inf", "1e400", "Summe", "DE12 5001 0517 5407 3249 31", "Herr Müller", "\x00", "9" * 40, "Ã¼", "0", "3526919",
         "6074829", "32691607", "1740651467085", "43831", '{"coordinates": [1]}', "POLYGON EMPTY", "99.99.9999", "24:00"]
    ),
    st.text(max_size=12),
)  # fmt: skip
HEADERS = st.sampled_from(
    ["Baumnummer", "Art", "Höhe (m)", "lat", "lon", "x", "y", "Hochwert", "Rechtswert", "WKT", "coords", "Datum", "Uhrzeit", "gesamt", "richtung_1",
     "Ist 2015", "Plan 2016", "Betrag", "Jahr", "name", "Kapazität", "geometry.wkt", "Straße", "PLZ", "Ort", "Zeitpunkt", "Anzahl", "Gattung/Art", "2017", ""]
)  # fmt: skip


@st.composite
def wild_tables(draw: st.DrawFn) -> Table:
    headers = draw(st.lists(st.one_of(HEADERS, st.text(max_size=8)), min_size=0, max_size=6, unique=True))
    rows = draw(st.integers(0, 5))
    headers = [header for header in headers if "\x1f" not in header]
    return table({header: [draw(CELLS) for _ in range(rows)] for header in headers})


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(wild=wild_tables(), name=st.sampled_from(sorted(STANDARDS)))
def test_no_table_of_strings_breaks_the_engine_and_no_row_is_lost(wild: Table, name: str) -> None:
    """Any table of strings is judged without an error, and every row is either accepted or rejected with a sentence."""
    judgement = judge(wild, STANDARDS[name])
    assert judgement.rows_total == judgement.rows_accepted + judgement.rows_rejected
    if not any(match.how == "wide" for match in judgement.mapping):
        assert judgement.rows_total == wild.frame.height
    assert judgement.accepted.columns == ["_row", *STANDARDS[name].schema()]
    assert dict(judgement.accepted.schema) == {"_row": pl.Int64, **STANDARDS[name].schema()}
    assert judgement.rejected["message_de"].null_count() == 0
    for reasons, record in judgement.rejected.select("reasons", "record").iter_rows():
        assert json.loads(reasons)
        assert isinstance(json.loads(record), dict)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables=st.lists(wild_tables(), min_size=2, max_size=4), name=st.sampled_from(sorted(STANDARDS)))
def test_tables_judged_together_come_out_as_judged_alone(tables: list[Table], name: str) -> None:
    """`judge_many` gives for each table the very judgement `judge` gives."""
    twice = [*tables, *tables]
    for one, many in zip(
        [judge(item, STANDARDS[name]) for item in twice], judge_many(twice, STANDARDS[name]), strict=True
    ):
        assert one.mapping == many.mapping
        assert one.accepted.equals(many.accepted)
        assert one.rejected.equals(many.rejected)
        assert sorted(one.repairs, key=repr) == sorted(many.repairs, key=repr)
        assert sorted(one.findings, key=repr) == sorted(many.findings, key=repr)


def test_a_bad_number_is_rejected_with_a_sentence_that_says_what_to_do() -> None:
    """The sentence names row, column, value and what is expected; the other rows go on."""
    judgement = judge(
        table({"Baumnummer": ["1", "2"], "Baumart": ["Eiche", "Linde"], "Höhe": ["12,5", "hoch"]}),
        STANDARDS["baumkataster"],
    )
    assert judgement.accepted["hoehe_m"].to_list() == [12.5]
    row = judgement.rejected.row(0, named=True)
    assert (row["_row"], row["code"], row["column"], row["value"]) == (3, "not_a_number", "Höhe", "hoch")
    assert (
        row["message_de"]
        == "In Zeile 3 steht in „Höhe“ der Wert „hoch“. Erwartet wird eine Zahl in Metern. Bitte korrigieren."
    )
    assert json.loads(row["record"]) == {"Baumnummer": "2", "Baumart": "Linde", "Höhe": "hoch"}


def test_a_row_with_two_faults_has_both_reasons() -> None:
    """`reasons` lists every fault of the row, the first one is the row's own code."""
    judgement = judge(table({"Baumnummer": ["1"], "Höhe": ["hoch"], "Pflanzjahr": ["bald"]}), STANDARDS["baumkataster"])
    assert {reason["code"] for reason in json.loads(judgement.rejected["reasons"][0])} == {"not_a_number", "not_a_year"}


def test_totals_and_repeated_rows_are_rejected_and_name_why() -> None:
    """A totals row at the end and a word-for-word repetition wait in quarantine; the repetition names the first row."""
    data = {
        "Baumnummer": ["1", "1", "2", "Summe"],
        "Baumart": ["Eiche", "Eiche", "Linde", None],
        "Höhe": ["3", "3", "4", "7"],
    }
    judgement = judge(table(data), STANDARDS["baumkataster"])
    assert dict(judgement.rejected.select("_row", "code").iter_rows()) == {3: "duplicate_row", 5: "totals_row"}
    assert "wiederholt Zeile 2" in judgement.rejected["message_de"][0]


def test_equal_rows_without_any_key_are_not_called_duplicates() -> None:
    """Two trees of which only the species is known may be two trees."""
    judgement = judge(table({"Baumart": ["Eiche", "Eiche"]}), STANDARDS["baumkataster"])
    assert judgement.rows_accepted == 2


def test_a_required_field_without_column_is_said_once_for_the_file() -> None:
    """A budget without amounts: one error for the file, and each row waits with that reason."""
    judgement = judge(table({"Jahr": ["2020", "2021"], "Produkt": ["1", "2"]}), STANDARDS["haushalt"])
    assert [
        finding.code for finding in judgement.findings if finding.row is None and finding.severity is Severity.ERROR
    ] == ["field_unserved"]
    assert judgement.rejected["code"].to_list() == ["required_missing", "required_missing"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("Anmeldung bei erika@example.org", "privacy_email"),
        ("IBAN DE12 5001 0517 5407 3249 31", "privacy_iban"),
        ("Herr Müller hat den Schlüssel", "privacy_person"),
        ("Tel. 0821 123456", "privacy_phone"),
    ],
)
def test_personal_data_in_a_published_text_rejects_the_row(value: str, code: str) -> None:
    """What must not be published stops its row, with its own code."""
    judgement = judge(
        table({"Name": ["Spielplatz A", "Spielplatz B"], "Ausstattung": ["Rutsche", value]}), STANDARDS["spielplaetze"]
    )
    assert judgement.rejected["code"].to_list() == [code]


def test_streets_and_churches_are_no_persons() -> None:
    """Words that only look like names of persons are published."""
    names = ["Kita Frau Holle", "Liebe Frau von Lourdes", "Spielplatz Frau-Sandrock-Weg", "Herrenhaus", "Frauenplatz"]
    assert judge(table({"Name": names}), STANDARDS["spielplaetze"]).rows_accepted == len(names)


def test_an_unmapped_column_of_persons_is_asked_about_and_not_published() -> None:
    """The owner's column is named in a warning and is in no field."""
    judgement = judge(
        table({"Baumnummer": ["1"], "Baumart": ["Eiche"], "Eigentümer": ["Erika Muster"]}), STANDARDS["baumkataster"]
    )
    assert [finding.column for finding in judgement.findings if finding.code == "privacy_column"] == ["Eigentümer"]
    assert "Erika Muster" not in judgement.accepted.write_csv()


def test_the_standard_of_an_unlabelled_file_is_found() -> None:
    """A tree file is ranked first for the trees, with a clear lead."""
    trees = table(
        {
            "Baumnummer": ["1"],
            "Baumart botanisch": ["Acer campestre"],
            "Stammumfang (cm)": ["80"],
            "Pflanzjahr": ["1990"],
        }
    )
    (first, best), (_, second) = rank(trees, STANDARDS)[:2]
    assert first == "baumkataster"
    assert best >= 0.5
    assert best - second >= 0.15
