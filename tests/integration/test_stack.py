"""The stack on this machine: real processes, started and ended by us."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from intake.arrivals import Arrivals
from orchestration.settings import load_settings
from orchestration.stack import Service, Stack, StackFailed, free_ports, ports
from orchestration.stack.process import Command
from orchestration.stack.provisioning import settle
from orchestration.stack.servers.ckan import PUBLISHER, SYSADMIN, Ckan
from orchestration.stack.servers.minio import Minio
from orchestration.stack.servers.postgres import Postgres
from storage._handle import Handle
from storage.admin.provision import as_administrator
from storage.errors import ObjectChanged, ObjectExists

pytestmark = pytest.mark.integration


@pytest.fixture
def own():
    """A stack of this test alone, of which it brings up what is light."""
    # Not pytest's own folder: PostgreSQL runs as another user, which cannot enter that one.
    home = Path(tempfile.mkdtemp(prefix="allmende-own-"))
    home.chmod(0o755)
    stack = Stack(home, ports=free_ports())
    yield stack
    stack.down()
    shutil.rmtree(home, ignore_errors=True)  # initdb of a killed attempt may write on


def state(stack: Stack, name: str):
    return next(one for one in stack.status() if one.name == name)


def test_up_twice_and_down(own):
    """Starting twice is one server; ending it leaves its data and frees the address; ending twice is no error."""
    first = own.up("minio", "redis")
    assert [one.state for one in first] == ["running", "running"]
    assert [one.pid for one in own.up("minio", "redis")] == [one.pid for one in first]
    assert [one.state for one in own.down()] == ["stopped"] * len(own.services)
    assert (own.place.folder / "minio" / "data").is_dir()
    with pytest.raises(httpx.ConnectError):
        httpx.get(first[0].address)
    assert {one.state for one in own.down()} == {"stopped"}


def test_ports_are_remembered(own):
    """Who asks later and names no port asks the same servers; moving a running one is refused in a sentence."""
    (before,) = own.up("redis")
    assert state(Stack(own.home), "redis") == before
    with pytest.raises(StackFailed, match="stack down"):
        Stack(own.home, ports=free_ports()).up("redis")


def test_what_a_server_needs_comes_first_and_goes_last(own):
    """A server brings up what it needs; ending what others need ends those too."""
    assert [one.name for one in own.up("gcs")] == ["gcs-json", "gcs"]
    assert [one.name for one in own.down("gcs-json")] == ["gcs-json", "gcs"]
    assert state(own, "gcs").state == "stopped"


def test_a_killed_server_comes_back(own):
    """`up` starts what died, and nothing else."""
    minio, redis = own.up("minio", "redis")
    os.kill(minio.pid, signal.SIGKILL)
    again, same = own.up("minio", "redis")
    assert again.state == "running"
    assert again.pid != minio.pid
    assert same.pid == redis.pid


def test_a_strangers_process_is_not_ended(own):
    """A process id that now belongs to another program is left alone, also one of the same program."""
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        folder = own.place.of("minio")
        for noted in (f"{stranger.pid}", f"{stranger.pid}-1", "nonsense"):
            (folder / "pid").write_text(noted)
            assert state(own, "minio").state == "stopped"
            own.down()
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_taken_port_is_told(own):
    """Where another program listens, one sentence names the server, the port and the way out; nothing is started."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", own.place.ports["minio"]))
        other.listen()
        with pytest.raises(StackFailed, match=rf"^minio: port {own.place.ports['minio']} is taken.*--port minio="):
            own.up("minio")
    assert state(own, "minio").pid is None


def test_a_failed_start_names_the_log_and_spares_the_others(own, monkeypatch):
    """A server that ends at once is told with its last words and its log; what does not need it still comes up."""
    dying = Command((sys.executable, "-c", "raise SystemExit('the disk is made of cheese')"))
    monkeypatch.setattr(Minio, "command", lambda _: dying)
    with pytest.raises(StackFailed, match=r"minio ended while starting: the disk is made of cheese.*/minio/log"):
        own.up("minio", "redis")
    assert state(own, "redis").state == "running"


def test_secrets_are_private_and_stay(own):
    """Secrets are made once, readable by this user alone, and stand on no command line."""
    (found,) = own.up("minio")
    made = Minio(own.place).credentials()
    assert Minio(own.place).credentials() == made
    assert len(made["MINIO_ROOT_PASSWORD"]) >= 32
    assert (own.place.folder / "minio" / "credentials.env").stat().st_mode & 0o077 == 0
    assert made["MINIO_ROOT_PASSWORD"] not in Path(f"/proc/{found.pid}/cmdline").read_text()


def test_ckan_with_its_users(stack):
    """CKAN answers with its parts, knows both users by their tokens, and its DataStore takes and gives rows."""
    stack.up("ckan", "ckan-worker")
    ckan: Service = stack.services["ckan"]
    assert isinstance(ckan, Ckan)

    def call(action: str, user: str | None = None, **said: object):
        headers = {"Authorization": ckan.token(user)} if user else {}
        answer = httpx.post(f"{ckan.address}/api/3/action/{action}", json=said, headers=headers, timeout=30)
        return answer.json().get("result")

    status = call("status_show", SYSADMIN)
    assert status["ckan_version"] == "2.12.0"
    assert {"datenallmende", "activity", "datastore", "scheming_datasets", "dcat"} <= set(status["extensions"])
    for user, is_sysadmin in ((SYSADMIN, True), (PUBLISHER, False)):
        assert call("user_show", user, id=user, include_plugin_extras=False)["sysadmin"] is is_sysadmin
    deadline = time.monotonic() + 30
    while call("job_list", SYSADMIN):  # what other tests gave the worker to do
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert {one.name: one.state for one in stack.status()}["ckan-worker"] == "running"


def test_the_profile_reaches_all_four_stores(stack):
    """With the stack's profile every store writes, reads, lists, and refuses a write that others were quicker with."""
    found = stack.up("minio", "versitygw", "azurite", "gcs")
    for _ in range(2):
        settle(stack.home, found)
    settings = load_settings(profile="stack", home=stack.home)
    assert (stack.place.folder / "secrets.env").stat().st_mode & 0o077 == 0
    assert list(settings.storage.stores) == ["onprem", "cloud-a", "cloud-b", "cloud-c"]
    key, big = "open/stack-test/a ü.txt", b"x" * 20_000_000
    for site, config in settings.storage.stores.items():
        store = Handle(site, config, stack.home)
        first = store.put(key, b"one")
        assert [one.key for one in store.list("open/stack-test")] == [key]
        store.put(key, b"two", if_match=first.etag)
        with pytest.raises(ObjectChanged):
            store.put(key, b"three", if_match=first.etag)
        with pytest.raises(ObjectExists):
            store.put(key, b"four", create=True)
        store.put_stream(key, [big])
        assert store.get(key) == big
        store.delete(key)
        assert store.head(key) is None


def test_dagster_lives_in_postgresql(stack):
    """The UI knows our job through the code server, the daemon beats, and both keep their records in PostgreSQL."""
    found = {one.name: one for one in stack.up("dagster-daemon")}
    asked = {"query": "{repositoriesOrError{... on RepositoryConnection{nodes{location{name} jobs{name}}}}}"}
    answer = httpx.post(f"{found['dagster'].address}/graphql", json=asked, timeout=60).json()
    (node,) = answer["data"]["repositoriesOrError"]["nodes"]
    assert node["location"]["name"] == "datenallmende"
    assert "everything" in {job["name"] for job in node["jobs"]}
    beats = Postgres(stack.place).sql("select daemon_type from daemon_heartbeats", "dagster").split()
    assert {"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR"} <= set(beats)
    stack.down("dagster-code")  # a daemon at work would publish its own, empty catalogue beside other tests


def test_the_portals_answer(stack):
    """The upload portal serves its page; the public one hands out what lies in the cloud's bucket and nothing else."""
    found = {one.name: one for one in stack.up("minio", "versitygw", "azurite", "gcs", "intake", "portal")}
    settle(stack.home, list(found.values()))
    assert "Pakete" in httpx.get(f"{found['intake'].address}/").text
    bucket = Handle("cloud-a", load_settings(profile="stack", home=stack.home).storage.stores["cloud-a"], stack.home)
    bucket.put("portal/index.html", b"<h1>Portal</h1>")
    bucket.put("open/a.csv", b"0123456789")
    bucket.put("raw/secret.csv", b"nobody reads this")
    public = found["portal"].address
    page = httpx.get(f"{public}/", follow_redirects=True)
    assert (page.text, page.headers["content-type"].partition(";")[0]) == ("<h1>Portal</h1>", "text/html")
    part = httpx.get(f"{public}/open/a.csv", headers={"Range": "bytes=2-4", "Origin": "http://elsewhere.example"})
    assert (part.status_code, part.text, part.headers["access-control-allow-origin"]) == (206, "234", "*")
    for hidden in ("raw/secret.csv", "open/../raw/secret.csv", "open/%2e%2e/raw/secret.csv", "open/missing.csv"):
        assert httpx.get(f"{public}/{hidden}").status_code == 404
    for key in ("portal/index.html", "open/a.csv", "raw/secret.csv"):
        bucket.delete(key)


def test_an_upload_into_the_inbox_is_reported(stack):
    """A file that is put into the inbox bucket reaches the receiver of the stack, which notes it for the pipeline."""
    settle(stack.home, stack.up("minio", "versitygw", "azurite", "gcs", "webhook"))
    settings = load_settings(profile="stack", home=stack.home)
    inbox = Handle("inbox", as_administrator(settings.inbox_config, settings.provision), stack.home)
    deadline = time.monotonic() + 20
    arrivals = Arrivals(settings.arrivals_path)
    before = arrivals.last()
    inbox.put("09461000/baeume.csv", b"nr\n1\n")
    while arrivals.last() == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert arrivals.last() == before + 1


def test_a_database_that_was_killed_while_it_was_made_is_made_anew(own):
    """`up` killed at any moment of initdb leaves nothing that passes for a database; the next one ends with a whole."""
    up = "import sys, pathlib, orchestration.stack as s; s.Stack(pathlib.Path(sys.argv[1])).up('postgres')"
    folder = own.place.of("postgres")
    ports.keep(own.place.folder, own.place.ports)
    for _ in range(2):
        killed = subprocess.Popen([sys.executable, "-c", up, str(own.home)], start_new_session=True)
        while not list(folder.glob("data*")) and killed.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        killed.kill()  # initdb itself lives on, and writes on
        killed.wait()
    (found,) = own.up("postgres")
    assert found.state == "running"
    assert Postgres(own.place).sql("select count(*) from pg_database").strip() == "3"
    own.down()
    assert own.up("postgres")[0].state == "running"
