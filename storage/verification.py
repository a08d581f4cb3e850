"""Do the bytes lie where they should, whole and the right ones, and nothing else beside them?

Quick compares lists with manifests (presence and size), deep reads every byte. Judges only: what to do about it is
`storage.healing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

from storage.errors import KeyInvalid, ObjectMissing, StorageError
from storage.expectation import (
    Expected,
    allowed_entries,
    dataset_objects,
    good_manifest,
    portal_objects,
    portal_sites,
    same_version,
    trusted_index,
)
from storage.index import IndexEntry, OpenIndex, read_index
from storage.layout import LATEST, MANIFEST, OPEN_INDEX, PORTAL_MANIFEST, Zone, open_manifest, open_prefix
from storage.manifest import Classification
from storage.names import DatasetId
from storage.package_manifest import read_manifest
from storage.placement import OpenKey, zone_of_key
from storage.sites import Sites
from storage.stores import ObjectInfo, Store

_READERS = 4


class Trouble(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    ALTERED = "altered"
    SURPLUS = "surplus"
    MISPLACED = "misplaced"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Problem:
    """One object (or, for `behind`, one dataset) that is not as it should be. `expected`: what would be right."""

    site: str
    key: str
    trouble: Trouble
    message: str
    expected: Expected | None = None
    found: ObjectInfo | None = None


@dataclass(slots=True)
class VerifyReport:
    """`objects` looked at and `bytes` read by site; `unreachable` sites with the reason."""

    is_deep: bool
    problems: list[Problem] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        return not (self.problems or self.unreachable)


def verify(sites: Sites, deep: bool = False) -> VerifyReport:
    """Look at every site. Raises `IndexLost` or `StorageError` where the on-premises index cannot be trusted."""
    report = VerifyReport(deep)
    ours = trusted_index(sites)
    for site in sites.names:
        try:
            _SiteCheck(sites, site, ours, report).run()
        except StorageError as error:
            report.unreachable[site] = str(error)
    return report


class _SiteCheck:
    """Verifying one site against its own index, the on-premises one and policy."""

    def __init__(self, sites: Sites, site: str, ours: OpenIndex, report: VerifyReport) -> None:
        self._sites = sites
        self._store = sites.store(site)
        self._site = site
        self._ours = ours
        self._allowed = allowed_entries(sites, site, ours)
        self._report = report
        self._unknown: set[str] = set()
        """Prefixes where strangers are not judged: being copied just now, or without any good manifest."""

    def run(self) -> None:
        found = {info.key: info for info in self._listed()}
        expected = {wanted.key: wanted for wanted in self._expected(found)}
        self._report.objects[self._site] = len(found)
        self._report.bytes[self._site] = 0
        whole = [wanted for wanted in expected.values() if self._is_whole(wanted, found.get(wanted.key))]
        if self._report.is_deep:
            self._read_all(whole, found)
        for key, info in found.items():
            if key not in expected and key != OPEN_INDEX:
                self._judge_stranger(key, info)

    def _listed(self) -> Iterator[ObjectInfo]:
        """On-premises the published zones; elsewhere everything, since nothing else may lie there."""
        if not self._store.is_onprem:
            yield from self._store.list()
            return
        for zone in (Zone.OPEN, Zone.PORTAL):
            yield from self._store.list(zone)

    def _expected(self, found: dict[str, ObjectInfo]) -> Iterator[Expected]:
        index = self._index(OPEN_INDEX in found)
        for name, ours in self._allowed.items():
            entry = index.datasets.get(name)
            if entry is None or not same_version(entry, ours):
                self._problem(name, Trouble.BEHIND, "the published version is not there yet: replicate")
                # What a stopped run has copied already is no stranger's.
                self._unknown |= {f"{open_prefix(DatasetId.parse(name))}/{part}/" for part in (ours.version, LATEST)}
            if entry is not None:
                yield from self._dataset(name, entry)
        yield from self._older(found, index)
        if self._site in portal_sites(self._sites):
            yield from self._portal()

    def _index(self, is_there: bool) -> OpenIndex:
        if self._store.is_onprem:
            return self._ours
        if not is_there and self._allowed:
            self._problem(OPEN_INDEX, Trouble.MISSING, "the site has no index")
        try:
            index = read_index(self._store)
        except StorageError as error:
            self._problem(OPEN_INDEX, Trouble.ALTERED, str(error))
            return OpenIndex(datasets=self._allowed)
        for name in sorted(set(index.datasets) - set(self._allowed)):
            self._problem(OPEN_INDEX, Trouble.MISPLACED, f"the index names {name}, which must not lie here")
        return index

    def _dataset(self, name: str, entry: IndexEntry) -> Iterator[Expected]:
        for site in self._sites.names:
            try:
                good = good_manifest(self._sites.store(site), name, entry.version, entry.manifest_sha256)
                good = good or good_manifest(self._sites.store(site), name, LATEST, entry.manifest_sha256)
            except StorageError:
                continue
            if good:
                manifest, data = good
                for version in (entry.version, LATEST):
                    yield from dataset_objects(manifest, entry.manifest_sha256, len(data), version)
                return
        dataset = DatasetId.parse(name)
        for version in (entry.version, LATEST):
            self._unknown.add(f"{open_prefix(dataset)}/{version}/")
            yield Expected(f"{open_prefix(dataset)}/{version}/{MANIFEST}", entry.manifest_sha256, -1, name)

    def _portal(self) -> Iterator[Expected]:
        """The portal by the site's own manifest; one that is not ours is behind, or somebody touched it."""
        objects = list(portal_objects(self._sites.onprem))
        if not self._store.is_onprem and objects:
            theirs = self._store.head(PORTAL_MANIFEST)
            if theirs is None or self._store.sha256(PORTAL_MANIFEST) != objects[-1].sha256:
                self._problem(PORTAL_MANIFEST, Trouble.BEHIND, "is not the portal rendered last: replicate")
                self._unknown.add(f"{Zone.PORTAL}/")
                return
        yield from objects

    def _older(self, found: dict[str, ObjectInfo], index: OpenIndex) -> Iterator[Expected]:
        """Versions before the published one, by their manifests on-premises."""
        for key in found:
            if not key.endswith(f"/{MANIFEST}"):
                continue
            try:
                wanted = OpenKey.parse(key)
            except KeyInvalid:
                continue
            name = str(wanted.dataset)
            entry = index.datasets.get(name)
            current = {LATEST, entry.version} if entry else {LATEST}
            if wanted.version not in current and name in self._allowed:
                yield from self._older_version(wanted)

    def _older_version(self, wanted: OpenKey) -> list[Expected]:
        try:
            data = self._sites.onprem.read(open_manifest(wanted.dataset, wanted.version))
            manifest = read_manifest(data)
        except ObjectMissing:
            return []
        except StorageError:
            self._unknown.add(f"{open_prefix(wanted.dataset)}/{wanted.version}/")
            return []
        is_ours = (manifest.id, manifest.version) == (str(wanted.dataset), wanted.version)
        is_allowed = self._store.is_onprem or manifest.classification is Classification.OPEN
        if not (is_ours and is_allowed):
            return []
        return dataset_objects(manifest, hashlib.sha256(data).hexdigest(), len(data), wanted.version)

    def _is_whole(self, wanted: Expected, info: ObjectInfo | None) -> bool:
        if info is None:
            self._problem(wanted.key, Trouble.MISSING, "is missing", wanted)
        elif 0 <= wanted.size != info.size:
            kind = Trouble.TRUNCATED if info.size < wanted.size else Trouble.ALTERED
            self._problem(wanted.key, kind, f"has {info.size} bytes instead of {wanted.size}", wanted, info)
        else:
            return True
        return False

    def _read_all(self, whole: list[Expected], found: dict[str, ObjectInfo]) -> None:
        with ThreadPoolExecutor(max_workers=_READERS) as pool:
            for wanted, sha256 in zip(whole, pool.map(lambda item: _hash(self._store, item.key), whole), strict=True):
                info = found[wanted.key]
                self._report.bytes[self._site] += info.size
                if sha256 == "":
                    self._problem(wanted.key, Trouble.MISSING, "cannot be read", wanted)
                elif sha256 != wanted.sha256:
                    self._problem(wanted.key, Trouble.ALTERED, "has other bytes than its manifest says", wanted, info)

    def _judge_stranger(self, key: str, info: ObjectInfo) -> None:
        if any(key.startswith(prefix) for prefix in self._unknown):
            return
        if not self._store.is_onprem and self._is_not_open(key):
            self._problem(key, Trouble.MISPLACED, "must not lie outside the premises", found=info)
        else:
            self._problem(key, Trouble.SURPLUS, "is in no manifest", found=info)

    def _is_not_open(self, key: str) -> bool:
        """Whether we know the object as one that stays at home: another zone, or a dataset that is not open."""
        try:
            if zone_of_key(key) not in {Zone.OPEN, Zone.PORTAL}:
                return True
            entry = self._ours.datasets.get(str(OpenKey.parse(key).dataset))
        except KeyInvalid:
            return False
        return entry is not None and entry.classification is not Classification.OPEN

    def _problem(
        self, key: str, kind: Trouble, message: str, expected: Expected | None = None, found: ObjectInfo | None = None
    ) -> None:
        self._report.problems.append(Problem(self._site, key, kind, f"{self._site}: {key} {message}", expected, found))


def _hash(store: Store, key: str) -> str:
    try:
        return store.sha256(key)
    except StorageError:
        return ""
