"""What a change does to tables that a portal holds beside the metadata, in a sentence each: part of every plan shown.

A target that has such tables says in an entry's content which one a resource has: `resources.<key>.table` with `rows`
and `hash`. What does not belong here: moving the rows (`catalog.ckan.datastore_load`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.publishing.entry import Entry

TABLE = "table"
"""The member of a resource's content that says which table it has."""


def table_changes(before: Entry | None, after: Entry) -> Iterator[str]:
    """Say what becomes of the tables; of a withdrawn entry nothing is left."""
    old, new = tables(before), tables(after) if after.is_published else {}
    for key, table in new.items():
        had = old.get(key)
        if had is None or had["hash"] != table["hash"]:
            yield f"DataStore: load {table['rows']:,} rows ({'content changed' if had else 'new'})"
    for _ in old.keys() - new.keys():
        yield "DataStore: remove the table"


def tables(entry: Entry | None) -> dict[str, dict[str, Any]]:
    """The tables of an entry by the key of their resource."""
    resources: Mapping[str, Any] = entry.content.get("resources", {}) if entry else {}
    return {key: resource[TABLE] for key, resource in resources.items() if resource.get(TABLE)}
