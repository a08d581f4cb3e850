"""A corrected rejects file: recognised, freed of our own columns, and put over the rows it corrects.

The clerk gets the rejected rows with `Zeile` and `Grund` in front (`writing.write_rejects`), corrects them in place and
hands the file in again. What does not belong here: finding the earlier content (`connectors.corrections`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from standards.gate import merged, row_holds
from standards.model import Judgement
from standards.workbook import REJECTS_COLUMNS

_ROW, _REASON = REJECTS_COLUMNS
_GUARD = r"^'([=+\-@\t\r])"
_FILE = " (Datei)"


def as_correction(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series] | None:
    """The file's own columns and each row's number in the file it was rejected from; None for any other table.

    Told by our two columns in front and by a reason that names the row it stands beside (all of them may be emptied).
    """
    if tuple(frame.columns[:2]) != REJECTS_COLUMNS or not frame.height:
        return None
    numbers = frame[_ROW].cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    if numbers.null_count():
        return None
    pairs = zip(numbers.to_list(), frame[_REASON].cast(pl.String).to_list(), strict=True)
    said = [re.search(rf"\bZeile {number}\b", reason) is not None for number, reason in pairs if reason]
    if said and not any(said):
        return None
    own = frame.drop(REJECTS_COLUMNS)
    names = {name: name.removesuffix(_FILE) for name in own.columns}
    if any(name in own.columns for old, name in names.items() if name != old):
        names = {}
    texts = [pl.col(name).str.replace(_GUARD, "$1") for name, dtype in own.schema.items() if dtype == pl.String]
    return own.with_columns(texts).rename(names), numbers


def records_of(frame: pl.DataFrame, numbers: pl.Series) -> dict[int, dict[str, str]]:
    """The filled cells of a correction's rows, by the number of the row."""
    filled = ({name: value for name, value in row.items() if value} for row in frame.iter_rows(named=True))
    return dict(zip(numbers.to_list(), filled, strict=True))


def put_over(base: Judgement, correction: Judgement, records: Mapping[int, dict[str, str]]) -> Judgement:
    """The rows of the correction in the place of those of the same number; all other rows of the base stay.

    A row that comes back as it was (`records`), or still repeats another one, is still rejected for what it was.
    """
    correction = _without(correction, _unchanged(base, records) | _repeating(base, correction))
    new = pl.concat([correction.accepted["_row"], correction.rejected["_row"]]).unique()
    kept, waiting = (frame.filter(~pl.col("_row").is_in(new.implode())) for frame in (base.accepted, base.rejected))
    accepted = pl.concat([kept, correction.accepted]).sort("_row", maintain_order=True)
    rejected = pl.concat([waiting, correction.rejected]).sort("_row", maintain_order=True)
    held_rows = [*row_holds(correction.rejected), *(row_holds(waiting) if base.held else ())]
    of_rows = {(hold.code, hold.column) for hold in (*row_holds(base.rejected), *row_holds(correction.rejected))}
    others = [hold for hold in (*base.held, *correction.held) if (hold.code, hold.column) not in of_rows]
    findings = [finding for finding in (*base.findings, *correction.findings) if finding.row is None]
    return replace(
        correction,
        accepted=accepted,
        rejected=rejected,
        repairs=(*base.repairs, *correction.repairs),
        findings=tuple(dict.fromkeys(findings)),
        held=merged((*others, *held_rows)),
    )


def _without(judgement: Judgement, rows: set[int]) -> Judgement:
    left = ~pl.col("_row").is_in(sorted(rows))
    return replace(judgement, accepted=judgement.accepted.filter(left), rejected=judgement.rejected.filter(left))


def _unchanged(base: Judgement, records: Mapping[int, dict[str, str]]) -> set[int]:
    rows = base.rejected.select("_row", "record").unique().iter_rows()
    return {
        row
        for row, record in rows
        if row in records and records[row] == {name: value for name, value in json.loads(record).items() if value}
    }


def _repeating(base: Judgement, correction: Judgement) -> set[int]:
    """Rows that were rejected as repetitions and say nothing else than another row even now."""
    twice = base.rejected.filter(pl.col("reasons").str.contains('"code":"duplicate_row"', literal=True))["_row"]
    mine = correction.accepted.filter(pl.col("_row").is_in(twice.implode()))
    if not mine.height:
        return set()
    others = set(base.accepted.drop("_row").hash_rows(seed=9).to_list())
    told = zip(mine["_row"].to_list(), mine.drop("_row").hash_rows(seed=9).to_list(), strict=True)
    differing = [row for row, hashed in told if hashed not in others]
    return set(mine["_row"].to_list()) - set(differing)
