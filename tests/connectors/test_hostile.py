"""Hostile input: one German sentence, bounded memory and time; what is only odd is read."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from connectors.reading import Unreadable, read_table, write_csv
from tests.connectors import hostile

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3,) * 2)
from orchestration.cli import main
try:
    main()
finally:
    status = open("/proc/self/status").read()
    print(status.split("VmHWM:")[1].split()[0], file=sys.stderr)
"""
"""The command line; at its end the most memory it ever held, in kB (`ru_maxrss` would count that of the parent too)."""


def test_hostile_files_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    """Each gets its code and one sentence from the command line; all of them together never take 512 MB."""
    files = []
    for name, (make, _) in hostile.REFUSED.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(make())
    for name, size in (("zeile.csv", 5 * hostile.GB), ("zeile3.csv", 3 * hostile.GB)):
        files.append(tmp_path / name)
        hostile.sparse_line(files[-1], size)
    command = [sys.executable, "-c", CHILD, "read", *map(str, files), "-o", str(tmp_path / "aus"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    failed = {Path(one["file"]).name: one for one in json.loads(done.stdout)["failed"]}
    wanted = {name: code for name, (_, code) in hostile.REFUSED.items()}
    wanted |= {"zeile.csv": "too_large", "zeile3.csv": "line_too_long"}
    assert {name: one["code"] for name, one in failed.items()} == wanted
    assert all(one["message_de"].endswith(".") and "\n" not in one["message_de"] for one in failed.values())
    assert int(done.stderr.split()[-1]) < 512 * 1024


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        (hostile.workbook(), 60),
        (hostile.packed({"../../etc/x.csv": b"a;b\n1;2\n"}), 2),
        ("a;b\nÄ;2\n".encode("utf-16")[:-1], 2),
        (b"a;b\n1;\x002\n3;4\n", 4),
        (b"<html><table><tr><td>a<td>b<tr><td>1<td>2</table>", 2),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x><y>1</y><y>2</y></x>', 2),
        (b'[{"a": ' + b"9" * 1_000_000 + b'}, {"a": 1e999999999}]', 2),
        (b'[{"a": NaN}, {"a": -Infinity}]', 2),
        (hostile.dbf(11, 2**31), 3),
    ],
)
def test_hostile_names_and_odd_content_are_read(data: bytes, cells: int) -> None:
    """A wrong suffix, a path that leaves the archive, half a character, NUL, huge numbers: nothing stops reading."""
    frame = read_table(data, filename="bö\nse $(x);'.xlsx").frame
    assert frame.height * frame.width == cells or cells == 60


def test_hostile_file_names_reach_no_shell_and_break_no_line(tmp_path: Path) -> None:
    """A name with blanks, quotes, a semicolon and a line end is only a name."""
    path = tmp_path / "bö se\n$(touch x);'\".csv"
    path.write_bytes(b"a;b\n1;2\n")
    assert read_table(path).frame.rows() == [("1", "2")]
    with pytest.raises(Unreadable) as refusal:
        read_table(tmp_path / "fehlt\nganz.csv")
    assert "\n" not in refusal.value.message_de


def test_hostile_special_files_are_refused() -> None:
    """A device is no file: it is not read for ever."""
    with pytest.raises(Unreadable) as refusal:
        read_table(Path("/dev/zero"))
    assert refusal.value.code == "no_file"


def test_what_read_writes_repeats_cells_and_tells_of_formulas(tmp_path: Path) -> None:
    """`=`, `@` and their kin stand as they stood, and a note counts them; -5 and +49 are numbers and need none."""
    result = read_table(b"Name;Wert\n=HYPERLINK(1);-5\n@SUM(A1);+49 89 1\n-;-12,5 %\n")
    report = write_csv(result, tmp_path / "x.csv")
    note = next(note for note in report.notes if note.code == "formula_cells")
    assert "2 Zellen" in note.message_de
    assert (tmp_path / "x.csv").read_bytes().splitlines()[1] == b"=HYPERLINK(1),-5"
    assert pl.read_csv(tmp_path / "x.csv").height == 3


@pytest.mark.parametrize(
    "text",
    [
        "{c};b\n1;2\n3;4\n".format(c=" " * 300_000),
        "a;b\n1;{c}\n2;3\n".format(c="1;" * 9_000),
        "a;b\n1;{c}\n2;3\n".format(c='x"y;' * 2_000),
        "a;b\n1;{c}\n2;3\n".format(c="1.1." * 75_000),
        "a,b\n1,{c}\n2,3\n".format(c="''" * 150_000),
    ],
    ids=["blanks in the header", "thousands of surplus cells", "stray quotes", "almost a date", "quotes"],
)
def test_hostile_cells_do_not_take_for_ever(text: str) -> None:
    """No pattern and no loop grows with the square of a cell: seconds would be minutes for a megabyte."""
    started = time.process_time()
    with contextlib.suppress(Unreadable):
        read_table(text.encode(), filename="x.csv")
    assert time.process_time() - started < 3
