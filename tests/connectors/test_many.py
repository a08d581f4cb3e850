"""A folder checked at once gives what its files give one by one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from connectors.checking import check_file
from connectors.large import check_to_files
from connectors.many import check_many
from connectors.reading import blocks, chunks
from standards.registry import load_standards
from tests.bench import data

STANDARD = load_standards()[data.STANDARD]


def test_a_folder_gives_the_rows_of_all_its_files(tmp_path: Path) -> None:
    """Eight dialects, one broken row, one file that is no table: rows, reasons and the refusal, each with its file."""
    folder = tmp_path / "in"
    paths = data.small_files(folder, 10)
    first = paths[0].read_text(encoding="utf-8").replace("01.01.2023 05:00", "irgendwann", 1)
    paths[0].write_text(first, encoding="utf-8", newline="")
    (folder / "bild.csv").write_bytes(b"%PDF-1.4 nothing")
    checked = check_many(folder, STANDARD, fixed=tmp_path / "all.parquet", rejects=tmp_path / "bad.csv")
    rows = pl.read_parquet(tmp_path / "all.parquet")
    for path in paths:
        name = str(path.relative_to(folder))
        alone = check_file(path, STANDARD)[1]
        assert rows.filter(datei=name).drop("datei").equals(alone.accepted.drop("_row"))
        one = next(one for one in checked if one.file == name)
        assert (one.rows_accepted, one.rows_rejected) == (alone.rows_accepted, alone.rows_rejected)
    assert [one.file for one in checked if one.message_de] == ["bild.csv"]
    bad = pl.read_csv(tmp_path / "bad.csv")
    assert bad["datei"].to_list() == [str(paths[0].relative_to(folder))]
    assert "irgendwann" in bad["message_de"][0]


def test_a_large_file_in_blocks_gives_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrected file, rejects file, report, counts and questions are those of the file read whole."""
    source = tmp_path / "large.csv"
    data.large_file(source, 9_000)
    text = source.read_bytes().splitlines(keepends=True)
    text[7_000] = text[7_000].replace(b".202", b".bald", 1)
    text[8_000] = text[4_000]
    source.write_bytes(b"".join(text))
    whole = check_to_files(source, STANDARD, fixed=tmp_path / "a.csv", rejects=tmp_path / "a_bad.csv")
    monkeypatch.setattr(chunks, "CHUNKED_BYTES", 1000)
    monkeypatch.setattr(blocks, "BLOCK", 300_000)
    parts = check_to_files(source, STANDARD, fixed=tmp_path / "b.csv", rejects=tmp_path / "b_bad.csv")
    assert parts[1].accepted.is_empty()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a_bad.csv").read_bytes() == (tmp_path / "b_bad.csv").read_bytes()
    assert whole[1].rows_rejected == parts[1].rows_rejected == 2
    assert (whole[0].as_json(), whole[1].findings) == (parts[0].as_json(), parts[1].findings)
