"""The wire between the publisher and a real CKAN breaks in every way a wire can; one plain apply later all is well."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from catalog.publishing import PortalError
from tests.integration.faults.proxy import WIRE, Fault, at_random, every_first_write, no_fault
from tests.integration.faults.soak import ROUNDS
from tests.integration.faults.world import IDS, World, drawn, wanted

pytestmark = pytest.mark.integration
FAULTS = [fault for fault in WIRE if fault is not Fault.SLOW]


def test_each_fault_at_each_kind_of_write(world: World) -> None:
    """Whatever happens to the first call of each writing action, the same apply ends with the portal as planned."""
    ever: set[str] = set()
    for turn, fault in enumerate(FAULTS):
        ids = [id_ for number, id_ in enumerate(IDS) if number != turn % len(IDS)]
        desired = wanted(*ids, turn=turn, formats=("csv", "geojson") if turn % 2 else ("csv", "parquet"))
        ever |= set(ids)
        world.proxy.play(every_first_write(fault))
        report = world.publish(desired, attempts=5)
        assert report.is_complete, (fault, report.as_text())
        assert world.proxy.faults, fault
        world.converged(desired, gone=frozenset(ever))
    world.proxy.play(no_fault)
    assert world.publish(desired).counts["unchanged"] == len(ids)
    assert world.proxy.writes == []
    print(f"{len(FAULTS)} faults of the wire")  # noqa: T201


def test_faults_at_random(world: World) -> None:
    """A fifth of all calls breaks, by every fault in turn: nothing is done twice, and a plain apply heals the rest."""
    chance = random.Random(5)  # noqa: S311 - a drawn catalogue
    ever: set[str] = set()
    faults = 0
    for turn in range(ROUNDS):
        desired = drawn(chance, turn)
        ever |= {d.id for d in desired.datasets}
        world.proxy.play(at_random(turn, 0.2, WIRE))
        with suppress(PortalError):  # three broken answers in a row to the first calls: no plan
            world.publish(desired)
        faults += len(world.proxy.faults)
        world.heal(desired)
        world.converged(desired, gone=frozenset(ever))
    print(f"{ROUNDS} rounds, {faults} broken calls")  # noqa: T201
    assert faults >= ROUNDS
