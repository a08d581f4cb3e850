"""Two installations held side by side, and the clock that makes them equal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.landing import land
from orchestration.ambient import forget_ambient
from orchestration.comparing import Difference, compare_files
from storage.clock import standing_at
from storage.config import StorageConfig, StoreConfig
from storage.layout import Zone
from storage.names import DatasetId
from storage.sites import Sites, open_sites

TREES = DatasetId("09461000", "baumkataster")


@pytest.fixture
def two(tmp_path: Path) -> tuple[Sites, Sites]:
    clock = standing_at(datetime(2026, 11, 28, 1, tzinfo=UTC))
    return open_sites(StorageConfig(), tmp_path / "a", clock), open_sites(StorageConfig(), tmp_path / "b", clock)


def test_one_clock_one_receipt(two):
    """With the clock standing still, two homes keep the same file under the same receipt, byte for byte."""
    for sites in two:
        land(sites, TREES, b"baum_nr\n1\n", filename="a.csv", source_kind="cli")
        land(sites, TREES, b"baum_nr\n2\n", filename="a.csv", source_kind="cli")
    part = compare_files(two[0].onprem, two[1].onprem, Zone.LANDING)
    assert (part.is_equal, part.compared) == (True, 4)


def test_every_kind_of_difference_is_named(two):
    """A file that only one has, and one with other bytes, are told by their keys; no files at all are not equal."""
    nothing = compare_files(two[0].onprem, two[1].onprem, Zone.CURATED)
    assert not nothing.is_equal
    for sites, name, content in zip(two, ("left", "right"), (b"1", b"2"), strict=True):
        sites.write("onprem", f"curated/{name}.parquet", b"x", classification="open")
        sites.write("onprem", "curated/c.parquet", content, classification="open")
    part = compare_files(two[0].onprem, two[1].onprem, Zone.CURATED)
    assert part.differences == (
        Difference("curated/c.parquet", "different"),
        Difference("curated/left.parquet", "only in the first"),
        Difference("curated/right.parquet", "only in the second"),
    )


def test_cloud_tools_variables_are_forgotten_where_every_bucket_has_credentials():
    """A session token of another account goes, the certificates stay; a bucket without credentials keeps them all."""
    own = StoreConfig.model_validate(
        {
            "url": "s3://a",
            "options": {"endpoint": "http://x"},
            "secrets": {"access_key_id": "k", "secret_access_key": "s"},
        }
    )
    ambient = {"AWS_SESSION_TOKEN": "t", "AWS_ENDPOINT_URL_S3": "http://y", "AWS_CA_BUNDLE": "/c", "HOME": "/root"}
    kept = dict(ambient)
    assert forget_ambient({"onprem": own, "cloud-a": StoreConfig(url="s3://b")}, kept) == ()
    assert kept == ambient
    assert set(forget_ambient({"onprem": own, "cloud-a": StoreConfig(url="folder")}, kept)) == {
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
    }
    assert kept == {"AWS_CA_BUNDLE": "/c", "HOME": "/root"}
