"""A point in front of three digits means thousands where the column's other cells say so, also behind a unit."""

from __future__ import annotations

import polars as pl
import pytest

from standards.numbers import read_numbers


@pytest.mark.parametrize("unit", ["", " m²", " ha", " Stellplätze"])
def test_a_doubtful_point_is_seen_with_and_without_a_unit(unit: str) -> None:
    """The unit behind the number does not hide that the point may mean either."""
    found = read_numbers(pl.Series([f"2.068,5{unit}", f"1.845{unit}", f"528{unit}"])).ambiguous
    assert found is not None
    assert found.to_list() == [False, True, False]
