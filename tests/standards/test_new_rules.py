"""What a standard can say of keys, lists, repeated rows and rows that belong to the one above."""

from __future__ import annotations

import polars as pl

from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards

STANDARDS = load_standards()


def hand(standard: str, **columns: list[str | None]) -> Judgement:
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return judge(Table(frame, pl.int_range(2, frame.height + 2, eager=True)), STANDARDS[standard])


def test_one_lost_zero_of_a_key_comes_back_and_two_are_a_fault() -> None:
    """Excel takes one zero from the AGS of Bavaria: that is certain; shorter keys are asked for."""
    keys = ["9461000", "09162000", "9162000.0", "461000"]
    judged = hand("onlinedienste", Leistung=list("abcd"), AGS=keys)
    assert judged.accepted["kommune_ags"].to_list() == ["09461000", "09162000", "09162000"]
    assert [(repair.kind, repair.count) for repair in judged.repairs if repair.column == "AGS"] == [("leading_zero", 2)]
    assert judged.rejected["code"].to_list() == ["wrong_digits"]


def test_several_columns_become_one_list() -> None:
    """Connectors of one station stand in columns of their own: each kind once, in their order."""
    judged = hand(
        "ladesaeulen",
        Betreiber=["Werke", "Werke"],
        Straße=["Ring 1", "Ring 2"],
        Steckertypen1=["Typ 2", None],
        Steckertypen2=["Combo", None],
        Steckertypen3=["Typ 2", None],
    )
    assert judged.accepted["steckertypen"].to_list() == ["Typ 2; Combo", None]


def test_rows_alike_stay_where_they_may_be_several_things() -> None:
    """Two charging stations beside each other look the same in a register: both count, and it is asked."""
    twice = {"Betreiber": ["Werke"] * 2, "Straße": ["Ring 1"] * 2, "Anzahl Ladepunkte": ["2"] * 2}
    judged = hand("ladesaeulen", **twice)
    assert (judged.rows_accepted, judged.rows_rejected) == (2, 0)
    assert "repeated_rows" in [finding.code for finding in judged.findings]


def test_a_row_without_a_name_belongs_to_the_one_above() -> None:
    """One ground with several fields names itself once; what the row above lacks stays empty."""
    judged = hand(
        "sportstaetten",
        Name=["A-Platz", None, "B-Halle", None],
        Adresse=["Ring 1", None, None, None],
        Spielfeld=["groß", "klein", "Halle 1", "Halle 2"],
    )
    assert judged.accepted["name"].to_list() == ["A-Platz", "A-Platz", "B-Halle", "B-Halle"]
    assert judged.accepted["adresse"].to_list() == ["Ring 1", "Ring 1", None, None]
    assert ("filled_down", 2) in [(repair.kind, repair.count) for repair in judged.repairs]
