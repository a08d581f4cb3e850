"""From a Kommune's upload to a receipt: a real MinIO reports to our receiver, the sensor wakes, the file lands."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import httpx
import pytest
import uvicorn

from connectors.fetch import fetch
from connectors.ingest import convert_and_load
from connectors.receipts import LandingLog
from connectors.sources.inbox import StoreInbox
from intake.arrivals import Arrivals
from orchestration import inboxes, provisioning
from orchestration.answering import answer
from orchestration.automation import inbox as sensor
from orchestration.cli import main
from orchestration.platform import Platform
from orchestration.receiving import receiving
from orchestration.settings import load_settings
from storage.admin.quota import NOTICE
from storage.admin.rights import Component
from storage.config import StorageConfig, StoreConfig
from storage.drops import ANSWERS, Drops
from storage.errors import StoreUnreachable
from storage.sites import open_sites
from tests.integration.minio_server import ROOT, Server, free_port, process, running, wait

pytestmark = pytest.mark.integration

BAMBERG, MUENCHEN = "09461000", "09162000"
TOKEN = "token-des-eingangs"
QUOTA = 2_000_000
ALLMENDE = str(Path(sys.executable).with_name("allmende"))


@dataclass(frozen=True)
class Installation:
    """A home with its settings, a MinIO that reports to a receiver, two Kommunen with a login."""

    server: Server
    home: Path
    port: int
    access: dict[str, str]

    def drops(self, ags: str) -> Drops:
        return Drops(self.server.store_of("s3://eingang", ags, self.access[ags]))

    @property
    def arrivals(self) -> Arrivals:
        return Arrivals(self.home / "inbox-arrivals.sqlite")

    def reported(self) -> list[str]:
        """The paths that were reported, in their order."""
        with closing(sqlite3.connect(self.home / "inbox-arrivals.sqlite")) as database:
            return [path for (path,) in database.execute("SELECT path FROM arrivals ORDER BY id")]

    def listen(self):
        return listening(self.port)


@contextmanager
def listening(port: int) -> Iterator[None]:
    """The receiver as the command line runs it, in this process."""
    with receiving(load_settings()) as (app, _):
        receiver = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
        thread = threading.Thread(target=receiver.run, daemon=True)
        thread.start()
        try:
            wait(f"http://127.0.0.1:{port}/health")
            yield
        finally:
            receiver.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    home, port = tmp_path_factory.mktemp("home"), free_port()
    with running(tmp_path_factory.mktemp("minio")) as server, pytest.MonkeyPatch.context() as patch:
        (home / "allmende.toml").write_text(
            f"""
home = "{home}"
inbox_poll_seconds = 3600
[storage.stores.onprem]
url = "s3://i-{{zone}}"
region = "us-east-1"
options = {{ endpoint = "{server.endpoint}" }}
[inbox_store]
url = "s3://eingang"
[provision]
landing_lock_days = 1
webhook = "http://127.0.0.1:{port}/inbox/events"
webhook_queue = "{server.folder}/queue"
quota_bytes = {QUOTA}
"""
        )
        patch.setenv("ALLMENDE_CONFIG", str(home / "allmende.toml"))
        patch.setenv("ALLMENDE_PROVISION__WEBHOOK_TOKEN", TOKEN)
        patch.setenv("ALLMENDE_STORAGE__STORES", json.dumps({"onprem": {"secrets": ROOT}}))
        settings = load_settings()
        provisioning.component_keys(settings.home)
        with listening(port):
            provisioning.provision(settings)
            made = provisioning.kommunen(settings).add([BAMBERG, MUENCHEN])
        yield Installation(server, home, port, {one.ags: one.secret for one in made})


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"did not happen within {seconds:.0f} s")
        time.sleep(0.05)


def test_an_upload_wakes_the_pipeline_and_lands(installation):
    """A Kommune's upload is reported, asks for one run of its partition, and lands with a receipt; twice is once."""
    with installation.listen(), dg.instance_for_test() as instance:
        quiet = sensor(dg.build_sensor_context(instance=instance))
        cursor = quiet.cursor if isinstance(quiet, dg.SensorResult) else None
        first = inboxes.look(load_settings(), cursor)
        before = installation.arrivals.last()
        installation.drops(BAMBERG).put(f"{BAMBERG}/Spielplätze + 100%.csv", b"name;ort\nA;B\n", "text/csv")
        until(lambda: installation.arrivals.last() > before)
        asked = sensor(dg.build_sensor_context(instance=instance, cursor=first.cursor))
        assert isinstance(asked, dg.SensorResult)
        assert len(asked.run_requests or []) == 1
        assert BAMBERG in instance.get_dynamic_partitions("kommune")
        again = sensor(dg.build_sensor_context(instance=instance, cursor=asked.cursor))
        assert isinstance(again, dg.SkipReason)

    platform = Platform.load()
    box = inboxes.open_inbox(platform.settings)
    report = fetch(platform.sites, platform.publishers, config=platform.settings.fetch, inbox=box, ags=[BAMBERG])
    (receipt,) = report.landed
    assert receipt.dataset == f"{BAMBERG}/spielplaetze-100"
    assert platform.sites.onprem.read(receipt.content_key) == b"name;ort\nA;B\n"
    second = fetch(platform.sites, platform.publishers, config=platform.settings.fetch, inbox=box, ags=[BAMBERG])
    assert (second.landed, second.failed, len(second.unchanged)) == ((), (), 1)
    assert b"".join(answered_twice(installation, platform)).decode().startswith("Ihre Datei wurde")


def answered_twice(installation: Installation, platform: Platform) -> Iterator[bytes]:
    """Judge what landed and answer with the pipeline's login; a second time writes nothing. The answer's bytes."""
    judged = convert_and_load(platform.sites, platform.publishers, platform.standards)
    log = LandingLog.load(platform.sites.onprem)
    key = provisioning.component_keys(installation.home, is_plan=True)[Component.PIPELINE]
    mine = Drops(installation.server.store_of("s3://eingang", Component.PIPELINE.user, key))
    written = answer(mine, log, judged.datasets, platform.standards)
    assert written == (f"{BAMBERG}/{ANSWERS}/spielplaetze-100.txt",)
    assert answer(mine, log, judged.datasets, platform.standards) == ()
    theirs = installation.drops(BAMBERG)
    (there,) = (info for info in theirs.list(f"{BAMBERG}/") if info.key == written[0])
    yield from theirs.stream(there.key, there.etag)


def test_reports_wait_while_nobody_listens_and_are_noted_once(installation):
    """Uploads while the receiver is down arrive when it is back; killed and repeated deliveries add nothing."""
    waiting = {f"{BAMBERG}/warten-{number}.csv" for number in range(3)}
    for path in waiting:
        installation.drops(BAMBERG).put(path, b"a;b\n1;2\n", "text/csv")
    with process([ALLMENDE, "intake", "listen", "--port", str(installation.port)]) as receiver:
        until(lambda: waiting <= set(installation.reported()))
        receiver.send_signal(signal.SIGKILL)
        receiver.wait()
        installation.drops(BAMBERG).put(f"{BAMBERG}/nach-kill.csv", b"a;b\n1;2\n", "text/csv")
    with installation.listen():
        until(lambda: f"{BAMBERG}/nach-kill.csv" in installation.reported())
        thing = {"key": f"{BAMBERG}%2Fwieder.csv", "sequencer": "1"}
        s3 = {"bucket": {"name": "eingang"}, "object": thing}
        report = {"Records": [{"eventName": "s3:ObjectCreated:Put", "eventTime": "x", "s3": s3}]}
        address = f"http://127.0.0.1:{installation.port}/inbox/events"
        known = {"Authorization": f"Bearer {TOKEN}"}
        for _ in range(3):
            assert httpx.post(address, json=report, headers=known).status_code == 204
        assert installation.reported().count(f"{BAMBERG}/wieder.csv") == 1
        before = installation.reported()
        elsewhere = json.loads(json.dumps(report).replace("eingang", "andere"))
        for headers, body, status in (
            ({}, report, 401),
            ({"Authorization": "Bearer falsch"}, report, 401),
            (known, elsewhere, 204),
            (known, {"Records": [{"s3": None}]}, 204),
            (known, ["Unsinn"], 204),
            (known, {"x": "y" * 2_000_000}, 413),
        ):
            assert httpx.post(address, json=body, headers=headers).status_code == status
        assert installation.reported() == before
        assert all(before.count(path) == 1 for path in waiting)


def test_a_lost_report_is_healed_by_the_next_look(installation):
    """Without any report the bucket is looked through when its time has come, and not before."""
    settings = load_settings()
    first = inboxes.look(settings, None, now=1000.0)
    Drops(installation.server.store("s3://eingang")).put(f"{MUENCHEN}/still.csv", b"a;b\n1;2\n", "text/csv")
    arrived = installation.arrivals.last()
    soon = inboxes.look(settings, first.cursor, now=1001.0)
    assert installation.arrivals.last() == arrived  # nobody listened
    assert not soon.is_new
    later = inboxes.look(settings, soon.cursor, now=1000.0 + settings.inbox_poll_seconds)
    assert later.is_new
    assert not inboxes.look(settings, later.cursor, now=10_000_000.0).is_new


def test_a_full_inbox_stops_one_kommune_with_a_sentence(installation):
    """Above its quota a Kommune is refused and reads why in German beside its files; others go on; room frees it."""
    bamberg, muenchen = installation.drops(BAMBERG), installation.drops(MUENCHEN)
    bamberg.put(f"{BAMBERG}/gross.bin", b"x" * (QUOTA + 1), "text/csv")
    with installation.listen():

        def is_refused() -> bool:
            try:
                bamberg.put(f"{BAMBERG}/noch.csv", b"x", "text/csv")
            except StoreUnreachable:
                return True
            return False

        until(is_refused)
        (notice,) = (info for info in bamberg.list(f"{BAMBERG}/") if info.key.endswith(NOTICE))
        said = b"".join(bamberg.stream(notice.key, notice.etag)).decode()
        assert "Der Eingang Ihrer Kommune ist voll" in said
        assert "erlaubt sind 2,0 MB" in said
        muenchen.put(f"{MUENCHEN}/weiter.csv", b"x", "text/csv")
        bamberg.delete(f"{BAMBERG}/gross.bin")
        until(lambda: not is_refused())
        until(lambda: not any(info.key.endswith(NOTICE) for info in bamberg.list(f"{BAMBERG}/")))


HOSTILE = ["ctrl\x01.csv", "nl\n.csv", "pro%2Fzent.csv", "raute#1", " leer .csv", "rück\\strich.csv", "🌳.csv",
           "a+b&c=d?.csv", "x/y/z/tief.csv", "leer/", ".versteckt.csv", "halb.csv.part", "null.csv"]  # fmt: skip


def test_no_name_of_one_kommune_stops_the_inbox_of_all(installation, tmp_path):
    """Whatever keys MinIO takes, the listing holds, each file is read or refused in a sentence, and the others land."""
    me = installation.drops(MUENCHEN)
    for name in HOSTILE:
        me.put(f"{MUENCHEN}/{name}", b"" if name == "null.csv" else f"a;b\n{name!r};2\n".encode(), "text/csv")
    sites = open_sites(
        StorageConfig(stores={"onprem": StoreConfig(url="o"), "cloud-a": StoreConfig(url="a")}), tmp_path
    )
    platform = Platform.load()
    drops = Drops(installation.server.store("s3://eingang"))
    box = StoreInbox(drops, tmp_path / "work", platform.settings.fetch)
    offered = {dropped.path.partition("/")[2] for dropped in box.files() if dropped.path.startswith(MUENCHEN)}
    assert offered >= set(HOSTILE) - {"leer/", ".versteckt.csv", "halb.csv.part"}
    assert not offered & {"leer/", ".versteckt.csv", "halb.csv.part"}
    report = fetch(sites, platform.publishers, config=platform.settings.fetch, inbox=box, ags=[MUENCHEN])
    landed = {receipt.filename for receipt in report.landed}
    assert {"🌳.csv", "a+b&c=d?.csv", "pro%2Fzent.csv"} & landed
    assert any("ist leer" in failure.message for failure in report.failed)
    assert not list((tmp_path / "work").glob("*.copy"))


def test_a_file_that_goes_while_it_is_fetched_is_left_for_the_next_look(installation, tmp_path):
    """Deleted or replaced between listing and reading: one sentence about that file, and the run goes on."""
    me = installation.drops(BAMBERG)
    me.put(f"{BAMBERG}/weg.csv", b"a;b\n1;2\n", "text/csv")
    me.put(f"{BAMBERG}/neu.csv", b"a;b\n1;2\n", "text/csv")

    class Late(StoreInbox):
        def files(self):
            found = super().files()
            me.delete(f"{BAMBERG}/weg.csv")
            me.put(f"{BAMBERG}/neu.csv", b"a;b\n3;4\n", "text/csv")
            return found

    platform = Platform.load()
    sites = open_sites(
        StorageConfig(stores={"onprem": StoreConfig(url="o"), "cloud-a": StoreConfig(url="a")}), tmp_path
    )
    late = Late(Drops(installation.server.store("s3://eingang")), tmp_path / "work", platform.settings.fetch)
    report = fetch(sites, platform.publishers, config=platform.settings.fetch, inbox=late, ags=[BAMBERG])
    told = [failure.message for failure in report.failed]
    assert [f"{BAMBERG}/weg", f"{BAMBERG}/neu"] <= sorted(one.dataset for one in report.failed)[::-1] or told
    assert sum("gelöscht oder ersetzt" in message for message in told) == 2
    box = StoreInbox(late.drops, late.work, late.config)
    after = fetch(sites, platform.publishers, config=platform.settings.fetch, inbox=box, ags=[BAMBERG])
    assert f"{BAMBERG}/neu" in {receipt.dataset for receipt in after.landed}


@pytest.fixture
def cli(monkeypatch, capsys):
    """Runs `allmende stores` with these arguments as a user would; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["allmende", "stores", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        return int(end.value.code or 0), shown.out, shown.err

    return call


def test_logins_by_command_line(installation, tmp_path, cli):
    """Add shows a secret once or writes it for one user's eyes; rotate and revoke work; a wrong AGS is a sentence."""
    (shown,) = json.loads(cli("kommune", "add", "09663000", "--json")[1])["made"]
    assert (shown["access_key_id"], shown["prefix"], shown["bucket"]) == ("09663000", "09663000/", "eingang")
    (renewed,) = json.loads(cli("kommune", "rotate", "09663000", "--json")[1])["made"]
    login = installation.server.store_of("s3://eingang", "09663000", renewed["secret_access_key"])
    Drops(login).put("09663000/x.csv", b"x", "text/csv")
    file = tmp_path / "logins.csv"
    code, out, err = cli("kommune", "add", "09663000", "09161000", "-o", str(file))
    assert (code, out) == (0, "")
    assert "1 new, 1 had a login already" in err
    assert file.stat().st_mode & 0o777 == 0o600
    assert "09161000" in file.read_text()
    assert "09663000" not in file.read_text()
    code, _, err = cli("kommune", "add", "0916200")
    assert (code, "is no AGS" in err) == (2, True)
    listed = {row["ags"]: row for row in json.loads(cli("kommune", "list", "--json")[1])["kommunen"]}
    assert listed["09663000"] | {"used_bytes": 1, "allowed_bytes": QUOTA, "is_full": False} == listed["09663000"]
    assert [cli("kommune", "revoke", "09663000")[0] for _ in range(2)] == [0, 1]
    assert json.loads(cli("provision", "--plan", "--json")[1])["changed"] == []
