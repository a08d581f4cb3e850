"""One run from landing to raw: what is due is converted and made ready to load, under the raw zone's lock.

What does not belong here: deciding what is due (`pending`), converting (`conversion`), tables (`raw/`).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from connectors.conversion import convert
from connectors.corrections import LONGEST, earlier
from connectors.outcomes import Outcome
from connectors.pending import Known, Move, Plan, Pointer, Step, make_plan
from connectors.publishers import Publishers
from connectors.raw.ledger import pointer_frame, receipt_frame, receipt_of, version_frame
from connectors.raw.loading import make_pipeline, raw_source, run, work_folder
from connectors.raw.reading import current_pointers, scan, standing
from connectors.raw.spool import Spool
from connectors.raw.tables import POINTERS, RECEIPTS, VERSIONS, ensure_tables, rejects_table, schemas
from connectors.receipts import LandingLog, Receipt
from connectors.releases import decisions_of
from standards.model import ColumnMatch, Hold, Repair, Severity
from storage.sites import Sites

if TYPE_CHECKING:
    from standards.definition import Standard

Status = Literal["new", "again", "unchanged", "refused", "withdrawn", "held"]
_KNOWN = (
    "_dataset", "_version", "standard", "sha256", "status", "rows_accepted", "rows_rejected", "repairs", "filename",
    "message_de", "corrects", "replays", "converted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Details:
    """What an engineer looks at where a file came out unexpectedly; of a held file no values."""

    mapping: tuple[ColumnMatch, ...] = ()
    repairs: tuple[Repair, ...] = ()
    reject_reasons: tuple[tuple[str, int], ...] = ()
    """In the words of the first row that each is about, and how many rows."""
    held: tuple[Hold, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What a run did with one dataset. `again`: the pointer moved to a version that was there already."""

    dataset: str
    status: Status
    version: str | None
    standard: str = ""
    filename: str = ""
    rows_total: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    repaired: int = 0
    """Cells changed by repairs."""
    message_de: str = ""
    details: Details | None = None
    """Of a file that was converted in this run."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """One entry per dataset that has ever landed, by name. `is_changed`: something was written."""

    datasets: tuple[DatasetReport, ...]
    is_changed: bool
    seconds: float

    def __getitem__(self, dataset: str) -> DatasetReport:
        return next(report for report in self.datasets if report.dataset == dataset)


@dataclass
class Prepared:
    """Everything that a run will write, computed. Load `rows()` first; once they stand, `pointers()`."""

    report: LoadReport
    _sites: Sites
    _spool: Spool
    _standards: Mapping[str, Standard]

    @cached_property
    def pipeline(self) -> Any:
        """The dlt pipeline for both sources; made only when something is written."""
        return make_pipeline(self._sites)

    def rows(self) -> Any:
        """Dlt source: one resource per table of rows, `versions` and `receipts`."""
        names = [name for name in schemas(self._standards) if name != POINTERS]
        return self._source(names)

    def pointers(self) -> Any:
        """Dlt source: the resource `pointers`. Its load is the commit of the run."""
        return self._source([POINTERS])

    def load(self) -> None:
        """Write what there is to write; nothing is written where nothing changed."""
        if set(self._spool.tables) - {POINTERS}:
            run(self.pipeline, self.rows())
        if POINTERS in self._spool.tables:
            run(self.pipeline, self.pointers())

    def _source(self, names: Sequence[str]) -> Any:
        def batches(table: str) -> Callable[[], Iterator[Any]]:
            return lambda: self._spool.batches(table)

        return raw_source({name: batches(name) for name in names}, schemas(self._standards))


def asset_source(standards: Mapping[str, Standard]) -> Any:
    """A dlt source of the same resources without any data: for asset definitions. Opens nothing."""
    found = schemas(standards)
    return raw_source(dict.fromkeys(found, tuple), found)


@contextmanager
def load_run(sites: Sites, publishers: Publishers, standards: Mapping[str, Standard]) -> Iterator[Prepared]:
    """Convert what is due and hold the raw zone's lock until it is loaded."""
    started = time.monotonic()
    with sites.lock("raw"):
        ensure_tables(sites, standards)
        store = sites.onprem
        spool = Spool(work_folder(sites, "spool"), lambda table, versions: standing(store, table, versions))
        try:
            log = LandingLog.load(sites.onprem)
            plan, pointers, unrecorded = gather(sites, publishers, standards, log)
            outcomes = convert(plan.convert, sites, standards, spool, log)
            spool.add_versions(VERSIONS, version_frame(outcomes, sites.now()))
            spool.add(RECEIPTS, receipt_frame(unrecorded))
            moves = [step.move for step in plan.steps] + moves_of(outcomes, pointers, sites.now())
            spool.add(POINTERS, pointer_frame(moves, sites.now()))
            report = LoadReport(_reports(plan, outcomes), bool(spool.tables), time.monotonic() - started)
            yield Prepared(report, sites, spool, standards)
        finally:
            spool.clear()


def gather(
    sites: Sites, publishers: Publishers, standards: Mapping[str, Standard], log: LandingLog
) -> tuple[Plan, dict[str, Pointer], list[Receipt]]:
    """What is due, where the pointers stand, and the log's entries that `raw/receipts` does not have yet."""
    recorded = set(scan(sites.onprem, RECEIPTS).select("key").collect().get_column("key"))
    unrecorded = log.receipts([key for keys in log.keys.values() for key in keys if key not in recorded])
    latest = _latest(log, sites, recorded)
    pointers = {
        row["_dataset"]: Pointer(row["_version"], row["classification"], row["seq"])
        for row in current_pointers(sites.onprem).iter_rows(named=True)
    }
    versions = _known(sites, [receipt.sha256 for receipt in latest])
    corrections = {name for name, known in versions.items() if any(one.corrects for one in known)}
    plan = make_plan(
        latest,
        pointers=pointers,
        versions=versions,
        publishers=publishers,
        standards=standards,
        now=_microseconds(sites.now()),
        decisions=decisions_of(log),
        before={
            receipt.dataset: list(islice(earlier(log, receipt), LONGEST))
            for receipt in latest
            if receipt.dataset in corrections
        },
    )
    return _with_rows(plan, sites), pointers, unrecorded


def _latest(log: LandingLog, sites: Sites, recorded: Collection[str]) -> list[Receipt]:
    """The last entry of every dataset, from the table where it has it: one read instead of thousands."""
    keys = [dataset_keys[-1] for _, dataset_keys in sorted(log.keys.items())]
    asked = [key for key in keys if key in recorded]
    rows = scan(sites.onprem, RECEIPTS).filter(pl.col("key").is_in(asked)).collect() if asked else pl.DataFrame()
    known = {row["key"]: receipt_of(row) for row in rows.iter_rows(named=True)}
    log.receipts([key for key in keys if key not in known])
    return [known.get(key) or log.receipt(key) for key in keys]


def _known(sites: Sites, contents: Sequence[str]) -> dict[str, list[Known]]:
    """The versions that any of these contents became, by dataset."""
    versions: dict[str, list[Known]] = defaultdict(list)
    asked = [sha256 for sha256 in contents if sha256]
    rows = scan(sites.onprem, VERSIONS).filter(pl.col("sha256").is_in(asked)).select(_KNOWN).collect()
    for row in rows.iter_rows(named=True):
        known = Known(
            dataset=row["_dataset"],
            version=row["_version"],
            standard=row["standard"],
            sha256=row["sha256"],
            is_accepted=row["status"] == "accepted",
            rows_accepted=row["rows_accepted"],
            rows_rejected=row["rows_rejected"],
            repaired=sum(repair["count"] for repair in json.loads(row["repairs"])),
            filename=row["filename"],
            message_de=row["message_de"],
            is_held=row["status"] == "held",
            corrects=tuple(json.loads(row["corrects"] or "[]")),
            replays=row["replays"] or "",
            converted_at=row["converted_at"],
        )
        versions[known.dataset].append(known)
    return versions


def _with_rows(plan: Plan, sites: Sites) -> Plan:
    """A killed run may have left a version without its rows: such a step becomes a conversion again."""
    by_standard: dict[str, list[Step]] = defaultdict(list)
    for step in plan.steps:
        if step.known:
            by_standard[step.known.standard].append(step)
    missing: set[str] = set()
    for standard, steps in by_standard.items():
        pairs = {(step.known.dataset, step.known.version) for step in steps if step.known}
        good = standing(sites.onprem, standard, pairs)
        bad = standing(sites.onprem, rejects_table(standard), pairs)
        for known in (step.known for step in steps if step.known):
            pair = (known.dataset, known.version)
            if (good.get(pair, 0), bad.get(pair, 0)) != (known.rows_accepted, known.rows_rejected):
                missing.add(known.dataset)
    again = tuple(step.task for step in plan.steps if step.move.dataset in missing)
    steps_left = tuple(step for step in plan.steps if step.move.dataset not in missing)
    return replace(plan, convert=plan.convert + again, steps=steps_left)


def moves_of(
    outcomes: Sequence[Outcome], pointers: Mapping[str, Pointer], moment: datetime, reason: str = "neu"
) -> list[Move]:
    """To every accepted version; a refused one leaves the last good one current."""
    now = _microseconds(moment)
    moves = []
    for outcome in outcomes:
        if outcome.is_accepted:
            dataset = outcome.task.receipt.dataset
            seq = max(now, pointers[dataset].seq + 1 if dataset in pointers else 0)
            moves.append(Move(dataset, outcome.version, outcome.standard, outcome.task.classification, reason, seq))
    return moves


def _reports(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[DatasetReport, ...]:
    reports = [report_of(outcome) for outcome in outcomes]
    reports += [
        _report_known(step.move.dataset, "again" if step.known else "withdrawn", step.known) for step in plan.steps
    ]
    reports += [_report_known(standing.dataset, standing.status, standing.known) for standing in plan.standing]
    return tuple(sorted(reports, key=lambda report: report.dataset))


def report_of(outcome: Outcome) -> DatasetReport:
    """What became of a file that was converted."""
    return DatasetReport(
        dataset=outcome.task.receipt.dataset,
        status="new" if outcome.is_accepted else "held" if outcome.held else "refused",
        version=outcome.version,
        standard=outcome.standard,
        filename=outcome.task.receipt.filename,
        rows_total=outcome.rows_accepted + outcome.rows_rejected,
        rows_accepted=outcome.rows_accepted,
        rows_rejected=outcome.rows_rejected,
        repaired=sum(repair.count for repair in outcome.judgement.repairs) if outcome.judgement else 0,
        message_de=outcome.message_de,
        details=Details(
            mapping=outcome.judgement.mapping if outcome.judgement else (),
            repairs=outcome.judgement.repairs if outcome.judgement else (),
            reject_reasons=outcome.reject_reasons,
            held=outcome.held,
            questions=tuple(one.message_de for one in outcome.findings if one.severity is Severity.WARNING),
        ),
    )


def _report_known(dataset: str, status: Status, known: Known | None) -> DatasetReport:
    if known is None:
        return DatasetReport(dataset, status, None)
    return DatasetReport(
        dataset=dataset,
        status=status,
        version=known.version,
        standard=known.standard,
        filename=known.filename,
        rows_total=known.rows_accepted + known.rows_rejected,
        rows_accepted=known.rows_accepted,
        rows_rejected=known.rows_rejected,
        repaired=known.repaired,
        message_de=known.message_de,
    )


def _microseconds(moment: datetime) -> int:
    """Since the epoch."""
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
