"""A table of any length, judged part by part in bounded memory; the result is that of `engine.judge` on the whole.

Columns are matched once, by sampled rows. What must hold over all rows (decimal sign, order of day and month, system of
coordinates, step between moments, repeated rows) is decided by the parts seen so far; where the last part shows that
all rows together say otherwise, everything is judged once more with the right decisions, and the sink begins again.
What does not belong here: where parts come from (`connectors.reading.chunks`), how they are written (`writing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import polars as pl

from standards.definition import Standard
from standards.engine import ROW_FINDINGS, judge_part, row_findings
from standards.faults import REJECTED_SCHEMA
from standards.gate import merged
from standards.mapping import Mapping
from standards.matching import match_table
from standards.messages import say
from standards.model import Broken, Finding, Hold, Judgement, Repair, Severity, Table
from standards.overall import Overall
from standards.places_matching import Sampler
from standards.plausibility import more_broken, row_questions
from standards.privacy import personal_columns
from standards.repeats import Repeats
from standards.samples import sample
from standards.undo import said_about

PASSES = 5
"""A decision may change what another one sees (the order of dates, the step between them); so often it is settled."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table in their order. The last part holds at least three rows, or all of the table."""

    frame: pl.DataFrame
    row_numbers: pl.Series
    is_last: bool


class Sink(Protocol):
    """Takes the judged rows, part by part."""

    def begin(self) -> None:
        """A pass begins: whatever was taken before is void."""

    def take(self, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        """Rows of the next part, as in `Judgement`."""


@dataclass(frozen=True)
class CountedJudgement(Judgement):
    """A judgement whose rows went into a sink: its frames are empty, its counts are not."""

    accepted_count: int = 0
    rejected_count: int = 0

    @property
    def rows_accepted(self) -> int:
        return self.accepted_count

    @property
    def rows_rejected(self) -> int:
        return self.rejected_count


def judge_stream(parts: Callable[[], Iterable[Part]], table: Table, standard: Standard, sink: Sink) -> CountedJudgement:
    """Judge the parts, which can be asked for again. `table`: what is known of the file; its rows are the sample."""
    sampler = partial(sample, table.frame)
    mapping = match_table(table, standard, sampler)
    overall, tally = Overall(), _Tally(table.undo)
    for _ in range(PASSES):
        sink.begin()
        tally = _Tally(table.undo)
        for part in parts():
            overall.is_last = part.is_last
            rows = replace(table, frame=part.frame, row_numbers=part.row_numbers)
            judged, notes = judge_part(rows, mapping, sampler, standard, overall)
            tally.add(judged, notes)
            sink.take(judged.accepted, judged.rejected)
        if overall.holds():
            break
        known = overall.repeats.found()
        overall.repeats.close()
        overall = Overall(decided=overall.final(), repeats=Repeats(known))
    try:
        return _judgement(standard, mapping, sampler, tally, overall)
    finally:
        overall.repeats.close()


@dataclass
class _Tally:
    """What the parts of one pass add up to."""

    undo: frozenset[str]
    accepted: int = 0
    rejected: int = 0
    repairs: dict[tuple[str, str], Repair] = field(default_factory=dict)
    left: dict[tuple[str, str], Repair] = field(default_factory=dict)
    notes: dict[tuple[str, str | None, str], Finding] = field(default_factory=dict)
    rows: list[Finding] = field(default_factory=list)
    held: tuple[Hold, ...] = ()
    broken: dict[str, Broken] = field(default_factory=dict)

    def add(self, judged: Judgement, notes: list[Finding]) -> None:
        self.rows += row_findings(judged.rejected.head(max(0, ROW_FINDINGS - self.rejected)))
        self.accepted += judged.rows_accepted
        self.rejected += judged.rows_rejected
        self.held = merged((*self.held, *judged.held))
        self.broken = more_broken(self.broken, judged.broken)
        for sums, repairs in ((self.repairs, judged.repairs), (self.left, judged.left)):
            for repair in repairs:
                key = (repair.kind, repair.column)
                so_far = sums.get(key)
                sums[key] = repair if so_far is None else _both(so_far, repair)
        for note in notes:
            # the same question with another example is the same question
            text = note.message_de.replace(note.value, "") if note.value else note.message_de
            self.notes.setdefault((note.code, note.column, text), note)


def _both(one: Repair, other: Repair) -> Repair:
    return replace(one, count=one.count + other.count, examples=(one.examples + other.examples)[:3])


def _judgement(
    standard: Standard, mapping: Mapping, sampler: Sampler, tally: _Tally, overall: Overall
) -> CountedJudgement:
    left = tuple(tally.left.values())
    told = [*mapping.questions, *tally.notes.values(), *said_about(tally.undo, left)]
    if count := overall.repeated_rows:
        text = say("repeated_rows", value=count)
        told.append(Finding(Severity.WARNING, "repeated_rows", text, value=str(count)))
    if again := overall.repeats.same_keys():
        told.append(Finding(Severity.WARNING, "same_key", say("same_key", value=again)))
    told += personal_columns(mapping.unmapped, sampler, standard.privacy.public_columns)
    if overall.empty_cells:
        told.append(Finding(Severity.INFO, "wide_empty", say("wide_empty", value=overall.empty_cells)))
    if not tally.accepted + tally.rejected:
        told.append(Finding(Severity.WARNING, "no_rows", say("no_rows")))
    return CountedJudgement(
        standard=standard.name,
        standard_version=standard.version,
        mapping=mapping.matches,
        accepted=pl.DataFrame(schema={"_row": pl.Int64, **standard.schema()}),
        rejected=pl.DataFrame(schema=REJECTED_SCHEMA),
        repairs=tuple(tally.repairs.values()),
        findings=(*told, *row_questions(standard, tally.broken), *tally.rows),
        unmapped=mapping.unmapped,
        held=tally.held,
        left=left,
        broken=tally.broken,
        accepted_count=tally.accepted,
        rejected_count=tally.rejected,
    )
