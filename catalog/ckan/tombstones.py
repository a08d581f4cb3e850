"""Tombstones on a CKAN portal, and what nobody can take back: removing one for good.

Publishing never removes; only who asks for it by name gets there, and only for a dataset of ours that is withdrawn.
What does not belong here: withdrawing (`portal`), deciding to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.ckan.client import Client, Missing
from catalog.ckan.mapping import organization_name
from catalog.ckan.schema import ID, WITHDRAWN
from catalog.publishing.portal import Refused


@dataclass(frozen=True, slots=True)
class Loss:
    """What a purge takes away for ever, and cannot be had back from the platform."""

    dataset: str
    address: str
    """The page of the dataset: people and catalogues may link to it."""
    files: int
    tables: int
    """Files that can be queried as tables (DataStore)."""
    followers: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.dataset}: the address {self.address} and those of its {self.files} files end for good, with "
            f"{self.tables} tables, {self.followers} followers, and the portal's record of changes."
        )


@dataclass(frozen=True, slots=True)
class Purging:
    """Removes tombstones from the portal at `url`."""

    client: Client
    url: str

    def loss(self, dataset: str, name: str) -> Loss | None:
        """What purging the dataset called `name` there would take away; None where it is gone already.

        Raises `Refused` where it is not ours, or not withdrawn.
        """
        package = self._tombstone(dataset, name)
        if package is None:
            return None
        resources = package.get("resources") or []
        return Loss(
            dataset=dataset,
            address=f"{self.url}/dataset/{name}",
            files=len(resources),
            tables=sum(bool(resource.get("datastore_active")) for resource in resources),
            followers=int(self.client.call("dataset_follower_count", id=package["id"])),
        )

    def purge(self, dataset: str, name: str) -> bool:
        """Remove the tombstone for good; False where it was gone already. Raises as `loss` does."""
        package = self._tombstone(dataset, name)
        if package is None:
            return False
        for resource in package.get("resources") or []:
            # CKAN leaves the tables of a purged dataset behind, where nobody finds them any more.
            if resource.get("datastore_active"):
                self._gone_is_fine("datastore_delete", resource_id=resource["id"], force=True)
        self._gone_is_fine("dataset_purge", id=package["id"])
        return True

    def _tombstone(self, dataset: str, name: str) -> Mapping[str, Any] | None:
        try:
            package = dict(self.client.call("package_show", id=name))
        except Missing:
            return None
        extras = {item["key"]: item["value"] for item in package.get("extras") or ()} | package
        organization = (package.get("organization") or {}).get("name", "")
        if extras.get(ID) != dataset or organization != organization_name(dataset):
            raise Refused(f"“{name}” on {self.client.where} is not our dataset {dataset}: it stays.")
        if not package.get("private") or not extras.get(WITHDRAWN):
            raise Refused(f"{dataset} on {self.client.where} is not withdrawn: only tombstones can be purged.")
        return package

    def _gone_is_fine(self, action: str, **data: Any) -> None:
        try:
            self.client.call(action, **data)
        except Missing:
            return
