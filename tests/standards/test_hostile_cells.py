"""Any text in any field of any standard: judged without an error, in time that grows with its length only."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards

STANDARDS = load_standards()
LONG = 10_000
UNITS = ("a", "1", "a.", "+4", "1.1.", " ", "(1", "a@")


def judged(name: str, cells: list[str]) -> Judgement:
    """A table whose every field holds these cells, one row each."""
    names = [field.name for field in STANDARDS[name].fields]
    frame = pl.DataFrame(dict.fromkeys(names, cells), schema=dict.fromkeys(names, pl.String))
    rows = pl.Series("row", range(1, len(cells) + 1), dtype=pl.Int64)
    return judge(Table(frame=frame, row_numbers=rows), STANDARDS[name])


@pytest.mark.parametrize("name", ["baumkataster", "haushalt", "onlinedienste"])
def test_long_cells_take_no_longer_than_their_length(name: str) -> None:
    """Patterns that try every start of a run of letters or digits would need minutes here."""
    started = time.process_time()
    judged(name, [(unit * LONG)[:LONG] for unit in UNITS])
    assert time.process_time() - started < 3


@settings(max_examples=25, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(STANDARDS)), cells=st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_text_is_too_odd_to_be_judged(name: str, cells: list[str]) -> None:
    """Whatever stands in a cell, the rows are split, none is raised on."""
    assert judged(name, cells).rows_total >= 0
