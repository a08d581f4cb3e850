"""Take a dataset back: off every index first, then its files off every site. History in `landing/` and `raw/` stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from storage.copying import delete_objects
from storage.errors import StorageError
from storage.index import OpenIndex, Withdrawn, read_index, update_index, write_index
from storage.layout import open_prefix
from storage.names import DatasetId
from storage.sites import Sites


@dataclass(frozen=True, slots=True)
class WithdrawReport:
    """Objects deleted by site, and the sites that could not be reached: the next replication catches up on them."""

    deleted: dict[str, int] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)


def withdraw(sites: Sites, dataset: DatasetId, reason: str, *, at: datetime | None = None) -> WithdrawReport:
    """Withdraw a dataset with a reason (German, shown to the public). Doing it again changes nothing."""
    name, stone = str(dataset), Withdrawn(at=at or sites.now(), reason=reason)

    def change(index: OpenIndex) -> OpenIndex:
        datasets = {known: entry for known, entry in index.datasets.items() if known != name}
        return OpenIndex(datasets=datasets, withdrawn={name: stone} | index.withdrawn)

    update_index(sites, change)
    report = WithdrawReport()
    for site in sites.names:
        try:
            if site != sites.onprem.site:
                _unlist(sites, site, name)
            report.deleted[site] = delete_objects(sites, site, open_prefix(dataset))
        except StorageError as error:
            report.unreachable[site] = str(error)
    return report


def _unlist(sites: Sites, site: str, name: str) -> None:
    """The site's own index, so that it never names files that are gone."""
    with sites.lock(f"replicate-{site}"):
        index = read_index(sites.store(site))
        if name in index.datasets:
            datasets = {known: entry for known, entry in index.datasets.items() if known != name}
            write_index(sites, site, OpenIndex(datasets=datasets, withdrawn=read_index(sites.onprem).withdrawn))
