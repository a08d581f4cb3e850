"""What an operator sees of a portal that fails, at the command line: one sentence, soon, an exit code to rely on."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

from catalog.build import load_catalog
from catalog.config import CatalogConfig
from storage.config import StorageConfig
from storage.sites import open_sites
from tests.integration.faults.packages import write_packages
from tests.integration.faults.proxy import Call, Fault, no_fault
from tests.integration.faults.soak import cases
from tests.integration.faults.world import World, wanted
from tests.orchestration.homes import ALLMENDE, Ended, environment

pytestmark = pytest.mark.integration

MINUTE = 60.0
PUBLIC = "https://allmende.example/"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three datasets to publish."""
    folder = tmp_path / "home"
    write_packages(open_sites(StorageConfig(), folder), 3, rows=5)
    return folder


def publish(home: Path, url: str, token: str, world: World | None = None) -> Ended:
    """`allmende publish apply`; the proxy of `world` may kill it."""
    (home.parent / "allmende.toml").write_text(
        f'[portals.faults]\nkind = "ckan"\nurl = "{url}"\n[catalog]\npublic_url = "{PUBLIC}"\n'
    )
    command = [str(ALLMENDE), "publish", "apply", "--portal", "faults"]
    settings = {**environment(home), "ALLMENDE_PORTALS__FAULTS__TOKEN": token, "COLUMNS": "500"}
    with subprocess.Popen(
        command, env=settings, cwd=home.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        if world:
            world.proxy.on_kill = running.kill
        out, err = running.communicate(timeout=240)
        return Ended(running.returncode, out, err)


def one_sentence(ended: Ended, match: str) -> None:
    (line,) = ended.stderr.strip().splitlines()
    assert re.search(match, line), line
    assert line.endswith(".")
    assert "Traceback" not in ended.stdout + ended.stderr


def test_portal_down(home: Path) -> None:
    """Nobody listens at the portal's address: exit 2, what to check, within seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    began = time.monotonic()
    ended = publish(home, url, "whatever")
    assert ended.code == 2
    one_sentence(ended, r"portal “faults” \(http://127.0.0.1:\d+\) cannot be reached: check that it is up")
    assert time.monotonic() - began < MINUTE / 2


def test_wrong_token(home: Path, world: World) -> None:
    """CKAN takes a wrong token for an anonymous visitor: preflight finds out, nothing is written."""
    ended = publish(home, world.proxy.address, "no-such-token")
    assert ended.code == 2
    one_sentence(ended, "does not accept the token, it takes us for an anonymous visitor: make a new token")
    assert world.proxy.writes == []


def test_killed_and_run_again(home: Path, world: World) -> None:
    """The command is killed after a write was done, before it was answered; the same command again ends well."""
    number = 0

    def at_second_create(call: Call) -> Fault:
        nonlocal number
        number += call.action == "package_create"
        return Fault.KILL_AFTER if call.action == "package_create" and number == 2 else Fault.NONE

    world.proxy.play(at_second_create)
    assert publish(home, world.proxy.address, world.token, world).code == -9
    world.proxy.play(no_fault)
    ended = publish(home, world.proxy.address, world.token)
    assert ended.code == 0, ended.stdout + ended.stderr
    desired = load_catalog(open_sites(StorageConfig(), home).onprem, CatalogConfig(public_url=PUBLIC))
    world.converged(desired, tables=3)


@pytest.mark.parametrize("fault", cases([Fault.RESET_BEFORE], [Fault.ERROR_BEFORE]), ids=str)
def test_portal_goes_away_under_a_thousand(world: World, fault: Fault) -> None:
    """The portal dies in the middle of 1,000 datasets: the apply ends within a minute, with a line per reason."""
    ids = [f"{9_100_000 + number:08d}/kitas" for number in range(1000)]
    is_down = False

    def script(call: Call) -> Fault:
        nonlocal is_down
        is_down = is_down or (call.action == "package_create" and len(world.proxy.writes) > 12)
        return fault if is_down else Fault.NONE

    world.proxy.play(script)
    began = time.monotonic()
    report = world.publish(wanted(*ids, formats=("csv",)), read_timeout_s=60.0)
    took = time.monotonic() - began
    assert took < MINUTE
    assert 0 < report.counts["failed"] <= 1000
    assert len(report.as_text().splitlines()) <= 8, report.as_text()
    done = sorted(set(ids) - {failure.id for failure in report.failed})
    in_doubt = [failure.id for failure in report.failed if not failure.sentence.startswith("Not tried")]
    print(f"{fault}: {took:.1f} s, {len(done)} done, {len(in_doubt)} failed, the rest not tried")  # noqa: T201
    world.heal(wanted(*done, *in_doubt, formats=("csv",)))
    world.converged(wanted(*done, *in_doubt, formats=("csv",)))
