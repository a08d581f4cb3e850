"""The main job on the stack: MinIO on-premises, three clouds of three kinds, a CKAN; the same result as on folders."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.raw.tables import delta_options
from orchestration.comparing import FILES, compare_files, compare_portal, compare_tables
from orchestration.platform import Platform
from orchestration.settings import PROJECT, SECRETS_FILE, TOML_FILE, load_settings
from orchestration.stack import Stack, provisioning
from orchestration.stack.profile import ADMINISTRATOR, secret_variables, settings_text
from storage.layout import Zone
from storage.replication import verify
from storage.s3 import s3_client
from tests.integration.ckan_stage import History, Stage
from tests.integration.stack_run import drop, publish, whole_way

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

MOMENT = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture(scope="module")
def on_stack(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """An installation of its own on the session's servers, read as `ALLMENDE_PROFILE=stack` reads it."""
    stack.up("minio", "versitygw", "azurite", "gcs", "ckan")
    home = tmp_path_factory.mktemp("on-stack")
    (home / "stack").mkdir()
    told = settings_text(stack.place).replace("://allmende", f"://run{os.getpid()}")
    (home / "stack" / TOML_FILE).write_text(told)
    variables = secret_variables(stack.place)
    stores = json.loads(variables["ALLMENDE_STORAGE__STORES"])
    # The pipeline's login has rights in its own buckets only.
    stores["onprem"]["secrets"] = json.loads(variables[ADMINISTRATOR])
    variables["ALLMENDE_STORAGE__STORES"] = json.dumps(stores)
    lines = "".join(f"{name}='{value}'\n" for name, value in variables.items())
    (home / "stack" / SECRETS_FILE).write_text(lines)
    platform = Platform(load_settings(profile="stack", home=home, moment=MOMENT))
    _make_buckets(platform)
    return platform


def _make_buckets(platform: Platform) -> None:
    """Buckets of this test alone, without logins and reports of uploads, which others test."""
    for store in platform.settings.storage.stores.values():
        bucket = store.url.partition("://")[2]
        if store.scheme == "az":
            provisioning._azure_container(store, bucket)
        elif store.scheme == "gs":
            provisioning._gcs_bucket(store, bucket)
        else:
            for zone in Zone if store.is_by_zone else (Zone.OPEN,):
                s3_client(store).create_bucket(Bucket=store.of_zone(zone).url.partition("://")[2])


@pytest.fixture(scope="module")
def on_folders(on_stack: Platform, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The embedded twin, with the same words about the catalogue."""
    home = tmp_path_factory.mktemp("on-folders")
    return Platform(load_settings(profile="embedded", home=home, moment=MOMENT, catalog=on_stack.settings.catalog))


@pytest.fixture(scope="module")
def both(on_stack: Platform, on_folders: Platform) -> tuple[Platform, Platform]:
    """Both went the whole way; on the stack it was killed twice before."""
    drop(on_folders)
    drop(on_stack)
    with ThreadPoolExecutor(1) as pool:
        straight = pool.submit(whole_way, on_folders)
        for seconds in _moments():
            _killed_after(on_stack, seconds)
        straight.result()
    whole_way(on_stack)
    return on_folders, on_stack


def _moments() -> list[float]:
    chance = random.Random()  # noqa: S311 - which moment is all that is random here
    return [chance.uniform(4.0, 8.0), chance.uniform(6.0, 14.0)]


def _killed_after(platform: Platform, seconds: float) -> None:
    environment = {
        **os.environ,
        "ALLMENDE_PROFILE": "stack",
        "ALLMENDE_HOME": str(platform.settings.home),
        "ALLMENDE_MOMENT": MOMENT.isoformat(),
    }
    worker = subprocess.Popen([sys.executable, "-m", "tests.integration.stack_run"], cwd=PROJECT, env=environment)
    time.sleep(seconds)
    worker.kill()
    worker.wait()


def test_the_same_bytes_as_on_folders(both: tuple[Platform, Platform]) -> None:
    """Landing, curated and open zone are equal file by file, raw tables row by row; every site holds what it should."""
    for zone in (Zone.LANDING, Zone.CURATED, Zone.OPEN):
        part = compare_files(both[0].sites.onprem, both[1].sites.onprem, zone)
        assert part.is_equal, part
    tables = compare_tables(*both)
    assert tables.is_equal, tables
    checked = verify(both[1].sites, deep=True)
    assert checked.is_fine, checked
    assert set(checked.objects) == {"onprem", "cloud-a", "cloud-b", "cloud-c"}
    for site in both[1].sites.others:
        assert not [info for info in both[1].sites.store(site).list() if "intern" in info.key]


def test_both_portals_say_what_the_catalogue_says(both: tuple[Platform, Platform], tmp_path: Path) -> None:
    """The static portal is equal file by file, the plan for CKAN is empty after the first apply; no file is unknown."""
    folders, stack = both
    config = stack.settings.portals["ckan"]
    Stage(config.url, config.token.get_secret_value(), History(tmp_path)).reset()
    publish(folders, "static", tmp_path / "folders")
    publish(stack, "static", tmp_path / "stack")
    assert publish(stack, "ckan", tmp_path / "ckan") > 0
    assert compare_files(folders.sites.onprem, stack.sites.onprem, Zone.PORTAL).is_equal
    assert compare_portal(stack, "ckan").is_equal
    assert verify(stack.sites, deep=False).is_fine


def test_again_writes_nothing_anywhere(both: tuple[Platform, Platform], tmp_path: Path) -> None:
    """A second whole way changes no object at any site, not even its time; nor any entry of the portals."""
    stack = both[1]
    before = _objects(stack)
    whole_way(stack)
    assert publish(stack, "static", tmp_path) == publish(stack, "ckan", tmp_path) == 0
    after = _objects(stack)
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} == set()


def _objects(platform: Platform) -> dict[tuple[str, str], Any]:
    """Everything at every site."""
    return {
        (site, info.key): (info.etag, info.modified)
        for site in platform.sites.names
        for zone in (*FILES, Zone.RAW)
        for info in platform.sites.store(site).list(zone)
    }


def test_two_writers_of_a_raw_table_lose_nothing(on_stack: Platform) -> None:
    """Four writers append to one Delta table in the bucket at once: every row of every one stands."""
    from deltalake import write_deltalake

    store = on_stack.sites.onprem
    table = "raw/probe"

    def append(writer: int) -> None:
        for number in range(6):
            rows = pl.DataFrame({"writer": [writer], "number": [number]}).to_arrow()
            write_deltalake(store.uri(table), rows, mode="append", storage_options=delta_options(store))

    append(0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(1, 5)))
    found = pl.read_delta(store.uri(table), storage_options=store.storage_options())
    assert sorted(found.rows()) == [(writer, number) for writer in range(5) for number in range(6)]
