"""Make a replication plan so: content first, then manifests, then `latest`, the index last.

Every byte is checked against its SHA-256 on the way. Killed at any point, each site holds complete versions or none,
and the next plan goes on from there; a site that is down is reported and does not hold up the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from storage.copying import copy_object, delete_objects
from storage.errors import ObjectMissing, StorageError, StoreUnreachable
from storage.expectation import (
    Expected,
    allowed_entries,
    dataset_objects,
    good_manifest,
    parse_portal,
    same_version,
    trusted_index,
)
from storage.index import IndexEntry, OpenIndex, read_index, write_index
from storage.layout import LATEST, PORTAL_MANIFEST, Zone, open_prefix
from storage.manifest import FileInfo, Manifest
from storage.names import DatasetId
from storage.package_manifest import read_manifest
from storage.replication_plan import ReplicationPlan, SitePlan
from storage.sites import Sites

CONCURRENCY = 8
"""Datasets copied to one site at a time."""

CHECKPOINT = 500
"""Datasets after which a site's index is written in between: a killed run need not begin anew."""

_log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]
"""Called with the site and what was done (a dataset or a portal path)."""


@dataclass(slots=True)
class SiteReport:
    """What was done at one site. `bytes` copied; `errors` by dataset id or path."""

    site: str
    datasets_copied: int = 0
    datasets_deleted: int = 0
    portal_files: int = 0
    objects: int = 0
    bytes: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    unreachable: str = ""


@dataclass(frozen=True, slots=True)
class ReplicationReport:
    sites: tuple[SiteReport, ...]

    @property
    def is_complete(self) -> bool:
        return not any(site.errors or site.unreachable for site in self.sites)


def apply(sites: Sites, plan: ReplicationPlan, on_progress: Progress | None = None) -> ReplicationReport:
    """Make the plan so, all sites at once. Never raises for a site; see the report."""
    if not plan.sites:
        return ReplicationReport(())
    with ThreadPoolExecutor(max_workers=len(plan.sites)) as pool:
        reports = pool.map(lambda site: _SiteRun(sites, site, on_progress).run(), plan.sites)
        return ReplicationReport(tuple(reports))


class _SiteRun:
    """Applying one site's plan."""

    def __init__(self, sites: Sites, plan: SitePlan, on_progress: Progress | None) -> None:
        self._sites = sites
        self._site = plan.site
        self._plan = plan
        self._report = SiteReport(plan.site, unreachable=plan.unreachable)
        self._progress = on_progress or (lambda _site, _what: None)
        self._silent: list[StoreUnreachable] = []
        """Datasets in a row for which a store, ours or the site's, gave no answer."""

    def run(self) -> SiteReport:
        if self._plan.unreachable or self._plan.is_empty:
            return self._report
        try:
            with self._sites.lock(f"replicate-{self._site}"):
                index = self._delete(read_index(self._sites.store(self._site)))
                self._copy(index)
                self._portal()
        except StorageError as error:
            _log.warning("replication_stopped", site=self._site, reason=str(error))
            self._report.unreachable = str(error)
        return self._report

    def _delete(self, index: OpenIndex) -> OpenIndex:
        """Take datasets off the site: out of its index first, then their objects."""
        # Asked again: what was planned may have been published anew, or reclassified, since.
        wanted = allowed_entries(self._sites, self._site, trusted_index(self._sites))
        gone = {name for name in index.datasets if name not in wanted}
        if not gone:
            return index
        index = self._write_index({name: entry for name, entry in index.datasets.items() if name not in gone})
        for name in sorted(gone):
            delete_objects(self._sites, self._site, open_prefix(DatasetId.parse(name)))
            self._report.datasets_deleted += 1
            self._progress(self._site, name)
        return index

    def _copy(self, index: OpenIndex) -> None:
        present = dict(index.datasets)
        for start in range(0, len(self._plan.copy), CHECKPOINT):
            batch = self._plan.copy[start : start + CHECKPOINT]
            with ThreadPoolExecutor(max_workers=CONCURRENCY) as pool:
                for name, entry, error in pool.map(lambda item: self._copy_dataset(*item), batch):
                    if error:
                        self._report.errors[name] = error
                        continue
                    present[name] = entry
                    self._report.datasets_copied += 1
                    self._progress(self._site, name)
            self._write_index(present)
        if not self._plan.copy:
            self._write_index(present)

    def _write_index(self, present: dict[str, IndexEntry]) -> OpenIndex:
        """The site's index: what it holds and may hold, with our words about it."""
        ours = trusted_index(self._sites)
        allowed = allowed_entries(self._sites, self._site, ours)
        entries = {
            name: allowed[name] if same_version(entry, allowed[name]) else entry
            for name, entry in present.items()
            if name in allowed
        }
        index = OpenIndex(datasets=entries, withdrawn=ours.withdrawn)
        write_index(self._sites, self._site, index)
        return index

    def _copy_dataset(self, name: str, entry: IndexEntry) -> tuple[str, IndexEntry, str]:
        if len(self._silent) >= CONCURRENCY:
            raise self._silent[-1]  # not every one of thousands waits for a store that is down
        try:
            found = good_manifest(self._sites.onprem, name, entry.version, entry.manifest_sha256)
            if found is None:
                return name, entry, f"its manifest on {self._sites.onprem.site} is missing or altered: repair it first"
            manifest, data = found
            for version in (entry.version, LATEST):
                self._copy_version(manifest, dataset_objects(manifest, entry.manifest_sha256, len(data), version))
        except (StorageError, OSError) as error:
            if isinstance(error, StoreUnreachable):
                self._silent.append(error)
            return name, entry, str(error)
        self._silent.clear()
        return name, entry, ""

    def _copy_version(self, manifest: Manifest, objects: list[Expected]) -> None:
        """Files, then what an older `latest` offers and this one has no more, then the manifest."""
        *files, commit = objects
        try:
            before = self._sites.store(self._site).read(commit.key)
        except ObjectMissing:
            before = b""
        if hashlib.sha256(before).hexdigest() == commit.sha256:
            return  # the manifest is written last: where it stands, the version is complete
        for wanted in files:
            self._copy_object(wanted)
        kept = {file.path for file in manifest.files}
        for path in (file.path for file in _files_of(before) if file.path not in kept):
            self._sites.delete(self._site, f"{commit.key.rpartition('/')[0]}/{path}")
        self._copy_object(commit)

    def _copy_object(self, wanted: Expected) -> None:
        self._report.bytes += copy_object(self._sites, self._sites.onprem.site, self._site, wanted)
        self._report.objects += 1

    def _portal(self) -> None:
        """Files, then the portal's manifest, then what is left over."""
        if not (self._plan.portal_copy or self._plan.portal_delete):
            return
        data = self._sites.onprem.read(PORTAL_MANIFEST)
        files = parse_portal(data)
        wanted = [
            Expected(f"{Zone.PORTAL}/{path}", files[path], -1) for path in self._plan.portal_copy if path in files
        ]
        with ThreadPoolExecutor(max_workers=CONCURRENCY) as pool:
            for error in pool.map(self._copy_portal_file, wanted):
                if error:
                    self._report.errors[PORTAL_MANIFEST] = error
        if PORTAL_MANIFEST in self._report.errors:
            return
        self._copy_object(Expected(PORTAL_MANIFEST, hashlib.sha256(data).hexdigest(), len(data)))
        for path in self._plan.portal_delete:
            if path not in files:
                self._sites.delete(self._site, f"{Zone.PORTAL}/{path}")

    def _copy_portal_file(self, wanted: Expected) -> str:
        try:
            self._copy_object(wanted)
        except (StorageError, OSError) as error:
            return str(error)
        self._report.portal_files += 1
        self._progress(self._site, wanted.key)
        return ""


def _files_of(manifest: bytes) -> tuple[FileInfo, ...]:
    """The files a site's present manifest names; none where there is none or it is damaged."""
    try:
        return read_manifest(manifest).files
    except StorageError:
        return ()
