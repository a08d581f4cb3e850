"""Many files into one folder: names that clash, files that cannot be read, batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.reading import Unreadable, many
from connectors.reading.many import Written, read_into


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def by_file(done: list[Written]) -> dict[Path, Written]:
    return {one.file: one for one in done}


def test_reading_many_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Two folders hold a file of the same name: both come out, told apart by their folders; inputs stay."""
    fuessen = written(tmp_path / "fuessen" / "baeume.csv", "Nr;Art\n1;Ahorn\n2;Linde\n3;Eiche\n")
    hof = written(tmp_path / "hof" / "baeume.csv", "Nr;Art\n7;Buche\n8;Esche\n9;Ulme\n")
    bare = written(tmp_path / "aus" / "liste", "Nr;Art\n4;Kiefer\n5;Tanne\n6;Fichte\n")
    taken = written(tmp_path / "aus" / "liste.csv", "Nr;Art\n40;Weide\n50;Pappel\n60;Erle\n")
    done = by_file(list(read_into([fuessen, hof, bare, taken], tmp_path / "aus")))
    assert len({one.target for one in done.values()}) == 4
    assert done[hof].target.name == "hof-baeume.csv.csv"
    assert "Buche" in done[hof].target.read_text("utf-8")
    assert "Ahorn" in done[fuessen].target.read_text("utf-8")
    assert taken.read_text("utf-8").startswith("Nr;Art")


def test_reading_many_goes_on_after_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF, an empty and a missing file are refused with a code; the others are read, over several batches too."""
    monkeypatch.setattr(many, "_BATCH_FILES", 2)
    good = [written(tmp_path / f"{at}.csv", f"Nr;Art\n{at};Ahorn\n2;Linde\n3;Eiche\n") for at in range(5)]
    bad = [written(tmp_path / "a.csv", "%PDF-1.7"), written(tmp_path / "b.csv", ""), tmp_path / "fehlt.csv"]
    (tmp_path / "aus").mkdir()
    done = list(read_into([*good[:2], *bad, *good[2:]], tmp_path / "aus"))
    assert [one.file for one in done] == [*good[:2], *bad, *good[2:]]
    codes = [one.outcome.code for one in done if isinstance(one.outcome, Unreadable)]
    assert codes == ["pdf", "empty", "not_found"]
    firsts = [one.target.read_text("utf-8").splitlines()[1] for one in done if one.file in good]
    assert firsts == [f"{at},Ahorn" for at in range(5)]
