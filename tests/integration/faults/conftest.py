"""The live CKAN of the failure tests, with the proxy before it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.faults.proxy import FaultProxy, no_fault
from tests.integration.faults.world import World


@pytest.fixture(scope="session")
def proxy() -> Iterator[FaultProxy]:
    url = os.environ.get("ALLMENDE_TEST_CKAN_URL")
    if not url:
        pytest.skip("no CKAN: set ALLMENDE_TEST_CKAN_URL")
    with FaultProxy(url.removeprefix("http://")).running() as running:
        yield running


@pytest.fixture
def world(proxy: FaultProxy, tmp_path: Path) -> Iterator[World]:
    """An empty portal and an unbroken wire."""
    made = World(os.environ["ALLMENDE_TEST_CKAN_URL"], os.environ["ALLMENDE_TEST_CKAN_TOKEN"], tmp_path, proxy)
    proxy.play(no_fault)
    made.reset()
    yield made
    made.close()
