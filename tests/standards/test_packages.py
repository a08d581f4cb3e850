"""The packages: every standard is valid, its template comes back whole, a broken one names file, key and fix."""

# ruff: noqa: E501  tables of cases read better in rows; moments are naive German local time on purpose

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement, Table
from standards.ranking import rank
from standards.registry import StandardInvalid, load_standard, load_standards
from standards.templates import write_template
from standards.writing import write_fixed, write_rejects

STANDARDS = load_standards()
PROMISED = {
    "baumkataster": "baum_nr art_botanisch art_deutsch pflanzjahr hoehe_m kronendurchmesser_m stammumfang_cm standort lat lon",
    "spielplaetze": "name art flaeche_m2 altersgruppe ausstattung adresse lat lon",
    "parkraum": "name art kapazitaet kapazitaet_behindert frei zeitpunkt adresse lat lon",
    "radverkehrszaehlung": "zaehlstelle richtung zeitpunkt intervall_min anzahl lat lon",
    "haushalt": "jahr stand produkt produkt_bezeichnung konto konto_bezeichnung art betrag_eur haushaltsart",
    "wochenmaerkte": "name oeffnungszeiten adresse lat lon",
    "kitas": "name traeger plaetze adresse lat lon",
    "wahlergebnis": "wahl datum gebiet_nr gebiet_name wahlberechtigte waehler gueltige ungueltige stimme liste_nr partei stimmen gebietsart",
    "einwohner": "jahr stichtag merkmal anzahl gebiet_nr gebiet_name geschlecht altersgruppe nationalitaet familienstand erhebungsart",
}


def table(path: Path) -> Table:
    """A template or example read without the reading room: the engine stands alone."""
    if path.suffix == ".xlsx":
        frame = fastexcel.read_excel(path).load_sheet("Beispiel", dtypes="string").to_polars()
    else:
        frame = pl.read_csv(path, separator=";", infer_schema=False)
    return Table(frame, pl.int_range(2, frame.height + 2, eager=True), filename=path.name)


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_fields_are_the_promised_ones_in_order(name: str) -> None:
    """Other rooms rely on these names and this order."""
    assert list(STANDARDS[name].schema()) == PROMISED[name].split()


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_a_template_has_the_titles_an_example_of_its_own_and_help(tmp_path: Path, name: str) -> None:
    """Every column of the template becomes its field, the example on its sheet is good data, the help is in German."""
    standard, path = STANDARDS[name], tmp_path / "vorlage.xlsx"
    write_template(standard, path)
    judgement = judge(table(path), standard)
    assert {match.field for match in judgement.mapping} == set(standard.schema())
    assert (judgement.rows_accepted, judgement.rows_rejected, judgement.unmapped) == (1, 0, ())
    told = fastexcel.read_excel(path).load_sheet("Hilfe", header_row=3).to_polars()
    assert told["Spalte"].to_list() == [field.title_de for field in standard.fields]
    write_template(standard, path.with_suffix(".csv"))
    assert path.with_suffix(".csv").read_text("utf-8-sig").count("\n") == 1


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_the_example_of_each_standard_is_accepted_and_recognised(name: str) -> None:
    """The invented example is good data of its own standard, and found without a hint."""
    example = table(Path(sys.modules["standards"].__file__ or "").parent / name / "example.csv")
    assert judge(example, STANDARDS[name]).rows_rejected == 0
    assert rank(example, STANDARDS)[0][0] == name


@pytest.mark.parametrize(
    ("change", "key", "fix"),
    [
        (("[[fields]]", "fieldz = 1\n[[fields]]"), "fieldz", "unknown key"),
        (('type = "string"', 'type = "text"'), "fields[0].type (field 'name')", "Input should be"),
        (('theme = "ECON"\n', ""), "theme", "add this key"),
        (('key = ["name"', 'key = ["nmae"'), "standard", "unknown fields: nmae"),
        (('name = "wochenmaerkte"', 'name = "maerkte"'), "name", "folder's name"),
        (("title_de =", "title_de"), "TOML", "syntax"),
    ],
)
def test_a_broken_standard_names_file_key_and_fix(tmp_path: Path, change: tuple[str, str], key: str, fix: str) -> None:
    """A typo in a standard.toml is one sentence, not a traceback."""
    source = Path(sys.modules["standards"].__file__ or "").parent / "wochenmaerkte" / "standard.toml"
    folder = tmp_path / "wochenmaerkte"
    folder.mkdir()
    (folder / "standard.toml").write_text(source.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(StandardInvalid) as raised:
        load_standard(folder / "standard.toml")
    assert raised.value.key == key
    assert fix in raised.value.fix
    assert "standard.toml" in str(raised.value)


@pytest.fixture
def judgement() -> Judgement:
    data = {
        "Name": ['=HYPERLINK("x")', "Platz B", "Platz C"],
        "lat": ["48,1", "48,2", "quer"],
        "lon": ["11,5", "-0", "11,5"],
    }
    frame = pl.DataFrame({**data, "Grund": ["a", "b", "c"]})
    return judge(Table(frame, pl.Series([5, 6, 7])), STANDARDS["spielplaetze"])


def test_the_corrected_csv_runs_no_formula_and_has_decimal_points(tmp_path: Path, judgement: Judgement) -> None:
    """Field names, decimal points, and a formula that a spreadsheet would run is defused."""
    write_fixed(judgement, STANDARDS["spielplaetze"], tmp_path / "fixed.csv")
    with (tmp_path / "fixed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(STANDARDS["spielplaetze"].schema())
    assert (rows[0]["name"], rows[0]["lat"]) == ('\'=HYPERLINK("x")', "48.1")


def test_the_corrected_xlsx_holds_formulas_as_text(tmp_path: Path, judgement: Judgement) -> None:
    """In XLSX the text stays exactly as it was, in a text cell; numbers are numbers."""
    write_fixed(judgement, STANDARDS["spielplaetze"], tmp_path / "fixed.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "fixed.xlsx").load_sheet(0).to_polars()
    assert sheet["name"][0] == '=HYPERLINK("x")'
    assert sheet["lat"][0] == pytest.approx(48.1)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_rejects_file_has_the_original_columns_and_the_reason(
    tmp_path: Path, judgement: Judgement, suffix: str
) -> None:
    """Row number, reason and the cells as they were, even where a column is called like one of ours."""
    path = tmp_path / f"rejects{suffix}"
    write_rejects(judgement, path)
    frame = (
        pl.read_csv(path, infer_schema=False)
        if suffix == ".csv"
        else fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    )
    assert frame.columns == ["Zeile", "Grund", "Name", "lat", "lon", "Grund (Datei)"]
    assert {"quer"} <= set(frame["lat"].to_list())
    assert frame.height == judgement.rows_rejected


def test_importing_the_engine_loads_no_heavy_geometry_library() -> None:
    """The command line starts fast: projections and shapes are imported where a file needs them."""
    code = "import sys, standards.engine, standards.registry; print([m for m in ('pyproj', 'shapely', 'rapidfuzz', 'xlsxwriter') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("lost", [["9461000"], ["9461000", "9462000", "09463000", ""]])
def test_keys_that_lost_their_zero_get_it_back(lost: list[str]) -> None:
    """Excel takes the first zero of an AGS: one lost zero is put back in every row, however many rows there are."""
    frame = pl.DataFrame(
        {"LeiKa-ID": ["99012345678901"] * len(lost), "AGS": lost, "Leistung": ["Hundesteuer"] * len(lost)}
    )
    judgement = judge(Table(frame, pl.Series("row", range(2, len(lost) + 2))), STANDARDS["onlinedienste"])
    assert judgement.accepted["kommune_ags"].to_list() == [f"0{ags.lstrip('0')}" if ags else None for ags in lost]
