"""Runs in the books of Dagster: what becomes of one whose process was killed."""

from __future__ import annotations

import os
import subprocess
import sys

import dagster as dg

from orchestration.locking import is_alive, process_mark
from orchestration.running import PROCESS, end_dead_runs


def test_a_process_is_known_by_more_than_its_id() -> None:
    """This process is alive, one that ended is not, and neither is another one under the same id."""
    assert is_alive(process_mark(os.getpid()))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        mark = process_mark(child.pid)
        assert is_alive(mark)
        child.kill()
    assert not is_alive(mark)
    assert not is_alive(f"{os.getpid()}-1")
    assert not is_alive("")


def test_killed_runs_are_ended_in_the_books() -> None:
    """A started run whose process is gone is failed; one at work and one that is not ours are left alone."""
    with dg.instance_for_test() as instance:
        started = {"status": dg.DagsterRunStatus.STARTED}
        dead = instance.run_storage.add_run(dg.DagsterRun("a", tags={PROCESS: "999999-1"}, **started))
        alive = instance.run_storage.add_run(dg.DagsterRun("a", tags={PROCESS: process_mark(os.getpid())}, **started))
        foreign = instance.run_storage.add_run(dg.DagsterRun("a", **started))
        end_dead_runs(instance)
        states = [instance.get_run_by_id(run.run_id) for run in (dead, alive, foreign)]
    assert [run.status for run in states if run] == [
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.STARTED,
    ]
