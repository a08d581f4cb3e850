"""What changed between two tables of one standard: rows that came, went or changed, field by field.

Pure: two frames in, a value out. What does not belong here: where tables come from (`history`), words (the command).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

_ROW = "_row"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One cell: as it was, as it is; None is empty."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RowChange:
    """One thing whose key stands once among what differs on either side."""

    key: dict[str, Any]
    old_row: int | None
    new_row: int | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Counts are whole, examples bounded. `unchanged + removed + changed` is the old table, likewise the new one."""

    key: tuple[str, ...]
    rows_old: int
    rows_new: int
    unchanged: int
    added: int
    removed: int
    changed: int
    changed_fields: dict[str, int]
    """Field → how many rows changed in it."""
    added_rows: tuple[dict[str, Any], ...]
    removed_rows: tuple[dict[str, Any], ...]
    changed_rows: tuple[RowChange, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def compare(old: pl.DataFrame, new: pl.DataFrame, fields: Sequence[str], key: Sequence[str], limit: int) -> Difference:
    """The difference of two frames that have `fields` and `_row`; at most `limit` examples of each sort.

    First what is alike in every field goes out, as often as it stands on both sides; then rows are told by `key` where
    it is filled and stands once on each side of what is left; all else came or went.
    """
    gone, came = _without_common(old, new, fields), _without_common(new, old, fields)
    matched = _matched(gone, came, key)
    removed = gone.join(matched, left_on=_ROW_ID, right_on="old_id", how="anti")
    added = came.join(matched, left_on=_ROW_ID, right_on="new_id", how="anti")
    pairs = (
        matched.join(gone, left_on="old_id", right_on=_ROW_ID)
        .join(came, left_on="new_id", right_on=_ROW_ID, suffix="@new")
        .sort(f"{_ROW}@new")
    )
    counts = pairs.select(_differs(name).sum().alias(name) for name in fields).row(0, named=True) if fields else {}
    return Difference(
        key=tuple(key),
        rows_old=old.height,
        rows_new=new.height,
        unchanged=old.height - gone.height,
        added=added.height,
        removed=removed.height,
        changed=pairs.height,
        changed_fields={name: count for name, count in counts.items() if count},
        added_rows=tuple(_examples(added, fields, limit)),
        removed_rows=tuple(_examples(removed, fields, limit)),
        changed_rows=tuple(_changes(pairs.head(limit), fields, key)),
    )


_ROW_ID = "@id"
_NTH = "@nth"


def _without_common(mine: pl.DataFrame, other: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """My rows without those that the other has as well; of three alike against two, one is left."""
    names = list(fields)
    numbered = mine.with_row_index(_ROW_ID).with_columns(_nth(names))
    theirs = other.select(*names, _nth(names))
    return numbered.join(theirs, on=[*names, _NTH], how="anti", nulls_equal=True).drop(_NTH)


def _nth(names: list[str]) -> pl.Expr:
    return pl.int_range(pl.len()).over(names).alias(_NTH)


def _matched(gone: pl.DataFrame, came: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """(old_id, new_id) of rows whose key is filled and stands once on both sides."""
    if not key:
        return pl.DataFrame(schema={"old_id": pl.UInt32, "new_id": pl.UInt32})
    names = list(key)
    filled = pl.any_horizontal(pl.col(name).is_not_null() for name in names)
    sides = [side.filter(filled & (pl.len().over(names) == 1)).select(_ROW_ID, *names) for side in (gone, came)]
    return (
        sides[0]
        .join(sides[1], on=names, how="inner", nulls_equal=True, suffix="@new")
        .select(pl.col(_ROW_ID).alias("old_id"), pl.col(f"{_ROW_ID}@new").alias("new_id"))
    )


def _differs(name: str) -> pl.Expr:
    return pl.col(name).ne_missing(pl.col(f"{name}@new"))


def _examples(rows: pl.DataFrame, fields: Sequence[str], limit: int) -> Iterator[dict[str, Any]]:
    for row in rows.sort(_ROW).head(limit).iter_rows(named=True):
        yield {"row": row[_ROW]} | {name: _plain(row[name]) for name in fields if row[name] is not None}


def _changes(pairs: pl.DataFrame, fields: Sequence[str], key: Sequence[str]) -> Iterator[RowChange]:
    for row in pairs.iter_rows(named=True):
        changed = tuple(
            FieldChange(name, _plain(row[name]), _plain(row[f"{name}@new"]))
            for name in fields
            if row[name] != row[f"{name}@new"]
        )
        yield RowChange({name: _plain(row[name]) for name in key}, row[_ROW], row[f"{_ROW}@new"], changed)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
