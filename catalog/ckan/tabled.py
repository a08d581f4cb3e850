"""A CKAN portal whose datasets have DataStore tables: the portal of `portal`, and the tables moved along with it.

A table moves before the resource says so: a killed apply leaves a resource that names the older content, the next plan
sees that and loads again. Only a resource that CKAN does not know yet is made first and filled after. A table goes
before its dataset is withdrawn. What does not belong here: how a table is filled (`datastore_load`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from catalog.ckan import datastore
from catalog.ckan.client import Missing
from catalog.ckan.datastore_load import Store, Tables
from catalog.ckan.portal import CkanPortal
from catalog.ckan.schema import TABLE_FIELDS, match
from catalog.model import Catalog
from catalog.publishing.entry import Entry, same
from catalog.publishing.plan import Change
from catalog.publishing.portal import PortalStopped, Refused
from catalog.publishing.tables import TABLE, tables


class TabledPortal(CkanPortal):
    """Publishes datasets and, for those of at most `datastore_rows` rows, their tables, read from `store`."""

    def __init__(self, *arguments: Any, store: Store, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._tables = Tables(self._client, store)

    def preflight(self) -> None:
        """As for any portal, and that there is a DataStore."""
        super().preflight()
        try:
            self._client.call("help_show", name="datastore_create")
        except Missing as error:
            raise PortalStopped(
                f"{self._client.where} has no DataStore: switch its plugin on, or set portals.{self.name}."
                "datastore_rows = 0."
            ) from error

    def desired(self, catalog: Catalog) -> Mapping[str, Entry]:
        entries = dict(super().desired(catalog))
        for dataset in catalog.datasets:
            table = datastore.describe(dataset, self._config.datastore_rows)
            if table is not None:
                entries[dataset.id] = _with_table(entries[dataset.id], table)
        return entries

    def create(self, change: Change) -> None:
        super().create(replace(change, after=datastore.without(change.after)))
        self._fill(change.after, tables(change.after))

    def update(self, change: Change) -> None:
        assert change.before is not None  # noqa: S101 - a plan has no update without it
        late = tables(change.after).keys() - change.before.content.get("resources", {}).keys()
        first = datastore.without(change.after, late)
        before = self._again(change.before) if self._tables.move(change.before, first) else change.before
        super().update(replace(change, before=before, after=first))
        self._fill(change.after, late)

    def withdraw(self, change: Change) -> None:
        assert change.before is not None  # noqa: S101 - a plan has no withdrawal without it
        self.update(replace(change, after=datastore.without(change.before.withdrawn(change.after.reason))))

    def _fill(self, entry: Entry, keys: Collection[str]) -> None:
        """Load the tables of resources that were only just made, then say so on them."""
        if not keys:
            return
        said: dict[str, Any] = {}
        for resource in self._read_schema().package(entry)["resources"]:
            key = datastore.key_of(entry, resource["id"])
            if key in keys:
                self._tables.load(resource["id"], tables(entry)[key])
                said[f"update__resources__{resource['id']}"] = {name: resource[name] for name in TABLE_FIELDS}
        self._client.call("package_revise", match={"name": entry.content["name"]}, include=["+package__id"], **said)

    def _again(self, before: Entry) -> Entry:
        """The entry after CKAN itself wrote its flag on a resource; raises `Refused` where somebody wrote more."""
        try:
            now = self._read_schema().entry(self._client.call("package_show", id=match(before)["id"]))
        except Missing:
            now = None
        if now is None or not same(datastore.without(now), datastore.without(before)):
            raise Refused(
                f"{before.id} was changed on portal “{self.name}” while the plan was applied: make a new plan."
            )
        return now


def _with_table(entry: Entry, table: Mapping[str, Any]) -> Entry:
    resources = dict(entry.content["resources"])
    resources[datastore.FILE] = {**resources[datastore.FILE], TABLE: dict(table)}
    return replace(entry, content={**entry.content, "resources": resources})
