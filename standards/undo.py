"""Taking a kind of repair back: the cells are as they stood, and are then taken so or rejected with a reason.

Text that was cleaned (`whitespace`, `mojibake`, `missing_word`) is not cleaned in the first place, see `work`. What
does not belong here: what was repaired (`convert`, `places`), which repairs somebody wants back (`Table.undo`).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from standards.changes import fields_of
from standards.definition import FieldDef
from standards.messages import REPAIRS, say
from standards.model import Finding, Repair, Severity
from standards.numbers import read_numbers
from standards.ranges import check_range
from standards.repairs import count_changes
from standards.work import Change, Shown, Work

_EMPTIED = {"derived", "joined"}
"""Nothing stood in a cell of its own before these."""


def undo_repairs(work: Work) -> None:
    """Put the cells of the repairs that are taken back to what they were."""
    if not work.undo:
        return
    for change in [change for change in work.changes if work.is_undone(change.kind, change.column)]:
        work.changes.remove(change)
        mask = change.mask & _named(work, change) if isinstance(change.column, pl.Series) else change.mask
        if mask is not change.mask and (rest := change.mask & ~mask).any():
            work.changes.append(Change(change.kind, change.column, rest, change.before, change.after))
        work.left.append(Change(change.kind, change.column, mask, change.before, change.after))
        for name in fields_of(work, change.column):
            _put_back(work, change.kind, name, mask, change.before)
    for left in work.left:
        if left.kind in {"whitespace", "mojibake", "missing_word"}:
            _refuse_uncleaned(work, left)


def _named(work: Work, change: Change) -> pl.Series:
    """Of a wide file's columns those that were named."""
    wanted = [text.partition(":")[2] for text in work.undo if text.partition(":")[0] == change.kind]
    if "" in wanted or not isinstance(change.column, pl.Series):
        return change.mask
    return change.column.is_in(wanted).fill_null(value=False)


def _put_back(work: Work, kind: str, name: str, mask: pl.Series, before: Shown) -> None:
    wanted = work.standard.by_name[name]
    if name not in work.values:
        return
    text = work.nulls(pl.String) if kind in _EMPTIED else _as_text(before, mask)
    # a length in another unit may still have its comma mended: only the unit is as it stood
    values = read_numbers(text).values if kind == "unit" else _as_it_stands(wanted, text, name)
    work.values[name] = work.values[name].zip_with(~mask, values.cast(work.values[name].dtype))
    work.repeated.pop(name, None)
    refused = mask & text.is_not_null() & values.is_null()
    if not (name == "lon" and any(fault.code == "repair_undone" and fault.field == "lat" for fault in work.faults)):
        work.fault("repair_undone", name, refused & ~_faulty(work, name), text, REPAIRS[kind])
    if wanted.type in ("integer", "number", "year"):
        check_range(work, wanted, work.values[name].set(~mask, None), text)


def _faulty(work: Work, name: str) -> pl.Series:
    """Rows in which something else is wrong with that very cell."""
    found = work.nulls(pl.Boolean).is_not_null()
    for fault in work.faults:
        if fault.field == name:
            found |= fault.mask
    return found


def _as_text(before: Shown, mask: pl.Series) -> pl.Series:
    if isinstance(before, pl.Series):
        return before.cast(pl.String).set(~mask, None)
    rows = mask.arg_true()
    texts = pl.Series("s", [None if (value := before(row)) is None else str(value) for row in rows], dtype=pl.String)
    return pl.Series("s", [None], dtype=pl.String).new_from_index(0, len(mask)).scatter(rows, texts)


def _as_it_stands(wanted: FieldDef, text: pl.Series, name: str) -> pl.Series:
    """The text as the field's type only where it is written so already; else null."""
    if name in ("lat", "lon"):
        # both stood in another form, order or system: one of them alone says nothing
        return pl.Series("p", [None], dtype=pl.Float64).new_from_index(0, len(text)) if len(text) else text
    if wanted.type == "string":
        if wanted.codes and wanted.closed:
            return text.set(~text.is_in([code.value for code in wanted.codes]).fill_null(value=False), None)
        return text
    if wanted.type in ("date", "datetime"):
        form = "%Y-%m-%d" if wanted.type == "date" else "%Y-%m-%dT%H:%M:%S"
        return text.str.strptime(pl.Datetime("us"), form, strict=False).cast(wanted.dtype)
    if wanted.type == "boolean":
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    return text.cast(wanted.dtype, strict=False)


def _refuse_uncleaned(work: Work, left: Change) -> None:
    """A number or date with blanks or a word around it is none, however well it could be read."""
    for name in fields_of(work, left.column):
        wanted = work.standard.by_name[name]
        if wanted.type == "string" or name not in work.values:
            continue
        mask = left.mask & work.values[name].is_not_null()
        if mask.any():
            text = _as_text(left.before, mask)
            work.values[name] = work.values[name].set(mask, None)
            work.repeated.pop(name, None)
            work.fault("repair_undone", name, mask, text, REPAIRS[left.kind])


def left_of(work: Work) -> dict[int, tuple[Repair, ...]]:
    """By table what would have been repaired, counted as repairs are."""
    return {number: tuple(found) for number, found in count_changes(work, work.left).items()}


def said_about(undo: Iterable[str], left: Iterable[Repair]) -> list[Finding]:
    """How many cells each repair that was taken back left as they stood; also where it was none."""
    kept = list(left)
    found = []
    for one in kept:
        sentence = say("repair_left", column=one.column, value=one.count, expected=REPAIRS[one.kind])
        found.append(Finding(Severity.INFO, "repair_left", sentence, column=one.column))
    for asked in sorted(undo):
        kind, _, wanted = asked.partition(":")
        if not any(one.kind == kind and wanted in ("", one.column) for one in kept):
            where = f" in „{wanted}“" if wanted else ""
            sentence = say("undo_nothing", expected=REPAIRS[kind], column=where)
            found.append(Finding(Severity.INFO, "undo_nothing", sentence))
    return found
