"""What befalls the servers behind CKAN: killed, restarted, a full disk. Each comes back as it was.

The servers are those of the session's stack, in place; whoever breaks one leaves it healthy. What does not belong here:
the wire (`proxy`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from orchestration.stack import Stack
from orchestration.stack.place import StackFailed
from orchestration.stack.process import running, stop
from orchestration.stack.servers.ckan import DATABASE, Ckan
from orchestration.stack.servers.postgres import Postgres

CRASH = {"postgres": signal.SIGQUIT}
"""PostgreSQL's own word for ending as if the power had gone; all others are killed."""


_HEALTH = ("package_list", "package_search")


def crash(stack: Stack, name: str) -> None:
    """End a server without a chance to tidy up, and wait until it is gone."""
    pid_file = stack.services[name].pid_file
    pid = running(pid_file)
    assert pid is not None, f"{name} does not run"
    os.kill(pid, CRASH.get(name, signal.SIGKILL))
    while running(pid_file) is not None:
        time.sleep(0.05)


def restore(stack: Stack) -> None:
    """Start what is down, and wait until CKAN answers from its database and from its index."""
    stack.up("ckan")
    address = Ckan(stack.place).address
    for _ in range(120):
        asked = [
            httpx.post(f"{address}/api/3/action/{a}", json={}, timeout=30) for a in ("package_list", "package_search")
        ]
        if all(said.status_code == 200 for said in asked):
            return
        time.sleep(0.5)
    pytest.fail("CKAN did not get well again")


@contextmanager
def commits_fail(stack: Stack) -> Iterator[None]:
    """The database takes every change of a dataset and then fails at its commit: disk full at the last moment.

    CKAN 2.12 writes to its index before it commits, so the index is ahead of the database.
    """
    postgres = Postgres(stack.place)
    postgres.sql(
        """
        create function refuse() returns trigger language plpgsql as
            $$ begin raise exception sqlstate '53100' using message = 'No space left on device'; end $$;
        create constraint trigger refuse after insert or update on package
            deferrable initially deferred for each row execute function refuse();
        """,
        DATABASE,
    )
    try:
        yield
    finally:
        postgres.sql("drop trigger refuse on package; drop function refuse;", DATABASE)


@contextmanager
def small_disk(stack: Stack, spare_megabytes: int) -> Iterator[Path]:
    """PostgreSQL's data on a disk of its own with little space left; yields a folder on it, for ballast."""
    data = (stack.services["postgres"].folder / "data").resolve()
    disk, kept = data.with_name(f"{data.name}-disk"), data.with_name(f"{data.name}-kept")
    _end(stack)
    size = sum(path.stat().st_blocks for path in data.rglob("*")) // 2048 + spare_megabytes
    disk.mkdir()
    try:
        _mount(disk, size)
        _copy(data, disk / "data")
        data.rename(kept)
        data.symlink_to(disk / "data")
        restore(stack)
        yield disk
    finally:
        _end(stack)
        if kept.exists():
            data.unlink()
            _copy(disk / "data", data)
            shutil.rmtree(kept)
        subprocess.run(["umount", str(disk)], check=False)
        disk.rmdir()
        restore(stack)


def fill(stack: Stack, disk: Path) -> Path:
    """Leave PostgreSQL not a byte to write; deleting what this returns makes room again.

    It has log files in reserve and crashes when these are used up, as on any full disk; recovering frees some again.
    """
    ballast, refused = disk / "ballast", 0
    for _ in range(60):
        with ballast.open("ab", buffering=0) as file:
            file.write(bytes(shutil.disk_usage(disk).free))
        try:
            Postgres(stack.place).sql("select pg_logical_emit_message(false, 'full', repeat('x', 8000000))")
            refused = 0
        except StackFailed:
            refused += 1
            time.sleep(0.7)
        if refused == 3 and shutil.disk_usage(disk).free == 0:
            return ballast
    pytest.fail("the disk did not get full")


@contextmanager
def kept_full(disk: Path, ballast: Path) -> Iterator[None]:
    """What PostgreSQL frees as it recovers is taken at once: others write to that disk too."""
    is_over = Event()

    def keep() -> None:
        with ballast.open("ab", buffering=0) as file:
            while not is_over.wait(0.01):
                with suppress(OSError):  # PostgreSQL was quicker
                    file.write(bytes(shutil.disk_usage(disk).free))

    keeper = Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def _end(stack: Stack) -> None:
    service = stack.services["postgres"]
    stop(service.pid_file, service.end_by, log=service.log)


def _mount(disk: Path, megabytes: int) -> None:
    """A disk in memory; skips, visibly, where that is not allowed."""
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    done = subprocess.run(["mount", *options], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")


def _copy(source: Path, target: Path) -> None:
    """With owners and modes, which PostgreSQL insists on."""
    subprocess.run(["cp", "-a", "--sparse=never", str(source), str(target)], check=True)
