"""The one world of the failure tests: a live CKAN, what is wanted there, and whether it has become so.

`converged` reads the portal as a sysadmin and as a passer-by with plain HTTP calls, never through the code under test.
What does not belong here: which fault (`proxy`, and each test), starting servers (`servers`).
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
from pydantic import SecretStr

from catalog.ckan import CkanConfig, open_ckan
from catalog.ckan.mapping import entries, organization_name
from catalog.model import Catalog
from catalog.publishing import ApplyReport, Entry, History, PortalError, apply, plan_for
from storage.config import StorageConfig
from storage.sites import open_sites
from tests.catalog.samples import catalog, dataset, distribution
from tests.integration.faults.proxy import FaultProxy

PORTAL = "faults"
IDS = ("09162000/baumkataster", "09162000/kitas", "09471000/baumkataster", "09471000/kitas")
_FORMATS = ("csv", "geojson", "parquet")
_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(["ckanapi", "requests", "tests.integration.faults.world"])


def wanted(*ids: str, turn: int = 0, formats: tuple[str, ...] = ("csv", "geojson")) -> Catalog:
    """A catalogue of `ids`, every dataset with the words of this `turn`."""
    return catalog(
        *(
            dataset(
                id_,
                title=f"Datensatz {id_}, Fassung {turn}",
                keywords=("Probe", f"Fassung {turn % 3}"),
                distributions=tuple(distribution(id_, fmt, bytes=1000 + turn) for fmt in formats),
            )
            for id_ in ids
        )
    )


def drawn(chance: random.Random, turn: int) -> Catalog:
    """A catalogue by chance: some of the ids, each as it was or in new words, with one to three files."""
    ids = sorted(chance.sample(IDS, chance.randint(2, len(IDS))))
    return catalog(
        *(
            wanted(
                id_, turn=turn * chance.randint(0, 1), formats=_FORMATS[: chance.randint(1, len(_FORMATS))]
            ).datasets[0]
            for id_ in ids
        )
    )


@dataclass
class World:
    """A live CKAN at `url`, the proxy before it, and a history of applies. `known` keeps every identifier ever seen."""

    url: str
    token: str = field(repr=False)
    folder: Path
    proxy: FaultProxy
    data_tables: Callable[[], set[str]] = set
    """The DataStore's tables, as its database lists them."""
    home: Path | None = None
    """Where packages lie whose tables are to be loaded; without, only what is said about datasets is published."""
    known: dict[str, str] = field(default_factory=dict)
    tables: int = 0
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    @property
    def history(self) -> History:
        return History(self.folder)

    def config(self, *, through_proxy: bool = True, **settings: Any) -> CkanConfig:
        url = self.proxy.address if through_proxy else self.url
        base: dict[str, Any] = {"name": PORTAL, "url": url, "token": SecretStr(self.token)}
        quick = {"read_timeout_s": 3.0, "attempts": 3}
        return CkanConfig(**{**base, **quick, **settings})

    def publish(self, desired: Catalog, **settings: Any) -> ApplyReport:
        """Plan and apply as the command does."""
        return _publish(self.config(**settings), desired, self.folder, self.home)

    def heal(self, desired: Catalog, tries: int = 1) -> None:
        """One plain apply with nothing broken must be all that is needed."""
        for left in range(tries - 1, -1, -1):
            try:
                report = self.publish(desired, through_proxy=False, read_timeout_s=60.0)
            except PortalError:
                if not left:
                    raise
                time.sleep(2)
                continue
            assert report.is_complete, report.as_text()
            return

    def reset(self) -> None:
        """Throw away every dataset and organization, also what lies in the trash."""
        for name in self.admin("package_list") + list(self.known.values()):
            self.ask("dataset_purge", id=name)
        while found := self.admin("package_search", include_private=True, rows=1000)["results"]:
            for package in found:
                self.ask("dataset_purge", id=package["id"])
        for name in self.admin("organization_list"):
            self.admin("organization_purge", id=name)
        self.known.clear()
        self.tables = len(self.data_tables())

    def close(self) -> None:
        self._http.close()

    def ask(self, action: str, *, is_anonymous: bool = False, **data: Any) -> tuple[int, Any]:
        headers = {} if is_anonymous else {"Authorization": self.token}
        for _ in range(8):
            said = self._http.post(f"{self.url}/api/3/action/{action}", json=data, headers=headers)
            # a worker of CKAN finds each of its database connections dead by itself, even minutes after a restart
            if said.status_code < 500:
                break
        return said.status_code, said.json().get("result") if said.status_code < 500 else None

    def admin(self, action: str, **data: Any) -> Any:
        status, result = self.ask(action, **data)
        assert status == 200, f"{action}: {status}"
        return result

    def converged(self, desired: Catalog, *, gone: frozenset[str] = frozenset(), tables: int = 0) -> None:
        """Assert that portal, database and index say exactly `desired`, and the same identifiers as ever.

        `gone` are ids once published: each of those on the portal must be a tombstone that the public cannot see.
        """
        goal = entries(desired)
        _until_indexed(self)
        listed = [p for p in self.admin("package_search", include_private=True, rows=1000)["results"] if marked(p)]
        _, public = self.ask("package_search", is_anonymous=True, rows=1000)
        twice = [id_ for id_, number in Counter(marked(p) for p in listed).items() if number > 1]
        assert not twice, f"published twice: {twice}"
        assert {marked(p) for p in listed} >= set(goal)
        assert {marked(p) for p in listed} <= set(goal) | gone
        assert {marked(p) for p in public["results"]} == set(goal)
        assert set(self.admin("package_list")) == {entry.content["name"] for entry in goal.values()}
        for package in listed:
            self._one(package, goal.get(marked(package)))
        organizations = self.admin("organization_list")
        owners = {organization_name(id_) for id_ in {*goal, *gone}}
        assert {p["organization"]["name"] for p in listed} <= set(organizations) <= owners
        assert len(organizations) == len(set(organizations))
        assert len(self.data_tables()) - self.tables == tables, "DataStore tables nobody asked for, or too few"

    def _one(self, listed: Mapping[str, Any], entry: Entry | None) -> None:
        """What the index lists is what the database has, and that is what is wanted (nothing: a tombstone)."""
        id_ = marked(listed)
        # with plugin data, CKAN answers from its database and not from what its index keeps
        status, package = self.ask("package_show", id=listed["id"], include_plugin_data=True)
        assert status == 200, f"the search lists {listed['name']}, the database does not have it"
        assert listed["metadata_modified"] == package["metadata_modified"], f"{listed['name']}: the index is stale"
        assert self.known.setdefault(id_, package["id"]) == package["id"], f"{id_} has another id"
        assert package["state"] == "active"
        if entry is None:
            assert package["private"] is True
            return
        assert (package["private"], package["name"], package["title"], package["organization"]["name"]) == (
            False,
            *(entry.content[key] for key in ("name", "title", "organization")),
        )
        assert sorted(tag["name"] for tag in package["tags"]) == entry.content.get("tags", [])
        assert sorted((r["id"], r["url"], r["size"]) for r in package["resources"]) == sorted(
            (r["id"], r["url"], r["size"]) for r in entry.content["resources"].values()
        )

    def killed_child(self, desired: Catalog, *, after_s: float | None = None, **settings: Any) -> bool:
        """Publish in a real process; killed after a time, or by the proxy's script. Returns whether it was killed."""
        child = _FORK.Process(
            target=_child, args=(self.config(**settings), desired, self.folder, self.home), daemon=True
        )
        self.proxy.on_kill = child.kill
        child.start()
        timer = Timer(after_s, child.kill) if after_s is not None else None
        if timer:
            timer.start()
        child.join(60)
        if timer:
            timer.cancel()
        assert child.exitcode is not None, "the publisher did not end"
        return child.exitcode == -9


def marked(package: Mapping[str, Any]) -> str:
    """Which of our datasets this is; empty for a stranger's."""
    extras = {item["key"]: item["value"] for item in package.get("extras") or []}
    return str(package.get("allmende_id") or extras.get("allmende_id") or "")


def _publish(config: CkanConfig, desired: Catalog, folder: Path, home: Path | None) -> ApplyReport:
    portal = open_ckan(config, None, open_sites(StorageConfig(), home).onprem if home else None)
    portal.preflight()
    return apply(plan_for(portal, desired), portal, History(folder))


def _child(config: CkanConfig, desired: Catalog, folder: Path, home: Path | None) -> None:
    sys.exit(0 if _publish(config, desired, folder, home).is_complete else 1)


def _until_indexed(world: World) -> None:
    """CKAN may be set to let the index follow after a second."""
    last = -1
    for _ in range(10):
        count = world.admin("package_search", include_private=True, rows=0)["count"]
        if count == last:
            return
        last = count
        time.sleep(0.3)
