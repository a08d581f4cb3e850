"""The static portal as a target: its state is `portal/catalog.json`, its pages come from `catalog.portal`.

Changes are gathered and written by `finish` in one go: the pages that may look different, the pages of the site, then
`catalog.json`, then the list of files. A mark lies in the zone meanwhile; where a killed apply left it behind, the next
`finish` takes stock of what really lies there first. What does not belong here: what a page says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

import structlog

from catalog.build import build_catalog, dataset_page
from catalog.config import CatalogConfig
from catalog.model import Catalog, Dataset
from catalog.portal.context import Context, context_for, design
from catalog.portal.render import Page, page_for_withdrawn, pages_for_dataset, pages_for_site
from catalog.portal.write import manifest_bytes, read_files, write_portal
from catalog.publishing.entry import Entry
from catalog.publishing.plan import Change
from catalog.publishing.portal import PortalError, PortalStopped, Refused, Transient
from storage.errors import ObjectMissing, StorageError
from storage.layout import PORTAL_MANIFEST, Zone, open_file
from storage.manifest import Classification
from storage.names import DatasetId

_log = structlog.get_logger(__name__)

STATE = "catalog.json"
_STATE_KEY = f"{Zone.PORTAL}/{STATE}"
_MARK_KEY = f"{Zone.PORTAL}/_unfinished.json"
_FORMAT = 1


class PortalSites(Protocol):
    """The part of `storage.sites.Sites` that this target needs."""

    @property
    def onprem(self) -> Any: ...

    def write(self, site: str, key: str, data: bytes, *, classification: Classification) -> Any: ...

    def delete(self, site: str, key: str) -> None: ...

    def lock(self, name: str) -> AbstractContextManager[None]: ...


class StaticPortal:
    """Publishes to the `portal/` zone of the on-premises site; from there `storage` replicates it."""

    parallel = 4
    lag_s = 0.0

    def __init__(self, sites: PortalSites, config: CatalogConfig, name: str = "static") -> None:
        self.name = name
        self._sites = sites
        self._store = sites.onprem
        self._config = config
        self._read: _Saved | None = None
        self._changes: dict[str, Entry] = {}

    def preflight(self) -> None:
        """Raise `PortalStopped` where the on-premises site cannot be read."""
        try:
            self._load()
        except StorageError as error:
            raise PortalStopped(f"portal “{self.name}”: {error}") from error

    def desired(self, catalog: Catalog) -> Mapping[str, Entry]:
        return {dataset.id: to_entry(dataset) for dataset in catalog.datasets}

    def actual(self, changes: Collection[Change] | None = None) -> Mapping[str, Entry]:  # noqa: ARG002
        """Read `catalog.json`: it is one file, however few entries are asked for."""
        try:
            self._read = self._load()
        except StorageError as error:
            raise PortalStopped(f"portal “{self.name}”: {error}") from error
        return self._read.entries

    def look(self, change: Change) -> Entry | None:
        return self.actual().get(change.id)

    def create(self, change: Change) -> None:
        """Note the entry down; raises `Refused` where its files are not in the open zone."""
        self._check_files(to_dataset(change.after))
        self._changes[change.id] = change.after

    def update(self, change: Change) -> None:
        self.create(change)

    def withdraw(self, change: Change) -> None:
        """Only title and reason stay behind: `catalog.json` is public."""
        left = Entry(change.id, {"title": change.title} if change.title else {})
        self._changes[change.id] = left.withdrawn(change.after.reason)

    def finish(self) -> None:
        """Write what differs: pages, state, list of files. Does nothing where nothing can look different."""
        changes, self._changes = self._changes, {}
        try:
            with self._sites.lock(f"portal-{self.name}"):
                before = self._load()
                if self._read is not None and before.digest != self._read.digest:
                    raise PortalError(f"portal “{self.name}” was written by another apply just now: make a new plan.")
                self._read = self._write(before, {**before.entries, **changes})
        except StorageError as error:
            raise PortalError(f"portal “{self.name}”: {error}; apply again.") from error

    def _check_files(self, dataset: Dataset) -> None:
        for distribution in dataset.distributions:
            key = open_file(dataset.dataset_id, dataset.version, distribution.key.rpartition("/")[2])
            try:
                is_there = self._store.head(key) is not None
            except StorageError as error:
                raise Transient(f"portal “{self.name}”: {error}; apply again.") from error
            if not is_there:
                raise Refused(f"{key} is not on {self._store.site}: export the dataset again, then make a new plan.")

    def _write(self, before: _Saved, entries: Mapping[str, Entry]) -> _Saved:
        catalog = self._catalog(entries)
        site = self._site(entries)
        if before.site == site and before.is_whole:
            return before
        if not before.is_whole:
            self._take_stock()
        ctx = context_for(catalog, self._config, self._store)
        pages = {dataset.id: ctx.fingerprint(dataset) for dataset in catalog.datasets}
        files = read_files(self._store)
        trusted = before.pages if before.is_whole else {}
        kept = [d for d in catalog.datasets if trusted.get(d.id) == pages[d.id] and _page(d.id) in files]
        after = _Saved(dict(entries), pages, site, is_whole=True)
        self._sites.write(self._store.site, _MARK_KEY, b"{}\n", classification=Classification.OPEN)
        write_portal(self._sites, _pages(catalog, ctx, after, {d.id for d in kept}), keep=[_page(d.id) for d in kept])
        self._sites.delete(self._store.site, _MARK_KEY)
        return after

    def _load(self) -> _Saved:
        is_whole = self._store.head(_MARK_KEY) is None
        try:
            data = self._store.read(_STATE_KEY)
        except ObjectMissing:
            return _Saved({}, {}, "", is_whole)
        if is_whole and read_files(self._store).get(STATE) != hashlib.sha256(data).hexdigest():
            is_whole = False
        try:
            return _Saved.from_bytes(data, is_whole=is_whole)
        except (KeyError, TypeError, ValueError) as error:
            raise PortalStopped(
                f"portal “{self.name}”: {_STATE_KEY} on {self._store.site} is damaged: remove it, then publish anew."
            ) from error

    def _take_stock(self) -> None:
        """Make the list of files say what really lies in the zone: a killed apply wrote files it does not list."""
        prefix = f"{Zone.PORTAL}/"
        keys = [i.key for i in self._store.list(prefix) if i.key not in {PORTAL_MANIFEST, _MARK_KEY}]
        files = {key.removeprefix(prefix): self._store.sha256(key) for key in keys}
        self._sites.write(self._store.site, PORTAL_MANIFEST, manifest_bytes(files), classification=Classification.OPEN)

    def _catalog(self, entries: Mapping[str, Entry]) -> Catalog:
        datasets = tuple(to_dataset(entries[id_]) for id_ in sorted(entries) if entries[id_].is_published)
        newest = max((dataset.modified for dataset in datasets), default=None)
        return build_catalog({}, {}, self._config).model_copy(update={"datasets": datasets, "modified": newest})

    def _site(self, entries: Mapping[str, Entry]) -> str:
        """Changes exactly when any file of the portal may change."""
        what = [
            _FORMAT,
            design(),
            self._config.model_dump(mode="json"),
            [[id_, entries[id_].fingerprint, entries[id_].reason] for id_ in sorted(entries)],
        ]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def to_entry(dataset: Dataset) -> Entry:
    """Return the dataset as this portal's entry: its JSON."""
    return Entry(dataset.id, dataset.as_json())


def to_dataset(entry: Entry) -> Dataset:
    """Read back what `to_entry` made; raises `PortalError` where another version of this program wrote it."""
    try:
        return Dataset.from_json(dict(entry.content))
    except ValueError as error:
        raise PortalError(
            f"{entry.id}: the portal's state was written by another version of this program: publish it anew."
        ) from error


class _Saved:
    """`catalog.json`: the entries, and what was seen when their pages were written."""

    def __init__(self, entries: dict[str, Entry], pages: dict[str, str], site: str, is_whole: bool) -> None:
        self.entries = entries
        self.pages = pages
        self.site = site
        self.is_whole = is_whole

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.as_bytes()).hexdigest()

    def as_bytes(self) -> bytes:
        entries = {id_: self.entries[id_].as_json() | {"page": self.pages.get(id_, "")} for id_ in sorted(self.entries)}
        data = {"format": _FORMAT, "site": self.site, "entries": entries}
        return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes, *, is_whole: bool) -> _Saved:
        saved = json.loads(data)
        entries = {id_: Entry.from_json(entry) for id_, entry in saved["entries"].items()}
        pages = {id_: str(entry["page"]) for id_, entry in saved["entries"].items()}
        return cls(entries, pages, str(saved["site"]), is_whole)


def _pages(catalog: Catalog, ctx: Context, after: _Saved, kept: set[str]) -> Iterator[Page]:
    for dataset in catalog.datasets:
        if dataset.id not in kept:
            yield from _pages_for(dataset, ctx)
    for id_, entry in after.entries.items():
        if not entry.is_published:
            yield page_for_withdrawn(id_, entry.title, entry.reason, ctx)
    yield from pages_for_site(catalog, ctx)
    yield STATE, after.as_bytes()


def _pages_for(dataset: Dataset, ctx: Context) -> list[Page]:
    """The pages of a dataset; without preview where its files went: one dataset does not hold up the portal."""
    try:
        return list(pages_for_dataset(dataset, ctx))
    except ObjectMissing as error:
        _log.warning("page without preview", dataset=dataset.id, reason=str(error))
        return list(pages_for_dataset(dataset, replace(ctx, store=None)))


def _page(dataset_id: str) -> str:
    return dataset_page(DatasetId.parse(dataset_id))
