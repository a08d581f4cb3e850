"""The object store as code, on a real MinIO and, for what is standard S3, on a real VersityGW."""

from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError

from storage.admin.config import LockMode, ProvisionConfig
from storage.admin.kommunen import Kommunen
from storage.admin.minio import MinioServer
from storage.admin.provision import provision
from storage.admin.rights import Component
from storage.config import StorageConfig
from storage.errors import ConfigInvalid, StoreUnreachable
from storage.s3 import s3_client
from tests.integration.minio_server import ROOT, binary, free_port, process, running, wait

pytestmark = pytest.mark.integration

SECRETS = {component: f"geheim-{component}" for component in Component}
CONFIG = ProvisionConfig(landing_lock_days=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("minio")) as started:
        yield started


@pytest.fixture(scope="module")
def versity(tmp_path_factory):
    """The address of a second S3 server."""
    folder, port = tmp_path_factory.mktemp("versity"), free_port()
    for name in ("iam", "versions", "data"):
        (folder / name).mkdir()
    command = [
        binary("versitygw"),
        "--port",
        f"127.0.0.1:{port}",
        "--iam-dir",
        str(folder / "iam"),
        "--health",
        "/health",
    ]
    command += ["posix", "--versioning-dir", str(folder / "versions"), str(folder / "data")]
    login = {"ROOT_ACCESS_KEY": ROOT["access_key_id"], "ROOT_SECRET_KEY": ROOT["secret_access_key"]}
    with process(command, env=os.environ | login):
        wait(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"


def test_a_server_is_set_up_once_and_healed_where_it_drifts(server, versity):
    """A plan changes nothing; then everything is made; then nothing; then just what somebody changed by hand."""
    cloud = server.store("s3://wolke", options={"endpoint": versity})
    storage = StorageConfig(stores={"onprem": server.store("s3://p-{zone}"), "cloud-a": cloud})
    inbox, root = server.store("s3://p-inbox"), s3_client(server.store("s3://p-raw"))

    planned = provision(storage, CONFIG, inbox=inbox, keys=SECRETS, is_plan=True)
    assert root.list_buckets()["Buckets"] == []
    first = provision(storage, CONFIG, inbox=inbox, keys=SECRETS)
    assert set(first.changed) <= set(planned.changed)
    assert {"p-landing: locked for 1 days (governance)", "policy allmende-ingest: set"} <= set(first.changed)
    second = provision(storage, CONFIG, inbox=inbox, keys=SECRETS)
    assert second.changed == ()
    assert second.requests <= 50
    # What the second S3 has not is said every time, and never claimed.
    assert second.cannot == ("wolke: the server knows no lifecycle (NotImplemented)",)
    assert set(second.cannot) <= set(first.cannot)

    admin = MinioServer(inbox)
    root.delete_bucket_lifecycle(Bucket="p-raw")
    root.put_bucket_versioning(Bucket="p-open", VersioningConfiguration={"Status": "Suspended"})
    admin.put_policy("allmende-publish", admin.policies()["readwrite"])
    admin.set_policy("readwrite", user="allmende-intake")
    admin.put_users({"allmende-steward": "ein-anderes-geheimnis"})
    assert set(provision(storage, CONFIG, inbox=inbox, keys=SECRETS).changed) == {
        "p-raw: lifecycle set",
        "p-open: versioning on",
        "policy allmende-publish: set",
        "login allmende-intake: gets its policy and no other",
        "login allmende-steward: gets the secret of this installation",
    }


def test_hundreds_of_kommunen_cost_four_requests_and_then_one(server):
    """However many get an account, it is a few requests; a second time only one question is asked."""
    inbox = server.store("s3://viele")
    provision(StorageConfig(stores={"onprem": server.store("s3://v-{zone}")}), CONFIG, inbox=inbox, keys={})
    admin = MinioServer(inbox)
    kommunen, all_of_them = Kommunen(admin), [f"09{number:06d}" for number in range(300)]
    made = kommunen.add(all_of_them)
    assert (len(made), len({one.secret for one in made}), admin.requests) == (300, 300, 4)
    assert kommunen.add(all_of_them) == []
    assert admin.requests == 5
    assert kommunen.registered() == set(all_of_them)


def test_an_addition_that_was_killed_is_finished(server):
    """Users without membership, as a kill between the two leaves them, are made whole with the secret that was kept."""
    inbox = server.store("s3://halb")
    provision(StorageConfig(stores={"onprem": server.store("s3://h-{zone}")}), CONFIG, inbox=inbox, keys={})
    admin = MinioServer(inbox)
    admin.put_users({"08111000": "geheim-von-vorhin"})
    (access,) = Kommunen(admin).add(["08111000"], {"08111000": "geheim-von-vorhin"})
    assert access.secret == "geheim-von-vorhin"
    s3 = s3_client(server.store_of("s3://halb", "08111000", access.secret))
    s3.put_object(Bucket="halb", Key="08111000/x.csv", Body=b"x")


def test_compliance_binds_the_administrator_too(server):
    """In compliance mode not even the administrator deletes; a bucket without lock is refused."""
    config = CONFIG.model_copy(update={"landing_lock": LockMode.COMPLIANCE})
    provision(StorageConfig(stores={"onprem": server.store("s3://c-{zone}")}), config)
    root = s3_client(server.store("s3://c-landing"))
    held = root.put_object(Bucket="c-landing", Key="landing/x", Body=b"x")["VersionId"]
    with pytest.raises(ClientError, match=r"WORM|AccessDenied"):
        root.delete_object(Bucket="c-landing", Key="landing/x", VersionId=held, BypassGovernanceRetention=True)
    root.create_bucket(Bucket="o-landing")
    with pytest.raises(ConfigInvalid, match="use a new bucket"):
        provision(StorageConfig(stores={"onprem": server.store("s3://o-{zone}")}), CONFIG)
    assert ProvisionConfig().landing_lock is LockMode.GOVERNANCE


def test_a_receiver_that_is_not_there_is_a_sentence(server):
    """MinIO names no receiver that it cannot reach: the sentence says what to start; a wrong login is one too."""
    config = ProvisionConfig(
        webhook=f"http://127.0.0.1:{free_port()}/x", webhook_queue=str(server.folder / "q"), webhook_token="t"
    )
    storage = StorageConfig(stores={"onprem": server.store("s3://w-{zone}")})
    with pytest.raises(StoreUnreachable, match="start `allmende intake listen` first"):
        provision(storage, config)
    with pytest.raises(ConfigInvalid, match="webhook_queue"):
        provision(storage, ProvisionConfig(webhook="http://127.0.0.1:1/x"))
    wrong = StorageConfig(stores={"onprem": server.store_of("s3://w-{zone}", "niemand", "falsches-passwort")})
    with pytest.raises(StoreUnreachable) as refused:
        provision(wrong, CONFIG)
    assert "falsches-passwort" not in str(refused.value)
