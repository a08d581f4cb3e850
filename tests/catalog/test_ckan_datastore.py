"""Which table a dataset gets, and what a plan says about it: pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.ckan import datastore
from catalog.ckan.mapping import to_entry
from catalog.ckan.schema import PackageSchema
from catalog.model import Catalog, Dataset
from catalog.publishing import plan
from catalog.publishing.entry import Entry
from catalog.publishing.tables import table_changes
from catalog.publishing.text import plan_text
from storage.manifest import Manifest

Manifests = Callable[..., Manifest]
Catalogs = Callable[..., Catalog]


@pytest.fixture
def dataset(manifest: Manifests, catalog: Catalogs) -> Dataset:
    return catalog(manifest()).datasets[0]


def with_table(entry: Entry, table: dict[str, object] | None) -> Entry:
    bare = datastore.without(entry)
    if table is None:
        return bare
    resources = {**bare.content["resources"], "csv": {**bare.content["resources"]["csv"], "table": table}}
    return replace(bare, content={**bare.content, "resources": resources})


def test_the_limit_counts(dataset: Dataset) -> None:
    """A dataset of exactly the limit gets a table, one row more gets none."""
    assert datastore.describe(dataset, dataset.rows) is not None
    assert datastore.describe(dataset, dataset.rows - 1) is None


def test_the_hash_follows_rows_and_data_dictionary(dataset: Dataset) -> None:
    """Other bytes and other labels are other tables; another title of the dataset is not."""
    files = tuple(d.model_copy(update={"sha256": "cd" * 32}) for d in dataset.distributions)
    fields = (dataset.fields[0].model_copy(update={"title": "Nummer"}), *dataset.fields[1:])
    changed = [{"distributions": files}, {"fields": fields}, {"title": "Bäume"}]
    before = datastore.describe(dataset, 100)
    after = [datastore.describe(dataset.model_copy(update=change), 100) for change in changed]
    assert before is not None
    assert [told is not None and told["hash"] == before["hash"] for told in after] == [False, False, True]


@pytest.mark.parametrize(
    ("content", "is_key"),
    [(b"a,b\r\n1,x\r\n2,x\r\n", True), (b"a,b\r\n1,x\r\n1,y\r\n", False), (b"a,b\r\n1,x\r\n,y\r\n", False)],
)
def test_a_key_is_one_only_where_it_tells_all_rows_apart(content: bytes, is_key: bool) -> None:
    """Rows said twice, or without the value, must not keep a whole table out of the DataStore."""
    assert datastore.is_key(content, ["a"]) is is_key


def test_a_table_survives_the_way_to_ckan_and_back(dataset: Dataset, catalog: Catalogs, manifest: Manifests) -> None:
    """What the resource says is read back; where CKAN says there is no table, there is none."""
    entry = with_table(to_entry(dataset, catalog(manifest())), datastore.describe(dataset, 100))
    schema = PackageSchema()
    package = {**schema.package(entry), "organization": {"name": entry.content["organization"]}}
    read = schema.entry(package)
    assert read is not None
    assert read.content["resources"] == entry.content["resources"]
    for resource in package["resources"]:
        resource["datastore_active"] = False
    read = schema.entry(package)
    assert read is not None
    assert read.content["resources"] == datastore.without(entry).content["resources"]


def test_a_plan_says_what_becomes_of_tables(dataset: Dataset, catalog: Catalogs, manifest: Manifests) -> None:
    """New, changed, unchanged and removed tables, in words instead of hashes."""
    entry = to_entry(dataset, catalog(manifest()))
    one, two = ({"rows": rows, "hash": mark, "manifest": mark} for rows, mark in ((1243, "a"), (9, "b")))
    none, first, second = with_table(entry, None), with_table(entry, one), with_table(entry, two)
    told = [list(table_changes(*pair)) for pair in ((none, first), (first, second), (first, first), (first, none))]
    assert told == [
        ["DataStore: load 1,243 rows (new)"],
        ["DataStore: load 9 rows (content changed)"],
        [],
        ["DataStore: remove the table"],
    ]
    assert list(table_changes(first, first.withdrawn("Fehler"))) == ["DataStore: remove the table"]
    shown = plan_text(plan({entry.id: second}, {entry.id: first}, "test"))
    assert "DataStore: load 9 rows (content changed)" in shown
    assert "manifest" not in shown
