"""Buckets as code, judged by the requests that leave."""

from __future__ import annotations

import json

import pytest
from botocore.stub import ANY, Stubber

from storage.admin.buckets import BucketSettings, Lock, ensure_bucket, public_policy
from storage.admin.config import ProvisionConfig
from storage.admin.quota import Usage, add_up, notice
from storage.admin.rights import Component, component_policy, kommune_policy
from storage.config import StoreConfig
from storage.drops import ANSWERS
from storage.errors import ConfigInvalid, StoreUnreachable
from storage.s3 import s3_client
from storage.stores import ObjectInfo

STORE = StoreConfig.model_validate(
    {
        "url": "s3://daten/land",
        "region": "eu-central-1",
        "options": {"endpoint": "http://127.0.0.1:9"},
        "secrets": {"access_key_id": "schluessel", "secret_access_key": "geheimnis"},
    }
)
RULES = [
    {
        "ID": "allmende-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
]


@pytest.fixture
def s3():
    client = s3_client(STORE)
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def test_new_bucket_gets_everything(s3):
    """A missing bucket is created in its region, versioned, cleaned of stale uploads and readable in two zones."""
    client, stub = s3
    where = {"Bucket": "daten"}
    stub.add_client_error("head_bucket", "404", http_status_code=404, expected_params=where)
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    stub.add_response("create_bucket", {}, where | place)
    stub.add_response("put_bucket_versioning", {}, where | {"VersioningConfiguration": {"Status": "Enabled"}})
    stub.add_response("put_bucket_lifecycle_configuration", {}, where | {"LifecycleConfiguration": {"Rules": RULES}})
    stub.add_response("put_bucket_policy", {}, where | {"Policy": ANY})
    done = ensure_bucket(STORE, BucketSettings(is_public=True), client=client)
    what = ["created", "versioning on", "stale uploads cleared", "public reading set"]
    assert done.changed == [f"daten: {one}" for one in what]


def test_right_bucket_is_left_alone(s3):
    """Where everything is as it should be, only questions are asked."""
    client, stub = s3
    stub.add_response("head_bucket", {})
    stub.add_response("get_bucket_versioning", {"Status": "Enabled"})
    stub.add_response("get_bucket_lifecycle_configuration", {"Rules": RULES})
    stub.add_response("get_bucket_policy", {"Policy": json.dumps(public_policy("daten", "land/"))})
    done = ensure_bucket(STORE, BucketSettings(is_public=True), client=client)
    assert (done.changed, done.cannot) == ([], [])


def test_rules_of_others_stay(s3):
    """A lifecycle rule that is not ours is kept when ours is set."""
    client, stub = s3
    foreign = {"ID": "archiv", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}}
    stub.add_response("head_bucket", {})
    stub.add_response("get_bucket_versioning", {"Status": "Enabled"})
    stub.add_response("get_bucket_lifecycle_configuration", {"Rules": [foreign]})
    wanted = {"Bucket": "daten", "LifecycleConfiguration": {"Rules": [foreign, *RULES]}}
    stub.add_response("put_bucket_lifecycle_configuration", {}, wanted)
    assert ensure_bucket(STORE, BucketSettings(), client=client).changed == ["daten: stale uploads cleared"]


def test_refusal_is_a_sentence(s3):
    """A forbidden bucket is reported as one, without a traceback of the library."""
    client, stub = s3
    stub.add_client_error("head_bucket", "403", "Forbidden", http_status_code=403)
    with pytest.raises(StoreUnreachable, match="daten: the bucket cannot be set up"):
        ensure_bucket(STORE, BucketSettings(), client=client)


def test_onprem_bucket_is_never_public():
    """The bucket that may hold internal datasets is not opened, and a folder is no bucket."""
    with pytest.raises(ConfigInvalid, match="not made public"):
        ensure_bucket(STORE.model_copy(update={"is_onprem": True}), BucketSettings(is_public=True))
    with pytest.raises(ConfigInvalid, match="no S3 bucket"):
        ensure_bucket(StoreConfig(url="ordner"), BucketSettings())


def test_public_policy_opens_two_zones_only():
    """Everybody reads open/ and portal/, nobody lists, nothing else is named."""
    (rule,) = public_policy("daten", "land/")["Statement"]
    assert rule["Action"] == ["s3:GetObject"]
    assert rule["Resource"] == ["arn:aws:s3:::daten/land/open/*", "arn:aws:s3:::daten/land/portal/*"]


def test_what_a_server_does_not_know_is_said(s3):
    """A setting that the server has not is named with its answer; the others are made, and nothing is claimed."""
    client, stub = s3
    stub.add_response("head_bucket", {})
    stub.add_response("get_bucket_versioning", {})
    stub.add_client_error("put_bucket_versioning", "NotImplemented")
    stub.add_client_error("get_bucket_lifecycle_configuration", "NotImplemented")
    stub.add_client_error("get_bucket_policy", "NoSuchBucketPolicy")
    stub.add_response("put_bucket_policy", {})
    done = ensure_bucket(STORE, BucketSettings(is_public=True), client=client)
    assert done.changed == ["daten: public reading set"]
    assert done.cannot == [
        "daten: the server knows no versioning (NotImplemented)",
        "daten: the server knows no lifecycle (NotImplemented)",
    ]


def test_a_bucket_without_lock_is_not_taken_for_a_locked_one(s3):
    """Object lock is given at creation: a bucket that exists without it is refused with the way out."""
    client, stub = s3
    stub.add_response("head_bucket", {})
    stub.add_client_error("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError")
    with pytest.raises(ConfigInvalid, match="use a new bucket"):
        ensure_bucket(STORE, BucketSettings(lock=Lock("GOVERNANCE", 30)), client=client)


ONPREM = STORE.model_copy(update={"url": "s3://land-{zone}"})
INBOX = STORE.model_copy(update={"url": "s3://eingang"})


@pytest.mark.parametrize("component", list(Component))
def test_no_component_loosens_the_lock(component):
    """Every component is denied the bypass outright, and none is allowed all of anything."""
    statements = component_policy(component, ONPREM, INBOX)["Statement"]
    denied = {action for one in statements if one["Effect"] == "Deny" for action in one["Action"]}
    allowed = {action for one in statements if one["Effect"] == "Allow" for action in one["Action"]}
    assert {"s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:DeleteObjectVersion"} <= denied
    assert not any("*" in action for action in allowed)
    assert "s3:DeleteObject" not in {
        action
        for one in statements
        if one["Effect"] == "Allow" and any("landing" in where for where in one.get("Resource", ()))
        for action in one["Action"]
    }


def test_in_a_shared_bucket_listing_is_by_zone():
    """With one bucket for all zones the publisher may list open/ and portal/ and no other part of it."""
    statements = component_policy(Component.PUBLISH, STORE, None)["Statement"]
    listed = [one["Condition"]["StringLike"]["s3:prefix"] for one in statements if "s3:ListBucket" in one["Action"]]
    assert listed == [["land/open", "land/open/*"], ["land/portal", "land/portal/*"]]


def test_a_kommune_is_its_user_name():
    """One policy serves all Kommunen: the name stands whole between slashes, so no AGS is the beginning of another."""
    allowed = [one for one in kommune_policy(INBOX)["Statement"] if one["Effect"] == "Allow"]
    assert allowed[0]["Resource"] == ["arn:aws:s3:::eingang/${aws:username}/*"]
    assert allowed[1]["Condition"] == {"StringLike": {"s3:prefix": ["${aws:username}/*"]}}


def test_what_we_answer_does_not_fill_the_space():
    """Sizes are added up by Kommune without our own answers; the notice says in German how much and what helps."""
    files = [("09162000/a.csv", 3), ("09162000/b/c.csv", 4), (f"09162000/{ANSWERS}/a.txt", 99), ("0916200/x", 1)]
    assert add_up(ObjectInfo(key, size, None, "") for key, size in files) == {"09162000": 7, "0916200": 1}
    config = ProvisionConfig(quota_bytes=10, quotas={"09162000": 5_200_000_000})
    assert (config.quota_of("09162000"), config.quota_of("09461000")) == (5_200_000_000, 10)
    told = notice(Usage("09162000", 6_000_000_000, config.quota_of("09162000")))
    assert "Es liegen 6,0 GB in Ihrem Eingang, erlaubt sind 5,2 GB." in told
