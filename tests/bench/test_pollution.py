"""The pollution benchmark: ours holds its level, and the scoring tells right from wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from tests.bench.pollution.generate import cases
from tests.bench.pollution.readers import allmende
from tests.bench.pollution.run import measure
from tests.bench.pollution.score import Reading, score
from tests.bench.pollution.tables import Table, tables

OVERALL, EACH_KIND = 9.9, 9.5
_TABLE = Table("t", ("Name", "", "Jahr", "Jahr"), (("Süd", "", "1", "2"), ("Nord", "x", "3", "")))
_RIGHT = Reading(("Name", "spalte_2", "Jahr", "Jahr_2"), [("Süd", "", "1", "2"), ("Nord", "x", "3")])


def test_level() -> None:
    """Our reader keeps its level on every kind of pollution, also with tables it was not built with."""
    outcome = measure("ours", allmende, cases(7, per_pollution=2, combined=60))
    low = {kind: value for kind, value in outcome.kinds.items() if value < EACH_KIND}
    assert not low
    assert outcome.kinds["overall"] >= OVERALL


def test_right_reading_scores_ten() -> None:
    """Generated names for empty and double ones, and padding or none, are right."""
    assert score(_TABLE, True, _RIGHT).total == pytest.approx(10)


@pytest.mark.parametrize(
    ("wrong", "least"),
    [
        (replace(_RIGHT, rows=_RIGHT.rows[:1]), 1.5),
        (replace(_RIGHT, rows=[*_RIGHT.rows, ("Quelle: Amt",)]), 0.5),
        (replace(_RIGHT, rows=[("Süd", "1", "", "2"), _RIGHT.rows[1]]), 1.4),
        (replace(_RIGHT, header=("Name", "Jahr", "Jahr", "Ort")), 0.7),
        (replace(_RIGHT, header=("Süd", "b", "c", "d")), 2),
        (None, 10),
    ],
)
def test_wrong_readings_score_less(wrong: Reading | None, least: float) -> None:
    """A lost record, a note taken for a record, a shifted cell, a wrong header each cost points."""
    assert score(_TABLE, True, wrong).total <= 10 - least


def test_header_used_up() -> None:
    """A reader that takes the first record of a file without a header for its header is wrong."""
    named = Reading(("spalte_1", "spalte_2", "spalte_3", "spalte_4"), list(_TABLE.rows))
    assert score(_TABLE, False, named).total == pytest.approx(10)
    assert score(_TABLE, False, Reading(_TABLE.rows[0], [_TABLE.rows[1]])).total < 6


def test_generator() -> None:
    """The same seed gives the same bytes; clean files are RFC 4180, no pollution leaves its file as it was."""
    found = cases(3, combined=10)
    assert found == cases(3, combined=10)
    clean = {case.truth.name: case for case in found if case.kind == "clean"}
    for table, case in zip(tables(3), clean.values(), strict=True):
        header, *rows = csv.reader(io.StringIO(case.data.decode(), newline=""))
        assert (tuple(header), [tuple(row) for row in rows]) == (table.header, list(table.rows))
    same = [case.name for case in found if case.kind != "clean" and case.data in {one.data for one in clean.values()}]
    assert same == []
