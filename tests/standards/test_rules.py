"""The rules of a standard: what can be said in a `standard.toml`, and that a slip is told at loading."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from standards.rules import Plausibility, Relation, Term, parse_relation


def test_a_relation_is_read_with_sums_factors_and_the_year() -> None:
    """Both sides are sums of fields, numbers, multiples and this year."""
    assert parse_relation("gueltige + ungueltige <= 2 * waehler") == Relation(
        (Term(1, "gueltige"), Term(1, "ungueltige")), "<=", (Term(2, "waehler"),)
    )
    assert parse_relation("pflanzjahr <= this_year + 1").fields == ("pflanzjahr",)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "either check or compare"),
        ({"check": "frei <= kapazitaet", "compare": "peers"}, "either check or compare"),
        ({"check": "frei kapazitaet"}, "is no relation"),
        ({"check": "frei <= max(kapazitaet)"}, "a summand is"),
        ({"check": "zeitpunkt <= today + 1"}, "stands alone"),
        ({"compare": "previous"}, "at_least, at_most"),
        ({"compare": "previous", "measure": "sum", "at_most": 2}, "every other measure has one"),
        ({"check": "frei <= kapazitaet", "question_de": "{now}?"}, "cannot say {now}"),
    ],
)
def test_a_slip_in_a_rule_is_told(wrong: dict[str, object], told: str) -> None:
    """A rule that nothing could evaluate is refused with the reason."""
    with pytest.raises(ValidationError, match=re.escape(told)):
        Plausibility.model_validate({"name": "x", "question_de": "Stimmt das?", **wrong})
