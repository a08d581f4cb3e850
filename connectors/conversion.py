"""Landing → reading → standards: what became of each file, and its rows on their way into the raw tables.

What does not belong here: which files are due (`pending`), how a file is read (`reading`) or judged (`standards`),
writing tables (`raw.loading`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from connectors.answers import told_for
from connectors.checking import NO_STANDARD, as_table, recognise
from connectors.contents import chunks_of, read_contents
from connectors.corrections import Records, with_base
from connectors.facts import FactsBook
from connectors.judging import judge_group
from connectors.messages import say
from connectors.outcomes import Outcome, outcome_of, refused, without_standard
from connectors.pending import Task, as_strict_as, task_version
from connectors.raw.spool import Rows, Spool
from connectors.raw.tables import rejects_table
from connectors.reading.result import ReadResult, Unreadable
from connectors.receipts import LandingLog, Receipt
from connectors.releases import Decisions, decisions_of
from standards.corrections import as_correction, records_of
from standards.facts import Facts, facts_by
from standards.model import Judgement, Table
from storage.sites import Sites

if TYPE_CHECKING:
    from standards.definition import Standard

_AT = "\x1fat"


Settle = Callable[[Outcome, Judgement | None], Outcome | None]
"""Looks at an outcome before its rows are kept: another one, or None for not keeping it."""


def convert(
    tasks: Sequence[Task],
    sites: Sites,
    standards: Mapping[str, Standard],
    spool: Spool,
    log: LandingLog | None = None,
    *,
    settle: Settle | None = None,
) -> list[Outcome]:
    """Convert in chunks of bounded size; rows go into `spool`, one outcome per task comes back, in order.

    `log`: where the contents lie that a corrected rejects file corrects. Outcomes that `settle` drops do not come back.
    """
    outcomes: list[Outcome] = []
    bases = _Bases(sites, standards, log if log is not None else LandingLog(sites.onprem))
    for chunk in chunks_of(tasks):
        results = read_contents(chunk, sites)
        outcomes += _judge_chunk(chunk, results, bases, spool, settle)
    return outcomes


def _judge_chunk(
    tasks: Sequence[Task],
    results: Sequence[ReadResult | Unreadable],
    bases: _Bases,
    spool: Spool,
    settle: Settle | None,
) -> list[Outcome]:
    standards = bases.standards
    done: dict[int, tuple[Outcome, Judgement | None]] = {}
    groups: dict[str, list[int]] = defaultdict(list)
    tables: dict[int, Table] = {}
    for at, (task, result) in enumerate(zip(tasks, results, strict=True)):
        if isinstance(result, Unreadable):
            done[at] = (refused(task, task.standard or NO_STANDARD, standards, result.code, result.message_de), None)
            continue
        tables[at] = _table(task, result, told_for(task.receipt.told, task.standard or "", standards))
        standard = task.standard or recognise(tables[at], standards)
        tables[at] = replace(tables[at], told=told_for(task.receipt.told, standard, standards))
        if standard in standards:
            groups[standard].append(at)
        else:
            done[at] = (without_standard(task, standard, standards), None)
    for name, members in groups.items():
        judged = judge_group([tables[at] for at in members], standards[name])
        for at, judgement in zip(members, judged, strict=True):
            if isinstance(result := results[at], ReadResult):
                done[at] = bases.outcome(tasks[at], result, judgement, standards[name])
    with_facts = bases.with_facts([done[at] for at in range(len(tasks))])
    kept = [(settle(*pair) if settle else pair[0], pair[1]) for pair in with_facts]
    for name in groups:
        of_name = [(outcome, judgement) for outcome, judgement in kept if outcome and outcome.standard == name]
        _spool(of_name, name, spool)
    return [outcome for outcome, _ in kept if outcome]


def _table(task: Task, result: ReadResult, told: Mapping[str, str]) -> Table:
    receipt = task.receipt
    return as_table(
        result,
        filename=receipt.filename,
        ags=task.dataset.owner,
        told=told,
        undo=receipt.undo,
        is_released=task.is_released,
    )


@dataclass(frozen=True)
class _Bases:
    """Outcomes of judged files; a corrected rejects file is put over what it corrects first."""

    sites: Sites
    standards: Mapping[str, Standard]
    log: LandingLog

    @cached_property
    def decisions(self) -> Decisions:
        return decisions_of(self.log)

    def outcome(
        self, task: Task, result: ReadResult, judgement: Judgement | None, standard: Standard
    ) -> tuple[Outcome, Judgement | None]:
        corrected = as_correction(result.frame)
        if judgement is None or corrected is None:
            return outcome_of(task, result, judgement, standard, self.standards), judgement
        mine = (judgement, records_of(*corrected))
        found = with_base(self.log, task.receipt, mine, lambda receipt: self._judged(task, receipt, standard))
        if found is None:
            message = say("correction-without-base", filename=task.receipt.filename)
            return refused(task, standard.name, self.standards, "correction-without-base", message), None
        whole, chain = found
        corrects = tuple(receipt.sha256 for receipt in chain)
        outcome = outcome_of(as_strict_as(task, chain), result, whole, standard, self.standards)
        version = task_version(task, standard.name, self.standards, corrects)
        return replace(outcome, version=version, corrects=corrects), whole

    def with_facts(self, pairs: Sequence[tuple[Outcome, Judgement | None]]) -> list[tuple[Outcome, Judgement | None]]:
        """Accepted files with what later ones are compared with, and the questions about them."""
        found: dict[int, Facts] = {}
        for name in {outcome.standard for outcome, _ in pairs if outcome.is_accepted}:
            frames = [
                judgement.accepted.with_columns(pl.lit(at).alias(_AT))
                for at, (outcome, judgement) in enumerate(pairs)
                if judgement is not None and outcome.is_accepted and outcome.standard == name
            ]
            found |= facts_by(pl.concat(frames), _AT, self.standards[name])
        return [(self._asked(one, found.get(at)), judgement) for at, (one, judgement) in enumerate(pairs)]

    def _asked(self, outcome: Outcome, facts: Facts | None) -> Outcome:
        if facts is None:
            return outcome
        dataset = outcome.task.dataset
        asked = self.book.questions(self.standards[outcome.standard], facts, dataset.owner, dataset)
        return replace(outcome, facts=facts, findings=(*asked, *outcome.findings))

    @cached_property
    def book(self) -> FactsBook:
        return FactsBook(self.sites.onprem)

    def _judged(self, task: Task, receipt: Receipt, standard: Standard) -> tuple[Judgement, Records | None] | None:
        """An earlier content of the dataset as it is judged today, under the decision about the latest one."""
        decision = self.decisions.get((receipt.dataset, receipt.sha256)) or task.decision
        before = replace(task, receipt=receipt, decision=decision)
        (result,) = read_contents([before], self.sites)
        if isinstance(result, Unreadable):
            return None
        told = told_for(receipt.told, standard.name, self.standards)
        (judgement,) = judge_group([_table(before, result, told)], standard)
        if judgement is None:
            return None
        # what a person decided about it is not asked again
        judgement = replace(judgement, held=()) if decision else judgement
        corrected = as_correction(result.frame)
        return judgement, records_of(*corrected) if corrected else None


def _spool(pairs: Iterable[tuple[Outcome, Judgement | None]], standard: str, spool: Spool) -> None:
    """Accepted rows only of accepted files; rejected rows of every file wait for the clerk; of held files nothing."""
    judged = [(outcome, judgement) for outcome, judgement in pairs if judgement is not None and not outcome.held]
    good = [_rows(outcome, judgement.accepted) for outcome, judgement in judged if outcome.is_accepted]
    bad = [_rows(outcome, judgement.rejected) for outcome, judgement in judged]
    spool.add_rows(standard, good)
    spool.add_rows(rejects_table(standard), bad)


def _rows(outcome: Outcome, frame: pl.DataFrame) -> Rows:
    return Rows(outcome.task.dataset, outcome.version, frame)
