"""Repairs: examples with their row, taken back by kind and column, and the corrected workbook that shows them."""

import zipfile
from pathlib import Path

import fastexcel
import polars as pl

from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards
from standards.writing import write_changes, write_fixed, write_rejects

STANDARD = load_standards()["baumkataster"]
TREES = {
    "Nr": ["1", "2", "3", "4"],
    "Baumart": ["Linde ", " k.A.", "Ã„sche", "Eiche"],
    "Höhe (cm)": ["1200", "42,5", "quer", "7,5"],
    "Pflanzjahr": ["1.1.1990", "1980", "später", "2001"],
    "x": ["4468000", "4468010", "4468020", "4468030"],
    "y": ["5333000", "5333010", "5333020", "5333030"],
}


def trees(*undo: str) -> Judgement:
    return judge(Table(pl.DataFrame(TREES), pl.Series([5, 6, 7, 8]), undo=frozenset(undo)), STANDARD, changes=True)


def test_examples_name_their_row() -> None:
    """Each kind of repair shows what stood where and what became of it."""
    (unit,) = [repair for repair in trees().repairs if repair.kind == "unit"]
    assert [(one.row, one.before, one.after) for one in unit.examples] == [
        (5, "1200", "12.0"), (6, "42,5", "0.425"), (8, "7,5", "0.075"),
    ]  # fmt: skip


def test_text_is_taken_as_it_stands() -> None:
    """Blanks and mojibake that nobody wants repaired stay in texts; other repairs of the same cell go on."""
    assert trees("whitespace").accepted["art_deutsch"].to_list() == ["Linde ", " k.A.", "Eiche"]
    left = trees("mojibake", "missing_word:Baumart")
    assert left.accepted["art_deutsch"].to_list() == ["Linde", "k.A.", "Eiche"]
    assert {"mojibake", "missing_word"}.isdisjoint(repair.kind for repair in left.repairs)


def test_a_value_is_taken_where_it_fits_and_rejected_where_not() -> None:
    """Without the unit 42.5 and 7.5 are heights in metres and 1200 is none; without the comma 42,5 is no number."""
    unit = trees("unit:Höhe (cm)")
    assert dict(unit.accepted.select("_row", "hoehe_m").iter_rows()) == {6: 42.5, 8: 7.5}
    assert dict(unit.rejected.select("_row", "code").iter_rows())[5] == "out_of_range"
    comma = trees("decimal_comma")
    assert dict(comma.rejected.select("_row", "code").iter_rows())[6] == "repair_undone"
    assert "42,5" in comma.rejected.filter(pl.col("_row") == 6)["message_de"].item()


def test_places_in_another_system_are_not_taken_as_degrees() -> None:
    """Gauß-Krüger metres that may not be converted are no place: the rows say so."""
    crs = trees("crs")
    assert (crs.rows_accepted, set(crs.rejected["code"])) == (0, {"repair_undone", "not_a_year"})


def test_undoing_is_said_also_where_there_was_nothing_to_undo() -> None:
    """The report counts what stays as it stood, and tells of a kind that the file does not need."""
    said = {finding.code: finding.message_de for finding in trees("date_format", "yes_no:Baumart").findings}
    assert "1 Werte" in said["repair_left"]
    assert "„Baumart“" in said["undo_nothing"]


def test_the_corrected_workbook_shows_changes_and_open_rows(tmp_path: Path) -> None:
    """Four sheets: data, every change with before and after, the open rows with all reasons, the notes."""
    judgement = trees()
    write_fixed(judgement, STANDARD, tmp_path / "fixed.xlsx")
    book = fastexcel.read_excel(tmp_path / "fixed.xlsx")
    assert book.sheet_names == ["Daten", "Änderungen", "Offen", "Hinweise"]
    changes = book.load_sheet("Änderungen").to_polars()
    unit = changes.filter(pl.col("Art") == "unit").row(0, named=True)
    assert (unit["Zeile"], unit["Spalte"], unit["Feld"]) == (5, "Höhe (cm)", "Höhe in Metern")
    assert (unit["vorher"], unit["nachher"]) == ("1200", "12.0")
    (reason,) = book.load_sheet("Offen").to_polars()["Grund"]
    assert "„später“" in reason
    assert "„quer“" in reason
    with zipfile.ZipFile(tmp_path / "fixed.xlsx") as parts:
        comments = "".join(parts.read(name).decode() for name in parts.namelist() if "comments" in name)
    assert "Zeile 5 Ihrer Datei: „1200“" in comments
    write_changes(judgement, STANDARD, tmp_path / "changes.csv")
    assert pl.read_csv(tmp_path / "changes.csv", infer_schema=False).height == changes.height


def test_a_row_of_a_wide_file_comes_back_once(tmp_path: Path) -> None:
    """Two bad cells of one row are one line of the rejects file, with both reasons."""
    hours = ["01.01.2024 00:00", "01.01.2024 01:00", "01.01.2024 02:00"]
    frame = pl.DataFrame({"Zeitpunkt": hours, "Neutor (gesamt)": ["1", "-5", "3"], "Wall (gesamt)": ["2", "-7", "4"]})
    judgement = judge(Table(frame, pl.Series([2, 3, 4])), load_standards()["radverkehrszaehlung"])
    write_rejects(judgement, tmp_path / "rejects.csv")
    rows = pl.read_csv(tmp_path / "rejects.csv", infer_schema=False)
    assert rows["Zeile"].to_list() == ["3"]
    assert "„-5“" in rows["Grund"].item()
    assert "„-7“" in rows["Grund"].item()
