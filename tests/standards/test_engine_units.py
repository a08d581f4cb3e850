"""Units: what a converted number looks like."""

import polars as pl

from standards.engine import judge
from standards.model import Table
from standards.registry import load_standards


def test_converted_numbers_carry_no_noise() -> None:
    """660 centimetres become 6.6 metres, written as 6.6."""
    frame = pl.DataFrame({"Baum-Nr.": ["1", "2"], "Höhe (cm)": ["660", "1990"]})
    judged = judge(Table(frame, pl.Series([2, 3])), load_standards()["baumkataster"])
    assert [str(height) for height in judged.accepted["hoehe_m"]] == ["6.6", "19.9"]


def test_numbers_without_another_unit_stay_exact() -> None:
    """A large number beside one in centimetres is neither rounded nor counted as repaired."""
    frame = pl.DataFrame({"Baum-Nr.": ["1", "2", "3"], "Höhe": ["12.3456789012345", "660 cm", "9"]})
    judged = judge(Table(frame, pl.Series([2, 3, 4])), load_standards()["baumkataster"])
    assert judged.accepted["hoehe_m"].to_list() == [12.3456789012345, 6.6, 9.0]
