"""Text files: encodings, dialects, quotes, ragged rows, headers, title lines and footers."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from connectors.reading import ReadResult, Unreadable, read_table
from tests.connectors.said import codes


def read(text: str | bytes, **kwargs: str) -> ReadResult:
    return read_table(text if isinstance(text, bytes) else text.encode(), **kwargs)


TREES = "Nr;Baumart;Straße;Höhe\n1;Spitz-Ahorn;Königstraße 1;12,5\n2;Winter-Linde;Größe Gasse;8\n3;Eiche;Weg;7,25\n"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp850", "cp850"),
        ("mac_roman", "macintosh"),
    ],
)
def test_reading_text_encoding_is_found_and_named(codec: str, name: str) -> None:
    """Every usual encoding gives the same table and is called by its name."""
    result = read(TREES.encode(codec))
    assert result.report.encoding == name
    assert result.frame.columns == ["Nr", "Baumart", "Straße", "Höhe"]
    assert result.frame.row(1) == ("2", "Winter-Linde", "Größe Gasse", "8")


def test_reading_text_latin1_control_bytes_are_named_iso() -> None:
    """Bytes that Windows-1252 does not know make the file ISO-8859-1, with a note on the runner-up."""
    result = read("Name;Wert\nMüller\x81;1\nHöfer;2\n".encode("latin-1"))
    assert result.report.encoding == "iso-8859-1"
    assert "encoding" in codes(result)


def test_reading_text_utf8_with_a_few_foreign_bytes_keeps_both() -> None:
    """A UTF-8 file into which someone pasted a Windows-1252 word keeps all umlauts, with a note."""
    data = ("Ort;Text\n" + "Köln;größer\n" * 10).encode() + "Füssen;schön\n".encode("cp1252")
    result = read(data)
    assert result.frame.row(-1) == ("Füssen", "schön")
    assert "encoding_mixed" in codes(result)


def test_reading_text_double_encoded_umlauts_are_undone_only_when_certain() -> None:
    """Mojibake throughout is undone; one suspicious place in a clean file is only noted."""
    broken = TREES.encode().decode("cp1252").encode()
    result = read(broken)
    assert result.frame["Straße"].to_list() == ["Königstraße 1", "Größe Gasse", "Weg"]
    assert "mojibake_repaired" in codes(result)
    doubtful = read("Name;Ort\nMüller;Ã¤\nHöfer;Köln\n")
    assert doubtful.frame["Ort"][0] == "Ã¤"
    assert "mojibake_suspected" in codes(doubtful)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|", "||", "::", "~|~", " | "])
def test_reading_text_delimiter_is_found(delimiter: str) -> None:
    """Single and multi-character delimiters are found, with the runner-up in a note."""
    rows = [["Nr", "Name", "Ort", "Wert"], *([str(i), f"Müller {i}", "Köln am Rhein", f"{i}.5"] for i in range(8))]
    result = read("\n".join(delimiter.join(row) for row in rows))
    assert result.report.delimiter == delimiter
    assert result.frame.rows() == [tuple(row) for row in rows[1:]]
    assert "Nächster Kandidat" in next(note.message_de for note in result.report.notes if note.code == "delimiter")


def test_reading_text_space_delimited() -> None:
    """A blank may separate cells."""
    result = read("nr wert stand\n1 2.5 2020-01-01\n2 3.5 2020-01-02\n3 4.5 2020-01-03\n")
    assert result.report.delimiter == " "
    assert result.frame.columns == ["nr", "wert", "stand"]


def test_reading_text_decimal_comma_in_comma_file_stays_whole() -> None:
    """Quoted decimal commas between commas do not split a cell."""
    result = read('Name,Betrag,Jahr\nA,"1,50",2020\nB,"2.003,75",2021\n')
    assert result.frame["Betrag"].to_list() == ["1,50", "2.003,75"]


def test_reading_text_unquoted_decimal_comma_is_rejoined_when_only_one_way_fits() -> None:
    """Unquoted decimal commas between commas are put together again, with a note."""
    result = read("Name,Breite,Ort\nA,48,123,Hof\nB,49,5,Ulm\nC,47,75,Au\n")
    assert result.frame.columns == ["Name", "Breite", "Ort"]
    assert result.frame["Breite"].to_list() == ["48,123", "49,5", "47,75"]
    assert "decimal_comma_rejoined" in codes(result)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reading_text_line_ends(end: str) -> None:
    """All line ends give the same rows and the same line numbers."""
    result = read(TREES.replace("\n", end))
    assert result.frame.height == 3
    assert result.row_numbers.to_list() == [2, 3, 4]


def test_reading_text_mixed_line_ends_are_noted() -> None:
    """Mixed line ends lose no row and are noted."""
    result = read("a;b\r\n1;2\n3;4\r5;6\n")
    assert result.frame.rows() == [("1", "2"), ("3", "4"), ("5", "6")]
    assert "line_endings_mixed" in codes(result)


def test_reading_text_newline_in_quotes_counts_lines() -> None:
    """A line end inside quotes stays in the cell; row numbers are lines of the file."""
    result = read('id;text;n\n1;"eins\nzwei";5\n2;drei;6\n')
    assert result.frame["text"].to_list() == ["eins\nzwei", "drei"]
    assert result.row_numbers.to_list() == [2, 4]


def test_reading_text_quotes_doubled_escaped_single() -> None:
    """Doubled quotes, backslash escapes and single quotes are all undone."""
    assert read('a,b\n1,"x ""y"" z"\n2,"q"\n').frame["b"][0] == 'x "y" z'
    assert read('a,b\n1,"x \\"y\\" z"\n2,"q, r"\n').frame["b"].to_list() == ['x "y" z', "q, r"]
    single = read("a;b\n1;'x;y'\n2;'it''s'\n3;'z'\n")
    assert single.report.quotechar == "'"
    assert single.frame["b"].to_list() == ["x;y", "it's", "z"]


def test_reading_text_stray_quotes_lose_nothing() -> None:
    """Quotes inside a quoted cell and a quote that is never closed stay text; the other rows are untouched."""
    stray = read('nr;name;ort\n1;"Spielplatz "Am See"";Hof\n2;"Bad";Ulm\n3;Au;Au\n')
    assert stray.frame["name"].to_list()[0] == 'Spielplatz "Am See"'
    assert stray.frame.height == 3
    open_quote = read('nr;name;ort\n1;"Bad;Ulm\n2;"See";Hof\n3;Au;Au\n')
    assert open_quote.frame.rows() == [("1", '"Bad', "Ulm"), ("2", "See", "Hof"), ("3", "Au", "Au")]
    assert "unclosed_quote" in codes(open_quote)


def test_reading_text_ragged_rows_keep_every_cell() -> None:
    """Short rows are padded, extra cells go to a column of their own; both are noted with their line."""
    result = read("a;b;c\n1;2;3\n4;5\n6;7;8;9\n10;11;12\n")
    assert result.frame.columns == ["a", "b", "c", "zusatz_1"]
    assert result.frame.rows()[1:3] == [("4", "5", None, None), ("6", "7", "8", "9")]
    found = {(note.code, note.row) for note in result.report.notes}
    assert {("row_short", 3), ("row_long", 4)} <= found


def test_reading_text_title_and_footer_become_facts() -> None:
    """Title lines and source lines leave the table and stay in extras and notes; positions are right."""
    title, footer = "Baumkataster der Stadt;;\nStand: 01.02.2024;;\n\n", "\nQuelle: Bauhof;;\n"
    text = f"{title}Nr;Art;Höhe\n1;Ahorn;5\n2;Linde;7\n3;Eiche;9\n{footer}"
    result = read(text)
    assert (result.report.preamble_rows, result.report.header_row, result.report.footer_rows) == (3, 4, 1)
    assert result.extras["stand"] == "01.02.2024"
    assert result.extras["quelle"] == "Bauhof"
    assert result.extras["titel"] == "Baumkataster der Stadt"
    assert result.row_numbers.to_list() == [5, 6, 7]


def test_reading_text_header_rows_are_joined() -> None:
    """A group title, sub-titles and a row of units make one name per column."""
    text = "Gebiet;Einwohner;;Fläche\n;2020;2021;\n;Anzahl;Anzahl;ha\n" + "".join(
        f"Ort {i};{1000 + i};{1100 + i};{i},5\n" for i in range(12)
    )
    result = read(text)
    assert result.frame.columns == ["Gebiet", "Einwohner 2020 Anzahl", "Einwohner 2021 Anzahl", "Fläche ha"]
    assert result.report.header_row == 3
    assert "header_multi" in codes(result)


def test_reading_text_without_header_columns_are_numbered() -> None:
    """A list that starts with data has numbered columns and loses no row."""
    result = read(
        "Abies alba,Weiß-Tanne\nAbies balsamea,Balsam-Tanne\nAcer campestre,Feld-Ahorn\nAcer rubrum,Rot-Ahorn\n"
    )
    assert result.frame.columns == ["spalte_1", "spalte_2"]
    assert result.report.header_row is None
    assert result.frame.height == 4


def test_reading_text_index_row_above_the_names_is_left_out() -> None:
    """Column numbers that pandas wrote above the real names are noted, not taken as names."""
    result = read('0,1,2\n"Name","Höhe","Art"\n"A","5","x"\n"B","6","y"\n')
    assert result.frame.columns == ["Name", "Höhe", "Art"]
    assert result.report.header_row == 2
    assert "index_header" in codes(result)


def test_reading_text_names_are_unique_and_told() -> None:
    """Empty and repeated names become unique; dBase additions go; each with a note."""
    result = read("a;;a;b\n1;2;3;4\n5;6;7;8\n")
    assert result.frame.columns == ["a", "spalte_2", "a_2", "b"]
    assert {"header_empty", "header_duplicate"} <= codes(result)
    dbase = read('"nummer,C,20","hoch,N,19,11"\n"x",1.5\n"y",2.5\n')
    assert dbase.frame.columns == ["nummer", "hoch"]
    assert "header_dbase" in codes(dbase)


def test_reading_text_years_head_columns() -> None:
    """Years side by side are names, even above counts that look like years."""
    result = read("Bezirk;Nr;2010;2011;2012\nMitte;1;1950;1960;1970\nNord;2;1999;2001;2003\n")
    assert result.frame.columns == ["Bezirk", "Nr", "2010", "2011", "2012"]


def test_reading_text_totals_row_stays_and_is_noted() -> None:
    """A row of sums is data until a person decides; it is noted with its line."""
    result = read("Zeit;Anzahl;Temp\n1;10;5\n2;20;6\nInsgesamt;30;\n")
    assert result.frame.height == 3
    assert ("totals_row", 4) in {(note.code, note.row) for note in result.report.notes}


def test_reading_text_fixed_width() -> None:
    """Columns of fixed width are cut where all lines are blank."""
    text = (
        "Nr   Name          Einwohner\n001  Ahornstadt         1200\n"
        "002  Bad Linde            80\n003  Eichen             4711\n"
    )
    result = read(text)
    assert result.report.format == "fixed-width"
    assert result.frame.rows()[1] == ("002", "Bad Linde", "80")


def test_reading_text_nul_bytes_are_removed() -> None:
    """NUL bytes are dropped with their count."""
    result = read(b"a;b\n1;x\0\0y\n2;z\n")
    assert result.frame["b"].to_list() == ["xy", "z"]
    assert "nul_bytes" in codes(result)


def test_reading_text_cells_keep_their_blanks_and_empties_are_null() -> None:
    """Cell text stays as it stood; only wholly empty cells become null."""
    result = read('a;b\n x ;1\n;""\nz;2\n')
    assert result.frame["a"].to_list()[0] == " x "
    assert result.frame.height == 2
    assert read('a;b;c\nx;"";1\ny;q;2\n').frame["b"].to_list() == [None, "q"]


def test_reading_text_large_file_equals_small_path() -> None:
    """The bulk path gives what the tolerant parser gives: cells, line numbers, title, footer, blank lines."""
    rows = [[str(i), f"Straße {i}", f"{i},5", 'a "b"; c' if i % 7 else "zwei\nZeilen"] for i in range(9000)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([["Nr", "Straße", "Wert", "Text"], *rows])
    text = "Titel der Liste;;;\r\n\r\n" + out.getvalue() + "\r\n;;;\r\nQuelle: Amt;;;\r\n"
    result = read(text.encode("cp1252"))
    assert len(text) > 200_000
    assert result.frame.rows() == [tuple(row) for row in rows]
    assert result.report.header_row == 3
    assert result.report.footer_rows == 1
    assert result.extras["quelle"] == "Amt"
    assert result.row_numbers[0] == 4
    assert result.row_numbers.is_sorted()
    physical = text.replace("\r\n", "\n").split("\n")
    assert all(
        physical[number - 1].startswith(f"{nr};")
        for number, nr in zip(result.row_numbers, result.frame["Nr"], strict=True)
    )


@pytest.mark.parametrize("fault", ["short", "long", "stray", "open"])
def test_reading_text_large_file_with_a_fault_is_noticed(fault: str) -> None:
    """One irregular line in a large file sends it to the tolerant parser; no row is lost or shifted."""
    bad = {"short": "q;y", "long": "q;y;z;1;2", "stray": 'q;"y" z;3;4', "open": 'q;"y;3;4'}[fault]
    good = [f"{i};Name {i};{i},5;Ort" for i in range(12000)]
    lines = ["Nr;Name;Wert;Ort", *good[:8000], bad, *good[8000:]]
    result = read("\n".join(lines))
    assert result.frame.height == 12001
    assert result.frame["Nr"].to_list()[8000] == "q"
    assert result.frame.row(-1)[:4] == ("11999", "Name 11999", "11999,5", "Ort")
    assert {"row_short", "row_long", "stray_quote", "unclosed_quote"} & codes(result)


def test_reading_text_frame_is_all_strings() -> None:
    """Every column is a string column; nothing is converted."""
    result = read("plz;wert\n01067;0,50\n80331;1,00\n")
    assert set(result.frame.dtypes) == {pl.String}
    assert result.frame["plz"].to_list() == ["01067", "80331"]


def test_reading_text_truncated_utf16_is_noted() -> None:
    """A UTF-16 file that ends in the middle of a character is read, with what was there."""
    result = read(TREES.encode("utf-16")[:-1])
    assert result.frame.height == 3


@pytest.mark.parametrize(("data", "code"), [(b"", "empty"), (b"  \n\n ", "empty"), (b"%PDF-1.7 x", "pdf")])
def test_reading_text_refuses_with_a_sentence(data: bytes, code: str) -> None:
    """What holds no table is refused with one German sentence and a code."""
    with pytest.raises(Unreadable) as refusal:
        read(data, filename="liste.csv")
    assert refusal.value.code == code
    assert refusal.value.message_de.endswith(".")


@pytest.mark.parametrize("rows", [8, 30_000])
def test_reading_text_header_again_is_no_row(rows: int) -> None:
    """A header that comes again at a page break is told and leaves the table, in small and in large files."""
    body = [f"{i};Ahorn {i};{i},5" for i in range(rows)]
    lines = ["Nr;Baumart;Höhe", *body[:5], "Nr;Baumart;Höhe", *body[5:]]
    result = read("\n".join(lines) + "\n")
    assert result.frame["Nr"].to_list() == [str(i) for i in range(rows)]
    assert ("header_repeated", 7) in {(note.code, note.row) for note in result.report.notes}
    assert result.row_numbers[5] == 8


def test_reading_text_counted_columns_below_the_names_are_no_row() -> None:
    """`1;2;3;4` below names and units, as yearbooks have it, is told and leaves the table."""
    rows = "".join(f"Ort {i};{i},5;{i * 100};{i * 3}\n" for i in range(1, 7))
    result = read(f"Gemeinde;Fläche;Einwohner;Dichte\n;ha;Anzahl;EW/km²\n1;2;3;4\n{rows}")
    assert result.frame.columns == ["Gemeinde", "Fläche ha", "Einwohner Anzahl", "Dichte EW/km²"]
    assert result.frame.height == 6
    assert "index_header" in codes(result)
    assert read("a;b;c\n1;2;3\n4;5;6\n7;8;9\n").frame.height == 3


def test_reading_text_group_title_above_blank_first_columns_is_part_of_the_names() -> None:
    """GENESIS puts one title over the right columns only: it is a header row, not a title line."""
    rows = "".join(f"09{i:06d};Ort {i};{i * 100};{i * 49}\n" for i in range(1, 15))
    result = read(f"Tabelle 12411\n;;Geschlecht;\n;;männlich;weiblich\n;;Anzahl;Anzahl\n{rows}_____\n© Landesamt\n")
    assert result.frame.columns[2:] == ["Geschlecht männlich Anzahl", "Geschlecht weiblich Anzahl"]
    assert (result.frame.height, result.report.footer_rows) == (14, 2)


def test_reading_text_legend_below_a_blank_line_is_a_footer() -> None:
    """`Zeichenerklärung:` and its lines stay notes, word by word, also those with a delimiter in them."""
    rows = "".join(f"Ort {i};{i};-\n" for i in range(1, 7))
    result = read(f"Ort;2020;2021\n{rows}\nZeichenerklärung:\n- = nichts vorhanden\nx = gesperrt; siehe Hinweis\n")
    assert result.frame.height == 6
    told = [note.message_de for note in result.report.notes if note.code == "footer_line"]
    assert len(told) == 3
    assert "siehe Hinweis" in told[2]


def test_reading_text_header_with_another_delimiter_is_cut_with_it() -> None:
    """A header of commas above data of semicolons names the columns; it is told."""
    result = read("Nr,Baumart,Höhe\n" + "".join(f"{i};Ahorn;{i},5\n" for i in range(1, 7)))
    assert result.frame.columns == ["Nr", "Baumart", "Höhe"]
    assert ("delimiter_other", 1) in {(note.code, note.row) for note in result.report.notes}


def test_reading_text_large_drawn_tables_and_typographic_quotes_go_the_careful_way() -> None:
    """What the bulk parser cannot know, fixed width and „quotes“, reads the same in a large file as in a small one."""
    drawn = "Nr      Name             Einwohner\n" + "".join(
        f"{i:<8}Ort am Berg {i:<5}{i * 3:>9}\n" for i in range(8000)
    )
    fixed = read(drawn)
    assert fixed.report.format == "fixed-width"
    assert fixed.frame.row(7) == ("7", "Ort am Berg 7", "21")
    quoted = read("„Nr“;„Name“;„Ort“\n" + "".join(f"„{i}“;„Haus {i}; links“;„Hof“\n" for i in range(8000)))
    assert quoted.report.quotechar == "„"
    assert quoted.frame.row(7) == ("7", "Haus 7; links", "Hof")
