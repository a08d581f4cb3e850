"""Keys of municipalities: lost zeros, regional keys, names with and without their Kreis; no choice among several."""

# ruff: noqa: E501  tables of cases read better in rows

from __future__ import annotations

import polars as pl
import pytest

from connectors.gazetteer import GAZETTEER
from standards.engine import judge
from standards.model import Table
from standards.municipalities import spoken
from standards.registry import load_standards

ONLINE = load_standards()["onlinedienste"]


@pytest.mark.parametrize(
    ("text", "ags"),
    [
        ("Stadt Bamberg", "09461000"), ("Bamberg, St", "09461000"), ("Landeshauptstadt München", "09162000"),
        ("Neumarkt in der Oberpfalz", "09373147"), ("Neumarkt i.d.OPf., GKSt", "09373147"), ("Roth (Landkreis Roth)", "09576143"),
        ("Markt Schwaben", "09175127"), ("Neukirchen", None), ("Fürth", None), ("Landkreis Bamberg", None), ("Musterstadt", None),
    ],
)  # fmt: skip
def test_a_name_gives_its_key_only_where_one_gemeinde_can_be_meant(text: str, ags: str | None) -> None:
    """Kinds before and behind the name, abbreviations, a Kreis in brackets."""
    assert GAZETTEER.find(*spoken(text)) == ags


def test_keys_in_a_file() -> None:
    """A lost zero, a spreadsheet's decimals, a regional key, a name, also with its Kreis; a key nobody has is told."""
    keys = ["9461000", "9461000.0", "094610000000", None, None, None, "09999999"]
    towns = ["Bamberg", "Bamberg", "Bamberg", "Stadt Erlangen", "Roth", "Neukirchen", "Atlantis"]
    kreise = [None, None, None, None, "Lkr. Roth", None, None]
    names = ["Ummelden", "Wohngeld", "Elterngeld", "Ummelden", "Ummelden", "Ummelden", "Ummelden"]
    frame = pl.DataFrame({"Leistung": names, "AGS": keys, "Gemeinde": towns, "Landkreis": kreise})
    judgement = judge(Table(frame, pl.Series(range(2, 9)), gazetteer=GAZETTEER), ONLINE)
    assert judgement.accepted["kommune_ags"].to_list() == ["09461000"] * 3 + ["09562000", "09576143", None]
    assert judgement.rejected["code"].to_list() == ["ags_unknown"]
