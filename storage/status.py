"""Placement against reality, dataset by dataset and site by site, as the indexes tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.errors import StorageError
from storage.expectation import allowed_entries, portal_files, portal_sites, same_version, trusted_index
from storage.index import IndexEntry, OpenIndex, read_index
from storage.manifest import Classification
from storage.sites import Sites


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """Where a dataset should lie and which version lies where; a site that is down is left out of both."""

    id: str
    title: str
    classification: Classification
    version: str
    wanted: tuple[str, ...]
    present: dict[str, str] = field(default_factory=dict)

    @property
    def is_placed(self) -> bool:
        """The published version at every wanted site, nothing at any other."""
        return self.present == dict.fromkeys(self.wanted, self.version)


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """`datasets` listed at the site, `behind` wanted but missing or old, `surplus` listed but not wanted."""

    site: str
    is_onprem: bool
    datasets: int = 0
    behind: int = 0
    surplus: int = 0
    is_portal_current: bool = True
    unreachable: str = ""


@dataclass(frozen=True, slots=True)
class StorageStatus:
    sites: tuple[SiteStatus, ...]
    datasets: tuple[DatasetStatus, ...]

    @property
    def is_fine(self) -> bool:
        return all(dataset.is_placed for dataset in self.datasets) and not any(
            site.unreachable or site.behind or site.surplus or not site.is_portal_current for site in self.sites
        )


def status(sites: Sites) -> StorageStatus:
    """Compare what indexes and the portal's manifests say with policy. Raises where the on-premises site is down."""
    ours = trusted_index(sites)
    portal = portal_files(sites.onprem)
    indexes: dict[str, OpenIndex] = {}
    listed = []
    for site in sites.names:
        found = _site(sites, site, ours, portal, indexes)
        listed.append(found)
    wanted = {site: allowed_entries(sites, site, ours) for site in indexes}
    names = sorted({name for index in indexes.values() for name in index.datasets})
    return StorageStatus(tuple(listed), tuple(_dataset(name, ours, indexes, wanted) for name in names))


def _site(
    sites: Sites, site: str, ours: OpenIndex, portal: dict[str, str] | None, indexes: dict[str, OpenIndex]
) -> SiteStatus:
    store = sites.store(site)
    try:
        index, their_portal = read_index(store), portal_files(store)
    except StorageError as error:
        return SiteStatus(site, store.is_onprem, unreachable=str(error))
    indexes[site] = index
    wanted = allowed_entries(sites, site, ours)
    return SiteStatus(
        site,
        store.is_onprem,
        datasets=len(index.datasets),
        behind=sum(not same_version(index.datasets.get(name), entry) for name, entry in wanted.items()),
        surplus=len(set(index.datasets) - set(wanted)),
        is_portal_current=portal is None or site not in portal_sites(sites) or their_portal == portal,
    )


def _dataset(
    name: str, ours: OpenIndex, indexes: dict[str, OpenIndex], wanted: dict[str, dict[str, IndexEntry]]
) -> DatasetStatus:
    present = {site: index.datasets[name] for site, index in indexes.items() if name in index.datasets}
    entry = ours.datasets.get(name) or next(iter(present.values()))
    return DatasetStatus(
        name,
        entry.title,
        entry.classification,
        entry.version if name in ours.datasets else "",
        tuple(site for site, entries in wanted.items() if name in entries),
        {site: held.version for site, held in present.items()},
    )
