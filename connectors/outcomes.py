"""What became of one file, as a value: accepted, held or refused, with counts and reasons.

What does not belong here: how it came to that (`conversion`), the rows (`raw.spool`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from connectors.messages import say
from connectors.pending import Task, task_version, without_standard_id
from connectors.reading.result import ReadReport, ReadResult
from standards.facts import Facts
from standards.model import Finding, Hold, Judgement, Severity

if TYPE_CHECKING:
    from standards.definition import Standard


_DAY = re.compile(r"\b(?:(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2}))\b")


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


def outcome_of(
    task: Task,
    result: ReadResult,
    judgement: Judgement | None,
    standard: Standard,
    standards: Mapping[str, Standard],
) -> Outcome:
    filename = task.receipt.filename
    if judgement is None:
        message = say("could-not-judge", filename=filename)
        return refused(task, standard.name, standards, "could-not-judge", message, reading=result.report)
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


def without_standard(task: Task, standard: str, standards: Mapping[str, Standard]) -> Outcome:
    known = ", ".join(sorted(standards))
    code = "standard-unknown" if standard else "standard-not-found"
    message = say(code, standard=standard, filename=task.receipt.filename, known=known)
    return refused(task, standard, standards, code, message)


def refused(
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
