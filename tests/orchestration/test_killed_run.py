"""A run may be killed anywhere: nothing half-done is visible, and the next run ends where an undisturbed one does.

`ALLMENDE_TEST_KILLS` says how often (default 2 while the first run is at work, as often after a change).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.orchestration.homes import ALLMENDE, allmende, environment, half_done, public_facts, raw_facts

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("killed"), pytest.mark.timeout(3000)]

KILLS = int(os.environ.get("ALLMENDE_TEST_KILLS", "2"))
SEED = int(os.environ.get("ALLMENDE_TEST_SEED", "20261122"))
RENAMED = "09461000"


def _kill_after(home: Path, seconds: float, *arguments: str) -> bool:
    """Start a run and kill its whole process group; False where it had ended before."""
    with (home.parent / "killed.log").open("ab") as log:
        process = subprocess.Popen(
            [str(ALLMENDE), *arguments],
            env=environment(home),
            cwd=home.parent,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
    return False


def _moments(seed: int, seconds: float) -> list[float]:
    """Random points, one in each of `KILLS` equal parts of the time a run takes."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    part = seconds / KILLS
    return [max(1.0, part * (at + dice.random())) for at in range(KILLS)]


def _kill_often(home: Path, seed: int, seconds: float, *arguments: str) -> int:
    """Kill runs one after another; after each, nothing half-done may be visible. How many were really killed."""
    killed = 0
    for at in _moments(seed, seconds):
        was_at_work = _kill_after(home, at, *arguments)
        assert half_done(home) == [], f"seed {seed}, killed after {at:.1f} s"
        killed += was_at_work
        if not was_at_work:
            break
    return killed


def _add_a_kommune_and_rename(home: Path) -> None:
    """A change of words and a change of rows: a title, and a file with one row less."""
    spec = home / f"publishers/{RENAMED}.toml"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("Baumkataster Bamberg", "Bambergs Bäume"), encoding="utf-8"
    )
    inbox = home / "inbox/09262000"
    (file,) = inbox.glob("spielplaetze.*")
    rows = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(rows[:-1]))
    long_ago = time.time() - 3600
    os.utime(file, (long_ago, long_ago))


def test_killed_runs_converge_to_what_an_undisturbed_run_makes(tmp_path: Path) -> None:
    """Same datasets, versions, rows, files on every site and portal entries; no row twice in raw."""
    calm, wild = tmp_path / "calm/home", tmp_path / "wild/home"
    started = time.monotonic()
    allmende(calm, "demo", "--json")
    seconds = time.monotonic() - started
    wild.parent.mkdir()

    assert _kill_often(wild, SEED, seconds, "demo", "--json") >= 1
    allmende(wild, "demo", "--json")
    assert half_done(wild) == []
    assert raw_facts(wild) == raw_facts(calm)
    assert public_facts(wild) == public_facts(calm)

    for home in (calm, wild):
        _add_a_kommune_and_rename(home)
    started = time.monotonic()
    allmende(calm, "run", "--json")
    seconds = time.monotonic() - started
    _kill_often(wild, SEED + 1, seconds, "run", "--json")
    allmende(wild, "run", "--json")
    assert half_done(wild) == []
    assert raw_facts(wild) == raw_facts(calm)
    assert public_facts(wild) == public_facts(calm)
    assert allmende(wild, "run", "--json").document["is_changed"] is False
    assert allmende(wild, "stores", "verify", "--deep", "--json").document["is_fine"]
