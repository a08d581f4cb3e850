"""Withdrawn datasets on the portals: which there are, and removing one for good, with a record of what it was.

What does not belong here: withdrawing (`storage.withdrawal`, then an apply), how CKAN does it (`catalog.ckan`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.ckan.client import open_client
from catalog.ckan.tombstones import Loss, Purging
from catalog.publishing import Entry, Portal, Refused, Thing
from orchestration import portals
from orchestration.platform import Platform
from storage.index import read_index
from storage.names import DatasetId, slug


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A withdrawn dataset on a portal. `since` is ISO 8601; `by_publisher`: its Kommune withdrew it and said why."""

    dataset: str
    title: str
    reason: str
    since: str
    by_publisher: bool


def tombstones(platform: Platform, target: Portal) -> list[Tombstone]:
    """The tombstones of ours on a portal, by dataset."""
    told = read_index(platform.sites.onprem).withdrawn
    found = []
    for id_, entry in sorted(target.actual().items()):
        if is_tombstone(entry):
            stone = told.get(id_)
            # CKAN says when it was changed last, which for a tombstone is when it became one.
            since = stone.at.isoformat(timespec="seconds") if stone else entry.token.partition("@")[2][:19]
            found.append(Tombstone(id_, entry.title, entry.reason, since, stone is not None))
    return found


def is_tombstone(entry: Entry) -> bool:
    return entry.thing is Thing.DATASET and not entry.is_published


@dataclass(frozen=True)
class Purge:
    """Purges tombstones from the CKAN portal called `portal`."""

    platform: Platform
    portal: str

    def losses(self, datasets: Sequence[str]) -> list[Loss]:
        """What would be lost; those that are gone already lose nothing. Raises `Refused` for what is no tombstone."""
        purging = self._purging()
        return [loss for one in datasets if (loss := purging.loss(one, _name(one))) is not None]

    def carry_out(self, datasets: Sequence[str]) -> list[str]:
        """Remove them for good, after writing down what the portal said of each; returns what was removed."""
        purging = self._purging()
        actual = portals.portal(self.platform, self.portal).actual()
        purged = []
        for one in datasets:
            if entry := actual.get(one):
                self._write_down(entry)
            if purging.purge(one, _name(one)):
                purged.append(one)
        return purged

    def _purging(self) -> Purging:
        config = portals.ckan_config(self.platform, self.portal)
        return Purging(open_client(config), config.url)

    def _write_down(self, entry: Entry) -> None:
        now = datetime.now(UTC)
        folder = portals.history(self.platform).folder / self.portal / "purged"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{now:%Y%m%dT%H%M%SZ}-{slug(entry.id)}.json"
        path.write_text(json.dumps({"at": now.isoformat(), **entry.as_json()}, ensure_ascii=False), encoding="utf-8")


def _name(dataset: str) -> str:
    return DatasetId.parse(dataset).portal_name


__all__ = ["Purge", "Refused", "Tombstone", "is_tombstone", "tombstones"]
