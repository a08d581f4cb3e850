"""Buckets as code, judged by the requests that leave."""

from __future__ import annotations

import json

import pytest
import urllib3
from botocore.stub import ANY, Stubber

from storage.admin import BucketSettings, MinioAdministration, ensure_bucket, public_policy, s3_client
from storage.config import StoreConfig
from storage.errors import ConfigInvalid, StorageError, StoreUnreachable

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
    stub.add_response("get_bucket_versioning", {}, where)
    stub.add_response("put_bucket_versioning", {}, where | {"VersioningConfiguration": {"Status": "Enabled"}})
    stub.add_client_error("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration")
    stub.add_response("put_bucket_lifecycle_configuration", {}, where | {"LifecycleConfiguration": {"Rules": RULES}})
    stub.add_client_error("get_bucket_policy", "NoSuchBucketPolicy")
    stub.add_response("put_bucket_policy", {}, where | {"Policy": ANY})
    done = ensure_bucket(STORE, BucketSettings(is_public=True), client=client)
    assert done == ("created", "versioning on", "lifecycle set", "public reading set")


def test_right_bucket_is_left_alone(s3):
    """Where everything is as it should be, only questions are asked."""
    client, stub = s3
    stub.add_response("head_bucket", {})
    stub.add_response("get_bucket_versioning", {"Status": "Enabled"})
    stub.add_response("get_bucket_lifecycle_configuration", {"Rules": RULES})
    stub.add_response("get_bucket_policy", {"Policy": json.dumps(public_policy("daten", "land/"))})
    assert ensure_bucket(STORE, BucketSettings(is_public=True), client=client) == ()


def test_rules_of_others_stay(s3):
    """A lifecycle rule that is not ours is kept when ours is set."""
    client, stub = s3
    foreign = {"ID": "archiv", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}}
    stub.add_response("head_bucket", {})
    stub.add_response("get_bucket_versioning", {"Status": "Enabled"})
    stub.add_response("get_bucket_lifecycle_configuration", {"Rules": [foreign]})
    wanted = {"Bucket": "daten", "LifecycleConfiguration": {"Rules": [foreign, *RULES]}}
    stub.add_response("put_bucket_lifecycle_configuration", {}, wanted)
    assert ensure_bucket(STORE, BucketSettings(), client=client) == ("lifecycle set",)


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


class FakeServer(urllib3.PoolManager):
    """Answers requests from a list and remembers them."""

    def __init__(self, answers):
        super().__init__()
        self.answers, self.requests = answers, []

    def urlopen(self, method, url, *_args, **how):
        self.requests.append((method, url.partition("127.0.0.1:9")[2], how.get("body"), dict(how.get("headers") or {})))
        status, body = self.answers.pop(0)
        return urllib3.HTTPResponse(
            body=body, status=status, headers={"Content-Type": "application/xml"}, preload_content=False
        )


LOCK = (
    b'<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled'
    b"</ObjectLockEnabled>%s</ObjectLockConfiguration>"
)
RULE = b"<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>30</Days></DefaultRetention></Rule>"


def test_locked_bucket_is_locked_at_creation():
    """A new bucket is made with object lock and a retention that nobody can lift."""
    server = FakeServer([(404, b""), (200, b""), (200, LOCK % b""), (200, b"")])
    assert MinioAdministration(STORE, http_client=server).ensure_locked_bucket(30)
    methods = [(method, path) for method, path, _, _ in server.requests]
    assert methods == [
        ("HEAD", "/daten"),
        ("PUT", "/daten"),
        ("GET", "/daten?object-lock="),
        ("PUT", "/daten?object-lock="),
    ]
    assert server.requests[1][3]["x-amz-bucket-object-lock-enabled"] == "true"
    assert b"COMPLIANCE" in server.requests[3][2]


def test_locked_bucket_is_left_alone():
    """The same retention again is not set again; a bucket without lock is refused with the way out."""
    server = FakeServer([(200, b""), (200, LOCK % RULE)])
    assert not MinioAdministration(STORE, http_client=server).ensure_locked_bucket(30)
    missing = b"<Error><Code>ObjectLockConfigurationNotFoundError</Code><Message>no</Message></Error>"
    server = FakeServer([(200, b""), (404, missing)])
    with pytest.raises(StorageError, match="use a new bucket"):
        MinioAdministration(STORE, http_client=server).ensure_locked_bucket(30)
