"""Landing → reading → standards: what became of each file, and its rows on their way into the raw tables.

What does not belong here: which files are due (`pending`), how a file is read (`reading`) or judged (`standards`),
writing tables (`raw.loading`).
"""

from __future__ import annotations

import hashlib
import re
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import structlog

from connectors.answers import told_for
from connectors.checking import NO_STANDARD, as_table, recognise
from connectors.corrections import Records, with_base
from connectors.facts import FactsBook
from connectors.landing import LandingLog, Receipt
from connectors.messages import say
from connectors.pending import Task, as_strict_as, task_version, without_standard_id
from connectors.raw.spool import Rows, Spool
from connectors.raw.tables import rejects_table
from connectors.reading.result import ReadReport, ReadResult, Unreadable
from connectors.releases import Decisions, decisions_of
from standards.corrections import as_correction, records_of
from standards.model import Finding, Hold, Judgement, Severity, Table
from standards.plausibility import Facts, facts_by
from storage.sites import Sites

if TYPE_CHECKING:
    from standards.definition import Standard

_CHUNK_BYTES = 64 * 1024 * 1024
_CHUNK_FILES = 4096
_BIG = 16 * 1024 * 1024
_DAY = re.compile(r"\b(?:(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2}))\b")
_AT = "\x1fat"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. The rows themselves are in the spool; `judgement` has lost its frames."""

    task: Task
    version: str
    standard: str
    message_de: str = ""
    """Empty: accepted. Otherwise why the file as a whole was refused."""
    findings: tuple[Finding, ...] = ()
    reading: ReadReport | None = None
    stand: date | None = None
    judgement: Judgement | None = None
    rows_accepted: int = 0
    rows_rejected: int = 0
    reject_reasons: tuple[tuple[str, int], ...] = ()
    held: tuple[Hold, ...] = ()
    """Not empty: a person must release it first."""
    corrects: tuple[str, ...] = ()
    """SHA-256 of the contents that this one corrects, oldest first."""
    replays: str = ""
    """The version whose content was judged again to make this one."""
    facts: Facts | None = None
    """Of the accepted rows: what later files are compared with."""

    @property
    def is_accepted(self) -> bool:
        return not self.message_de


Settle = Callable[[Outcome, Judgement | None], Outcome | None]
"""Looks at an outcome before its rows are kept: another one, or None for not keeping it."""


def stand_of(extras: Mapping[str, str]) -> date | None:
    """The day that the file says it describes (`Stand: 31.12.2024`), where it says one."""
    text = next((value for name, value in extras.items() if name.casefold().startswith("stand")), "")
    if (found := _DAY.search(text)) is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


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
    for chunk in _chunks(tasks):
        results = _read(chunk, sites)
        outcomes += _judge_chunk(chunk, results, bases, spool, settle)
    return outcomes


def _chunks(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        if chunk and (size + task.receipt.bytes > _CHUNK_BYTES or len(chunk) == _CHUNK_FILES):
            yield chunk
            chunk, size = [], 0
        chunk.append(task)
        size += task.receipt.bytes
    if chunk:
        yield chunk


def _read(tasks: Sequence[Task], sites: Sites) -> list[ReadResult | Unreadable]:
    from connectors.reading import read_many

    small = [at for at, task in enumerate(tasks) if task.receipt.bytes <= _BIG]
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda at: sites.onprem.read(tasks[at].receipt.content_key), small))
    results: dict[int, ReadResult | Unreadable] = {}
    whole: list[int] = []
    for at, content in zip(small, contents, strict=True):
        if hashlib.sha256(content).hexdigest() == tasks[at].receipt.sha256:
            whole.append(at)
        else:
            results[at] = _damaged(tasks[at])
    kept = dict(zip(small, contents, strict=True))
    read = read_many([(tasks[at].receipt.filename, kept[at]) for at in whole])
    results.update(zip(whole, read, strict=True))
    for at, task in enumerate(tasks):
        if at not in results:
            results[at] = _read_big(task, sites)
    return [results[at] for at in range(len(tasks))]


def _read_big(task: Task, sites: Sites) -> ReadResult | Unreadable:
    """From the folder itself, or from a copy where the store is a bucket."""
    from connectors.reading import read_table

    receipt = task.receipt
    copy = sites.home / "work" / "reading" / receipt.sha256
    try:
        if sites.onprem.folder is not None:
            path = Path(sites.onprem.uri(receipt.content_key))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("wb") as target:
                target.writelines(sites.onprem.stream(receipt.content_key))
            path = copy
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != receipt.sha256:
                return _damaged(task)
        return read_table(path, filename=receipt.filename)
    except Unreadable as reason:
        return reason
    finally:
        copy.unlink(missing_ok=True)


def _damaged(task: Task) -> Unreadable:
    return Unreadable(say("bytes-differ", filename=task.receipt.filename), code="bytes-differ")


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
            done[at] = (_refused(task, task.standard or NO_STANDARD, standards, result.code, result.message_de), None)
            continue
        tables[at] = _table(task, result, told_for(task.receipt.told, task.standard or "", standards))
        standard = task.standard or recognise(tables[at], standards)
        tables[at] = replace(tables[at], told=told_for(task.receipt.told, standard, standards))
        if standard in standards:
            groups[standard].append(at)
        else:
            done[at] = (_without_standard(task, standard, standards), None)
    for name, members in groups.items():
        judged = _judge_group([tables[at] for at in members], standards[name])
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
            return _outcome(task, result, judgement, standard, self.standards), judgement
        mine = (judgement, records_of(*corrected))
        found = with_base(self.log, task.receipt, mine, lambda receipt: self._judged(task, receipt, standard))
        if found is None:
            message = say("correction-without-base", filename=task.receipt.filename)
            return _refused(task, standard.name, self.standards, "correction-without-base", message), None
        whole, chain = found
        corrects = tuple(receipt.sha256 for receipt in chain)
        outcome = _outcome(as_strict_as(task, chain), result, whole, standard, self.standards)
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
        (result,) = _read([before], self.sites)
        if isinstance(result, Unreadable):
            return None
        told = told_for(receipt.told, standard.name, self.standards)
        (judgement,) = _judge_group([_table(before, result, told)], standard)
        if judgement is None:
            return None
        # what a person decided about it is not asked again
        judgement = replace(judgement, held=()) if decision else judgement
        corrected = as_correction(result.frame)
        return judgement, records_of(*corrected) if corrected else None


def _judge_group(tables: Sequence[Table], standard: Standard) -> list[Judgement | None]:
    """All at once; where that fails, half by half, down to the file that is to blame: it alone gets None."""
    from standards.engine import judge_many

    try:
        return list(judge_many(tables, standard))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes must not hold up the other files
        if len(tables) == 1:
            _log.error("judging_failed", standard=standard.name, file=tables[0].filename, error=where(error))
            return [None]
        _log.warning("judging_by_halves", standard=standard.name, files=len(tables), error=where(error))
    half = len(tables) // 2
    return _judge_group(tables[:half], standard) + _judge_group(tables[half:], standard)


def where(error: Exception) -> str:
    """Which error and where it came from: no message and no variables, they may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else repr(error)


def _outcome(
    task: Task,
    result: ReadResult,
    judgement: Judgement | None,
    standard: Standard,
    standards: Mapping[str, Standard],
) -> Outcome:
    filename = task.receipt.filename
    if judgement is None:
        message = say("could-not-judge", filename=filename)
        return _refused(task, standard.name, standards, "could-not-judge", message, reading=result.report)
    reasons = _reasons(judgement.rejected)
    message = ""
    if not judgement.rows_total:
        message = say("no-rows", filename=filename)
    elif not judgement.rows_accepted:
        reason = reasons[0][0] if reasons else ""
        message = say(
            "no-row-fits", filename=filename, standard=standard.title_de, rows=judgement.rows_total, reason=reason
        )
    if judgement.held and task.decision is None:
        return _held(task, result, judgement, standard, standards)
    return Outcome(
        task=task,
        version=task_version(task, standard.name, standards),
        standard=standard.name,
        message_de=message,
        findings=judgement.findings,
        reading=result.report,
        stand=stand_of(result.extras),
        judgement=replace(judgement, accepted=judgement.accepted.clear(), rejected=judgement.rejected.clear()),
        rows_accepted=judgement.rows_accepted,
        rows_rejected=judgement.rows_rejected,
        reject_reasons=reasons,
    )


def _held(
    task: Task, result: ReadResult, judgement: Judgement, standard: Standard, standards: Mapping[str, Standard]
) -> Outcome:
    """A file that waits for release: its counts and the reasons, but no value and no sentence that may hold one."""
    reasons = " ".join(dict.fromkeys(hold.message_de for hold in judgement.held))
    message = say("held", filename=task.receipt.filename, reasons=reasons)
    findings = tuple(
        Finding(Severity.WARNING, hold.code, hold.message_de, column=hold.column) for hold in judgement.held
    )
    bare = tuple(replace(repair, examples=()) for repair in judgement.repairs)
    accepted, rejected = judgement.accepted.clear(), judgement.rejected.clear()
    return Outcome(
        task=task,
        version=task_version(task, standard.name, standards),
        standard=standard.name,
        message_de=message,
        findings=findings,
        stand=stand_of(result.extras),
        judgement=replace(judgement, findings=findings, repairs=bare, accepted=accepted, rejected=rejected),
        rows_accepted=judgement.rows_accepted,
        rows_rejected=judgement.rows_rejected,
        held=judgement.held,
    )


def _reasons(rejected: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    """How often each reason in each column, most frequent first, in the words of the first row it is about."""
    if rejected.is_empty():
        return ()
    counts = rejected.group_by("code", "column", maintain_order=True).agg(pl.col("message_de").first(), pl.len())
    counts = counts.sort("len", descending=True, maintain_order=True)
    return tuple((str(reason), int(count)) for reason, count in counts.select("message_de", "len").iter_rows())


def _without_standard(task: Task, standard: str, standards: Mapping[str, Standard]) -> Outcome:
    known = ", ".join(sorted(standards))
    code = "standard-unknown" if standard else "standard-not-found"
    message = say(code, standard=standard, filename=task.receipt.filename, known=known)
    return _refused(task, standard, standards, code, message)


def _refused(
    task: Task,
    standard: str,
    standards: Mapping[str, Standard],
    code: str,
    message_de: str,
    *,
    reading: ReadReport | None = None,
) -> Outcome:
    receipt = task.receipt
    version = task_version(task, standard, standards) if standard else without_standard_id(receipt, standards)
    finding = Finding(Severity.ERROR, code, message_de)
    return Outcome(task, version, standard, message_de, findings=(finding,), reading=reading)


def _spool(pairs: Iterable[tuple[Outcome, Judgement | None]], standard: str, spool: Spool) -> None:
    """Accepted rows only of accepted files; rejected rows of every file wait for the clerk; of held files nothing."""
    judged = [(outcome, judgement) for outcome, judgement in pairs if judgement is not None and not outcome.held]
    good = [_rows(outcome, judgement.accepted) for outcome, judgement in judged if outcome.is_accepted]
    bad = [_rows(outcome, judgement.rejected) for outcome, judgement in judged]
    spool.add_rows(standard, good)
    spool.add_rows(rejects_table(standard), bad)


def _rows(outcome: Outcome, frame: pl.DataFrame) -> Rows:
    return Rows(outcome.task.dataset, outcome.version, frame)
