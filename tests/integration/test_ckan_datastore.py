"""DataStore tables on a real CKAN: typed, atomic for readers, loaded when the content changed, gone when withdrawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Self

import polars as pl
import pytest
import requests
from ckanapi import RemoteCKAN, errors

from catalog.publishing import rollback
from catalog.publishing.text import plan_text
from orchestration.stack import Stack
from storage.manifest import FieldInfo
from storage.names import DatasetId
from storage.withdrawal import withdraw
from tests.integration.ckan_tables import AGS, FIELDS, Killed, Table, ckan, trees

pytestmark = pytest.mark.integration
REPLACE = "datenallmende_datastore_replace"


@pytest.fixture
def table(stack: Stack, tmp_path: Path) -> Iterator[Table]:
    table = Table(*ckan(stack), tmp_path)
    yield table
    table.remove()


class Hammer:
    """Reads a table as the public does, without a pause, until told to stop."""

    def __init__(self, table: Table, resource: str) -> None:
        self.seen: Counter[tuple[tuple[str, ...], int]] = Counter()
        """How often which marks were seen together, in how many rows."""
        self.errors: list[str] = []
        self._stop = Event()
        self._thread = Thread(target=self._read, args=(table.address, resource))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self, address: str, resource: str) -> None:
        ckan = RemoteCKAN(address)
        while not self._stop.is_set():
            try:
                records = ckan.action.datastore_search(resource_id=resource, limit=32_000)["records"]
            except (errors.CKANAPIError, requests.RequestException) as error:
                self.errors.append(repr(error)[:200])
                continue
            marks = {record["art"].split(" ")[0].rstrip(",") for record in records}
            self.seen[tuple(sorted(marks)), len(records)] += 1
            self._stop.wait(0.02)  # CKAN has two workers; the publisher needs one of them


def test_a_table_is_typed_described_and_searchable_and_then_left_alone(table: Table) -> None:
    """Types, labels, units and the key arrive; the second run asks nothing about the table and writes nothing."""
    table.write(trees(1243))
    plan = table.publish()
    assert "DataStore: load 1,243 rows (new)" in plan_text(plan)
    resource = table.resource()
    assert resource["datastore_active"] is True
    assert resource["url"].endswith(f"open/{AGS}/{table.slug}/latest/{table.slug}.csv")
    info = table.public.action.datastore_info(id=resource["id"])
    assert info["meta"]["count"] == 1243
    assert [(f["id"], f["type"]) for f in info["fields"]] == [
        ("baum_nr", "text"),
        ("art", "text"),
        ("hoehe_m", "numeric"),
        ("pflanzjahr", "int4"),
        ("geprueft", "date"),
        ("ist_naturdenkmal", "bool"),
        ("lat", "numeric"),
        ("lon", "numeric"),
    ]
    height = info["fields"][2]["info"]
    assert (height["label"], height["unit"], height["type_override"]) == ("Höhe (m)", "m", "numeric")
    assert height["notes"] == "Höhe des Baumes. (Einheit: m)"
    assert info["fields"][0]["schema"]["is_index"]
    found = table.search(q="Übergröße")
    assert (found["total"], found["records"][0]["baum_nr"], found["records"][0]["ist_naturdenkmal"]) == (
        1,
        "B-00000",
        True,
    )
    assert table.search()["records"][3]["hoehe_m"] is None

    second = table.recorder()
    assert table.publish(second).is_empty
    assert (second.writes, second.table_calls) == ([], [])


def test_readers_see_the_old_table_or_the_new_one(table: Table) -> None:
    """While a table grows, shrinks and changes its columns, every answer is one whole version and none is an error."""
    table.write(trees(1000, "Linde"))
    table.publish()
    resource = table.resource()
    with Hammer(table, resource["id"]) as hammer:
        for count, mark in ((1500, "Eiche"), (800, "Buche")):
            table.write(trees(count, mark))
            plan = table.publish()
            assert f"DataStore: load {count:,} rows (content changed)" in plan_text(plan)
        wider = trees(1200, "Ahorn").with_columns(pl.lit("Park").alias("standort"))
        table.write(wider, (*FIELDS, FieldInfo(name="standort", type="string", title="Standort")))
        table.publish()
    assert hammer.errors == []
    whole = {(("Linde",), 1000), (("Eiche",), 1500), (("Buche",), 800), (("Ahorn",), 1200)}
    assert set(hammer.seen) <= whole
    assert {marks for marks, _ in hammer.seen} >= {("Linde",), ("Buche",)}
    after = table.resource()
    assert (after["id"], after["url"]) == (resource["id"], resource["url"])
    assert table.search()["total"] == 1200


@pytest.mark.parametrize(
    ("when", "action"),
    [
        ("before", REPLACE),
        ("after", REPLACE),
        ("after", "resource_create_default_resource_views"),
        ("after", "package_revise"),
    ],
)
def test_killed_anywhere_the_next_run_converges(table: Table, when: str, action: str) -> None:
    """Killed around any write of a first load and of a re-load, the next apply leaves the table, once and complete."""
    for count, mark in ((20, "Linde"), (30, "Eiche")):
        table.write(trees(count, mark))
        with pytest.raises(Killed):
            table.publish(table.recorder(kill=(when, action)))
        table.publish()
        rows = table.search()["records"]
        assert (len(rows), {row["art"].split()[0].rstrip(",") for row in rows}) == (count, {mark})
        again = table.recorder()
        assert table.publish(again).is_empty
        assert again.writes == []
    views = table.ckan.action.resource_view_list(id=table.resource()["id"])
    assert sorted(view["view_type"] for view in views) == ["datatables_view", "datenallmende_map"]


def test_a_table_that_grew_too_large_goes_and_its_files_stay(table: Table) -> None:
    """Above the limit there is no table, no view of one and no flag; below it again there is."""
    table.write(trees(30))
    table.publish()
    resource = table.resource()
    table.rows_max = 10
    plan = table.publish()
    assert "DataStore: remove the table" in plan_text(plan)
    assert table.resource()["datastore_active"] is False
    assert table.resource()["url"] == resource["url"]
    with pytest.raises(errors.NotFound):
        table.search()
    assert table.ckan.action.resource_view_list(id=resource["id"]) == []
    assert table.publish().is_empty
    table.rows_max = 30
    table.publish()
    assert table.search()["total"] == 30


def test_what_a_stranger_removed_is_loaded_again(table: Table) -> None:
    """A table that somebody deleted on the portal is a difference in the next plan."""
    table.write(trees(10))
    table.publish()
    table.ckan.action.datastore_delete(resource_id=table.resource()["id"], force=True)
    assert not table.publish().is_empty
    assert table.search()["total"] == 10


def test_a_rollback_brings_the_rows_back_too(table: Table) -> None:
    """Going back to before an apply loads the version that was published then."""
    for count in (10, 20):
        table.write(trees(count))
        table.publish()
    report = rollback(table.portal(), table.history)
    assert report.is_complete, report.as_text()
    assert table.search()["total"] == 10


def test_a_withdrawn_dataset_has_no_table(table: Table) -> None:
    """The rows are gone from the DataStore, not only hidden, and a second run changes nothing."""
    table.write(trees(10))
    table.publish()
    resource = table.resource()
    withdraw(table.sites, DatasetId.parse(f"{AGS}/{table.slug}"), "Fehler in den Daten")
    table.publish()
    with pytest.raises(errors.NotFound):
        table.ckan.action.datastore_info(id=resource["id"])
    assert table.ckan.action.package_show(id=table.name)["private"] is True
    assert table.publish().is_empty


def test_a_portal_without_our_plugin(table: Table) -> None:
    """CKAN's own actions do it too: never an error, never fewer rows than the smaller table, a right search index."""
    plain = table.recorder(unknown=frozenset({REPLACE}))
    table.write(trees(150, "Linde"))
    table.publish(plain)
    with Hammer(table, table.resource()["id"]) as hammer:
        for count, mark in ((200, "Kork"), (100, "Ahorn")):  # words that English stemming leaves alone
            table.write(trees(count, mark))
            table.publish(table.recorder(unknown=frozenset({REPLACE})))
    assert hammer.errors == []
    assert min(rows for _, rows in hammer.seen) >= 100
    # only surplus rows of a table that shrank may be seen for a moment, beside all of the new ones
    assert {marks for marks, _ in hammer.seen} <= {("Linde",), ("Kork",), ("Ahorn",), ("Ahorn", "Kork")}
    found = table.search(q="Ahorn")
    assert (found["total"], table.search(q="Kork")["total"], table.search()["total"]) == (100, 0, 100)
    again = table.recorder(unknown=frozenset({REPLACE}))
    assert table.publish(again).is_empty
    assert again.writes == []


def test_only_who_may_change_the_resource_may_replace_its_table(table: Table) -> None:
    """The public is refused, and so is a file that does not fit; the table stays as it was."""
    table.write(trees(10))
    table.publish()
    resource = table.resource()["id"]
    call = {"resource_id": resource, "fields": '[{"id": "a", "type": "int4"}]'}
    with pytest.raises(errors.NotAuthorized):
        table.public.call_action(REPLACE, call, files={"upload": ("a.csv", b"a\r\n1\r\n")})
    for content in (b"b\r\n1\r\n", b"a\r\neins\r\n"):
        with pytest.raises(errors.ValidationError):
            table.ckan.call_action(REPLACE, call, files={"upload": ("a.csv", content)})
    bad = {**call, "fields": '[{"id": "a", "type": "int4); DROP TABLE x; --"}]'}
    with pytest.raises(errors.ValidationError):
        table.ckan.call_action(REPLACE, bad, files={"upload": ("a.csv", b"a\r\n1\r\n")})
    assert table.search()["total"] == 10
