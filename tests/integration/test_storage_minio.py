"""The storage room on a real MinIO server, started by the test on 127.0.0.1."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import polars as pl
import pytest

from storage.admin.buckets import BucketSettings, ensure_bucket
from storage.config import StorageConfig, StoreConfig
from storage.errors import (
    ObjectChanged,
    ObjectExists,
    ObjectMissing,
    PlacementForbidden,
    StoreUnreachable,
)
from storage.index import OpenIndex, read_index, update_index
from storage.layout import Zone
from storage.manifest import Classification, FieldInfo, LicenceInfo, Party, Quality
from storage.names import DatasetId
from storage.package import PackageDescription, PackageWriter
from storage.replication import apply, drill, plan, repair, status, verify
from storage.s3 import s3_client
from storage.sites import Sites, open_sites
from storage.withdrawal import withdraw
from tests.integration.minio_server import Server, running

pytestmark = pytest.mark.integration

OPEN = Classification.OPEN
DATASET = "09461000/baeume"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("minio")) as started:
        yield started


@pytest.fixture
def endpoint(server) -> str:
    """The address of the server of this module."""
    return server.endpoint


def store(endpoint: str, url: str, **more) -> StoreConfig:
    return Server(endpoint, Path()).store(url, **more)


@pytest.fixture
def sites(endpoint, tmp_path, request) -> Sites:
    """On-premises and cloud-a as buckets, cloud-b as a folder; fresh for each test."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    stores = {
        "onprem": store(endpoint, f"s3://onprem-{name}/land"),
        "cloud-a": store(endpoint, f"s3://cloud-{name}", public_url=f"{endpoint}/cloud-{name}"),
        "cloud-b": StoreConfig(url="sites/cloud-b"),
    }
    for site in ("onprem", "cloud-a"):
        ensure_bucket(stores[site], BucketSettings(is_public=site == "cloud-a"))
    return open_sites(StorageConfig(stores=stores), tmp_path)


def publish(sites: Sites, dataset: str = DATASET, **more) -> str:
    frame = pl.DataFrame({"nr": [1, 2], "lat": [49.9, 49.8], "lon": [10.9, 10.8]})
    fields = tuple(FieldInfo(name=name, type="number") for name in frame.columns)
    said = {
        "id": dataset, "title": "Bäume", "description": "d", "classification": "open", "standard": "baumkataster",
        "standard_title": "Baumkataster", "standard_version": "1", "theme": "ENVI",
        "licence": LicenceInfo(name="dl-zero-de/2.0", path="http://x", title="DL"), "attribution": "a",
        "publisher": Party(name="Bamberg"), "contact": Party(name="Amt"), "political_geocoding": "u",
        "modified": datetime(2026, 3, 1, tzinfo=UTC), "fields": fields,
        "quality": Quality(rows_total=2, rows_accepted=2, rows_rejected=0), "inputs": "one",
    }  # fmt: skip
    return PackageWriter(sites).write(PackageDescription.model_validate(said | more), frame).version


def keys(sites: Sites, site: str) -> set[str]:
    return {info.key for info in sites.store(site).list()}


def test_objects_come_back(sites):
    """Small, empty, streamed and large objects on a bucket under a prefix, with content type; missing is missing."""
    big = os.urandom(1024) * 20_000  # 20 MB, in parts
    for key, data in {"raw/a": b"a", "raw/leer": b"", "raw/gross": big}.items():
        assert sites.write("onprem", key, data, classification=OPEN).size == len(data)
        assert sites.onprem.read(key) == data
    sites.write("onprem", "raw/strom", iter([big[:9_000_000], big[9_000_000:]]), classification=OPEN)
    assert sites.onprem.sha256("raw/strom") == hashlib.sha256(big).hexdigest()
    assert keys(sites, "onprem") == {"raw/a", "raw/leer", "raw/gross", "raw/strom"}
    assert sites.onprem.uri("raw/a").endswith("/land/raw/a")
    sites.delete("onprem", "raw/a")
    sites.delete("onprem", "raw/a")
    with pytest.raises(ObjectMissing):
        sites.onprem.read("raw/a")


def test_each_zone_can_have_its_own_bucket(endpoint, tmp_path):
    """With `{zone}` in the bucket's name keys stay whole; listing and addresses agree on the bucket."""
    onprem = store(endpoint, "s3://je-{zone}")
    for zone in Zone:
        ensure_bucket(onprem.of_zone(zone), BucketSettings())
    sites = open_sites(StorageConfig(stores={"onprem": onprem}), tmp_path)
    for key in ("landing/a", "raw/t/b", "quarantine/c"):
        sites.write("onprem", key, key.encode(), classification=OPEN)
        assert sites.onprem.read(key) == key.encode()
    assert keys(sites, "onprem") == {"landing/a", "raw/t/b", "quarantine/c"}
    assert [info.key for info in sites.onprem.list("raw")] == ["raw/t/b"]
    assert sites.onprem.uri("raw/t") == "s3://je-raw/raw/t"
    listed = s3_client(onprem).list_objects_v2(Bucket="je-landing")
    assert [entry["Key"] for entry in listed["Contents"]] == ["landing/a"]
    sites.delete("onprem", "raw/t/b")
    with pytest.raises(ObjectMissing):
        sites.onprem.read("raw/t/b")


def test_create_has_one_winner(sites):
    """Thirty-two threads create the same key: exactly one wins and its bytes are there."""

    def create(number: int) -> int:
        try:
            sites.write("onprem", "raw/einmal", str(number).encode(), classification=OPEN, create=True)
        except ObjectExists:
            return 0
        return number

    with ThreadPoolExecutor(32) as pool:
        winners = [number for number in pool.map(create, range(1, 33)) if number]
    assert len(winners) == 1
    assert sites.onprem.read("raw/einmal") == str(winners[0]).encode()


def test_compare_and_swap_loses_no_update(sites):
    """A stale etag is refused, and index changes from many threads and two processes' worth of locks are all kept."""
    first = sites.write("onprem", "open/x", b"1", classification=OPEN)
    second = sites.write("onprem", "open/x", b"2", classification=OPEN, if_match=first.etag)
    with pytest.raises(ObjectChanged):
        sites.write("onprem", "open/x", b"3", classification=OPEN, if_match=first.etag)
    assert sites.onprem.read("open/x") == b"2"
    assert second.etag != first.etag
    publish(sites)
    entry = read_index(sites.onprem).datasets[DATASET]
    # Another home has other locks: only compare-and-swap is left between the two.
    homes = [sites, open_sites(sites.config, sites.home / "zweites")]

    def add(number: int) -> None:
        update_index(homes[number % 2], lambda index: OpenIndex(datasets=index.datasets | {f"{number:08d}/x": entry}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(20)))
    assert len(read_index(sites.onprem).datasets) == 21


def test_the_whole_way_over_buckets(sites):
    """Publish, replicate, verify, damage, repair, drill and withdraw across two buckets and a folder."""
    version = publish(sites)
    publish(sites, "09162000/intern", classification="internal")
    assert apply(sites, plan(sites)).is_complete
    assert plan(sites).is_empty
    assert status(sites).is_fine
    assert verify(sites, deep=True).is_fine
    assert not any("intern" in key for key in keys(sites, "cloud-a") | keys(sites, "cloud-b"))

    client, bucket = s3_client(sites.config.stores["cloud-a"]), sites.config.stores["cloud-a"].url[5:]
    client.put_object(Bucket=bucket, Key=f"open/{DATASET}/{version}/baeume.csv", Body=b"falsch")
    client.delete_object(Bucket=bucket, Key=f"open/{DATASET}/latest/datapackage.json")
    client.put_object(Bucket=bucket, Key="raw/geheim", Body=b"geheim")
    assert len(verify(sites, deep=True).problems) == 3
    assert repair(sites).is_fine
    assert keys(sites, "cloud-a") == keys(sites, "cloud-b")
    assert drill(sites, "onprem").readable == {DATASET: ("cloud-a", "cloud-b")}

    withdraw(sites, DatasetId.parse(DATASET), "Test")
    assert keys(sites, "cloud-a") == {"open/index.json"}
    assert plan(sites).is_empty


def test_internal_bytes_do_not_reach_the_bucket(sites):
    """The guard stands before a real bucket as before a folder."""
    publish(sites, classification="internal")
    key = f"open/{DATASET}/latest/baeume.csv"
    with pytest.raises(PlacementForbidden):
        sites.write("cloud-a", key, sites.onprem.read(key), classification=OPEN)
    assert keys(sites, "cloud-a") == set()


def test_the_public_reads_two_zones_and_lists_nothing(sites):
    """Without a login everybody gets a file of open/ with its content type; listing and other zones are refused."""
    publish(sites)
    apply(sites, plan(sites))
    cloud = sites.store("cloud-a")
    answer = httpx.get(cloud.public_address(f"open/{DATASET}/latest/baeume.csv"), timeout=5)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"nr,lat,lon\r\n")
    bucket = sites.config.stores["cloud-a"].url[5:]
    s3_client(sites.config.stores["cloud-a"]).put_object(Bucket=bucket, Key="raw/x", Body=b"x")
    for address in (cloud.public_url, cloud.public_address("raw/x")):
        assert httpx.get(address, timeout=5).status_code == 403


def test_wrong_credentials_are_a_sentence(endpoint, tmp_path):
    """A refused login is told as one, naming site and key, without the secret."""
    wrong = store(
        endpoint, "s3://einmal", secrets={"access_key_id": "niemand", "secret_access_key": "falsches-passwort"}
    )
    sites = open_sites(StorageConfig(stores={"onprem": StoreConfig(url="o"), "cloud-a": wrong}), tmp_path)
    with pytest.raises(StoreUnreachable, match="cloud-a: access to open/x is refused") as refused:
        sites.store("cloud-a").read("open/x")
    assert "falsches-passwort" not in str(refused.value)


def test_delta_reads_and_writes_with_the_options_handed_out(sites):
    """`uri` and `storage_options` are what deltalake needs to keep raw tables in the on-premises bucket."""
    from deltalake import DeltaTable, write_deltalake

    options = sites.onprem.storage_options()
    write_deltalake(sites.onprem.uri("raw/probe"), pl.DataFrame({"a": [1, 2]}), storage_options=options)
    table = DeltaTable(sites.onprem.uri("raw/probe"), storage_options=options)
    assert pl.DataFrame(table.to_pyarrow_table())["a"].to_list() == [1, 2]
    assert json.loads(json.dumps(options)) == options
