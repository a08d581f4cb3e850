"""Workbooks as municipalities keep them: merged cells, hidden parts, formats, errors, broken packages, many sheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from connectors.reading import Unreadable, read_table
from tests.connectors.said import codes


def book(*sheets: tuple[str, Callable[[Worksheet, xlsxwriter.Workbook], None]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        for name, fill in sheets:
            fill(made.add_worksheet(name), made)
    return out.getvalue()


def rows(*lines: list[object]) -> Callable[[Worksheet, xlsxwriter.Workbook], None]:
    def fill(sheet: Worksheet, _: xlsxwriter.Workbook) -> None:
        for at, line in enumerate(lines):
            sheet.write_row(at, 0, line)

    return fill


def replaced(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == part else source.read(name))
    return out.getvalue()


def test_reading_sheet_of_data_beats_a_longer_help_sheet() -> None:
    """A code list and a hidden sheet are longer, the data sheet is read; the decision names the runner-up."""
    data = [[f"Baum {i}", i, i * 2] for i in range(30)]
    codelist = [[str(i), f"Art {i}", "x"] for i in range(90)]
    result = read_table(
        book(
            ("Codeliste Arten", rows(["Code", "Name", "Gruppe"], *codelist)),
            ("Bäume", rows(["Name", "Nr", "Höhe"], *data)),
            ("alt", lambda sheet, _: (rows(["Name", "Nr", "H"], *(data * 3))(sheet, _), sheet.hide())),
        )
    )
    assert (result.report.sheet, result.report.rows) == ("Bäume", 30)
    assert result.report.decisions[0].what == "sheet"
    assert result.report.decisions[0].runner_up == "Codeliste Arten"
    assert "sheets_hidden" in codes(result)


def test_reading_sheets_of_one_header_are_told_and_each_can_be_asked_for() -> None:
    """One sheet per year: one is read, the others are named, and each is read when asked for, in any case."""
    years = [(str(year), rows(["Ortsteil", "Einwohner"], ["Nord", year], ["Süd", year + 1])) for year in (2021, 2022)]
    result = read_table(book(*years))
    assert "sheets_alike" in codes(result)
    assert read_table(book(*years), sheet=" 2022 ").frame["Einwohner"].to_list() == ["2022", "2023"]


def test_reading_merged_titles_and_keys() -> None:
    """A merged title names its columns, a merged key fills its rows, a merged number counts once."""

    def fill(sheet: Worksheet, _: xlsxwriter.Workbook) -> None:
        sheet.merge_range("A1:A2", "Bezirk")
        sheet.merge_range("B1:C1", "Plätze")
        sheet.merge_range("D1:D2", "Summe")
        sheet.write_row("B2", ["U3", "Ü3"])
        for at in range(4):
            sheet.write_row(2 + at, 1, [at, at + 1])
        sheet.merge_range("A3:A4", "Nord")
        sheet.merge_range("A5:A6", "Süd")
        sheet.merge_range("D3:D6", 99)

    result = read_table(book(("Kitas", fill)))
    assert result.frame.columns == ["Bezirk", "Plätze U3", "Plätze Ü3", "Summe"]
    assert result.frame["Bezirk"].to_list() == ["Nord", "Nord", "Süd", "Süd"]
    assert result.frame["Summe"].to_list() == ["99", None, None, None]
    assert {"merged_filled", "merged_numbers"} <= codes(result)


def test_reading_formats_errors_formulas_and_hidden_parts() -> None:
    """Zeros a format shows are kept, percent and errors are told, hidden rows and columns are read and told."""

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["PLZ", "Anteil", "Wert", "Dauer", "Datum"])
        for at in (1, 2, 3):
            sheet.write(at, 0, 1067 + at, made.add_format({"num_format": "00000"}))
            sheet.write(at, 1, 0.125, made.add_format({"num_format": "0%"}))
            sheet.write_formula(at, 2, "=1/0", None, "#DIV/0!" if at == 1 else 7)
            sheet.write(at, 3, timedelta(hours=30), made.add_format({"num_format": "[h]:mm"}))
            sheet.write(at, 4, date(2024, 3, at), made.add_format({"num_format": "[$-407]d. mmmm yyyy;@"}))
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("B:B", None, None, {"hidden": True})

    data = book(("a", fill))
    result = read_table(data)
    assert result.frame.row(0) == ("01068", "0.125", "#DIV/0!", "30:00:00", "2024-03-01")
    assert result.frame.height == 3
    assert {"format_zeros", "format_percent", "cell_errors", "hidden_rows", "hidden_columns"} <= codes(result)
    bare = replaced(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>7</v>", b""))
    assert "formulas_uncached" in codes(read_table(bare))


def test_reading_workbook_with_a_broken_or_missing_style_sheet() -> None:
    """A truncated style sheet still says which cells are dates; without one the cells are read all the same."""

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        form = made.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["Name", "Datum"])
        sheet.write_row(1, 0, ["Fest", date(2024, 5, 1)], form)

    data = book(("a", fill))
    cut = read_table(replaced(data, "xl/styles.xml", lambda xml: xml[: xml.index(b"</cellXfs>")]))
    assert cut.frame.row(0) == ("Fest", "2024-05-01")
    assert "styles_broken" in codes(cut)
    gone = read_table(replaced(data, "xl/styles.xml", lambda _: b"<kaputt"))
    assert gone.frame.row(0) == ("Fest", "45413")


def test_reading_strict_ooxml_and_the_1904_epoch() -> None:
    """The strict dialect of ISO 29500 and the day count of old Macs give the same dates."""
    space = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["Name", "Datum"])
        sheet.write_row(1, 0, ["Fest", date(2024, 5, 1)], made.add_format({"num_format": 14}))

    data = book(("a", fill))
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"):
        data = replaced(data, part, lambda xml: xml.replace(*space))
    assert read_table(data).frame.row(0) == ("Fest", "2024-05-01")
    mac = replaced(data, "xl/workbook.xml", lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" '))
    assert read_table(mac).frame.row(0) == ("Fest", "2028-05-02")


def test_reading_ods_with_repeated_and_merged_cells() -> None:
    """Repeated rows are unfolded, a repeated empty rest of the sheet is not; a rest that is full is refused."""
    cell = "<table:table-cell office:value-type='string'{}><text:p>{}</text:p></table:table-cell>"

    def ods(inner: str) -> bytes:
        out = io.BytesIO()
        spaces = " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
        )
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            archive.writestr(
                "content.xml",
                f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='T'>"
                f"{inner}</table:table></office:spreadsheet></office:body></office:document-content>",
            )
        return out.getvalue()

    head = "<table:table-row>" + cell.format("", "Ort") + cell.format("", "Art") + "</table:table-row>"
    twice = "<table:table-row table:number-rows-repeated='2'>" + cell.format("", "A") * 2 + "</table:table-row>"
    rest = (
        "<table:table-row table:number-rows-repeated='1048573'>"
        "<table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
    )
    assert read_table(ods(head + twice + rest)).frame.rows() == [("A", "A"), ("A", "A")]
    full = rest.replace("/></table:table-row>", "><text:p>x</text:p></table:table-cell></table:table-row>")
    with pytest.raises(Unreadable) as refusal:
        read_table(ods(head + full))
    assert refusal.value.code == "sheet_too_large"


def test_reading_tables_beside_and_below_each_other() -> None:
    """The largest is read, the others are told with their area, each is read when asked for; spacers part no table."""

    def fill(sheet: Worksheet, _: xlsxwriter.Workbook) -> None:
        for at, row in enumerate([["Ort", "Plätze"], *([f"Ort {n}", n] for n in range(9))]):
            sheet.write_row(at, 0, row)
        for at, row in enumerate([["Jahr", "Kosten"], [2020, 5], [2021, 6], [2022, 7]]):
            sheet.write_row(at, 3, row)
        for at, row in enumerate([["Name", "Amt", "Ruf"], ["Huber", "Bau", "12a"], ["Maier", "Rat", "34b"]]):
            sheet.write_row(12 + at, 0, row)

    data = book(("Bericht", fill))
    result = read_table(data)
    assert result.frame.columns == ["Ort", "Plätze"]
    assert result.frame.height == 9
    areas = [note.message_de for note in result.report.notes if note.code == "sheet_table_other"]
    assert any("D1:E4" in text for text in areas)
    names = [name for name in result.report.sheets if "/" in name]
    frames = [read_table(data, sheet=name).frame for name in names]
    assert [int(cell) for cell in frames[1].row(0)] == [2020, 5]

    def spaced(sheet: Worksheet, _: xlsxwriter.Workbook) -> None:
        for at in range(5):
            sheet.write_row(at, 1, ["Ort", "Art"] if not at else [f"Ort {at}", "x"])
            sheet.write_row(at, 4, ["Wert", "Jahr"] if not at else [at, 2020 + at])

    assert read_table(book(("a", spaced))).frame.height == 4


def test_reading_a_number_that_its_format_calls_a_date_is_told() -> None:
    """Two readings of one cell are a note, not a coin flip: no calendar has the day 99,999,999."""

    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        form = made.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["Name", "Datum"])
        sheet.write_row(1, 0, ["Fest", 99_999_999], form)
        sheet.write_row(2, 0, ["Markt", 45_413], form)

    result = read_table(book(("a", fill)))
    assert result.frame["Datum"][1].startswith("2024-05-01")
    assert [note.message_de for note in result.report.notes if note.code == "date_doubt"]
