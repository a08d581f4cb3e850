"""kill -9 of the publisher: at every request, before and after the portal has done it, and at moments by chance."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from catalog.build import load_catalog
from catalog.ckan import open_ckan
from catalog.ckan.mapping import resource_id
from catalog.config import CatalogConfig
from catalog.publishing import rollback
from storage.config import StorageConfig
from storage.sites import open_sites
from tests.integration.faults.packages import write_packages
from tests.integration.faults.proxy import Fault, at_call, no_fault
from tests.integration.faults.soak import KILLS, ROUNDS
from tests.integration.faults.world import World, drawn

pytestmark = pytest.mark.integration
LONGEST = 9
"""A plan and apply of a drawn catalogue asks the portal about so many times."""


def test_killed_anywhere(world: World) -> None:
    """After each kill one plain apply ends with the portal as wanted, and the way back before it stands open."""
    chance = random.Random(11)  # noqa: S311 - what is wanted, and when the publisher dies
    ever: set[str] = set()
    before = drawn(chance, 0)
    world.heal(before)
    kills = {"before": 0, "after": 0, "moment": 0, "lived": 0}
    for turn in range(1, KILLS + 1):
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
        if turn % 10 == 4:
            ever = before_and_back(world, desired, ever, chance, turn)
    print(f"{KILLS} seeds: {kills}")  # noqa: T201
    assert kills["lived"] < KILLS / 2


def test_killed_while_tables_are_loaded(world: World, tmp_path: Path) -> None:
    """Killed at any call while DataStore tables are loaded: in the end each holds the wanted rows, none is too many."""
    world.home = tmp_path / "home"
    sites = open_sites(StorageConfig(), world.home)
    config = CatalogConfig(public_url="https://allmende.example/")
    chance = random.Random(3)  # noqa: S311 - when the publisher dies
    kills = 0
    for turn in range(1, ROUNDS + 1):
        write_packages(sites, 2, rows=5, first=100 * turn)
        fault = chance.choice((Fault.KILL_BEFORE, Fault.KILL_AFTER))
        world.proxy.play(at_call(chance.randint(4, 14), fault))
        desired = load_catalog(sites.onprem, config)
        kills += world.killed_child(desired)
        world.heal(desired)
        world.converged(desired, tables=len(desired.datasets))
        for one in desired.datasets:
            table = resource_id(one.id, "csv")
            assert world.admin("resource_show", id=table)["datastore_active"] is True
            rows = world.admin("datastore_search", resource_id=table, sort="_id asc")["records"]
            assert [int(row["nr"]) for row in rows] == [100 * turn + number for number in range(5)]
    print(f"{ROUNDS} seeds with tables: {kills} killed")  # noqa: T201
    assert kills > ROUNDS / 2


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
