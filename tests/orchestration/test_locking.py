"""One writer per home: the second waits, says who holds it, and a killed holder is no obstacle."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from orchestration.locking import Busy, exclusive


def _hold(home: Path, held: Event, release: Event) -> None:
    with exclusive(home):
        held.set()
        release.wait(60)


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the home, and the event that makes it let go."""
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held, release))
    process.start()
    assert held.wait(60)
    yield process, release
    if process.is_alive():  # setting the event would wait for ever for a waiter that was killed
        release.set()
        process.join(60)


def test_a_second_run_is_told_who_is_at_work(tmp_path: Path, holder) -> None:
    """After the time it may wait, one sentence with the process and the home."""
    process, _ = holder
    with pytest.raises(Busy, match=rf"process {process.pid}.*{tmp_path}"), exclusive(tmp_path, wait_seconds=0.3):
        pass


def test_a_waiting_run_goes_on_when_the_first_ends(tmp_path: Path, holder) -> None:
    """The lock passes on; the file then names the new holder."""
    _, release = holder
    release.set()
    with exclusive(tmp_path, wait_seconds=60):
        assert (tmp_path / "run.lock").read_text() == str(os.getpid())


def test_a_killed_run_frees_the_home(tmp_path: Path, holder) -> None:
    """The lock is the system's: kill -9 leaves nothing to clean up."""
    process, _ = holder
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    started = time.monotonic()
    with exclusive(tmp_path, wait_seconds=10):
        assert time.monotonic() - started < 5


def test_an_error_frees_the_home(tmp_path: Path) -> None:
    """A run that fails does not lock out the next one."""
    with pytest.raises(ZeroDivisionError), exclusive(tmp_path):
        raise ZeroDivisionError
    with exclusive(tmp_path, wait_seconds=0):
        pass
