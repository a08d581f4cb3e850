"""One run over every source that is due: fetch, land, note the receipts in `raw/receipts`. One dlt run for all.

A source that fails is reported and holds up nobody; its last good content stays current. What does not belong here:
protocols (`sources/`), converting what landed (`ingest.convert_and_load`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog

from connectors.config import FetchConfig
from connectors.copies import FileRefused
from connectors.judging import where
from connectors.landing import land
from connectors.messages import say
from connectors.publishers import CkanSource, HttpSource, Publishers
from connectors.raw.ledger import receipt_frame
from connectors.raw.loading import as_function, import_dlt, make_pipeline, run, work_folder
from connectors.raw.spool import arrow
from connectors.raw.tables import RECEIPTS, ensure_tables
from connectors.receipts import LandingLog, Receipt
from connectors.sources.base import Fetched, Order, SourceFailed
from connectors.sources.ckan import CkanFetcher
from connectors.sources.http import HttpFetcher
from connectors.sources.inbox import Assigned, FolderInbox, Inbox, assign
from storage.errors import StorageError
from storage.sites import Sites

PIPELINE = "fetch"
KINDS = ("http", "ckan", "inbox")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """A source that gave nothing this time. `dataset`: `<ags>/<slug>`, or the inbox path of a file without one."""

    dataset: str
    message: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What a run brought. Everything asked for is in exactly one of the lists (`notes` aside)."""

    landed: tuple[Receipt, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[SourceFailure, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """Not asked for, because the dataset was taken back; `restore` brings it back."""
    notes: tuple[str, ...] = ()


@dataclass
class FetchRun:
    """The sources of one run as a dlt source; `report` is complete once that has been run."""

    sites: Sites
    orders: dict[str, list[Order]]
    inbox: Inbox | None
    assigned: Sequence[Assigned]
    config: FetchConfig
    log: LandingLog
    landed: list[Receipt] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[SourceFailure] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Nothing to ask: dlt need not start."""
        return not (any(self.orders.values()) or self.assigned)

    @cached_property
    def pipeline(self) -> Any:
        return make_pipeline(self.sites, PIPELINE)

    @property
    def report(self) -> FetchReport:
        return FetchReport(
            landed=tuple(sorted(self.landed, key=lambda receipt: receipt.dataset)),
            unchanged=tuple(sorted(self.unchanged)),
            failed=tuple(sorted(self.failed, key=lambda failure: failure.dataset)),
            withdrawn=tuple(sorted(self.withdrawn)),
            notes=tuple(self.notes),
        )

    def source(self) -> Any:
        """Dlt source with the resources `http`, `ckan`, `inbox`, all into the table `receipts`."""
        return _source({"http": self._http, "ckan": self._ckan, "inbox": self._inbox})

    def _http(self) -> Iterator[Any]:
        http = HttpFetcher(self.config, work_folder(self.sites, "fetch"))
        yield from self._all(self.orders["http"], lambda order: self._fetched(order, http.fetch(order), "http"))
        http.close()

    def _ckan(self) -> Iterator[Any]:
        http = HttpFetcher(self.config, work_folder(self.sites, "fetch"))
        ckan = CkanFetcher(self.config, http)
        yield from self._all(self.orders["ckan"], lambda order: self._fetched(order, ckan.fetch(order), "ckan"))
        http.close()

    def _inbox(self) -> Iterator[Any]:
        yield from self._all(self.assigned, self._taken)

    def _all(self, orders: Sequence[Order] | Sequence[Assigned], one: Callable[[Any], Receipt | None]) -> Iterator[Any]:
        """Fetch concurrently; one Arrow batch of receipts at the end, none where nothing landed."""
        with ThreadPoolExecutor(self.config.concurrency) as pool:
            receipts = [receipt for receipt in pool.map(lambda order: self._safely(order, one), orders) if receipt]
        self.landed += receipts
        if receipts:
            yield arrow(receipt_frame(receipts))

    def _safely(self, order: Order | Assigned, one: Callable[[Any], Receipt | None]) -> Receipt | None:
        """One source's failure stays its own; a full disk or a dead store is everybody's."""
        dataset = str(order.dataset)
        try:
            receipt = one(order)
        except StorageError:
            raise
        except SourceFailed as failure:
            self.failed.append(SourceFailure(dataset, failure.message, failure.attempts))
        except FileRefused as refusal:
            self.failed.append(SourceFailure(dataset, str(refusal)))
        except Exception as error:  # noqa: BLE001 - whatever a foreign server provokes must not hold up the others
            _log.error("source_failed", dataset=dataset, error=where(error))
            self.failed.append(SourceFailure(dataset, f"unexpected {where(error)}: this is a fault of ours"))
        else:
            if receipt is None:
                self.unchanged.append(dataset)
            return receipt
        return None

    def _fetched(self, order: Order, fetched: Fetched | None, kind: str) -> Receipt | None:
        if fetched is None:
            return None
        try:
            landed = land(
                self.sites,
                order.dataset,
                fetched.data,
                filename=fetched.filename,
                source_kind=kind,
                classification=order.classification,
                source_url=fetched.url,
                etag=fetched.etag,
                last_modified=fetched.last_modified,
                revision=fetched.revision,
                is_invented=order.is_invented,
                unless=order.last.sha256 if order.last else "",
                log=self.log,
            )
        finally:
            fetched.discard()
        return landed.receipt if landed.is_new else None

    def _taken(self, assigned: Assigned) -> Receipt | None:
        """A drop that was taken already is not taken again, also where something newer came by another way since."""
        assert self.inbox is not None  # noqa: S101 - files were assigned, so there is an inbox
        dropped = assigned.newest
        last = self.log.latest_content(assigned.dataset, "inbox")
        if last is not None and last.revision == dropped.revision:
            return None
        with self.inbox.content(dropped) as data:
            landed = land(
                self.sites,
                assigned.dataset,
                data,
                filename=dropped.name,
                source_kind="inbox",
                classification=assigned.spec.classification,
                revision=dropped.revision,
                log=self.log,
            )
        return landed.receipt if landed.is_new else None


def fetch(
    sites: Sites,
    publishers: Publishers,
    *,
    config: FetchConfig | None = None,
    inbox: Path | Inbox | None = None,
    ags: Collection[str] | None = None,
) -> FetchReport:
    """Ask every source of all Kommunen (or of these), and look into the inbox. Nothing new: writes nothing."""
    with fetch_run(sites, publishers, config=config, inbox=inbox, ags=ags) as fetching:
        if not fetching.is_empty:
            run(fetching.pipeline, fetching.source())
    return fetching.report


@contextmanager
def fetch_run(
    sites: Sites,
    publishers: Publishers,
    *,
    config: FetchConfig | None = None,
    inbox: Path | Inbox | None = None,
    ags: Collection[str] | None = None,
) -> Iterator[FetchRun]:
    """A run in its parts, for Dagster: `run.source()` and `run.pipeline` for dlt, then `run.report`."""
    config = config or FetchConfig()
    with sites.lock("fetch"):
        ensure_tables(sites, {})
        log = LandingLog.load(sites.onprem)
        box = FolderInbox(inbox, work_folder(sites, "staging"), config) if isinstance(inbox, Path) else inbox
        assigned, unassigned = assign(box.files(), publishers) if box else ([], [])
        mine = [one for one in assigned if ags is None or one.dataset.owner in ags]
        orders, withdrawn = _orders(publishers, log, ags)
        fetching = FetchRun(sites, orders, box, mine, config, log, withdrawn=withdrawn)
        fetching.failed += [
            SourceFailure(one.path, one.message_de)
            for one in unassigned
            if ags is None or one.path.partition("/")[0] in ags
        ]
        fetching.notes += [
            say("several-in-inbox", dataset=one.dataset, count=one.others + 1, filename=one.newest.name)
            for one in mine
            if one.others
        ]
        yield fetching


def asset_source() -> Any:
    """The dlt source of a run without any data: for asset definitions. Opens nothing."""
    return _source(dict.fromkeys(KINDS, tuple))


def _source(resources: dict[str, Callable[[], Any]]) -> Any:
    dlt = import_dlt()

    @dlt.source(name="fetch", schema_contract={"data_type": "freeze"})  # type: ignore[untyped-decorator]
    def source() -> Iterator[Any]:
        for kind, receipts in resources.items():
            yield dlt.resource(
                as_function(receipts), name=kind, table_name=RECEIPTS, table_format="delta", write_disposition="append"
            )

    return source()


def _orders(
    publishers: Publishers, log: LandingLog, ags: Collection[str] | None
) -> tuple[dict[str, list[Order]], list[str]]:
    orders: dict[str, list[Order]] = {"http": [], "ckan": []}
    withdrawn: list[str] = []
    for dataset, publisher, spec in publishers.datasets(ags):
        if not isinstance(spec.source, HttpSource | CkanSource):
            continue
        if log.is_withdrawn(dataset):
            withdrawn.append(str(dataset))
            continue
        last = log.latest_content(dataset, spec.source.kind)
        orders[spec.source.kind].append(Order(dataset, spec.source, spec.classification, publisher.is_invented, last))
    return orders, withdrawn
