"""The live CKAN of the failure tests, with the proxy before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.stack import Stack
from orchestration.stack.servers.ckan import DATASTORE, SYSADMIN, Ckan
from orchestration.stack.servers.postgres import Postgres
from tests.integration.faults.proxy import FaultProxy, no_fault
from tests.integration.faults.world import World

_ID = 36
"""Letters of a resource's id, which is what its table is called."""


@pytest.fixture(scope="session")
def ckan(stack: Stack) -> Ckan:
    stack.up("ckan")
    return Ckan(stack.place)


@pytest.fixture(scope="session")
def proxy(ckan: Ckan) -> Iterator[FaultProxy]:
    with FaultProxy(ckan.address.removeprefix("http://")).running() as running:
        yield running


@pytest.fixture
def world(ckan: Ckan, proxy: FaultProxy, tmp_path: Path) -> Iterator[World]:
    """An empty portal and an unbroken wire; empty again afterwards."""
    made = World(ckan.address, ckan.token(SYSADMIN), tmp_path, proxy, lambda: _tables(ckan))
    proxy.play(no_fault)
    try:
        made.reset()
        _drop_tables(ckan)
        made.tables = len(_tables(ckan))
        yield made
        made.reset()  # the portal belongs to all tests of the session
    finally:
        made.close()


def _tables(ckan: Ckan) -> set[str]:
    named = Postgres(ckan.place).sql("select tablename from pg_tables where schemaname = 'public'", DATASTORE)
    return set(named.split())


def _drop_tables(ckan: Ckan) -> None:
    """Purging a dataset leaves its table behind."""
    drop = "".join(f'drop table public."{name}" cascade;' for name in _tables(ckan) if len(name) == _ID)
    Postgres(ckan.place).sql(drop, DATASTORE)
