"""Repair what `verify` found: heal from a good copy, move what nobody knows into quarantine, delete nothing else.

A copy is good when its bytes have the SHA-256 that a trusted manifest names; nothing else heals anything. Unknown and
misplaced objects go to `quarantine/` *on-premises*, also from a cloud: nobody has said they are open, so a cloud is no
place to keep them. What does not belong here: judging (`storage.verification`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from storage.copying import copy_object
from storage.errors import IndexDamaged, IndexLost, StorageError
from storage.expectation import Expected, allowed_entries, good_manifest, trusted_index
from storage.index import IndexEntry, OpenIndex, Withdrawn, read_index, update_index, write_index
from storage.layout import LATEST, MANIFEST, OPEN_INDEX, Zone
from storage.manifest import Classification
from storage.package_manifest import read_manifest
from storage.placement import OpenKey
from storage.replication_apply import apply
from storage.replication_plan import plan
from storage.sites import Sites
from storage.verification import Problem, Trouble, VerifyReport, verify

GRACE = timedelta(hours=1)
"""An unknown object younger than this may belong to a run that is writing just now: it is left alone."""

_HEALABLE = {Trouble.MISSING, Trouble.TRUNCATED, Trouble.ALTERED}
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RepairReport:
    """Keys as `site:key`. `failed` with the reason; `after` is what a second look found."""

    healed: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    is_index_rebuilt: bool = False
    after: VerifyReport | None = None

    @property
    def is_fine(self) -> bool:
        return not self.failed and self.after is not None and self.after.is_fine


def repair(sites: Sites, deep: bool = True, grace: timedelta = GRACE) -> RepairReport:
    """Make every site right where a good copy exists; doing it again changes nothing."""
    report = RepairReport(is_index_rebuilt=_restore_index(sites))
    found = verify(sites, deep=deep)
    ours, now = trusted_index(sites), datetime.now(UTC)
    # On-premises first and manifests before files: they vouch for what goes to the other sites.
    for problem in sorted(found.problems, key=lambda item: _order(sites, item)):
        if problem.trouble in _HEALABLE and problem.expected is not None:
            _heal(sites, ours, problem, problem.expected, report)
        elif problem.trouble in {Trouble.SURPLUS, Trouble.MISPLACED} and problem.found is not None:
            _quarantine(sites, problem, now, grace, report)
    _mend_indexes(sites, found, report)
    apply(sites, plan(sites))
    report.after = verify(sites, deep=deep)
    return report


def _order(sites: Sites, problem: Problem) -> tuple[bool, bool, str]:
    return problem.site != sites.onprem.site, not problem.key.endswith(f"/{MANIFEST}"), problem.key


def _heal(sites: Sites, ours: OpenIndex, problem: Problem, wanted: Expected, report: RepairReport) -> None:
    entry = ours.datasets.get(wanted.dataset)
    classification = entry.classification if entry else Classification.OPEN
    reasons = []
    for source, key in _sources(sites, ours, problem):
        try:
            copy_object(sites, source, problem.site, wanted, source_key=key, classification=classification)
        except (StorageError, OSError) as error:
            reasons.append(str(error))
            continue
        _log.info("healed", site=problem.site, key=problem.key, source=source)
        report.healed.append(f"{problem.site}:{problem.key}")
        return
    report.failed[f"{problem.site}:{problem.key}"] = "; ".join(reasons) or "there is no good copy anywhere"


def _sources(sites: Sites, ours: OpenIndex, problem: Problem) -> Iterator[tuple[str, str]]:
    """Where the same bytes may lie: the same key elsewhere, and its twin under `latest` or the version."""
    twin = _twin(ours, problem.key)
    for site in sites.names:
        if site != problem.site:
            yield site, problem.key
        if twin:
            yield site, twin


def _twin(ours: OpenIndex, key: str) -> str:
    if not key.startswith(f"{Zone.OPEN}/"):
        return ""
    wanted = OpenKey.parse(key)
    entry = ours.datasets.get(str(wanted.dataset))
    if entry is None or wanted.version not in {LATEST, entry.version}:
        return ""
    version = entry.version if wanted.version == LATEST else LATEST
    return f"{Zone.OPEN}/{wanted.dataset}/{version}/{wanted.filename}"


def _quarantine(sites: Sites, problem: Problem, now: datetime, grace: timedelta, report: RepairReport) -> None:
    """Copy the object to quarantine on-premises, look that it is whole there, then remove it."""
    info, name = problem.found, f"{problem.site}:{problem.key}"
    if info is None:
        return
    if problem.trouble is Trouble.SURPLUS and now - info.modified < grace:
        report.waiting.append(name)
        return
    target = f"{Zone.QUARANTINE}/{problem.site}/{now:%Y%m%dT%H%M%SZ}/{problem.key}"
    source, onprem = sites.store(problem.site), sites.onprem
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        for chunk in source.stream(problem.key):
            digest.update(chunk)
            yield chunk

    try:
        sites.write(onprem.site, target, chunks(), classification=Classification.CONFIDENTIAL)
        if onprem.sha256(target) == digest.hexdigest():
            sites.delete(problem.site, problem.key)
            report.quarantined.append(name)
            _log.warning("quarantined", site=problem.site, key=problem.key, target=target)
        else:
            report.failed[name] = f"{target} did not arrive whole: the object stays where it is"
    except StorageError as error:
        report.failed[name] = str(error)


def _mend_indexes(sites: Sites, found: VerifyReport, report: RepairReport) -> None:
    """Write a missing or damaged index of a site anew, from the versions that really stand there."""
    bad = {p.site for p in found.problems if p.key == OPEN_INDEX and p.trouble in _HEALABLE}
    ours = trusted_index(sites)
    for site in sorted(bad):
        entries = {
            name: entry
            for name, entry in allowed_entries(sites, site, ours).items()
            if _stands(sites, site, name, entry)
        }
        try:
            write_index(sites, site, OpenIndex(datasets=entries, withdrawn=ours.withdrawn))
        except StorageError as error:
            report.failed[f"{site}:{OPEN_INDEX}"] = str(error)
            continue
        report.healed.append(f"{site}:{OPEN_INDEX}")


def _stands(sites: Sites, site: str, name: str, entry: IndexEntry) -> bool:
    return all(
        good_manifest(sites.store(site), name, version, entry.manifest_sha256) for version in (entry.version, LATEST)
    )


def _restore_index(sites: Sites) -> bool:
    """Rebuild the on-premises index where it is lost or damaged, from the manifests under `latest`; true if it was."""
    try:
        trusted_index(sites)
    except (IndexLost, IndexDamaged):
        restored = OpenIndex(datasets=dict(_latest_entries(sites)), withdrawn=_withdrawn_elsewhere(sites))
        sites.delete(sites.onprem.site, OPEN_INDEX)
        update_index(sites, lambda _: restored)
        _log.warning("index_rebuilt", datasets=len(restored.datasets))
        return True
    return False


def _latest_entries(sites: Sites) -> Iterator[tuple[str, IndexEntry]]:
    """What stands on-premises under `latest`. Without `inputs`: the next export looks at each dataset again."""
    for info in sites.onprem.list(Zone.OPEN):
        if not info.key.endswith(f"/{LATEST}/{MANIFEST}"):
            continue
        data = sites.onprem.read(info.key)
        try:
            manifest = read_manifest(data)
        except StorageError:
            continue
        yield (
            manifest.id,
            IndexEntry(
                version=manifest.version,
                manifest_sha256=hashlib.sha256(data).hexdigest(),
                modified=manifest.modified,
                classification=manifest.classification,
                title=manifest.title,
            ),
        )


def _withdrawn_elsewhere(sites: Sites) -> dict[str, Withdrawn]:
    stones: dict[str, Withdrawn] = {}
    for site in sites.others:
        try:
            stones |= read_index(sites.store(site)).withdrawn
        except StorageError:
            continue
    return stones
