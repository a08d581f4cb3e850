"""The wire between the publisher and a real CKAN breaks in every way a wire can; one plain apply later all is well."""

from __future__ import annotations

import os
import random

import pytest

from catalog.ckan import open_ckan
from catalog.publishing import rollback
from tests.integration.faults.proxy import WIRE, Fault, at_random, every_first_write, no_fault
from tests.integration.faults.world import IDS, World, drawn, wanted

pytestmark = pytest.mark.integration
ROUNDS = int(os.environ.get("ALLMENDE_SOAK", "0")) or 6


@pytest.mark.parametrize("fault", [f for f in WIRE if f is not Fault.SLOW], ids=str)
def test_each_fault_at_each_kind_of_write(world: World, fault: Fault) -> None:
    """Whatever happens to the first call of each writing action, the same apply ends with the portal as planned."""
    world.proxy.play(every_first_write(fault))
    first = world.publish(wanted(*IDS[:3]))
    assert first.is_complete, first.as_text()
    world.converged(wanted(*IDS[:3]))
    world.proxy.play(every_first_write(fault))
    second = world.publish(wanted(*IDS[1:4], turn=1, formats=("csv", "parquet")))
    assert second.is_complete, second.as_text()
    world.converged(wanted(*IDS[1:4], turn=1, formats=("csv", "parquet")), gone=frozenset(IDS[:1]))
    assert world.proxy.faults
    world.proxy.play(no_fault)
    assert world.publish(wanted(*IDS[1:4], turn=1, formats=("csv", "parquet"))).counts["unchanged"] == 3
    assert world.proxy.writes == []
    assert rollback(open_ckan(world.config()), world.history).is_complete
    world.converged(wanted(*IDS[:3]), gone=frozenset(IDS[3:4]))


def test_faults_at_random(world: World) -> None:
    """A fifth of all calls breaks, by every fault in turn: nothing is done twice, and a plain apply heals the rest."""
    chance = random.Random(5)  # noqa: S311 - a drawn catalogue
    ever: set[str] = set()
    faults = 0
    for turn in range(ROUNDS):
        desired = drawn(chance, turn)
        ever |= {d.id for d in desired.datasets}
        world.proxy.play(at_random(turn, 0.2, WIRE))
        try:
            world.publish(desired)
        finally:
            faults += len(world.proxy.faults)
        world.heal(desired)
        world.converged(desired, gone=frozenset(ever))
    print(f"{ROUNDS} rounds, {faults} broken calls")  # noqa: T201
    assert faults >= ROUNDS
