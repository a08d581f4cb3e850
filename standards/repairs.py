"""Changes of a pass as repairs: counted per table and column, with up to three examples each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import polars as pl

from standards.mapping import VIRTUAL
from standards.messages import REPAIRS
from standards.model import Example, Repair, Table
from standards.work import Change, Shown, Work


def count_repairs(work: Work) -> dict[int, list[Repair]]:
    """Counted per table and column, with up to three examples each. A cell that a wide file repeats counts once."""
    return count_changes(work, work.changes)


def count_changes(work: Work, changes: Iterable[Change]) -> dict[int, list[Repair]]:
    """The same for some changes of the pass."""
    found: dict[int, list[Repair]] = {}
    for change in changes:
        if work.mapping.unpivot or isinstance(change.column, pl.Series):
            counted = _counted_by_group(work, change)
        else:
            counted = _counted_by_run(work.tables, change.column, change.mask)
        shown = [index for *_, first in counted for index in first]
        rows = work.frame[VIRTUAL + "row"].gather(shown).to_list()
        pairs = map(Example, _short(change.before, shown), _short(change.after, shown), rows)
        for number, column, count, first in counted:
            examples = tuple(islice(pairs, len(first)))
            found.setdefault(number, []).append(Repair(change.kind, column, count, REPAIRS[change.kind], examples))
    return found


def _counted_by_run(tables: dict[int, Table], column: str, mask: pl.Series) -> list[tuple[int, str, int, list[int]]]:
    """(table, column, count, first three rows) of a mask; `tables` in the order of the rows."""
    rows = mask.arg_true()
    heights = pl.Series([table.frame.height for table in tables.values()], dtype=pl.UInt32)
    ends = rows.search_sorted(heights.cum_sum(), side="left").to_list()
    out, start = [], 0
    for number, end in zip(tables, ends, strict=True):
        if end > start:
            out.append((number, column, end - start, (start, min(end, start + 3))))
        start = end
    firsts = iter(rows.gather([at for *_, (low, high) in out for at in range(low, high)]).to_list())
    return [(number, name, count, list(islice(firsts, high - low))) for number, name, count, (low, high) in out]


def _counted_by_group(work: Work, change: Change) -> list[tuple[int, str, int, list[int]]]:
    """The same where rows have different headers, or where a wide file repeats a cell."""
    index = change.mask.arg_true()
    named = change.column.gather(index) if isinstance(change.column, pl.Series) else pl.lit(change.column)
    frame = pl.DataFrame({"t": work.groups.gather(index), "i": index}).with_columns(c=named)
    if work.mapping.unpivot and isinstance(change.column, str):
        frame = frame.with_columns(input=work.frame[VIRTUAL + "i"].gather(index)).unique(
            "input", keep="first", maintain_order=True
        )
    return frame.group_by("t", "c", maintain_order=True).agg(pl.len().alias("n"), pl.col("i").head(3)).rows()


def _short(shown: Shown, rows: list[int]) -> list[str]:
    values = shown.gather(rows).to_list() if isinstance(shown, pl.Series) else [shown(row) for row in rows]
    return ["" if value is None else str(value)[:80] for value in values]
