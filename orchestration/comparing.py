"""Whether two installations hold the same: files by their SHA-256, raw tables by their rows, portals by their plan.

Reads only. What does not belong here: filling the two (`twins`), how it is shown (`cli.comparison`).
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from connectors.raw import table_names
from connectors.raw.reading import scan
from orchestration import portals
from orchestration.platform import Platform
from storage.layout import Zone
from storage.stores import Store

FILES = (Zone.LANDING, Zone.CURATED, Zone.OPEN, Zone.PORTAL)
"""Zones that are compared file by file. Delta names its files at random: raw tables are compared by their rows."""

_READERS = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: `only in the first`, `only in the second` or `different`."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    """What was compared under one name: `compared` things (`unit`) in both together, of them those that differ."""

    name: str
    unit: str
    compared: int
    size: int | None
    """Bytes of files, rows of tables; of the first installation."""
    differences: tuple[Difference, ...] = ()

    @property
    def is_equal(self) -> bool:
        return not self.differences and self.compared > 0


def compare_files(first: Store, second: Store, zone: Zone) -> Part:
    """Names and SHA-256 of every file of a zone; each byte is read."""
    ours, theirs = _hashes(first, zone), _hashes(second, zone)
    hashes = [{key: sha256 for key, (_, sha256) in one.items()} for one in (ours, theirs)]
    size = sum(size for size, _ in ours.values())
    return Part(f"{zone}/", "files", len(ours.keys() | theirs.keys()), size, _differences(*hashes))


def compare_tables(first: Platform, second: Platform) -> Part:
    """The rows of every raw table, whatever their order."""
    names = table_names(first.standards)
    with ThreadPoolExecutor(_READERS) as pool:
        ours, theirs = (
            dict(zip(names, pool.map(lambda name, at=one.sites.onprem: _rows(at, name), names), strict=True))
            for one in (first, second)
        )
    rows = sum(count for count, _ in ours.values())
    hashes = [{name: digest for name, (_, digest) in one.items()} for one in (ours, theirs)]
    return Part("raw/", "tables", len(names), rows, _differences(*hashes))


def compare_portal(platform: Platform, name: str) -> Part:
    """A portal against the catalogue of its own installation: what an apply would still change."""
    target = portals.portal(platform, name)
    target.preflight()
    plan = portals.plan(platform, target)
    differences = tuple(Difference(change.id, f"would be {change.kind}") for change in plan.changes)
    return Part(f"portal {name}", "datasets", sum(plan.counts.values()), None, differences)


def _differences(ours: dict[str, str], theirs: dict[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(key, _what(ours.get(key), theirs.get(key)))
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    )


def _what(ours: str | None, theirs: str | None) -> str:
    if theirs is None:
        return "only in the first"
    return "only in the second" if ours is None else "different"


def _hashes(store: Store, zone: Zone) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 by key."""
    infos = list(store.list(zone))
    with ThreadPoolExecutor(_READERS) as pool:
        found: Iterable[str] = pool.map(lambda info: store.sha256(info.key), infos)
        return {info.key: (info.size, sha256) for info, sha256 in zip(infos, found, strict=True)}


def _rows(store: Store, table: str) -> tuple[int, str]:
    """How many rows a table has, and a hash of them that does not depend on their order."""
    rows = scan(store, table).collect()
    return rows.height, f"{rows.columns} {sorted(rows.hash_rows().to_list())}"
