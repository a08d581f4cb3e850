"""The settings of sites and placement, judged as a whole."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from storage.config import StorageConfig
from storage.layout import Zone
from storage.manifest import Classification

BASE = {"onprem": {"url": "sites/onprem"}, "cloud-a": {"url": "s3://allmende-a", "region": "eu-central-1"}}


def refusal(**settings) -> str:
    with pytest.raises(ValidationError) as refused:
        StorageConfig.model_validate(settings)
    return str(refused.value)


def test_default_keeps_everything_at_home_but_open():
    """The embedded default: only open data of open/ and portal/ lies in the clouds."""
    config = StorageConfig()
    for zone in Zone:
        for classification in Classification:
            sites = config.sites(zone, classification)
            public = zone in {Zone.OPEN, Zone.PORTAL} and classification is Classification.OPEN
            assert sites == (("onprem", "cloud-a", "cloud-b") if public else ("onprem",))


def test_new_cloud_is_four_lines():
    """Another S3-compatible provider needs a url, a region and an endpoint; open data goes there by default."""
    store = {
        "url": "s3://b/p",
        "region": "eu01",
        "options": {"endpoint": "https://object.storage.eu01.onstackit.cloud"},
    }
    config = StorageConfig.model_validate({"stores": BASE | {"cloud-stackit": store}})
    assert config.sites(Zone.OPEN, Classification.OPEN) == ("onprem", "cloud-a", "cloud-stackit")


@pytest.mark.parametrize("classification", ["internal", "confidential"])
@pytest.mark.parametrize("zone", [zone.value for zone in Zone])
@pytest.mark.parametrize("sites", [["onprem", "cloud-a"], ["*"]])
def test_policy_cannot_send_non_open_data_away(zone, classification, sites):
    """No zone may place internal or confidential data off the premises, by name or by “*”."""
    message = refusal(stores=BASE, placement={zone: {classification: sites}})
    assert "never leaves the premises" in message
    assert "cloud-a" in message


@pytest.mark.parametrize("zone", ["landing", "raw", "quarantine"])
def test_zones_with_everything_in_them_stay(zone):
    """Landed bytes and raw tables stay on-premises even where a policy calls them open."""
    assert "stays on-premises" in refusal(stores=BASE, placement={zone: {"open": ["onprem", "cloud-a"]}})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"stores": {"cloud-a": {"url": "a"}}}, "exactly one site must stand on-premises, found none"),
        ({"stores": {"onprem": {"url": "a"}, "keller": {"url": "b", "is_onprem": True}}}, "found onprem, keller"),
        ({"stores": BASE, "placement": {"open": {"open": ["cloud-a"]}}}, "the first copy lies on-premises"),
        ({"stores": BASE, "placement": {"open": {"open": ["onprem", "cloud-x"]}}}, "unknown site cloud-x"),
        ({"stores": {"onprem": {"url": "s3://bucket"}}}, "points at a public cloud"),
        ({"stores": {"onprem": {"url": "ftp://x/y"}}}, "is no store"),
        ({"stores": {"onprem": {"url": " "}}}, "a store needs a url"),
        ({"stores": {"onprem": {"url": "s3://key:secret@bucket"}}}, "no password"),
        ({"stores": {"onprem": {"url": "../../etc"}}}, "must not contain"),
        ({"stores": {"onprem": {"url": "a"}, "cloud-a": {"url": "a"}}}, "same place"),
        ({"stores": {"onprem": {"url": "a/b"}, "cloud-a": {"url": "./a/"}}}, "same place"),
        ({"stores": {"onprem": {"url": "file:///d/x"}, "cloud-a": {"url": "/d/x/y"}}}, "same place"),
        ({"stores": {"Onprem": {"url": "a", "is_onprem": True}}}, "a site is named with a-z"),
        ({"stores": BASE, "placement": {"opne": {}}}, "opne"),
        ({"stores": {"onprem": {"url": "a", "secret": "x"}}}, "secret"),
    ],
)
def test_contradictions_are_refused_with_a_sentence(settings, says):
    """Each wrong setting is refused and the sentence says which."""
    assert says in refusal(**settings)


def test_all_problems_at_once():
    """An engineer sees every problem in one go."""
    message = refusal(stores=BASE, placement={"open": {"internal": ["*"], "open": ["onprem", "x"]}})
    assert "placement.open.internal" in message
    assert "unknown site x" in message


def test_secrets_do_not_show():
    """A secret value appears in no representation of the settings."""
    store = BASE["cloud-a"] | {"secrets": {"secret_access_key": "hunter2"}}
    config = StorageConfig.model_validate({"stores": BASE | {"cloud-a": store}})
    assert "hunter2" not in f"{config!r} {config} {config.model_dump_json()}"


def test_a_bucket_for_each_zone_is_one_mark():
    """`{zone}` stands in a bucket's name and nowhere else; keys stay whole, and another site inside one is found."""
    server = {"endpoint": "http://127.0.0.1:9000"}
    stores = {"onprem": {"url": "s3://allmende-{zone}", "region": "r", "options": server}}
    store = StorageConfig.model_validate({"stores": stores}).stores["onprem"]
    assert store.of_zone(Zone.RAW).url == "s3://allmende-raw"
    inside = stores | {"cloud-a": {"url": "s3://allmende-open/kopie", "options": server}}
    assert "onprem and cloud-a lie in the same place" in refusal(stores=inside)
    for url in ("s3://allmende/{zone}", "sites/{zone}", "s3://allmende-{kommune}"):
        assert "in a bucket's name only" in refusal(stores={"onprem": {"url": url, "options": server}})
