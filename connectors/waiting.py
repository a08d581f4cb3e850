"""What waits for a person: held files for release, rejected rows and refused files for a correction or a new rule.

| function | does |
|---|---|
| `held` | the files that wait for release, with the reasons |
| `decide_held` | a person's word about one of them, kept in landing |
| `write_waiting` | the rejected rows of one dataset, for the clerk |
| `rejects` | current versions with rejected rows, and refused files |
| `replay` | judges those again under today's rules and answers; the same outcome writes nothing |

What does not belong here: converting (`conversion`), what is due anyway (`pending`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from connectors.conversion import convert
from connectors.loadrun import LoadReport, Prepared, gather, moves_of, report_of
from connectors.outcomes import Outcome
from connectors.pending import Known, Standing, Task, named, without_standard_id
from connectors.publishers import Publishers
from connectors.raw.ledger import pointer_frame, version_frame
from connectors.raw.loading import work_folder
from connectors.raw.reading import scan, standing, version_rows
from connectors.raw.spool import Spool
from connectors.raw.tables import POINTERS, VERSIONS, ensure_tables, rejects_table
from connectors.receipts import LandingLog
from connectors.releases import Decision, Verdict, decide
from standards.model import Judgement
from standards.writing import write_rejected_rows
from storage.names import DatasetId
from storage.sites import Sites

if TYPE_CHECKING:
    from standards.definition import Standard


@dataclass(frozen=True, slots=True)
class Held:
    """A file that waits for release."""

    dataset: str
    standard: str
    version: str
    filename: str
    sha256: str
    received_at: datetime
    rows_total: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejects:
    """A dataset of which something waits: rejected rows of its current version, or its last file as a whole."""

    dataset: str
    standard: str
    version: str
    filename: str
    status: str
    """`rows`: some rows were rejected; `refused`: the whole file was."""
    rows_rejected: int
    reasons: Mapping[str, int]
    """How often each reason, in words."""
    message_de: str = ""


class NotHeldError(Exception):
    """Nothing of this dataset waits; the message says what to do."""


def held(sites: Sites, publishers: Publishers, standards: Mapping[str, Standard], ags: str = "") -> list[Held]:
    """The files that wait for release, of one publisher or of all."""
    waiting = [one for one in _standing(sites, publishers, standards, ags) if one.status == "held"]
    told = _versions(sites, waiting)
    return [
        Held(
            dataset=one.dataset,
            standard=one.known.standard,
            version=one.known.version,
            filename=one.known.filename,
            sha256=one.known.sha256,
            received_at=one.task.receipt.received_at,
            rows_total=one.known.rows_accepted + one.known.rows_rejected,
            reasons=tuple(_words(hold) for hold in json.loads(told[one.known.version]["held"] or "[]")),
        )
        for one in waiting
        if one.known and one.task
    ]


def _words(hold: Mapping[str, object]) -> str:
    """A reason with how many cells it is about and where the first ones are."""
    rows = hold["rows"]
    if not hold["count"] or not isinstance(rows, list):
        return str(hold["message_de"])
    where = ", ".join(map(str, rows))
    return f"{hold['message_de']} ({hold['count']} Zellen, zum Beispiel in Zeile {where})"


def decide_held(
    sites: Sites,
    publishers: Publishers,
    standards: Mapping[str, Standard],
    dataset: DatasetId,
    verdict: Verdict,
    *,
    by: str,
    reason: str,
) -> Decision:
    """Write down a person's word about the held file of a dataset. Raises `NotHeldError`."""
    mine = [one for one in held(sites, publishers, standards, dataset.owner) if one.dataset == str(dataset)]
    if not mine:
        raise NotHeldError(f"No file of {dataset} waits for release. See `allmende held list`.")
    log = LandingLog.load(sites.onprem, dataset)
    receipt = log.latest_content(dataset)
    if receipt is None or receipt.sha256 != mine[0].sha256:
        raise NotHeldError(f"Another file of {dataset} has come in meanwhile: run `allmende held list` again.")
    return decide(sites, receipt, verdict, by=by, reason=reason, held=mine[0].reasons)


def rejects(sites: Sites, publishers: Publishers, standards: Mapping[str, Standard], ags: str = "") -> list[Rejects]:
    """What waits for a correction or a new rule, of one publisher or of all."""
    waiting = [one for one in _standing(sites, publishers, standards, ags) if _waits(one)]
    told = _versions(sites, waiting)
    return [
        Rejects(
            dataset=one.dataset,
            standard=one.known.standard,
            version=one.known.version,
            filename=one.known.filename,
            status="refused" if one.status == "refused" else "rows",
            rows_rejected=one.known.rows_rejected,
            reasons=json.loads(told[one.known.version]["reject_reasons"] or "{}"),
            message_de=one.known.message_de,
        )
        for one in waiting
        if one.known
    ]


def write_waiting(
    sites: Sites, publishers: Publishers, standards: Mapping[str, Standard], dataset: DatasetId, path: Path
) -> int:
    """Write the waiting rows of a dataset for the clerk to correct; how many. Raises `NotHeldError`."""
    waiting = [one for one in rejects(sites, publishers, standards, dataset.owner) if one.dataset == str(dataset)]
    if not waiting or not waiting[0].rows_rejected:
        raise NotHeldError(f"No rows of {dataset} wait. See `allmende rejects list`.")
    rows = version_rows(sites.onprem, rejects_table(waiting[0].standard), dataset, waiting[0].version)
    write_rejected_rows(rows, path)
    return rows["_row"].n_unique()


def replay(
    sites: Sites,
    publishers: Publishers,
    standards: Mapping[str, Standard],
    *,
    ags: str = "",
    standard: str = "",
    load: bool = True,
) -> LoadReport:
    """Judge what waits again, from the bytes in landing. Where the outcome is the same, nothing is written."""
    started = time.monotonic()
    with sites.lock("raw"):
        ensure_tables(sites, standards)
        spool = Spool(work_folder(sites, "spool"), lambda table, versions: standing(sites.onprem, table, versions))
        try:
            log = LandingLog.load(sites.onprem)
            plan, pointers, _ = gather(sites, publishers, standards, log)
            waiting = [one for one in plan.standing if _waits(one) and _asked(one, ags, standard)]
            judge = _Again(sites, {one.dataset: one for one in waiting}, standards)
            tasks = [_with_answers(one.task, log) for one in waiting if one.task]
            outcomes = convert(tasks, sites, standards, spool, log=log, settle=judge.settle)
            spool.add_versions(VERSIONS, version_frame(outcomes, sites.now()))
            spool.add(POINTERS, pointer_frame(moves_of(outcomes, pointers, sites.now(), "neu geprüft"), sites.now()))
            changed = bool(spool.tables)
            report = LoadReport(tuple(map(report_of, outcomes)), changed, time.monotonic() - started)
            if load:
                Prepared(report, sites, spool, standards).load()
            return report
        finally:
            spool.clear()


@dataclass(frozen=True)
class _Again:
    """Compares what a file becomes today with what stands of it."""

    sites: Sites
    standing: Mapping[str, Standing]
    standards: Mapping[str, Standard]

    def settle(self, outcome: Outcome, judgement: Judgement | None) -> Outcome | None:
        """A version of its own where anything differs; None where nothing does."""
        known = self.standing[outcome.task.receipt.dataset].known
        if known is None:
            return None
        told = _digest(outcome, judgement)
        if told == self._digest_of(outcome.task.receipt.dataset):
            return None
        root = known.replays or self._root(self.standing[outcome.task.receipt.dataset], known)
        return replace(outcome, version=named(f"{root}\n{known.version}\n{told}"), replays=root)

    def _root(self, one: Standing, known: Known) -> str:
        """The version under which this content is looked for when the next run decides what is due."""
        if one.task is None or known.standard in self.standards:
            return known.version
        return without_standard_id(one.task.receipt, self.standards)

    def _digest_of(self, dataset: str) -> str:
        known = self.standing[dataset].known
        if known is None:
            return ""
        if known.standard not in self.standards:
            return _told(known.standard, known.message_de, [])
        names = (known.standard, rejects_table(known.standard))
        frames = [version_rows(self.sites.onprem, name, dataset, known.version) for name in names]
        bare = [frame.drop("_ags", "_dataset", "_version") for frame in frames]
        return _told(known.standard, known.message_de, bare)


def _with_answers(task: Task, log: LandingLog) -> Task:
    """The task under what its publisher has answered since."""
    told = {**task.receipt.told, **log.told(task.dataset.owner)}
    return replace(task, receipt=task.receipt.model_copy(update={"told": told}))


def _digest(outcome: Outcome, judgement: Judgement | None) -> str:
    frames = [] if judgement is None else [judgement.accepted, judgement.rejected]
    if judgement is not None and not outcome.is_accepted:
        frames[0] = frames[0].clear()
    if outcome.held:
        frames = []
    return _told(outcome.standard, outcome.message_de, frames)


def _told(standard: str, message: str, frames: list[pl.DataFrame]) -> str:
    """The same for the same rows in any order."""
    rows = [sorted(frame.hash_rows(seed=3).to_list()) if frame.height else [] for frame in frames]
    return hashlib.sha256(repr((standard, message, [one for one in rows if one])).encode()).hexdigest()


def _standing(sites: Sites, publishers: Publishers, standards: Mapping[str, Standard], ags: str) -> list[Standing]:
    ensure_tables(sites, standards)
    plan, _, _ = gather(sites, publishers, standards, LandingLog.load(sites.onprem))
    return [one for one in plan.standing if _asked(one, ags, "")]


def _waits(one: Standing) -> bool:
    return one.status == "refused" or (one.status == "unchanged" and bool(one.known and one.known.rows_rejected))


def _asked(one: Standing, ags: str, standard: str) -> bool:
    owner = not ags or DatasetId.parse(one.dataset).owner == ags
    return owner and (not standard or bool(one.known and one.known.standard == standard))


def _versions(sites: Sites, waiting: list[Standing]) -> dict[str, dict[str, Any]]:
    """The ledger's rows of these versions, by version."""
    names = [one.known.version for one in waiting if one.known]
    if not names:
        return {}
    rows = scan(sites.onprem, VERSIONS).filter(pl.col("_version").is_in(names)).collect()
    return {row["_version"]: row for row in rows.iter_rows(named=True)}
