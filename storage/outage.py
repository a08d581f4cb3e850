"""What could still be read if a site were down: a drill on what really lies at the others, without touching it.

A first cut, and honest about it: it says which files another site could serve (same size as the manifest says), not
that every reader would find them by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.errors import StorageError
from storage.expectation import Expected, dataset_objects, good_manifest, portal_objects
from storage.index import IndexEntry, OpenIndex, read_index
from storage.layout import LATEST
from storage.sites import Sites


@dataclass(frozen=True, slots=True)
class DrillReport:
    """With `site` down: `readable` datasets with the sites that serve them whole, `lost` ones with the reason."""

    site: str
    readable: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    portal_at: tuple[str, ...] = ()
    index_at: tuple[str, ...] = ()
    would_not_work: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether the public would miss nothing that it can read today."""
        return not self.lost and bool(self.index_at)


def drill(sites: Sites, site: str) -> DrillReport:
    """Ask every other site for the current files of every dataset. Raises `ConfigInvalid` for an unknown site."""
    down = sites.store(site)
    indexes = _indexes(sites)
    known = indexes.get(sites.onprem.site) or _merged(indexes)
    others = {other: index for other, index in indexes.items() if other != site}
    report = DrillReport(
        site,
        portal_at=tuple(other for other in others if _portal_stands(sites, other)),
        index_at=tuple(other for other, index in others.items() if index.datasets),
        would_not_work=_would_not_work(sites) if down.is_onprem else (),
    )
    for name, entry in sorted(known.datasets.items()):
        at = tuple(other for other, index in others.items() if _stands(sites, other, name, index.datasets.get(name)))
        if at:
            report.readable[name] = at
        else:
            report.lost[name] = f"{entry.classification} data; no other site holds it whole"
    return report


def _indexes(sites: Sites) -> dict[str, OpenIndex]:
    found = {}
    for site in sites.names:
        try:
            found[site] = read_index(sites.store(site))
        except StorageError:
            continue
    return found


def _merged(indexes: dict[str, OpenIndex]) -> OpenIndex:
    return OpenIndex(datasets={name: entry for index in indexes.values() for name, entry in index.datasets.items()})


def _stands(sites: Sites, site: str, name: str, entry: IndexEntry | None) -> bool:
    if entry is None:
        return False
    store = sites.store(site)
    try:
        good = good_manifest(store, name, LATEST, entry.manifest_sha256)
        return good is not None and all(
            _is_there(sites, site, wanted)
            for wanted in dataset_objects(good[0], entry.manifest_sha256, len(good[1]), LATEST)
        )
    except StorageError:
        return False


def _portal_stands(sites: Sites, site: str) -> bool:
    try:
        objects = list(portal_objects(sites.store(site)))
        return bool(objects) and all(_is_there(sites, site, wanted) for wanted in objects)
    except StorageError:
        return False


def _is_there(sites: Sites, site: str, wanted: Expected) -> bool:
    head = sites.store(site).head(wanted.key)
    return head is not None and wanted.size in {-1, head.size}


def _would_not_work(sites: Sites) -> tuple[str, ...]:
    return (
        f"New data cannot be taken in or published while {sites.onprem.site} is down; it waits at its source.",
        "Replication, verify and repair wait: only the on-premises manifests vouch for what goes to another site.",
        "Internal and confidential data lie on-premises alone and cannot be read.",
    )
