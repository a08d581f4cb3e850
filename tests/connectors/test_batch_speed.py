"""The short ways for many files: they change how long it takes, never what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import polars as pl
import pytest
from dlt.common.destination.client import HasFollowupJobs, RunnableLoadJob
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient
from dlt.destinations.job_impl import FinalizedLoadJobWithFollowupJobs

from connectors import judging
from connectors.raw.destination import PromptClient
from connectors.reading import ReadResult, bulk, joint, read_many, read_table
from connectors.reading.records import Dialect
from standards import engine
from standards.model import Judgement, Table
from standards.registry import load_standards

HEAD = "Name;Strasse;Wert\n"
BODY = 'Ahorn;"Weg 1; hinten";5\nLinde;"";7\nEiche;"zwei\nZeilen";\nBuche;Am ""Tor"";9\nUlme;x;1\n'.replace(
    '""Tor""', "Tor"
)


def test_joint_files_read_like_each_alone() -> None:
    """Odd files among many of one layout: rows, row numbers and empty cells are those of each file read alone."""
    odd = ["zu;wenig\n", "a;b;c;d\n", "\n", "Summe;;9\n", '"offen;x;y\n', " ;;1\n", "Quelle: Stadt\n", 'q;"x" ;1\n', ""]
    items = [(f"{at}.csv", (HEAD + BODY + end).encode()) for at, end in enumerate(["", *odd, *odd])]
    items += [("crlf.csv", (HEAD + BODY).replace("\n", "\r\n").encode()), ("kurz.csv", (HEAD + "a;b;c\n").encode())]
    for (name, data), result in zip(items, read_many(items), strict=True):
        alone = read_table(data, filename=name)
        assert isinstance(result, ReadResult)
        assert result.frame.equals(alone.frame), data
        assert result.row_numbers.equals(alone.row_numbers)
        assert result.extras == alone.extras


def test_joint_parse_leaves_out_only_the_odd_file() -> None:
    """A file whose quotes spill over its end gets no answer; its neighbours get theirs."""
    good, bad = HEAD + BODY, HEAD + BODY + 'a;"b;c\nd";e;f"\n'
    found = joint.parse_together([good, bad, good], Dialect(";", '"'), ("a", "b", "c"))
    assert [body.frame.height if body else None for body in found] == [5, None, 5]
    assert found[2] is not None
    assert found[2].rows.to_list() == [2, 3, 4, 6, 7]


def test_quoted_empty_cells_of_a_large_file_are_null() -> None:
    """`""` is an empty cell in a file of any size."""
    rows = "".join(f'{at};"";Wort {at}\n' for at in range(40_000))
    result = read_table(f"Nr;Leer;Text\n{rows}".encode())
    assert result.frame.height == 40_000
    assert result.frame.get_column("Leer").null_count() == 40_000


def test_large_text_knows_both_kinds_of_windows_characters() -> None:
    """With and without characters that Latin-1 lacks a large Windows-1252 file reads as it was written."""
    for word in ("Größe", "Größe – 5 €"):
        text = "Nr;Text;Art\n" + "".join(f"{at};{word} {at};Baum\n" for at in range(20_000))
        result = read_table(text.encode("cp1252"))
        assert result.report.encoding == "windows-1252"
        assert result.frame.get_column("Text")[-1] == f"{word} 19999"


@pytest.mark.parametrize(
    ("returns", "end"), [("a\nb\n", b"\n"), ("a\r\nb\r\n", b"\n"), ("a\rb", b"\r"), ("a\r\nb\rc\n", b"")]
)
def test_line_ends_are_told_apart_across_pieces(returns: str, end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair of carriage return and line feed counts as one also where two pieces of the walk meet."""
    from connectors.reading import bulk

    for size in (1, 2, 3):
        monkeypatch.setattr(bulk, "_CHUNK", size)
        assert bulk._one_line_end(returns.encode()) == end


def test_one_unjudgeable_file_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where judging many fails, only the file to blame stays without a judgement, in a few further calls."""
    real, calls = engine.judge_many, list[int]()

    def judge_many(tables: Sequence[Table], standard: object) -> list[Judgement]:
        calls.append(len(tables))
        if any(table.filename == "schlecht.csv" for table in tables):
            raise RuntimeError
        return real(tables, standard)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "judge_many", judge_many)
    frame = pl.DataFrame({"Baumart": ["Ahorn"]})
    names = [f"{at}.csv" for at in range(15)] + ["schlecht.csv"]
    tables = [Table(frame, pl.Series("row", [2]), filename=name) for name in names]
    judged = judging.judge_group(tables, load_standards()["baumkataster"])
    assert [judgement is None for judgement in judged] == [False] * 15 + [True]
    assert len(calls) == 9


def test_loader_is_told_of_every_job_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file handed on to Delta runs in the loader's pool: dlt would look for it again only after a second."""
    monkeypatch.setattr(FilesystemClient, "get_load_job_class", lambda *_: FinalizedLoadJobWithFollowupJobs)
    job = PromptClient.get_load_job_class(object.__new__(PromptClient), {"name": "x", "columns": {}}, "x.parquet")
    assert issubclass(job, RunnableLoadJob)
    assert issubclass(job, HasFollowupJobs)


def test_quoted_bodies_are_counted_alike_with_and_without_numpy() -> None:
    """Whatever stands in quotes or beside them: the quick count says what the thorough one says, or nothing."""
    cells = ("a", '"b"', '"c;d"', '""', "", '"e""f"', '"g\nh"', 'x"y', '"z" ', '"', '"w";"')
    rows = [";".join(pair) for pair in product(cells, repeat=2)]
    bodies = ["\r\n".join(two) + end for two in product(rows, rows[::7]) for end in ("", "\r\n", "\n\n")]
    answered = 0
    for body in map(str.encode, bodies):
        quick = bulk._count_lines(body, b";", b'"')
        if quick is not None:
            thorough = bulk.count(body, b";", b'"', b"\n")
            assert thorough is not None, body
            assert (quick.records, quick.delimiters, quick.blank) == (thorough.records, thorough.delimiters, 0), body
            assert quick.starts.equals(thorough.starts), body
            answered += 1
    assert answered > 300
