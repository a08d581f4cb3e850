"""MinIO is killed and comes back while something large is written, replicated, published; a second run makes it whole.

A MinIO of its own, so that no other test notices.
"""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from catalog.build import CatalogConfig, load_catalog
from catalog.portal.write import read_files
from catalog.publishing import History, PortalError, plan_for
from catalog.publishing import apply as publish_plan
from catalog.publishing.static import StaticPortal
from orchestration.stack import Stack, free_ports
from orchestration.stack.servers.minio import Minio
from storage.admin.buckets import BucketSettings, ensure_bucket
from storage.config import StorageConfig, StoreConfig
from storage.errors import StorageError
from storage.manifest import Classification
from storage.replication import apply, plan, verify
from storage.replication_apply import CONCURRENCY
from storage.sites import Sites, open_sites
from tests.integration.faults.packages import write_packages
from tests.integration.faults.servers import crash
from tests.integration.faults.soak import cases

pytestmark = pytest.mark.integration

OPEN = Classification.OPEN
CHUNK = random.Random(1).randbytes(1024 * 1024)  # noqa: S311 - bytes that do not compress
SILENT = re.compile(
    r"onprem: \S+ cannot be reached: the store does not answer; check that it is up and run again(; apply again\.)?"
)
QUICK_S = 3.0
PARTS = 64
"""Megabytes of the large object: eight parts of an upload."""


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("minio"), ports=free_ports())
    made.up("minio")
    yield made
    made.down()


@pytest.fixture
def sites(own_stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> Sites:
    """On-premises is the MinIO that breaks, cloud-a a folder; fresh for each test."""
    server = Minio(own_stack.place)
    keys = server.credentials()
    onprem = StoreConfig.model_validate(
        {
            "url": f"s3://t{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}",
            "region": "us-east-1",
            "options": {"endpoint": server.address},
            "secrets": {
                "access_key_id": keys["MINIO_ROOT_USER"],
                "secret_access_key": keys["MINIO_ROOT_PASSWORD"],
            },
        }
    )
    ensure_bucket(onprem, BucketSettings())
    stores = {"onprem": onprem, "cloud-a": StoreConfig(url="sites/cloud-a")}
    return open_sites(StorageConfig(stores=stores), tmp_path)


class Restart:
    """MinIO is killed; it starts again at once, beside the test, or after the test has met it down."""

    def __init__(self, stack: Stack, is_back_at_once: bool) -> None:
        self._stack = stack
        self._is_back_at_once = is_back_at_once
        self._pool = ThreadPoolExecutor(1)
        self.was_quick = False
        """Whether it was back before patience with it may end."""

    def begin(self, after_s: float = 0.0) -> None:
        """Kill it now, or in a while."""
        killed = self._pool.submit(self._kill, after_s)
        if not after_s:
            killed.result()
        if self._is_back_at_once:
            self._pool.submit(self._start)

    def _kill(self, after_s: float) -> None:
        time.sleep(after_s)
        crash(self._stack, "minio")

    def _start(self) -> None:
        began = time.monotonic()
        self._stack.up("minio")
        self.was_quick = self._is_back_at_once and time.monotonic() - began < QUICK_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        if not self._is_back_at_once:
            self._start()
        assert self._stack.services["minio"].answers()


def large(at: int, what: Callable[[], None]) -> Iterator[bytes]:
    """The large object in pieces; `what` happens after `at` of them."""
    for number in range(PARTS):
        if number == at:
            what()
        yield CHUNK


@pytest.mark.parametrize(("at", "is_back_at_once"), cases([(40, True), (20, False)], [(1, True), (63, True)]))
def test_restarted_in_the_middle_of_an_upload(own_stack: Stack, sites: Sites, at: int, is_back_at_once: bool) -> None:
    """A quick restart costs the upload nothing; a longer absence is a sentence; the object is whole or not there."""
    wanted = hashlib.sha256(CHUNK * PARTS).hexdigest()
    with Restart(own_stack, is_back_at_once) as restart:
        try:
            sites.write("onprem", "raw/gross", large(at, restart.begin), classification=OPEN)
            told = ""
        except StorageError as error:
            told = str(error)
    assert not told or SILENT.fullmatch(told), told
    assert bool(told) == (not is_back_at_once) or not restart.was_quick
    assert (sites.onprem.head("raw/gross") is None) == bool(told)
    sites.write("onprem", "raw/gross", large(-1, lambda: None), classification=OPEN)
    assert sites.onprem.sha256("raw/gross") == wanted
    assert [info.key for info in sites.onprem.list("raw")] == ["raw/gross"]


def test_restarted_while_replicating(own_stack: Stack, sites: Sites) -> None:
    """The store that is read from is away for long: told in a sentence, not once per dataset; the next plan goes on."""
    write_packages(sites, 40, 2_000)
    with Restart(own_stack, is_back_at_once=False) as restart:
        shown = plan(sites)
        restart.begin()
        (report,) = apply(sites, shown).sites
    assert SILENT.fullmatch(report.unreachable), report.unreachable
    assert len(report.errors) <= 2 * CONCURRENCY
    assert all(SILENT.fullmatch(error) for error in report.errors.values()), report.errors
    assert apply(sites, plan(sites)).is_complete
    assert plan(sites).is_empty
    assert verify(sites, deep=True).is_fine


@pytest.mark.parametrize("is_back_at_once", cases([True], [False]))
def test_restarted_while_the_static_portal_is_written(
    own_stack: Stack, sites: Sites, tmp_path: Path, is_back_at_once: bool
) -> None:
    """The portal is whole after the next apply; after a quick restart already after this one."""
    write_packages(sites, 8, 50)
    desired, history = load_catalog(sites.onprem, CatalogConfig()), History(tmp_path / "history")
    portal = StaticPortal(sites, CatalogConfig())
    shown = plan_for(portal, desired)
    with Restart(own_stack, is_back_at_once) as restart:
        restart.begin(after_s=0.2)
        with suppress(PortalError):
            report = publish_plan(shown, portal, history)
            assert not is_back_at_once or report.is_complete, report.as_text()
            assert len(report.as_text().splitlines()) <= 2
    portal = StaticPortal(sites, CatalogConfig())
    assert publish_plan(plan_for(portal, desired), portal, history).is_complete
    files = read_files(sites.onprem)
    lie_there = {i.key.removeprefix("portal/"): sites.onprem.sha256(i.key) for i in sites.onprem.list("portal")}
    assert {path: sha for path, sha in lie_there.items() if path in files} == files
    assert plan_for(StaticPortal(sites, CatalogConfig()), desired).is_empty
