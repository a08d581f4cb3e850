"""The servers behind CKAN break while we publish: once they are well again, one plain apply makes everything well."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from catalog.publishing import ApplyReport, PortalError
from orchestration.stack import Stack
from tests.integration.faults.proxy import Call, Fault, Script
from tests.integration.faults.servers import commits_fail, crash, fill, kept_full, restore, small_disk
from tests.integration.faults.soak import SOAK, cases
from tests.integration.faults.world import IDS, World, wanted

pytestmark = pytest.mark.integration

BEFORE = wanted(*IDS[:3])
AFTER = wanted(*IDS[1:], turn=1, formats=("csv", "parquet"))
GONE = frozenset(IDS)
SENTENCE = re.compile(r"[^\n]*portal “faults” \([^\n]+: (apply again later|check [^\n]+)\.")
LONGEST_S = 60.0
"""An apply on a portal that is down ends by then, however many changes it has; CI's processors are slow."""


@pytest.mark.parametrize("at", cases([2], [1, 3]))
def test_index_lost_while_applying(world: World, stack: Stack, at: int) -> None:
    """Solr dies before a write: CKAN refuses that and all after it, in a sentence; without Solr there is no plan."""
    world.heal(BEFORE)
    world.proxy.play(before_write(at, lambda: crash(stack, "solr")))
    report = world.publish(AFTER, parallel=1)
    assert len(report.failed) == 4  # also what was done: it could not be looked at afterwards
    _each_in_a_sentence(report)
    with pytest.raises(PortalError, match=SENTENCE):
        world.publish(AFTER)
    restore(stack)
    world.heal(AFTER)
    world.converged(AFTER, gone=GONE)


@pytest.mark.parametrize("at", cases([2], [1, 3]))
def test_database_restarted_while_applying(world: World, stack: Stack, at: int) -> None:
    """PostgreSQL goes down as in a power cut and comes back at once: that costs retries, no visitor an error page."""
    world.heal(BEFORE)
    world.proxy.play(before_write(at, lambda: _restart(stack)))
    report = world.publish(AFTER)
    assert _answers(world, 32) == {200}
    _each_in_a_sentence(report)
    world.heal(AFTER)
    world.converged(AFTER, gone=GONE)


def _answers(world: World, number: int) -> set[int]:
    """What so many visitors at once get, more than CKAN has threads."""

    def ask(_: int) -> int:
        return httpx.get(f"{world.url}/api/3/action/package_search?rows=1", timeout=30).status_code

    with ThreadPoolExecutor(16) as pool:
        return set(pool.map(ask, range(number)))


def test_commits_fail(world: World, stack: Stack) -> None:
    """The index is ahead of the database after a commit that failed: what it lists alone is no dataset to us."""
    world.heal(BEFORE)
    with commits_fail(stack):
        report = world.publish(AFTER)
    assert len(report.failed) == 4
    _each_in_a_sentence(report)
    world.heal(AFTER)
    world.converged(AFTER, gone=GONE)


@pytest.mark.skipif(not SOAK, reason="in a soak only: make soak")
def test_killed_while_commits_fail(world: World, stack: Stack) -> None:
    """Nobody is left to tidy up: the next plan does not believe the index, and the next apply mends it."""
    world.heal(BEFORE)
    with commits_fail(stack):
        world.killed_child(AFTER, after_s=2.0)
    world.heal(AFTER)
    world.converged(AFTER, gone=GONE)


def test_disk_full(world: World, stack: Stack) -> None:
    """PostgreSQL's disk is full: what is not published is told in a sentence; once there is space all is well.

    Its log files hold room for a small change, so that an apply may end well even then; commits that fail for certain
    are another test's.
    """
    world.heal(BEFORE)
    with small_disk(stack, 8) as disk:
        ballast = fill(stack, disk)
        began = time.monotonic()
        with kept_full(disk, ballast):
            _done_or_told(world)
        assert time.monotonic() - began < LONGEST_S
        ballast.unlink()
        restore(stack)
        world.heal(AFTER)
        world.converged(AFTER, gone=GONE)
    world.converged(AFTER, gone=GONE)


def before_write(number: int, what: Callable[[], None]) -> Script:
    """Break nothing on the wire; do `what` just before the `number`-th write reaches the portal."""
    writes: list[Call] = []

    def script(call: Call) -> Fault:
        if call.is_write:
            writes.append(call)
            if len(writes) == number:
                what()
        return Fault.NONE

    return script


def _restart(stack: Stack) -> None:
    crash(stack, "postgres")
    stack.up("postgres")


def _done_or_told(world: World) -> None:
    """What an apply does not do, as a whole or of its changes, it says in a sentence."""
    try:
        told = [failure.sentence for failure in world.publish(AFTER).failed]
    except PortalError as error:
        told = [str(error)]
    assert all(re.fullmatch(r"[^\n]+\.", sentence) for sentence in told), told


def _each_in_a_sentence(report: ApplyReport) -> None:
    for failure in report.failed:
        assert SENTENCE.fullmatch(failure.sentence) or failure.sentence.startswith("Not tried: "), failure.sentence
