"""What every other site lacks and should not have: compared from indexes and manifests, never by listing.

Nothing to do costs a few requests a site however much there is. What does not belong here: doing it
(`storage.replication_apply`).
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.errors import StorageError
from storage.expectation import allowed_entries, portal_files, portal_sites, same_version, trusted_index
from storage.index import IndexEntry, OpenIndex, read_index
from storage.sites import Sites


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What one site lacks and what it should not have. Datasets by id, portal files by path below `portal/`."""

    site: str
    copy: tuple[tuple[str, IndexEntry], ...] = ()
    delete: tuple[str, ...] = ()
    portal_copy: tuple[str, ...] = ()
    portal_delete: tuple[str, ...] = ()
    is_index_stale: bool = False
    unreachable: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.copy or self.delete or self.portal_copy or self.portal_delete or self.is_index_stale)


@dataclass(frozen=True, slots=True)
class ReplicationPlan:
    """The difference between policy and what the sites' indexes say. A pure value."""

    sites: tuple[SitePlan, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing to do at any site that answers."""
        return all(site.is_empty for site in self.sites)

    def __str__(self) -> str:
        return "\n".join(_sentence(site) for site in self.sites) or "there is one site only: nothing to replicate"


def plan(sites: Sites) -> ReplicationPlan:
    """Compare every other site with the on-premises one. Raises `IndexLost` rather than plan to delete everything."""
    ours = trusted_index(sites)
    portal = portal_files(sites.onprem)
    return ReplicationPlan(tuple(_plan_site(sites, site, ours, portal) for site in sites.others))


def _plan_site(sites: Sites, site: str, ours: OpenIndex, portal: dict[str, str] | None) -> SitePlan:
    store = sites.store(site)
    try:
        theirs = read_index(store)
        their_portal = portal_files(store) or {}
    except StorageError as error:
        return SitePlan(site, unreachable=str(error))
    wanted = allowed_entries(sites, site, ours)
    lacking = {name: entry for name, entry in wanted.items() if not same_version(theirs.datasets.get(name), entry)}
    wanted_portal = portal if portal is not None and site in portal_sites(sites) else {}
    # A portal that was never rendered here says nothing about one that stands elsewhere.
    unwanted = set(their_portal) - set(wanted_portal) if portal is not None else set()
    return SitePlan(
        site,
        copy=tuple(sorted(lacking.items())),
        delete=tuple(sorted(set(theirs.datasets) - set(wanted))),
        portal_copy=tuple(sorted(path for path, sha256 in wanted_portal.items() if their_portal.get(path) != sha256)),
        portal_delete=tuple(sorted(unwanted)),
        is_index_stale=theirs.to_bytes() != OpenIndex(datasets=wanted, withdrawn=ours.withdrawn).to_bytes(),
    )


def _sentence(site: SitePlan) -> str:
    if site.unreachable:
        return f"{site.site}: cannot be reached ({site.unreachable})"
    if site.is_empty:
        return f"{site.site}: nothing to do"
    parts = [
        f"copy {len(site.copy)} datasets" if site.copy else "",
        f"delete {len(site.delete)} datasets" if site.delete else "",
        f"copy {len(site.portal_copy)} portal files" if site.portal_copy else "",
        f"delete {len(site.portal_delete)} portal files" if site.portal_delete else "",
        "renew the index" if site.is_index_stale else "",
    ]
    return f"{site.site}: {', '.join(part for part in parts if part)}"
