"""Plausibility asks: relations within rows, the version before, Kommunen of the same size. It never rejects."""

import json

import polars as pl
import pytest

from standards.comparison import Peer, compare, size_class
from standards.definition import Standard
from standards.engine import judge, judge_many
from standards.facts import Facts, facts_of
from standards.model import Table
from standards.registry import load_standards

RULES = (
    {"name": "frei", "check": "frei <= kapazitaet", "question_de": "{count} von {total}: {example}?"},
    {"name": "zukunft", "check": "jahr <= this_year", "when": {"art": "neu"}, "question_de": "{count} künftige?"},
    {"name": "vorher", "compare": "previous", "measure": "sum", "field": "frei", "at_least": 0.5,
     "question_de": "{now} statt {before}?"},
    {"name": "andere", "compare": "peers", "per_inhabitants": 1000, "at_most": 3,
     "question_de": "{now}, {peers} haben {typical}?"},
)  # fmt: skip


def _field(name: str, kind: str) -> dict[str, object]:
    return {"name": name, "type": kind, "title_de": name.title(), "description_de": name, "description_en": name}


@pytest.fixture(scope="module")
def standard() -> Standard:
    kinds = {"nr": "string", "art": "string", "frei": "integer", "kapazitaet": "integer", "jahr": "year"}
    facts = load_standards()["baumkataster"].model_dump(include={"theme", "musterdatensatz", "description_de"})
    about = {"name": "plaetze", "version": "1", "title_de": "P", "title_en": "P", "description_en": "P"}
    fields = [_field(name, kind) for name, kind in kinds.items()]
    return Standard.model_validate({**facts, **about, "fields": fields, "key": ["nr"], "plausibility": RULES})


def table(rows: int, frei: int = 20, start: int = 0) -> pl.DataFrame:
    numbers = [str(start + row) for row in range(rows)]
    values = {"nr": numbers, "art": ["alt"] * rows, "frei": [str(frei + row) for row in range(rows)]}
    return pl.DataFrame({**values, "kapazitaet": ["99999"] * rows, "jahr": ["1990"] * rows})


def facts(frame: pl.DataFrame, standard: Standard) -> Facts:
    return facts_of(judge(Table(frame, pl.int_range(2, frame.height + 2, eager=True)), standard).accepted, standard)


def codes(found: list) -> list[str]:
    return [finding.code for finding in found]


def test_a_broken_relation_is_asked_about_with_count_and_example(standard: Standard) -> None:
    """The rows stay accepted; each table of a pass has its own count; `when` leaves other rows out."""
    frame = table(3).with_columns(
        frei=pl.Series(["9", "9", "1"]), kapazitaet=pl.Series(["5", "5", None]), jahr=pl.lit("2999")
    )
    many = judge_many([Table(frame, pl.Series([2, 3, 4])), Table(frame.tail(1), pl.Series([2]))], standard)
    assert [judgement.rows_accepted for judgement in many] == [3, 1]
    said = [[one.message_de for one in judgement.findings if one.code == "implausible"] for judgement in many]
    assert said == [["2 von 3: Zeile 2: Frei 9, Kapazitaet 5?"], []]


def test_facts_add_up_and_can_be_kept(standard: Standard) -> None:
    """Two parts have the facts of the whole, also after JSON; the median is right to a few per cent."""
    whole, parts = table(900), (table(900).head(500), table(900).tail(400))
    one, other = (facts(part, standard) for part in parts)
    both = one.plus(Facts.from_json(json.loads(json.dumps(other.as_json()))))
    assert both == facts(whole, standard)
    assert both.columns["frei"].median == pytest.approx(469.5, rel=0.04)
    assert both.columns["frei"].total == sum(range(20, 920))


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        (lambda: table(100), []),
        (lambda: table(110, start=3), []),
        (lambda: table(30), ["implausible", "rows_changed"]),
        (lambda: table(100).with_columns(kapazitaet=pl.lit("999")), ["unit_changed"]),
        (lambda: table(100).with_columns(art=pl.lit(None, dtype=pl.String)), ["column_emptied"]),
        (lambda: table(100, start=5000), ["keys_gone"]),
    ],
)
def test_against_the_version_before(standard: Standard, now, asked: list[str]) -> None:
    """Growth is no question; half the rows gone, another unit, an empty column, other keys are."""
    assert codes(compare(standard, facts(now(), standard), facts(table(100), standard))) == asked


def test_keys_are_compared_by_their_sketch(standard: Standard) -> None:
    """Of many keys only some are kept; that half of them is new is seen all the same."""
    before = facts(table(3000), standard)
    assert "keys_gone" not in codes(compare(standard, facts(table(3000, start=300), standard), before))
    found = compare(standard, facts(table(3000, start=2100), standard), before)
    (gone,) = [one for one in found if one.code == "keys_gone"]
    assert 55 <= int(gone.message_de.split()[1]) <= 85


def test_against_kommunen_of_the_same_size(standard: Standard) -> None:
    """Per inhabitant, against the median of enough others."""
    peers = [Peer(facts(table(10 + number), standard), 10_000) for number in range(5)]
    mine = facts(table(60), standard)
    (asked,) = compare(standard, mine, None, peers, 10_000)
    assert asked.message_de == "6, 5 haben 1,2?"
    assert compare(standard, mine, None, peers[:4], 10_000) == []
    assert compare(standard, mine, None, peers, 60_000) == []
    assert [size_class(people) for people in (4_999, 5_000, 19_999, 100_000, 1_500_000)] == [0, 1, 1, 3, 4]
