"""The difference of two tables: by key, field by field; without a key by content; every row is counted once."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from connectors.raw.difference import compare

FIELDS = ["nr", "art", "hoehe"]
SCHEMA = {"_row": pl.Int64, "nr": pl.String, "art": pl.String, "hoehe": pl.Float64}
_ROWS = st.lists(
    st.tuples(st.sampled_from([None, "1", "2"]), st.sampled_from([None, "x"]), st.sampled_from([None, 1.0, 2.0])),
    max_size=8,
)


def _table(rows: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame([(number, *row) for number, row in enumerate(rows, 2)], schema=SCHEMA, orient="row")


def test_by_key() -> None:
    """What changed is told field by field, also from and to nothing; what came and went with its row."""
    old = _table([("1", "Linde", 5.0), ("2", "Ahorn", None), ("3", "Eiche", 7.0), ("4", "Esche", 1.0)])
    new = _table([("4", "Esche", 1.0), ("2", None, 2.5), ("1", "Linde", 5.0), ("9", "Buche", 3.0)])
    found = compare(old, new, FIELDS, ["nr"], 10)
    assert (found.unchanged, found.changed, found.added, found.removed) == (2, 1, 1, 1)
    (change,) = found.changed_rows
    assert (change.key, change.old_row, change.new_row) == ({"nr": "2"}, 3, 3)
    assert [(one.field, one.old, one.new) for one in change.fields] == [("art", "Ahorn", None), ("hoehe", None, 2.5)]
    assert found.changed_fields == {"art": 1, "hoehe": 1}
    assert found.added_rows == ({"row": 5, "nr": "9", "art": "Buche", "hoehe": 3.0},)
    assert found.removed_rows == ({"row": 4, "nr": "3", "art": "Eiche", "hoehe": 7.0},)


def test_without_a_key_content_counts() -> None:
    """Rows without a usable key are a multiset: a third like two others is one more, none is called changed."""
    found = compare(_table([(None, "x", 1.0)] * 2), _table([(None, "x", 1.0)] * 3), FIELDS, ["nr"], 10)
    assert (found.unchanged, found.added, found.removed, found.changed) == (2, 1, 0, 0)
    twice = compare(_table([("1", "x", 1.0), ("1", "y", 1.0)]), _table([("1", "z", 1.0)]), FIELDS, ["nr"], 10)
    assert (twice.added, twice.removed, twice.changed) == (1, 2, 0)


def test_examples_are_bounded_counts_are_not() -> None:
    """Of many changes a few are shown, all are counted."""
    old, new = ([(str(number), "x", height) for number in range(50)] for height in (1.0, 2.0))
    found = compare(_table(old), _table(new), FIELDS, ["nr"], 3)
    assert (found.changed, len(found.changed_rows), found.changed_fields) == (50, 3, {"hoehe": 50})


@given(_ROWS, _ROWS)
def test_every_row_is_counted_once(old: list[tuple], new: list[tuple]) -> None:
    """Both tables add up, backwards comes and goes change places, and nothing differs from itself."""
    found = compare(_table(old), _table(new), FIELDS, ["nr"], 100)
    back = compare(_table(new), _table(old), FIELDS, ["nr"], 100)
    assert found.unchanged + found.removed + found.changed == len(old)
    assert found.unchanged + found.added + found.changed == len(new)
    assert (back.added, back.removed, back.changed) == (found.removed, found.added, found.changed)
    assert all(one.fields for one in found.changed_rows)
    assert compare(_table(old), _table(old), FIELDS, ["nr"], 1).is_empty
