"""Large text files: read in blocks, the result is that of reading the file whole."""

from __future__ import annotations

import secrets
import zipfile
from pathlib import Path

import polars as pl
import pytest

from connectors.reading import blocks, chunks, read_table
from connectors.reading.chunks import Uneven, open_chunks
from connectors.reading.result import ReadReport
from connectors.reading.writing import write_large

ROWS = 24_000
HEAD = "Nr;Straße;Höhe;Bemerkung"


def lines(*, quoted: int = 0, delimiter: str = ";") -> list[str]:
    """Rows of four cells; each `quoted`-th has a quoted cell with delimiter, doubled quote and line end in it."""
    made = []
    for n in range(ROWS):
        note = f'"a{delimiter} b ""c""\r\nzwei {n}"' if quoted and n % quoted == quoted - 1 else f"x{n}"
        made.append(delimiter.join((str(n), f"Königsweg {n % 90}", f"{n % 30},{n % 10}", note if n % 7 else "")))
    return made


TABS = "\ufeff" + "\n".join(f"{line}\t" for line in [HEAD.replace(";", "\t"), *lines(delimiter="\t")])
FILES = {
    "utf-8": "\r\n".join([HEAD, *lines(), ""]).encode(),
    "utf-8 with title and footer": "\n".join(["Baumliste 2024;;;", "", HEAD, *lines(), "Quelle: Amt;;;"]).encode(),
    "windows-1252, quotes": "\r\n".join([HEAD, *lines(quoted=50)]).encode("cp1252"),
    "windows-1252, late quotes": "\r\n".join([HEAD, *lines(quoted=9_000), "1;Weg – Süd;2,5;–"]).encode("cp1252"),
    "utf-16": ("\ufeff" + "\r\n".join([HEAD, *lines()])).encode("utf-16-le"),
    "bom, tab, empty last column": TABS.encode(),
    "carriage returns": "\r".join([HEAD, *lines()]).encode(),
    "blank lines": "\n".join([HEAD, *lines(), "", "  ;;;", *lines()]).encode(),
}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNKED_BYTES", 1000)
    monkeypatch.setattr(blocks, "BLOCK", 400_000)


def read_in_blocks(path: Path) -> tuple[pl.DataFrame, list[int], ReadReport, dict[str, str], list[str]]:
    found = open_chunks(path)
    assert found is not None
    for _ in range(3):
        try:
            parts = list(found.chunks())
        except Uneven as reason:
            if not reason.is_learned:
                raise
        else:
            break
    assert len(parts) > 1
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    frame = pl.concat([part.frame for part in parts])
    rows = [row for part in parts for row in part.row_numbers.to_list()]
    return frame, rows, found.report, found.extras, found.sample.columns


@pytest.mark.parametrize("name", FILES)
def test_blocks_give_what_the_whole_file_gives(name: str, tmp_path: Path) -> None:
    """Cells, row numbers, report and facts beside the table, whatever the encoding, line end and quotes."""
    path = tmp_path / "large.csv"
    path.write_bytes(FILES[name])
    frame, rows, report, extras, _ = read_in_blocks(path)
    whole = read_table(path)
    assert frame.equals(whole.frame)
    assert rows == whole.row_numbers.to_list()
    assert report.as_json() == whole.report.as_json()
    assert extras == whole.extras


def spoiled(place: int, *cells: str | bytes) -> bytes:
    body = [line.encode() for line in [HEAD, *lines(quoted=4_000)]]
    body[place : place + 1] = [one if isinstance(one, bytes) else one.encode() for one in cells]
    return b"\r\n".join(body)


@pytest.mark.parametrize(
    "content",
    [
        spoiled(20_000, "1;zu;wenig", "# ein Wort dazu", "2;auch"),
        spoiled(20_000, "1;zu;viele;Zellen;hier;und;da"),
        spoiled(20_000, 'ein;lo"ses;"Anführungs;zeichen'),
        spoiled(12_000, "Seite 2", HEAD, "", "7;b;c;d"),
    ],
)
def test_an_irregular_block_is_read_as_in_the_whole_file(content: bytes, tmp_path: Path) -> None:
    """Ragged rows, comments, loose quotes, a page break far down: same cells, same row numbers, same notes."""
    path = tmp_path / "large.csv"
    path.write_bytes(content)
    frame, rows, report, extras, sample = read_in_blocks(path)
    whole = read_table(path)
    assert frame.equals(whole.frame)
    assert sample == frame.columns
    assert rows == whole.row_numbers.to_list()
    assert sorted(map(str, report.notes)) == sorted(map(str, whole.report.notes))
    assert extras == whole.extras


@pytest.mark.parametrize("cells", ["1;KÃ¶nigsweg;2;3", "1;\x00;2;3", b"1;\xe4;2;3"])
def test_what_only_the_whole_file_can_decide_is_not_read_in_blocks(cells: str | bytes, tmp_path: Path) -> None:
    """Broken umlauts, NUL, a byte of another encoding far down: nothing is written, nothing guessed."""
    path = tmp_path / "large.csv"
    path.write_bytes(spoiled(15_000, cells))
    assert write_large(path, tmp_path / "out.csv") is None
    assert sorted(file.name for file in tmp_path.iterdir()) == ["large.csv"]


def test_small_files_and_workbooks_are_not_for_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip is no text and is not called broken, and a small text is read at once."""
    archive = tmp_path / "large.xlsx"
    with zipfile.ZipFile(archive, "w") as book:
        for number in range(40):
            book.writestr(f"xl/{number}.xml", secrets.token_bytes(20_000))
    assert open_chunks(archive) is None
    path = tmp_path / "small.csv"
    path.write_bytes(FILES["utf-8"])
    monkeypatch.setattr(chunks, "CHUNKED_BYTES", 10_000_000)
    assert open_chunks(path) is None
