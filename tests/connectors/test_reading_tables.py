"""Several tables in one text, decisions told, readings that are equally good, torn rows."""

from __future__ import annotations

import pytest

from connectors.reading import ReadResult, Unreadable, read_table
from tests.connectors.said import codes

TREES = "Nr;Baumart;Höhe\n" + "".join(f"{i};Ahorn {i};{i},5\n" for i in range(1, 9))
MARKETS = "Markt;Tag;Uhrzeit;Ort\nViktualien;Montag;07:00 Uhr;Mitte\nPasing;Dienstag;08:00 Uhr;West\n"


def read(text: str, sheet: str | None = None) -> ReadResult:
    return read_table(text.encode(), filename="liste.csv", sheet=sheet)


@pytest.mark.parametrize("between", ["\n", "\n\nTabelle 2: Märkte\n", ";;;\n;;;\n"])
@pytest.mark.parametrize("sheet", [None, "2", "Tabelle 2"])
def test_reading_tables_the_asked_for_one_is_read_and_all_are_told(between: str, sheet: str | None) -> None:
    """The largest by default, else the named one; lines and columns of the other stand in a note."""
    result = read(TREES + between + MARKETS, sheet)
    assert result.frame.columns == (["Markt", "Tag", "Uhrzeit", "Ort"] if sheet else ["Nr", "Baumart", "Höhe"])
    assert result.frame.height == (2 if sheet else 8)
    assert len(result.report.sheets) == 2
    other = next(note.message_de for note in result.report.notes if note.code == "table_other")
    assert "(Zeilen 1 bis 9)" in other if sheet else "Markt, Tag, Uhrzeit, Ort" in other
    choice = next(decision for decision in result.report.decisions if decision.what == "table")
    assert choice.reason == ("verlangt" if sheet else "die größte von 2 Tabellen")


def test_reading_tables_a_name_that_is_not_there_is_refused() -> None:
    """A person who asks for a table that the file has not gets the names of those it has."""
    with pytest.raises(Unreadable, match="Vorhanden: Tabelle 1, Tabelle 2") as refusal:
        read(f"{TREES}\n{MARKETS}", "Haltestellen")
    assert refusal.value.code == "sheet_missing"


def test_reading_tables_ragged_rows_and_blank_lines_make_no_second_table() -> None:
    """Gaps, short rows and sub-headings inside one table stay one table."""
    text = "Nr;Ort;Name\n1;Hof;Linde\n\nLandkreis Hof\n2;Rehau\n3;Selb;Ahorn\n\n4;Hof;Buche\n"
    result = read(text)
    assert result.report.sheets == ()
    assert result.frame.height == 5


def test_reading_two_readings_that_are_equally_good_are_a_finding() -> None:
    """Two delimiters that both give an even table of other cells: both are said, not one in silence."""
    text = "".join(f"a{i}|b{i}\tc{i}\n" for i in range(9))
    result = read(text)
    finding = next(note.message_de for note in result.report.notes if note.code == "dialect_ambiguous")
    assert "„|“" in finding
    assert "Tabulator" in finding
    assert "dialect_ambiguous" not in codes(read(TREES))


def test_reading_delimiter_in_text_is_rejoined_only_where_one_way_fits() -> None:
    """`Markt; hinten` between typed columns is one cell; between two columns of words nobody can know."""
    rows = "".join(f"{i};Am Weg;{i},5\n" for i in range(1, 6))
    mended = read(f"Nr;Lage;Höhe\n{rows}6;Am Markt; hinten;7,5\n")
    assert mended.frame.row(5) == ("6", "Am Markt; hinten", "7,5")
    assert "delimiter_in_text" in codes(mended)
    words = "".join(f"Ahorn {i};Weg;Hof\n" for i in range(1, 6))
    open_case = read(f"Name;Lage;Ort\n{words}Linde;Am;Markt;Hof\n")
    assert open_case.frame.row(5) == ("Linde", "Am", "Markt", "Hof")
    assert "row_long" in codes(open_case)


def test_reading_a_row_with_another_delimiter_is_read_with_it() -> None:
    """One row of tabs among semicolons has the same cells; it is told."""
    result = read(TREES + "9\tUlme\t3,5\n")
    assert result.frame.row(8) == ("9", "Ulme", "3,5")
    assert "delimiter_other" in codes(result)


def test_reading_decisions_name_reason_and_runner_up() -> None:
    """Encoding, line end, delimiter, quote, header, title lines and footer are told, each with why."""
    text = "Bäume der Stadt\n\n" + TREES.replace("Ahorn 3", '"Ahorn; rot"') + "\nQuelle: Bauhof\n"
    result = read_table(text.replace("\n", "\r\n").encode("cp1252"))
    told = {decision.what: decision for decision in result.report.decisions}
    chosen = {what: decision.chosen for what, decision in told.items()}
    assert chosen == {
        "encoding": "windows-1252",
        "line_end": "CRLF",
        "delimiter": "„;“",
        "quote": '"',
        "escape": "verdoppelt",
        "header": "Zeile 3",
        "preamble": "2 Zeilen",
        "footer": "eine Zeile",
    }
    assert all(decision.reason for decision in told.values())
    assert told["encoding"].runner_up == "iso-8859-1"


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("times", [1, 2])
def test_reading_mojibake_of_every_level_is_undone(codec: str, times: int) -> None:
    """UTF-8 that was read in the wrong set, once or twice, comes back; text that is meant stays."""
    text = "Nr;Straße;Träger\n1;Königsplatz;Größe\n2;Bäckergasse;Süd\n3;Weg;Fürth\n"
    spoilt = text
    for _ in range(times):
        spoilt = spoilt.encode().decode(codec, "strict" if codec != "cp1252" else "replace")
    if "\ufffd" in spoilt:
        pytest.skip("this set has no sign for one of the bytes")
    result = read(spoilt)
    assert result.frame["Träger"].to_list() == ["Größe", "Süd", "Fürth"]
    assert "mojibake_repaired" in codes(result)
