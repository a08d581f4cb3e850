"""Headers and cells as other German towns write them, matched without a hint; headers that only look alike are left."""

from __future__ import annotations

import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards
from tests.standards.variants import CASES, Case

STANDARDS = load_standards()


def judged(standard: str, header: str, rows: list[str]) -> Judgement:
    columns = header.replace("\n", " ").split(";")
    cells = [row.split(";") for row in rows]
    frame = pl.DataFrame(
        {name: [row[at] or None for row in cells] for at, name in enumerate(columns)},
        schema=dict.fromkeys(columns, pl.String),
    )
    return judge(Table(frame, pl.Series(range(2, len(rows) + 2))), STANDARDS[standard])


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_town_s_own_way_of_writing_is_understood(case: Case) -> None:
    """Every expected field has the value of the right column, and no other column strays into a field."""
    _, standard, header, rows, expected = case
    judgement = judged(standard, header, rows)
    assert judgement.rows_rejected == 0
    first = judgement.accepted.row(0, named=True)
    assert {name: first[name] for name in expected} == pytest.approx(expected)
