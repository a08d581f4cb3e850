"""Load, replace and remove DataStore tables on one portal, so that readers see old rows or new ones.

With our plugin on the portal a table is replaced in one transaction, whatever changes. Without it CKAN commits once a
call: all rows are upserted by their number in one call, surplus rows are deleted in the next. Readers never see fewer
rows than the smaller table has, nor an error; only where columns change, the table is away for a moment.

What does not belong here: which tables there shall be (`datastore`) and when (`portal`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from catalog.ckan import datastore, views
from catalog.ckan.client import Client, Missing, Unknown
from catalog.publishing.entry import Entry
from catalog.publishing.portal import Refused
from catalog.publishing.tables import tables
from storage.errors import StorageError
from storage.layout import open_file
from storage.manifest import Manifest
from storage.package_manifest import read_manifest

_REPLACE = "datenallmende_datastore_replace"


class Store(Protocol):
    """The part of a store that loading needs."""

    def read(self, key: str) -> bytes: ...


class Tables:
    """The DataStore of the portal that `client` calls, filled from the files in `store`."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store
        self._has_plugin = True

    def move(self, before: Entry, after: Entry) -> bool:
        """Make the tables of resources that are on the portal those of `after`; what is loaded already is left alone.

        Returns whether CKAN itself wrote to the dataset meanwhile, so that it has to be read again.
        """
        old, new = tables(before), tables(after)
        resources: Mapping[str, Any] = before.content.get("resources", {})
        touched = False
        for key, table in new.items():
            if key in resources and table["hash"] != old.get(key, {}).get("hash"):
                touched |= self.load(str(resources[key]["id"]), table)
        for key in old.keys() - new.keys():
            self.remove(str(resources[key]["id"]))
            touched = True
        return touched

    def load(self, resource_id: str, table: Mapping[str, Any]) -> bool:
        """Fill the table and see to its views; safe to repeat. Returns whether CKAN wrote to the dataset."""
        manifest, content = self._read(str(table["manifest"]))
        told = datastore.columns(manifest)
        key = told.key if datastore.is_key(content, told.key) else ()
        if self._has_plugin:
            try:
                self._client.call(
                    _REPLACE,
                    upload={"upload": ("rows.csv", content)},
                    resource_id=resource_id,
                    fields=json.dumps(told.fields),
                    primary_key=json.dumps(key),
                    indexes=json.dumps(told.indexes),
                )
            except Unknown:
                self._has_plugin = False
        if not self._has_plugin:
            self._load_plainly(resource_id, told, content)
        views.ensure(self._client, resource_id)
        return not self._has_plugin

    def remove(self, resource_id: str) -> None:
        """Remove the table and the views that need it; no error where there is none."""
        views.remove(self._client, resource_id)
        try:
            self._client.call("datastore_delete", resource_id=resource_id, force=True)
        except Missing:
            return

    def _load_plainly(self, resource_id: str, told: datastore.Columns, content: bytes) -> None:
        """Fill the table by CKAN's own actions. No key: rows that move up would meet their old selves."""
        rows = datastore.records(content)
        now = self._columns_now(resource_id)
        if now is not None and now != [(field["id"], field["type"]) for field in told.fields]:
            self._client.call("datastore_delete", resource_id=resource_id, force=True)
            now = None
        call: dict[str, Any] = {"resource_id": resource_id, "force": True, "calculate_record_count": True}
        if now is None:
            self._client.call("datastore_create", fields=list(told.fields), records=rows, indexes=told.indexes, **call)
            return
        numbered = [{"_id": number, **row} for number, row in enumerate(rows, start=1)]
        self._client.call("datastore_upsert", method="upsert", records=numbered, **call)
        self._client.call("datastore_records_delete", filters={"_id": {"gt": len(rows)}}, **call)
        # CKAN 2.12 leaves the search index of upserted rows as it was; an update renews it
        self._client.call("datastore_upsert", method="update", records=numbered, **call)
        self._client.call("datastore_create", fields=list(told.fields), **call)

    def _columns_now(self, resource_id: str) -> list[tuple[str, str]] | None:
        try:
            info = self._client.call(
                "datastore_info", resource_id=resource_id, include_meta=False, include_fields_schema=False
            )
        except Missing:
            return None
        return [(field["id"], field["type"]) for field in info["fields"]]

    def _read(self, key: str) -> tuple[Manifest, bytes]:
        """The manifest and its CSV; raises `Refused` where the store does not have them as the manifest says."""
        try:
            manifest = read_manifest(self._store.read(key))
            file = next(f for f in manifest.files if f.format == "csv" and f.role == "data")
            content = self._store.read(open_file(manifest.dataset, manifest.version, file.path))
        except StorageError as error:
            raise Refused(f"{key}: the rows for the DataStore cannot be read ({error}): repair the store.") from error
        except StopIteration:
            raise Refused(f"{key}: this version has no CSV file for the DataStore: publish it again.") from None
        if hashlib.sha256(content).hexdigest() != file.hash:
            raise Refused(f"{key}: {file.path} is not what the manifest says: run `allmende stores repair`.")
        return manifest, content
