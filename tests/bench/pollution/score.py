"""How near a reading is to the truth: the ten measures of the Pollock benchmark, summed to 0 … 10.

After Vitagliano, Hameed, Jiang, Reisener, Wu, Naumann: Pollock, PVLDB 16(8), 2023. One point for reading at all;
precision, recall and F1 of the header's names, of the records and of the cells. Records and cells are compared as
multisets. Told apart are only things that matter to a reader of the table:
- empty cells at the end of a record are not compared (padding is right, and so is not padding), empty records neither;
- line breaks inside a cell are compared as one kind;
- a column without a name may get any name; a name that stands twice may get a number; cells beyond the header may get
  a column; names of two header lines may be joined by anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.pollution.tables import Cells, Table

_NUMBERED = re.compile(r"[\s._\-(]*(duplicated_)?\d+\)?")
_JOINTS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a file: names and cells; empty is ''."""

    header: tuple[str, ...]
    rows: list[Cells]


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one file, each 0 … 1."""

    success: float = 0.0
    header: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Precision, recall, F1."""
    record: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cell: tuple[float, float, float] = (0.0, 0.0, 0.0)
    examples: tuple[str, ...] = field(default=(), compare=False)
    """Where it went wrong, in a few words."""

    @property
    def total(self) -> float:
        """0 … 10."""
        return self.success + sum(self.header) + sum(self.record) + sum(self.cell)


def score(truth: Table, has_header: bool, reading: Reading | None) -> Score:
    """The score of one reading; None: the reader gave up."""
    if reading is None:
        return Score(examples=("not read",))
    wanted, found = _records(truth.rows), _records(reading.rows)
    header = _header(truth, has_header, reading)
    record, cell = _overlap(wanted, found), _overlap(_cells(wanted), _cells(found))
    return Score(1.0, header, record, cell, tuple(_examples(truth, reading, header, wanted, found)))


def _header(truth: Table, has_header: bool, reading: Reading) -> tuple[float, float, float]:
    if not has_header:
        used_up = set(filter(None, map(_cell, reading.header))) & set(filter(None, truth.rows[0]))
        return (0.0, 0.0, 0.0) if used_up else (1.0, 1.0, 1.0)
    found = [_cell(name) for name in reading.header]
    widest = max((len(record) for record in _records(truth.rows)), default=0)
    hits, left = 0, list(found)
    for at, name in enumerate(truth.header):
        same = next((one for one in left if _same_name(name, one, truth.header)), None)
        if name == "":  # any name, but at its place: it can be no other column's
            same = found[at] if at < len(found) and found[at] in left and found[at] not in truth.header else None
        if same is not None:
            hits += 1
            left.remove(same)
    allowed = max(0, min(len(found), widest) - len(truth.header))
    precision = hits / max(len(found) - min(allowed, len(left)), 1)
    recall = hits / len(truth.header)
    return precision, recall, _f1(precision, recall)


def _same_name(wanted: str, found: str, header: Cells) -> bool:
    if found == wanted or (wanted and _JOINTS.sub("", found) == _JOINTS.sub("", wanted)):
        return True
    is_twin = header.count(wanted) > 1 and bool(wanted)
    return is_twin and found.startswith(wanted) and _NUMBERED.fullmatch(found[len(wanted) :]) is not None


def _records(rows: Iterable[Cells]) -> Counter[Cells]:
    """Records as a multiset, without empty cells at the end and without empty records."""
    found: Counter[Cells] = Counter()
    for row in rows:
        cells = [_cell(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            found[tuple(cells)] += 1
    return found


def _cells(records: Counter[Cells]) -> Counter[str]:
    found: Counter[str] = Counter()
    for record, count in records.items():
        for cell in record:
            found[cell] += count
    return found


def _cell(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _overlap(wanted: Counter[Any], found: Counter[Any]) -> tuple[float, float, float]:
    hits = (wanted & found).total()
    precision = hits / found.total() if found else 0.0
    recall = hits / wanted.total() if wanted else 0.0
    return precision, recall, _f1(precision, recall)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _examples(
    truth: Table, reading: Reading, header: tuple[float, float, float], wanted: Counter[Cells], found: Counter[Cells]
) -> Iterable[str]:
    if header[2] < 1:
        yield f"header {list(reading.header)} instead of {list(truth.header)}"
    for what, records in (("missing", wanted - found), ("surplus", found - wanted)):
        for record in list(records)[:2]:
            yield f"{what} {list(record)} (of {records.total()})"
