"""Elections, budgets and populations as towns write them: invented files, every one matched without a hint."""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement, Table
from standards.ranking import rank
from standards.registry import load_standards

STANDARDS = load_standards()
ELECTORS = "Stimmbezirk;Wahlberechtigte;Wähler"


def judged(standard: str, header: str, *lines: str, title: str = "", filename: str = "") -> Judgement:
    """A file of the given lines, found to be of the standard and judged by it."""
    columns = header.split(";")
    cells = [line.split(";") for line in lines]
    frame = pl.DataFrame(
        {name: [row[at] or None for row in cells] for at, name in enumerate(columns)},
        schema=dict.fromkeys(columns, pl.String),
    )
    table = Table(
        frame, pl.Series(range(2, len(lines) + 2)), filename=filename, context={"titel": title} if title else {}
    )
    (first, best), (_, second) = rank(table, STANDARDS)[:2]
    assert (first, best >= 0.5, best - second >= 0.15) == (standard, True, True)
    return judge(table, STANDARDS[standard])


VOTES = [
    ("datum;wahl;gebiet-nr;A;B;C;D;D1;D2;E;F;F1;F2", "23.02.2025;BTW;0001;1000;600;5;595;300;295;4;596;290;306",
     [("erst", "1", None, 300, 595), ("erst", "2", None, 295, 595), ("zweit", "1", None, 290, 596), ("zweit", "2", None, 306, 596)]),
    ("gebiet-nr;gebiet-name;A;B;C;D;D1;D1_1;D1_2;D2;D2_1;D2_2", "1;Rathaus;1000;600;20;9000;5000;3000;2000;4000;2500;1500",
     [("einzel", "1", None, 5000, 9000), ("einzel", "2", None, 4000, 9000)]),
    (f"{ELECTORS};E_Ungültige;E_Gültige;E_CSU;E_SPD;Z_Ungültige;Z_Gültige;Z_CSU;Z_SPD", "1;1000;600;5;595;300;295;4;596;290;306",
     [("erst", None, "CSU", 300, 595), ("erst", None, "SPD", 295, 595), ("zweit", None, "CSU", 290, 596), ("zweit", None, "SPD", 306, 596)]),
    (f"{ELECTORS};CSU Erststimmen Endgültig;CSU Erststimmen Vorperiode;CSU Zweitstimmen Endgültig;SPD Erststimmen Endgültig;SPD Zweitstimmen Endgültig", "1;1000;600;300;280;290;295;306",
     [("erst", None, "CSU", 300, None), ("zweit", None, "CSU", 290, None), ("erst", None, "SPD", 295, None), ("zweit", None, "SPD", 306, None)]),
    (f"{ELECTORS};ungültig;gültig;CSU;CSU %;Huber, Eva (SPD);Huber, Eva (SPD) %;Briefwähler", "1;1000;600;5;595;300;50,4;295;49,6;100",
     [("einzel", None, "CSU", 300, 595), ("einzel", None, "Huber, Eva (SPD)", 295, 595)]),
    (f"{ELECTORS};Gültige Stimmen;Gruppenschlüssel;Stimmen;Gruppenschlüssel_2;Stimmen_2", "1;1000;600;595;CSU;300;SPD;295",
     [("einzel", None, "CSU", 300, 595), ("einzel", None, "SPD", 295, 595)]),
    (f"{ELECTORS};CSU Direktstimmen;CSU Listenstimmen;SPD Direktstimmen;SPD Listenstimmen", "1;1000;600;300;290;200;210",
     [("erst", None, "CSU", 300, None), ("zweit", None, "CSU", 290, None), ("erst", None, "SPD", 200, None), ("zweit", None, "SPD", 210, None)]),
    ("Stimmkreis;Partei;Erststimmen;Zweitstimmen;Gesamtstimmen;Prozent", "101 Hadern;CSU;300;290;590;50,4",
     [("erst", None, "CSU", 300, None), ("zweit", None, "CSU", 290, None)]),
    ("Partei;0001 Rathaus;0002 Schule;Gesamt", "CSU;300;200;500", [("einzel", None, "CSU", 300, None), ("einzel", None, "CSU", 200, None)]),
    (f"{ELECTORS};gültig;CSU Urne;CSU Brief;CSU gesamt;SPD/UL Urne;SPD/UL Brief;SPD/UL gesamt", "1;1000;600;595;200;100;300;195;100;295",
     [("einzel", None, "CSU", 200, 595), ("einzel", None, "CSU", 100, 595), ("einzel", None, "SPD/UL", 195, 595), ("einzel", None, "SPD/UL", 100, 595)]),
    ("Abstimmungsbezirk;Stimmberechtigte;Abstimmende;gültige Stimmen;Ja;Nein", "01;1000;600;595;300;295", [("einzel", None, "Ja", 300, 595), ("einzel", None, "Nein", 295, 595)]),
    ("Wahlbezirk;Wahltag;Wahl;Wahlvorschlag Nr;Partei;Stimmen;Anteil", "001;08.03.2026;Stadtratswahl;1;CSU;345;34,5", [("einzel", "1", "CSU", 345, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "line", "expected"), VOTES, ids=[case[0][:40] for case in VOTES])
def test_votes_are_counted_once_and_as_what_they_are(
    header: str, line: str, expected: list[tuple[object, ...]]
) -> None:
    """First and second votes apart with their own valid votes; candidates, shares, sums and earlier results are none."""
    judgement = judged("wahlergebnis", header, line)
    assert judgement.accepted.select("stimme", "liste_nr", "partei", "stimmen", "gueltige").rows() == expected
    assert judgement.rows_rejected == 0


def test_rows_of_electors_and_valid_votes_fill_the_lists_of_their_area() -> None:
    """They are no lists: what they say stands at every list of the same area and kind of vote, and is told."""
    rows = ("Wahlberechtigte;;1000", "Wählende;;600", "Gültige;1;595", "Gültige;2;590", "CSU;1;300", "CSU;2;290")
    lines = tuple(f"23.02.2025;{area};{row}" for area in ("212", "213") for row in rows)
    judgement = judged("wahlergebnis", "Wahltag;Gebietsnummer;Gruppenname;Stimme;Anzahl", *lines)
    found = judgement.accepted.select("stimme", "stimmen", "wahlberechtigte", "waehler", "gueltige").rows()
    assert found == [("erst", 300, 1000, 600, 595), ("zweit", 290, 1000, 600, 590)] * 2
    assert (judgement.rows_rejected, [finding.code for finding in judgement.findings]) == (0, ["figures_taken"])


def test_subtotals_of_polling_and_postal_areas_are_no_areas() -> None:
    """Sums of some areas and the sum of these sums are refused by their numbers, though nobody calls them sums."""
    lines = ("01;900;602;350;250", "02;800;503;290;211", "Urne;1700;1105;640;461", "91;;333;210;121", "92;;240;122;117",
             "Brief;;573;332;238", "Musterstadt;1700;1678;972;699")  # fmt: skip
    judgement = judged("wahlergebnis", "Stimmbezirk;Wahlberechtigte;Wähler;CSU;SPD", *lines)
    assert judgement.accepted["stimmen"].sum() == 972 + 699
    assert judgement.rejected["_row"].unique().sort().to_list() == [4, 7, 8]


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("", "1;900;600;40;35;25"),
        ("Sitzverteilung", "1;900;600;14;9;5"),
        ("Ergebnisse in Prozent", "1;900;600;40;35;20"),
    ],
)
def test_whole_per_cents_and_seats_are_no_votes(title: str, line: str) -> None:
    """Told by their sum of 100 in every row, or by the title: nothing is used."""
    columns = [*ELECTORS.split(";"), "CSU", "SPD", "GRÜNE"]
    frame = pl.DataFrame([dict(zip(columns, f"{at}{line}".split(";"), strict=True)) for at in range(1, 4)])
    table = Table(frame, pl.Series([2, 3, 4]), context={"titel": title} if title else {})
    assert judge(table, STANDARDS["wahlergebnis"]).rows_accepted == 0


def test_votes_for_persons_are_told_and_not_counted_again() -> None:
    """Persons stand within their lists: one sentence names their columns."""
    header = f"{ELECTORS};Gültige Stimmen;6 FDP;601 (Huber, Eva);602 (Maier, Jo);7 ÖDP;701 (Koch, Al)"
    judgement = judged("wahlergebnis", header, "1;1000;600;120;80;50;25;40;40", "2;900;500;150;90;45;45;60;50")
    assert judgement.accepted["stimmen"].to_list() == [80, 40, 90, 60]
    assert "persons_inside" in [finding.code for finding in judgement.findings]


def test_the_sum_of_all_areas_is_no_area() -> None:
    """A totals row is refused wherever it stands, once; areas that hold others are kept, marked and told."""
    header = f"Gebietsname;Gebietsart;{ELECTORS.split(';', 1)[1]};gültig;CSU;SPD"
    lines = (
        "Landkreis gesamt;;2000;1100;1090;600;490",
        "Anzing;GEMEINDE;1000;600;595;300;295",
        "Bezirk 1;STIMMBEZIRK;1000;500;495;300;195",
    )
    judgement = judged("wahlergebnis", header, *lines)
    assert judgement.rejected.select("_row", "code").unique().rows() == [(2, "totals_row")]
    assert judgement.accepted.unique("_row", maintain_order=True)["gebietsart"].to_list() == ["gemeinde", "stimmbezirk"]
    assert [finding.code for finding in judgement.findings if finding.row is None] == ["mixed_levels"]


def test_a_total_without_the_name_of_one_is_no_area() -> None:
    """A row that is the sum of all others in every list is refused, whatever it is called."""
    lines = (
        "Musterstadt;2700;1500;880;600",
        "Rathaus;1000;600;390;200",
        "Schule;900;500;295;200",
        "Halle;800;400;195;200",
    )
    judgement = judged("wahlergebnis", "Gebiet;Wahlberechtigte;Wähler;CSU;SPD", *lines)
    assert judgement.rejected.select("_row", "code").unique().rows() == [(2, "totals_row")]
    assert judgement.accepted["stimmen"].sum() == 1480


def test_debit_and_credit_are_asked_about() -> None:
    """Whether H is revenue is the town's to say: amounts stay as they are, with a question."""
    lines = ("501100;1.000,00;S;2023", "431100;500,00;H;2023", "431200;50,00;H;2023")
    judgement = judged("haushalt", "Konto;Betrag;S/H;Jahr", *lines, filename="haushalt.csv")
    assert judgement.accepted["betrag_eur"].to_list() == [1000.0, 500.0, 50.0]
    assert "column_meaning" in [finding.code for finding in judgement.findings]


def test_electors_are_added_up_where_only_their_parts_stand() -> None:
    """Without a column of all electors they are those with and without polling card."""
    header = "Gebietsnummer;Wahlberechtigte ohne Wahlschein;Wahlberechtigte mit Wahlschein;Gültige Stimmen;CSU;SPD"
    row = judged("wahlergebnis", header, "0001;622;348;595;300;295").accepted.row(0, named=True)
    assert (row["wahlberechtigte"], row["stimmen"]) == (970, 300)


BUDGETS = [
    ("Haushaltsstelle;Bezeichnung;Ansatz 2024;Ansatz 2023;RE 2022", ["0.0000.4000;Ehrenamt;12.000,00;11.500,00;1.234,56-", "0.0000.1500;Einnahmen;100,00;90,00;87,10"],
     [("0.0000.4000", "Ehrenamt", "aufwand", "plan", 2024, 12000.0), ("0.0000.4000", "Ehrenamt", "aufwand", "plan", 2023, 11500.0), ("0.0000.4000", "Ehrenamt", "aufwand", "ist", 2022, -1234.56)]),
    ("Produkt;Sachkonto;Bezeichnung;Ergebnis 2023;HH-Ansatz 2025 in EUR;Finanzplanung 2026;VE 2027;Abweichung in %", ["11110;501200;Löhne;(2.345,67);-13.500;14.000;500;3,1"],
     [("501200", "Löhne", "aufwand", "ist", 2023, -2345.67), ("501200", "Löhne", "aufwand", "plan", 2025, -13500.0), ("501200", "Löhne", "aufwand", "plan", 2026, 14000.0)]),
    ("Jahr;Gliederung;Gruppierung;Bezeichnung;Gruppierung|Bezeichnung (F);Einnahme|Ausgabe;Betrag;Ansatz|Rechnung", ["2022;0000;4000;Entgelte;4000 - Entgelte;Ausgabe;5000;Rechnung", "2022;0000;1000;Gebühren;1000 - Gebühren;Einnahme;70;Ansatz", "2022;0200;1000;Gebühren;1000 - Gebühren;Einnahme;60;Ansatz"],
     [("4000", "Entgelte", "aufwand", "ist", 2022, 5000.0), ("1000", "Gebühren", "ertrag", "plan", 2022, 70.0)]),
    ("art;produkt;betrag;jahr;sollist", ["Aufwendungen;Bauhof, gesamt;5000;2022;Ist", "Erträge;Bauhof, gesamt;70;2022;Soll", "Erträge;Bad;60;2022;Soll"], [(None, None, "aufwand", "ist", 2022, 5000.0), (None, None, "ertrag", "plan", 2022, 70.0)]),
    ("Jahr;Unterabschnitt;Gruppierung;Ansatz;Rechnung", ["2022;0000 Gemeindeorgane;4000 Entgelte;5000;4900"], [("4000", "Entgelte", "aufwand", "plan", 2022, 5000.0), ("4000", "Entgelte", "aufwand", "ist", 2022, 4900.0)]),
    ("Produktbereich;Bezeichnung;Erträge Plan 2024;Aufwendungen Plan 2024;Saldo 2024", ["11;Verwaltung;100;500;-400"], [(None, None, "ertrag", "plan", 2024, 100.0), (None, None, "aufwand", "plan", 2024, 500.0)]),
    ("Produktbereich;Bezeichnung;Ordentliche Erträge 2024 (TEUR);Ordentliche Aufwendungen 2024 (TEUR);Ergebnis 2024 (TEUR)", ["11;Verwaltung;100;500;-400"],
     [(None, None, "ertrag", None, 2024, 100000.0), (None, None, "aufwand", None, 2024, 500000.0)]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "lines", "expected"), BUDGETS, ids=[case[0][:40] for case in BUDGETS])
def test_budgets_say_what_year_and_whether_planned(
    header: str, lines: list[str], expected: list[tuple[object, ...]]
) -> None:
    """Cameral and double entry, long and wide: account, kind, state, year and amount with its sign."""
    judgement = judged("haushalt", header, *lines, filename="haushalt.csv")
    found = judgement.accepted.select("konto", "konto_bezeichnung", "art", "stand", "jahr", "betrag_eur").rows()
    assert found[: len(expected)] == expected
    assert judgement.rows_rejected == 0


def test_thousands_of_euros_said_above_the_table_are_euros_and_sums_are_refused() -> None:
    """„Angaben in TEUR“ counts for all amounts, and is told; subtotals are no bookings."""
    lines = ("1;Steuern;12.345", "2;= Summe der ordentlichen Erträge;12.345")
    judgement = judged(
        "haushalt", "Nr.;Ertrags- und Aufwandsarten;Ansatz 2025", *lines, title="Ergebnishaushalt\nAngaben in TEUR"
    )
    assert judgement.accepted["betrag_eur"].to_list() == [12_345_000.0]
    assert judgement.rejected["code"].to_list() == ["totals_row"]
    assert "unit_from_context" in [finding.code for finding in judgement.findings]


@pytest.mark.parametrize(
    "lines",
    [
        ("11;Verwaltung;1.310,50;9.876,40", "111;Steuerung;310,50;1.876,40", "112;Dienste;1.000,00;8.000,00"),
        (
            "1;Steuern;12.345,67;11.222,33",
            "2;Gebühren;345,67;322,11",
            "3;Ordentliche Erträge;12.691,34;11.544,44",
            "4;Löhne;1;2",
        ),
    ],
)
def test_sums_among_the_rows_count_nothing_twice(lines: tuple[str, ...]) -> None:
    """A group above its products, a sum below its items: known by the numbers, whatever it is called."""
    judgement = judged("haushalt", "Produkt;Bezeichnung;Ansatz 2025;Ansatz 2024", *lines, filename="haushalt.csv")
    assert judgement.rejected["code"].unique().to_list() == ["totals_row"]
    assert judgement.rows_accepted == 2 * (len(lines) - 1)


def test_a_sum_without_an_account_is_no_account() -> None:
    """In one column of amounts a row that lacks the account all rows before it have, and is their sum."""
    lines = ("1111;501000;2.345,10", "1111;502000;1.111,00", "1111 Ergebnis;;3.456,10")
    judgement = judged("haushalt", "Produkt;Sachkonto;Ansatz 2025", *lines)
    assert (judgement.accepted["betrag_eur"].sum(), judgement.rejected["code"].to_list()) == (3456.10, ["totals_row"])


def test_round_amounts_that_add_up_by_chance_are_kept() -> None:
    """100 + 200 = 300 in every year is no sum."""
    lines = ("501;Löhne;100;100", "502;Reisen;200;200", "503;Porto;300;300")
    assert judged("haushalt", "Konto;Bezeichnung;Ansatz 2025;Ansatz 2024", *lines).rows_accepted == 6


def test_a_budget_of_two_years_is_asked_about() -> None:
    """Whether „Ansatz 2025/2026“ is one year's or both nobody can know."""
    frame = pl.DataFrame({"Produkt": ["11110"], "Konto": ["501200"], "Ansatz 2025/2026": ["5.000,00"]})
    judgement = judge(Table(frame, pl.Series([2])), STANDARDS["haushalt"])
    assert [f.column for f in judgement.findings if f.code == "two_years"] == ["Ansatz 2025/2026"]
    assert judgement.rows_accepted == 0


PEOPLE = [
    ("Jahr;Bevölkerung¹) insgesamt;Bevölkerung¹) weiblich;Ausländer²);Ausländer in %", "1970³);107 943;54 807;8 662;8,0", "",
     [("gesamt", 1970, 107943), ("weiblich", 1970, 54807), ("nichtdeutsch", 1970, 8662)]),
    ("Nr.;Stadtbezirk;Ins- gesamt;davon im Alter von … bis unter … Jahren 0 - 6;davon im Alter von … bis unter … Jahren 65 u. älter", "01;Altstadt;900;80;150", "Bevölkerung am 31.12.2023",
     [("Altstadt", 2023, 900), ("Altstadt · 0 - 6", 2023, 80), ("Altstadt · 65 u. älter", 2023, 150)]),
    ("Monat;Einwohner", "02/2023;9.001", "", [("gesamt", 2023, 9001)]),
    ("Ortsteil;Januar 2023;Februar 2023", "Dorf;100;102", "Einwohner", [("Dorf", 2023, 100), ("Dorf", 2023, 102)]),
    ("Jahr;Einwohner am 01.01.;Geborene;Einwohner am 31.12.", "2020;9000;80;9100", "", [("gesamt", 2020, 9100)]),
    ("spalte_1;spalte_2;31.12.2021;31.12.2022", "09175111;Anzing;4400;4500", "", [("Anzing", 2021, 4400), ("Anzing", 2022, 4500)]),
    ("AGS;Gemeinde;2021 insgesamt;2021 männlich;2022 insgesamt;2022 männlich", "09175111;Anzing;4400;2200;4500;2250", "Bevölkerung",
     [("Anzing", 2021, 4400), ("Anzing · männlich", 2021, 2200), ("Anzing", 2022, 4500), ("Anzing · männlich", 2022, 2250)]),
    ("Nr.;Stadtbezirk;insgesamt;weiblich;Ausländer;Ausländeranteil in %;Fläche in ha", "01;Altstadt;21.000;10.500;6.000;28,6;315", "Einwohner am 31.12.2023",
     [("Altstadt", 2023, 21000), ("Altstadt · weiblich", 2023, 10500), ("Altstadt · nichtdeutsch", 2023, 6000)]),
    ("Jahr;Ortsteil;0 bis unter 6;65 und älter;Deutsche männlich", "2020;Dorf;100;200;300", "Einwohner", [("Dorf · 0 bis unter 6", 2020, 100), ("Dorf · 65 und älter", 2020, 200), ("Dorf · männlich · deutsch", 2020, 300)]),
    ("Jahr;Einwohner insgesamt;davon männlich;Geburten;Zuzüge;Einwohner je km²", "2020;12.000;5.900;110;800;350", "", [("gesamt", 2020, 12000), ("männlich", 2020, 5900)]),
    ("Jahr;Innenstadt;Nord;Süd;Gesamt", "2020;1000;2000;3000;6000", "Einwohner", [("Innenstadt", 2020, 1000), ("Nord", 2020, 2000), ("Süd", 2020, 3000), ("gesamt", 2020, 6000)]),
    ("Ortsteil;1. Quartal 2023;HJ1 2024", "Dorf;100;102", "Einwohner", [("Dorf", 2023, 100), ("Dorf", 2024, 102)]),
    ("stichtag;stadtteil;geschlecht;altersgruppe;anzahl", "31.12.2023;Mitte;w;6-17;90", "Hauptwohnsitz", [("Mitte · 6-17 · weiblich", 2023, 90)]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "line", "title", "expected"), PEOPLE, ids=[case[0][:40] for case in PEOPLE])
def test_people_are_counted_by_what_the_header_says(
    header: str, line: str, title: str, expected: list[tuple[object, ...]]
) -> None:
    """Years, days, sex, nationality, age and place from headers in any order; shares, moves and densities are no people."""
    judgement = judged("einwohner", header, line, title=title, filename="bevoelkerung.csv")
    assert judgement.accepted.select("merkmal", "jahr", "anzahl").rows() == expected
    assert judgement.rows_rejected == 0


def test_rows_that_are_no_persons_are_refused() -> None:
    """Densities and shares among the rows of a table of people."""
    lines = (
        "Einwohner insgesamt;9000;9100",
        "weiblich;4600;4650",
        "Ausländeranteil in %;21;22",
        "Einwohner je km²;350;352",
    )
    judgement = judged("einwohner", "Merkmal;2022;2023", *lines, title="Einwohner am 31.12.")
    assert judgement.accepted["anzahl"].to_list() == [9000, 9100, 4600, 4650]
    assert judgement.rejected["code"].unique().to_list() == ["not_this_standard"]


def test_a_day_above_its_rows_holds_for_them() -> None:
    """GENESIS: the day as the only cell of a row, then the Gemeinden."""
    lines = ("31.12.2022;;", "Anzing;2200;2300", "31.12.2023;;", "Anzing;2250;2350")
    judgement = judged(
        "einwohner", "Gemeinden;männlich;weiblich", *lines, title="Fortschreibung des Bevölkerungsstandes"
    )
    assert judgement.accepted.select("jahr", "anzahl").rows() == [
        (2022, 2200),
        (2022, 2300),
        (2023, 2250),
        (2023, 2350),
    ]
    assert judgement.rows_rejected == 0


def test_counts_in_thousands_are_not_taken_for_persons() -> None:
    """„in 1 000“ above the table: a question, and nothing is used."""
    frame = pl.DataFrame({"Jahr": ["2025", "2030"], "insgesamt": ["137", "138"]})
    table = Table(frame, pl.Series([4, 5]), context={"titel": "Bevölkerung bis 2042 (in 1 000)"})
    judgement = judge(table, STANDARDS["einwohner"])
    assert (judgement.rows_accepted, judgement.findings[0].code) == (0, "says_otherwise")


@pytest.mark.parametrize(
    "header",
    [
        "Stadtbezirk;Jahr;Einwohner/ha",
        "Jahr;Geburten;Sterbefälle;Saldo",
        "BezirkName;2010;2011;2012",
        "Gemeinde;Jahr;Einwohner je km²",
    ],
)
def test_what_is_not_said_to_be_people_is_asked_about(header: str) -> None:
    """Births, bare years of anything and densities are no population: no clear winner."""
    line = ";".join(
        "2020" if name == "Jahr" else "Dorf" if name in ("Gemeinde", "BezirkName", "Stadtbezirk") else "12"
        for name in header.split(";")
    )
    columns = header.split(";")
    frame = pl.DataFrame({name: [cell] * 4 for name, cell in zip(columns, line.split(";"), strict=True)})
    (_, best), (_, second) = rank(Table(frame, pl.Series(range(4))), STANDARDS)[:2]
    assert best < 0.5 or best - second < 0.15
