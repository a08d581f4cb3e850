"""A folder checked at once gives what its files give one by one."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from connectors.checking import check_file
from connectors.many import check_many
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
