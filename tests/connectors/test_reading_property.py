"""Generated tables in generated dialects and encodings read back as they were written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.reading import ReadResult, Unreadable, read_many, read_table

NAMES = st.sampled_from(
    [
        "Nr",
        "Name",
        "Straße",
        "Ort",
        "Höhe_m",
        "Baumart",
        "Pflanzjahr",
        "Wert",
        "Bemerkung",
        "PLZ",
        "Lat",
        "Datum",
        "Träger",
    ]
)
WORDS = st.sampled_from(
    ["Ahorn", "Königstraße 5", "Süd", "Größe", "Am Bach", "Tilia cordata", "nicht bekannt", "Haus 3"]
)
NUMBERS = st.one_of(
    st.integers(0, 99999).map(str),
    st.decimals(-999, 999, places=2).map(str),
    st.decimals(0, 999, places=2).map(lambda value: str(value).replace(".", ",")),
)
WILD = st.text(alphabet="abcÄöß ;,|\t\"'\n\\-.:", min_size=1, max_size=12).filter(
    lambda text: text.strip(" \n\t") == text
)
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header and rows: an id column, a number column, and columns of words, wild text or gaps."""
    names = draw(st.lists(NAMES, min_size=3, max_size=7, unique=True))
    kinds = [
        NUMBERS,
        NUMBERS,
        *[draw(st.sampled_from([WORDS, NUMBERS, st.one_of(WORDS, WILD, st.just(""))])) for _ in names[2:]],
    ]
    count = draw(st.integers(4, 25))
    return names, [[str(at), *[draw(kind) for kind in kinds[1:]]] for at in range(1, count + 1)]


def written(names: list[str], rows: list[list[str]], delimiter: str, end: str, quoting: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([names, *rows])
    return out.getvalue()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=tables(),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    codec=CODECS,
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_reading_property_same_table_comes_back(
    table: tuple[list[str], list[list[str]]], delimiter: str, codec: str, end: str, quoting: int
) -> None:
    """Whatever the dialect and encoding, header, cells and line numbers come back."""
    names, rows = table
    text = written(names, rows, delimiter, end, quoting)
    result = read_table(text.encode(codec))
    assert result.frame.columns == names
    assert result.frame.rows() == [tuple(cell or None for cell in row) for row in rows]
    assert result.report.rows == len(rows) == len(result.row_numbers)
    physical = text.replace("\r\n", "\n").split("\n")
    for number, row in zip(result.row_numbers, rows, strict=True):
        assert physical[number - 1].lstrip('"').startswith(row[0])


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=400).map(str.encode),
        st.text(alphabet="a1;,\"'\n\r\t|{}[]<>:#", max_size=300).map(str.encode),
    )
)
def test_reading_property_any_bytes_give_a_table_or_a_sentence(data: bytes) -> None:
    """Whatever comes in: a table whose names are unique and whose rows are numbered, or one sentence."""
    try:
        result = read_table(data, filename="x.csv")
        sentence, code = "", ""
    except Unreadable as refused:
        sentence, code = refused.message_de, refused.code
    if code:
        assert sentence.endswith(".")
        assert code != "unexpected"
        return
    assert len(set(result.report.columns)) == result.frame.width == len(result.report.columns)
    assert result.frame.height == len(result.row_numbers) == result.report.rows
    assert all(result.report.columns)


@settings(max_examples=50, deadline=None)
@given(table=tables(), title=st.lists(WORDS, max_size=3), footer=st.booleans())
def test_reading_property_no_cell_is_lost_beside_the_table(
    table: tuple[list[str], list[list[str]]], title: list[str], footer: bool
) -> None:
    """Title and source lines leave the table but not the result."""
    names, rows = table
    body = written(names, rows, ";", "\n", csv.QUOTE_MINIMAL)
    text = "".join(f"{line}\n" for line in title) + body + ("Quelle: Amt für Statistik\n" if footer else "")
    result = read_table(text.encode())
    assert result.frame.columns == names
    assert result.frame.height == len(rows)
    assert result.report.preamble_rows == len(title)
    said = "\n".join(note.message_de for note in result.report.notes)
    assert all(line in said for line in title)
    assert (result.extras.get("quelle") == "Amt für Statistik") is footer


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(NAMES, min_size=3, max_size=5, unique=True),
    counts=st.lists(st.integers(4, 9), min_size=2, max_size=5),
    seed=st.randoms(use_true_random=False),
    codec=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    faults=st.lists(
        st.sampled_from(["", "Quelle: Amt\n", "zu;kurz\n", "\n", "Summe;;\n", '"offen;x\n', "ä;ö;ü;ß;ä;ö\n"]),
        min_size=5,
        max_size=5,
    ),
)
def test_reading_property_many_equals_one_by_one(
    names: list[str], counts: list[int], seed: object, codec: str, faults: list[str]
) -> None:
    """What `read_many` remembers of one file never changes how another is read."""
    items = []
    for at, (count, fault) in enumerate(zip(counts, faults, strict=False)):
        rows = [[str(n), *[f"Größe {n * at} {seed.choice('abc')}" for _ in names[1:]]] for n in range(1, count + 1)]  # type: ignore[attr-defined]
        items.append((f"{at}.csv", (written(names, rows, ";", "\n", csv.QUOTE_MINIMAL) + fault).encode(codec)))
    for (_, data), result in zip(items, read_many(items), strict=True):
        alone = read_table(data, filename="x.csv")
        assert isinstance(result, ReadResult)
        assert result.frame.equals(alone.frame)
        assert result.row_numbers.equals(alone.row_numbers)
        assert [note.code for note in result.report.notes] == [note.code for note in alone.report.notes]
        assert replace(result.report, notes=(), decisions=()) == replace(alone.report, notes=(), decisions=())
        told = [(decision.what, decision.chosen) for decision in result.report.decisions]
        assert told == [(decision.what, decision.chosen) for decision in alone.report.decisions]
