"""The benchmark measures like against like: its files say the same in every dialect and its peers read them rightly."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from catalog.ckan.schema import PackageSchema
from tests.bench import cases, ckan, ckan_data, data, measure, peers, report
from tests.bench.facts import FIELDS, facts


def test_files_are_the_same_every_time(tmp_path: Path):
    """The generator makes the same bytes again."""
    first = data.small_files(tmp_path / "a", 9)
    again = data.small_files(tmp_path / "b", 9)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_there_are_as_many_kommunen_as_bavaria_has():
    """The 2,056 files belong to 2,056 different Gemeinden."""
    assert len(set(data.bavaria())) == 2056


def test_every_dialect_reads_back_as_what_was_written(tmp_path: Path):
    """Told its dialect, each file gives 100 typed rows without a gap and places in Bavaria."""
    for index, path in enumerate(data.small_files(tmp_path, 16)):
        frame = peers.read_told(path, data.dialect_of(index), data.header_of(index))
        assert frame.columns == list(FIELDS)
        assert (frame.height, sum(frame.null_count().row(0))) == (100, 0)
        assert frame["zaehlstelle"].str.contains("Zählstelle").all()
        assert frame["lat"].is_between(48.9, 49.0).all()
        assert frame.select("zaehlstelle", "richtung", "zeitpunkt").is_unique().all()


def test_peers_agree(tmp_path: Path):
    """Polars and iconv with DuckDB make the same table of the large file."""
    data.large_file(tmp_path / "large.csv", 5000)
    assert b"Z\xe4hlstelle" in (tmp_path / "large.csv").read_bytes()
    for name in ("large-polars", "large-duckdb", "large-streaming"):
        # a fresh process, as in the benchmark: the pipe of iconv must not meet other open files
        command = [sys.executable, "-m", "tests.bench.peers", name, str(tmp_path / "large.csv"), str(tmp_path / name)]
        subprocess.run(command, cwd=data.PROJECT, check=True, capture_output=True)
    polars, duckdb = facts(tmp_path / "large-polars"), facts(tmp_path / "large-duckdb")
    assert polars == duckdb == facts(tmp_path / "large-streaming")
    assert (polars["rows"], polars["directions"]) == (5000, 1)


def test_a_wrong_result_is_no_benchmark():
    """A result that differs from the peer's in one sum is an error, however fast it was."""
    with pytest.raises(measure.BenchmarkFailed, match="anzahl: 1 ≠ 2"):
        cases.same({"rows": 1, "anzahl": 1}, {"rows": 1, "anzahl": 2}, "the table")


def test_memory_of_children_counts(tmp_path: Path):
    """The peak of a process that lets a child hold 200 MB is at least that."""
    (tmp_path / "parent.py").write_text(
        "import subprocess, sys\n"
        "code = \"import time; held = b'x' * 200_000_000; time.sleep(0.5)\"\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\nprint('{}')\n"
    )
    assert measure.measure("parent", cwd=tmp_path).peak_mb > 200


def test_a_failed_process_is_told(tmp_path: Path):
    """A measured process that fails ends the benchmark with its last words."""
    (tmp_path / "broken.py").write_text("raise SystemExit('no luck')\n")
    with pytest.raises(measure.BenchmarkFailed, match="no luck"):
        measure.measure("broken", cwd=tmp_path)


def test_the_page_names_medians_ratios_and_missed_aims(tmp_path: Path):
    """The page shows the median run, ours against the peer's, and says which aim was missed."""
    ours = report.row("ours", [measure.Run(seconds, 4.0, 100, {}) for seconds in (9.0, 2.0, 3.0)])
    peer = report.row("peer", [measure.Run(1.0, 1.0, 50, {})])
    aim = report.Aim("wall time ≤ 2 × peer", 3.0, 2.0, "×")
    report.write(tmp_path / "page.md", [report.Result("Title", "About.", [ours, peer], {"read": (1.0, 0.5)}, [aim])])
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| peer | 1.00 | 1.0 … 1.0 | 1.0 | 50 | 3.00 |" in page
    assert "| read | 1.00 | 0.5 |" in page
    assert "wall time ≤ 2 × peer: 3.00 × (missed)" in page


def test_the_page_says_what_was_not_measured(tmp_path: Path):
    """A table of its own columns is shown with its floor; one that could not be had is a sentence, not a gap."""
    aim = report.Aim("rate ≥ 1.0 ×", 0.9, 1.0, "×", is_floor=True)
    table = report.Table("CKAN", "About.", ("", "rate"), [("ours", "9.1")], [aim])
    missing = report.Table("None", "Not measured: no CKAN could be brought up here.", (), [])
    report.write(tmp_path / "page.md", [table, missing])
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| ours | 9.1 |" in page
    assert "rate ≥ 1.0 ×: 0.90 × (missed)" in page
    assert page.rstrip().endswith("Not measured: no CKAN could be brought up here.")
    assert "Not measured" in report.as_text(missing)


def test_both_sides_publish_the_same():
    """What ckanapi loads is what we send, but for the names that tell the sides apart and for our mark."""
    schema = PackageSchema()
    ours, theirs = (list(ckan.packages(schema, ckan_data.catalogue(3, of=of))) for of in ("", "peer-"))
    ids = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
    texts = [ids.sub("id", json.dumps(side)).replace("peer-", "") for side in (ours, theirs)]
    assert texts[0] == texts[1]
    assert "allmende_id" not in texts[1]
    assert {package["id"] for package in ours}.isdisjoint(package["id"] for package in theirs)


def test_facts_see_a_changed_value(tmp_path: Path):
    """One count more in one row changes the facts."""
    path = data.small_files(tmp_path, 1)[0]
    frame = peers.read_told(path, data.dialect_of(0), data.header_of(0))
    frame.write_parquet(tmp_path / "a.parquet")
    frame.with_columns(anzahl=pl.col("anzahl") + (pl.int_range(pl.len()) == 7)).write_parquet(tmp_path / "b.parquet")
    assert facts(tmp_path / "a.parquet") != facts(tmp_path / "b.parquet")
