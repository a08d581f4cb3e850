"""One writer per home: a run waits for the one before it. The lock is the system's: a killed run frees it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_SECONDS = 900


class Busy(Exception):
    """Another run holds the home for longer than we wait."""


@contextmanager
def exclusive(home: Path, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the home's lock; raises `Busy` when another process keeps it longer than `wait_seconds`."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "run.lock"
    with path.open("a+") as file:
        _acquire(file.fileno(), path, time.monotonic() + wait_seconds)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def process_mark(pid: int) -> str:
    """A name for a process that no later process has: its id and when it started. Empty where there is none."""
    try:
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{pid}-{started}"


def is_alive(mark: str) -> bool:
    """Whether the process that `process_mark` named still is."""
    pid = mark.partition("-")[0]
    return pid.isdigit() and process_mark(int(pid)) == mark


def _acquire(descriptor: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = path.read_text() or "unknown"
                raise Busy(
                    f"Another run (process {holder}) is at work in {path.parent}. Wait for it or end it."
                ) from None
            time.sleep(0.2)
        else:
            return
