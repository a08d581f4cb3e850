"""Who may do what on a real MinIO: components of the platform, Kommunen in the inbox, and nobody past the lock."""

from __future__ import annotations

import hashlib
import http.client
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError
from minio import MinioAdmin
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException

from connectors.landing import land
from storage.admin.config import ProvisionConfig
from storage.admin.kommunen import Kommunen
from storage.admin.minio import MinioServer
from storage.admin.provision import provision
from storage.admin.rights import Component
from storage.config import StorageConfig, StoreConfig
from storage.drops import ANSWERS, Drops
from storage.errors import StorageError, StoreUnreachable
from storage.manifest import Classification
from storage.names import DatasetId
from storage.replication import apply, plan
from storage.s3 import s3_client
from storage.sites import Sites, open_sites
from storage.stores import ObjectInfo
from tests.integration.minio_server import Server, running

pytestmark = pytest.mark.integration

OPEN = Classification.OPEN
BAMBERG, MUENCHEN, LOOKALIKE = "09461000", "09162000", "0916200"
SECRETS = {component: f"geheim-{component}" for component in Component}
REFUSED = r"AccessDenied|Access Denied|Forbidden|403|InvalidAccessKeyId|is refused"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A provisioned server with two Kommunen and one whose name is the beginning of another's."""
    with running(tmp_path_factory.mktemp("minio")) as started:
        storage = StorageConfig(stores={"onprem": started.store("s3://a-{zone}")})
        provision(storage, ProvisionConfig(landing_lock_days=1), inbox=started.store("s3://a-inbox"), keys=SECRETS)
        yield started


@pytest.fixture(scope="module")
def access(server) -> dict[str, str]:
    made = Kommunen(MinioServer(server.store("s3://a-inbox"))).add([BAMBERG, MUENCHEN, LOOKALIKE])
    return {one.ags: one.secret for one in made}


def as_component(server: Server, component: Component, tmp_path) -> Sites:
    onprem = server.store_of("s3://a-{zone}", component.user, SECRETS[component])
    return open_sites(StorageConfig(stores={"onprem": onprem, "cloud-a": StoreConfig(url="cloud-a")}), tmp_path)


def client_of(server: Server, component: Component):
    return s3_client(server.store_of("s3://a-inbox", component.user, SECRETS[component]))


def test_each_component_does_its_work_with_its_own_login(server, tmp_path):
    """Landing, exporting, publishing and replicating run through our own code with the login made for each."""
    from tests.integration.test_storage_minio import publish

    ingest = as_component(server, Component.INGEST, tmp_path)
    receipt = land(ingest, DatasetId(BAMBERG, "baeume"), b"nr\n1\n", filename="b.csv", source_kind="inbox").receipt
    ingest.write("onprem", "raw/t/1", b"x", classification=OPEN)
    ingest.delete("onprem", "raw/t/1")
    ingest.write("onprem", "raw/t/2", b"x", classification=OPEN)

    transform = as_component(server, Component.TRANSFORM, tmp_path)
    assert transform.onprem.read(receipt.content_key) == b"nr\n1\n"
    assert [info.key for info in transform.onprem.list("raw")] == ["raw/t/2"]
    transform.write("onprem", "curated/x.parquet", b"x", classification=OPEN)
    publish(transform)
    publish(transform, modified=datetime(2026, 4, 1, tzinfo=UTC))

    publisher = as_component(server, Component.PUBLISH, tmp_path)
    publisher.write("onprem", "portal/index.html", b"<p>", classification=OPEN)
    publisher.write("onprem", "portal/_manifest.json", b"{}", classification=OPEN)
    assert apply(publisher, plan(publisher)).is_complete
    assert any(info.key.endswith("latest/baeume.csv") for info in publisher.store("cloud-a").list("open"))

    inbox = Drops(server.store_of("s3://a-inbox", Component.INTAKE.user, SECRETS[Component.INTAKE]))
    inbox.put(f"{BAMBERG}/x/y.csv", b"x", "text/csv")
    read = Drops(server.store_of("s3://a-inbox", Component.INGEST.user, SECRETS[Component.INGEST]))
    (dropped,) = read.list(f"{BAMBERG}/")
    assert b"".join(read.stream(dropped.key, dropped.etag)) == b"x"
    read.put(f"{BAMBERG}/{ANSWERS}/y.txt", b"x", "text/plain")


FORBIDDEN = {
    Component.INGEST: [("put", "a-curated", "curated/x"), ("put", "a-open", "open/x"), ("get", "a-portal", "portal/x"),
                       ("put", "a-inbox", f"{BAMBERG}/x.csv"), ("delete", "a-inbox", f"{BAMBERG}/x/y.csv"),
                       ("delete", "a-landing", "landing/x")],
    Component.TRANSFORM: [("put", "a-landing", "landing/x"), ("delete", "a-landing", "landing/x"),
                          ("put", "a-raw", "raw/x"), ("delete", "a-raw", "raw/x"), ("put", "a-portal", "portal/x"),
                          ("list", "a-inbox", ""), ("list", "a-quarantine", "")],
    Component.PUBLISH: [("get", "a-landing", "landing/x"), ("list", "a-landing", ""), ("get", "a-raw", "raw/x"),
                        ("list", "a-raw", ""), ("get", "a-curated", "curated/x"), ("list", "a-curated", ""),
                        ("list", "a-quarantine", ""), ("list", "a-inbox", ""), ("put", "a-landing", "landing/x")],
    Component.INTAKE: [("get", "a-inbox", f"{BAMBERG}/x.csv"), ("list", "a-inbox", f"{BAMBERG}/"),
                       ("delete", "a-inbox", f"{BAMBERG}/x.csv"), ("put", "a-inbox", f"{BAMBERG}/{ANSWERS}/x"),
                       ("list", "a-landing", ""), ("put", "a-landing", "landing/x"), ("get", "a-open", "open/x")],
    Component.STEWARD: [("get", "a-inbox", f"{BAMBERG}/x.csv"), ("put", "a-inbox", f"{BAMBERG}/x.csv"),
                        ("list", "a-landing", ""), ("list", "a-open", "")],
    Component.PIPELINE: [("delete", "a-landing", "landing/x"), ("put", "a-inbox", f"{BAMBERG}/x.csv"),
                         ("delete", "a-inbox", f"{BAMBERG}/x.csv"), ("delete", "a-quarantine", "quarantine/x")],
}  # fmt: skip


@pytest.mark.parametrize("component", list(Component))
def test_no_component_does_another_ones_work(server, component):
    """What is not in a component's work is refused by the server, as are settings, administration and other keys."""
    s3 = client_of(server, component)
    verbs = {
        "put": lambda bucket, key: s3.put_object(Bucket=bucket, Key=key, Body=b"x"),
        "get": lambda bucket, key: s3.get_object(Bucket=bucket, Key=key),
        "delete": lambda bucket, key: s3.delete_object(Bucket=bucket, Key=key),
        "list": lambda bucket, prefix: s3.list_objects_v2(Bucket=bucket, Prefix=prefix),
    }
    for verb, bucket, key in FORBIDDEN[component]:
        with pytest.raises(ClientError, match=REFUSED):
            verbs[verb](bucket, key)
    for setting in (
        lambda: s3.put_bucket_lifecycle_configuration(
            Bucket="a-landing",
            LifecycleConfiguration={"Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""},
                                               "Expiration": {"Days": 1}}]},
        ),
        lambda: s3.put_bucket_versioning(Bucket="a-raw", VersioningConfiguration={"Status": "Suspended"}),
        lambda: s3.get_bucket_policy(Bucket="a-open"),
        lambda: s3.create_bucket(Bucket="a-neu"),
        lambda: s3.delete_bucket(Bucket="a-quarantine"),
    ):  # fmt: skip
        with pytest.raises(ClientError, match=REFUSED):
            setting()
    no_administration(server, component.user, SECRETS[component])


def no_administration(server: Server, user: str, secret: str) -> None:
    netloc = urlsplit(server.endpoint).netloc
    admin = MinioAdmin(endpoint=netloc, credentials=StaticProvider(user, secret), secure=False)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]}
    for action in (
        admin.add_service_account,
        lambda: admin.user_add(access_key="fremder", secret_key="fremder-geheim"),
        lambda: admin.user_add(access_key=user, secret_key="neues-geheimnis"),
        admin.user_list,
        lambda: admin.policy_add(policy_name="alles", policy=everything),
        lambda: admin.attach_policy(["consoleAdmin"], user=user),
        lambda: admin.bucket_quota_set(bucket="a-inbox", size=1),
        lambda: admin.config_get(key="notify_webhook"),
        admin.service_restart,
    ):
        with pytest.raises((MinioAdminException, UnboundLocalError)):  # the SDK stumbles over a refused config_get
            action()


def test_nobody_passes_the_lock(server, tmp_path):
    """What landed cannot be replaced unseen, deleted, or released early by any component, its writer included."""
    key = "landing/09461000/x/receipts/1.json"
    as_component(server, Component.INGEST, tmp_path).write("onprem", key, b"1", classification=OPEN)
    root = s3_client(server.store("s3://a-landing"))
    (first,) = root.list_object_versions(Bucket="a-landing", Prefix=key)["Versions"]
    held = {"Bucket": "a-landing", "Key": key, "VersionId": first["VersionId"]}
    soon = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(seconds=1)}
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    for component in Component:
        s3 = client_of(server, component)
        for action in (
            lambda s3=s3: s3.delete_object(**held),
            lambda s3=s3: s3.delete_object(**held, BypassGovernanceRetention=True),
            lambda s3=s3: s3.put_object_retention(**held, Retention=soon, BypassGovernanceRetention=True),
            lambda s3=s3: s3.put_object_lock_configuration(Bucket="a-landing", ObjectLockConfiguration=rule),
        ):
            with pytest.raises(ClientError, match=REFUSED):
                action()
    client_of(server, Component.INGEST).put_object(Bucket="a-landing", Key=key, Body=b"2")
    assert root.get_object(**held)["Body"].read() == b"1"
    with pytest.raises(ClientError, match=r"WORM|AccessDenied"):
        root.delete_object(**held)
    root.delete_object(**held, BypassGovernanceRetention=True)  # the administrator, on purpose


def kommune(server: Server, access: dict[str, str], ags: str):
    return s3_client(server.store_of("s3://a-inbox", ags, access[ags]))


def test_a_kommune_hands_in_looks_and_takes_back(server, access):
    """Below its own prefix: small and large files, listing, reading, deleting, a presigned link to its own key."""
    s3 = kommune(server, access, BAMBERG)
    s3.put_object(Bucket="a-inbox", Key=f"{BAMBERG}/Bäume 2026.csv", Body=b"nr\n1\n")
    upload = s3.create_multipart_upload(Bucket="a-inbox", Key=f"{BAMBERG}/gross.csv")["UploadId"]
    part = s3.upload_part(Bucket="a-inbox", Key=f"{BAMBERG}/gross.csv", UploadId=upload, PartNumber=1, Body=b"x" * 9)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="a-inbox", Key=f"{BAMBERG}/gross.csv", UploadId=upload, MultipartUpload=parts)
    listed = s3.list_objects_v2(Bucket="a-inbox", Prefix=f"{BAMBERG}/")["Contents"]
    assert {f"{BAMBERG}/Bäume 2026.csv", f"{BAMBERG}/gross.csv"} <= {one["Key"] for one in listed}
    link = s3.generate_presigned_url("get_object", Params={"Bucket": "a-inbox", "Key": f"{BAMBERG}/gross.csv"})
    assert httpx.get(link).content == b"x" * 9
    s3.delete_object(Bucket="a-inbox", Key=f"{BAMBERG}/gross.csv")
    assert f"{BAMBERG}/gross.csv" not in {info.key for info in files(server)}


def files(server: Server) -> list[ObjectInfo]:
    return list(Drops(server.store("s3://a-inbox")).list())


def test_a_kommune_reaches_nothing_else(server, access):
    """No other prefix, lookalike, bucket, version, copy, part, presigned link or setting; and nothing was changed."""
    root = s3_client(server.store("s3://a-inbox"))
    for ags in (MUENCHEN, LOOKALIKE):
        root.put_object(Bucket="a-inbox", Key=f"{ags}/geheim.csv", Body=b"geheim")
    others_upload = root.create_multipart_upload(Bucket="a-inbox", Key=f"{MUENCHEN}/teil.csv")["UploadId"]
    before = [(one.key, one.etag) for one in files(server)]
    me, box = kommune(server, access, LOOKALIKE), "a-inbox"
    other, own = f"{MUENCHEN}/geheim.csv", f"{LOOKALIKE}/x.csv"
    anything = {"Bucket": box, "Key": other}
    tries = [
        lambda: me.get_object(**anything),
        lambda: me.head_object(**anything),
        lambda: me.put_object(**anything, Body=b"x"),
        lambda: me.put_object(Bucket=box, Key=f"{LOOKALIKE}0/x.csv", Body=b"x"),
        lambda: me.put_object(Bucket=box, Key="x.csv", Body=b"x"),
        lambda: me.put_object(Bucket=box, Key=LOOKALIKE, Body=b"x"),
        lambda: me.put_object(Bucket=box, Key=f"*/{MUENCHEN}.csv", Body=b"x"),
        lambda: me.put_object(Bucket=box, Key="${aws:username}/x.csv", Body=b"x"),
        lambda: me.delete_object(**anything),
        lambda: me.delete_object(Bucket="a-landing", Key="landing/x"),
        lambda: me.copy_object(Bucket=box, Key=own, CopySource=anything),
        lambda: me.copy_object(**anything, CopySource={"Bucket": box, "Key": f"{LOOKALIKE}/geheim.csv"}),
        lambda: me.create_multipart_upload(Bucket=box, Key=f"{MUENCHEN}/y.csv"),
        lambda: me.upload_part(Bucket=box, Key=f"{MUENCHEN}/teil.csv", UploadId=others_upload, PartNumber=1, Body=b"x"),
        lambda: me.abort_multipart_upload(Bucket=box, Key=f"{MUENCHEN}/teil.csv", UploadId=others_upload),
        lambda: me.list_parts(Bucket=box, Key=f"{MUENCHEN}/teil.csv", UploadId=others_upload),
        lambda: me.list_multipart_uploads(Bucket=box),
        me.list_buckets,
        *(lambda prefix=prefix: me.list_objects_v2(Bucket=box, Prefix=prefix)
          for prefix in ("", LOOKALIKE, f"{LOOKALIKE}0", f"{MUENCHEN}/", "0916", f"../{MUENCHEN}/")),
        lambda: me.list_objects_v2(Bucket=box, Delimiter="/"),
        lambda: me.list_object_versions(Bucket=box, Prefix=f"{MUENCHEN}/"),
        lambda: me.list_object_versions(Bucket=box),
        *(lambda bucket=bucket: me.list_objects_v2(Bucket=bucket)
          for bucket in ("a-landing", "a-raw", "a-open", "a-portal")),
        lambda: me.get_object(Bucket="a-open", Key="open/index.json"),
        lambda: me.get_bucket_policy(Bucket=box),
        lambda: me.put_bucket_policy(Bucket=box, Policy="{}"),
        lambda: me.get_bucket_notification_configuration(Bucket=box),
        lambda: me.put_bucket_versioning(Bucket=box, VersioningConfiguration={"Status": "Enabled"}),
        lambda: me.get_bucket_lifecycle_configuration(Bucket=box),
        lambda: me.create_bucket(Bucket="mein-eimer"),
        lambda: me.delete_bucket(Bucket=box),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(ClientError, match=rf"{REFUSED}|MalformedPolicy|XMinioInvalid"):
            attempt()
    deleted = me.delete_objects(Bucket=box, Delete={"Objects": [{"Key": other}]})
    assert [one["Code"] for one in deleted["Errors"]] == ["AccessDenied"]
    for verb in ("get_object", "put_object"):
        link = me.generate_presigned_url(verb, Params=anything)
        answer = httpx.put(link, content=b"x") if verb == "put_object" else httpx.get(link)
        assert answer.status_code == 403
    form = me.generate_presigned_post(box, other)
    assert httpx.post(form["url"], data=form["fields"], files={"file": b"x"}).status_code == 403
    no_administration(server, LOOKALIKE, access[LOOKALIKE])
    assert [(one.key, one.etag) for one in files(server)] == before


def test_no_spelling_of_a_path_leads_to_another_prefix(server, access):
    """Signed as sent, with “..” plain, encoded once and twice, doubled slashes, backslashes: never another's bytes."""
    root = s3_client(server.store("s3://a-inbox"))
    root.put_object(Bucket="a-inbox", Key=f"{MUENCHEN}/geheim.csv", Body=b"geheim")
    before = {one.key: one.etag for one in files(server) if not one.key.startswith(f"{BAMBERG}/")}
    for way in (
        f"{BAMBERG}/../{MUENCHEN}/geheim.csv",
        f"{BAMBERG}/%2e%2e/{MUENCHEN}/geheim.csv",
        f"{BAMBERG}/%252e%252e/{MUENCHEN}/geheim.csv",
        f"{BAMBERG}/..%2f{MUENCHEN}/geheim.csv",
        f"{BAMBERG}%2f..%2f{MUENCHEN}%2fgeheim.csv",
        f"{BAMBERG}/..%5c{MUENCHEN}%5cgeheim.csv",
        f"{BAMBERG}//../{MUENCHEN}/geheim.csv",
        f"./{MUENCHEN}/geheim.csv",
        f"//{MUENCHEN}/geheim.csv",
    ):
        for method, body in (("GET", b""), ("PUT", b"x"), ("DELETE", b"")):
            status, answer = raw(server, (BAMBERG, access[BAMBERG]), method, f"/a-inbox/{way}", body)
            assert answer != b"geheim", way
            assert status != 200 or method == "PUT", (method, way)
    assert {one.key: one.etag for one in files(server) if not one.key.startswith(f"{BAMBERG}/")} == before


def raw(server: Server, login: tuple[str, str], method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """One request whose path is sent as it stands, signed for just that spelling."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    netloc = urlsplit(server.endpoint).netloc
    headers = {"x-amz-content-sha256": hashlib.sha256(body).hexdigest(), "host": netloc}
    request = AWSRequest(method, f"http://{netloc}{path}", headers=headers, data=body)
    S3SigV4Auth(Credentials(*login), "s3", "us-east-1").add_auth(request)
    with closing(http.client.HTTPConnection(netloc, timeout=5)) as connection:
        connection.putrequest(method, path, skip_host=True)
        for name, value in {**request.headers, "content-length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_rotated_and_revoked_logins_are_worth_nothing(server):
    """After rotating, the old secret and a session opened with it are refused and the new one works; then revoked."""
    ags = "09663000"
    kommunen = Kommunen(MinioServer(server.store("s3://a-inbox")))
    (first,) = kommunen.add([ags])
    assert kommunen.add([ags]) == []
    sts = boto3.client(
        "sts", endpoint_url=server.endpoint, region_name="us-east-1",
        aws_access_key_id=ags, aws_secret_access_key=first.secret,
    )  # fmt: skip
    session = sts.assume_role(RoleArn="arn:x:x:x:x:xxxxxxxx", RoleSessionName="xx", DurationSeconds=900)["Credentials"]
    keys = {
        "access_key_id": session["AccessKeyId"],
        "secret_access_key": session["SecretAccessKey"],
        "session_token": session["SessionToken"],
    }
    in_session = Drops(server.store("s3://a-inbox", secrets=keys))
    in_session.put(f"{ags}/x.csv", b"x", "text/csv")
    with pytest.raises(StoreUnreachable, match="is refused"):
        in_session.put(f"{MUENCHEN}/x.csv", b"x", "text/csv")

    second = kommunen.rotate(ags)
    for old in (in_session, Drops(server.store_of("s3://a-inbox", ags, first.secret))):
        with pytest.raises(StoreUnreachable, match="is refused"):
            old.put(f"{ags}/y.csv", b"y", "text/csv")
    now = Drops(server.store_of("s3://a-inbox", ags, second.secret))
    now.put(f"{ags}/y.csv", b"y", "text/csv")
    assert kommunen.revoke(ags)
    assert not kommunen.revoke(ags)
    kommunen.add([ags])  # nothing of the past comes back with a new account
    for old in (in_session, now):
        with pytest.raises(StoreUnreachable, match="is refused"):
            old.put(f"{ags}/z.csv", b"z", "text/csv")
    kommunen.revoke(ags)
    with pytest.raises(StorageError, match="has no account"):
        kommunen.rotate(ags)
    assert {info.key for info in files(server) if info.key.startswith(ags)} == {f"{ags}/x.csv", f"{ags}/y.csv"}
