"""kill -9 of the publisher: at every request, before and after the portal has done it, and at moments by chance."""

from __future__ import annotations

import os
import random

import pytest

from catalog.ckan import open_ckan
from catalog.publishing import rollback
from tests.integration.faults.proxy import Fault, at_call, no_fault
from tests.integration.faults.world import World, drawn

pytestmark = pytest.mark.integration
SEEDS = int(os.environ.get("ALLMENDE_SOAK", "0")) or 30
LONGEST = 9
"""A plan and apply of a drawn catalogue asks the portal about so many times."""


def test_killed_anywhere(world: World) -> None:
    """After each kill one plain apply ends with the portal as wanted, and the way back before it stands open."""
    chance = random.Random(11)  # noqa: S311 - what is wanted, and when the publisher dies
    ever: set[str] = set()
    before = drawn(chance, 0)
    world.heal(before)
    kills = {"before": 0, "after": 0, "moment": 0, "lived": 0}
    for turn in range(1, SEEDS + 1):
        ever |= {d.id for d in before.datasets}
        how = ("before", "after", "moment")[turn % 3]
        fault = Fault.KILL_BEFORE if how == "before" else Fault.KILL_AFTER
        number = chance.randint(1, LONGEST)
        world.proxy.play(no_fault if how == "moment" else at_call(number, fault))
        desired = drawn(chance, turn)
        was_killed = world.killed_child(desired, after_s=chance.uniform(0.1, 0.9) if how == "moment" else None)
        kills[how if was_killed else "lived"] += 1
        world.heal(desired)
        ever |= {d.id for d in desired.datasets}
        world.converged(desired, gone=frozenset(ever))
        before = desired
        if turn % 10 == 0:
            ever = before_and_back(world, desired, ever, chance, turn)
    print(f"{SEEDS} seeds: {kills}")  # noqa: T201
    assert kills["lived"] < SEEDS / 2


def before_and_back(world: World, desired, ever: set[str], chance: random.Random, turn: int) -> set[str]:
    """Publish something else, killed on the way, and go back to before it: what was `desired` is there again."""
    other = drawn(chance, turn + 1000)
    world.proxy.play(at_call(LONGEST // 2, Fault.KILL_AFTER))
    world.killed_child(other)
    world.heal(other)
    assert rollback(open_ckan(world.config(through_proxy=False)), world.history).is_complete
    ever |= {d.id for d in other.datasets}
    world.converged(desired, gone=frozenset(ever))
    return ever
