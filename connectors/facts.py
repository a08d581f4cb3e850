"""Facts of the versions that stand: what a file is compared with, its own dataset before and Kommunen of its size.

What does not belong here: what the facts are and what is asked (`standards.comparison`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from connectors.raw.reading import current_versions
from connectors.raw.tables import VERSIONS
from connectors.register import load_register
from standards.comparison import Peer, compare, size_class
from standards.definition import Standard
from standards.facts import Facts
from standards.model import Finding
from storage.layout import raw_table
from storage.names import DatasetId, NameInvalid, slug
from storage.stores import Store


class _Version(NamedTuple):
    ags: str
    dataset: str
    standard: str
    facts: Facts


class FactsBook:
    """The current versions' facts, read from the raw zone when first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def questions(self, standard: Standard, facts: Facts, ags: str, dataset: DatasetId | None) -> list[Finding]:
        """What is asked about a file of this Kommune. `dataset` None: its only one of this standard, if any."""
        population = _inhabitants(ags)
        before = self._before(standard.name, ags, dataset)
        has_peers = any(rule.compare == "peers" for rule in standard.plausibility)
        return compare(standard, facts, before, self._peers(standard.name, ags) if has_peers else (), population)

    def of_file(self, standard: Standard, facts: Facts, ags: str, stem: str) -> list[Finding]:
        """The same for a file that is not handed in: its name may tell the dataset, else there must be only one."""
        names = {one.dataset for one in self._current if one.ags == ags and one.standard == standard.name}
        try:
            named = DatasetId(ags, slug(stem))
        except NameInvalid:
            named = None
        return self.questions(standard, facts, ags, named if str(named) in names else None)

    @cached_property
    def _current(self) -> list[_Version]:
        if next(iter(self._store.list(raw_table(VERSIONS))), None) is None:
            return []
        rows = current_versions(self._store)
        if "facts" not in rows.columns:
            return []
        return [
            _Version(row["_ags"], row["_dataset"], row["standard"], Facts.from_json(json.loads(row["facts"])))
            for row in rows.select("_ags", "_dataset", "standard", "facts").iter_rows(named=True)
            if row["facts"]
        ]

    def _before(self, standard: str, ags: str, dataset: DatasetId | None) -> Facts | None:
        mine = [one for one in self._current if one.ags == ags and one.standard == standard]
        if dataset is not None:
            mine = [one for one in mine if one.dataset == str(dataset)]
        return mine[0].facts if len(mine) == 1 else None

    def _peers(self, standard: str, ags: str) -> Sequence[Peer]:
        """The other Kommunen of the size class with a dataset of this standard, each once."""
        own = _inhabitants(ags)
        if own is None:
            return ()
        of_size = self._by_size.get((standard, size_class(own)), {})
        return [peer for other, peer in of_size.items() if other != ags]

    @cached_property
    def _by_size(self) -> dict[tuple[str, int], dict[str, Peer]]:
        found: dict[tuple[str, int], dict[str, Peer]] = {}
        for one in self._current:
            people = _inhabitants(one.ags)
            if people is not None:
                peers = found.setdefault((one.standard, size_class(people)), {})
                so_far = peers[one.ags].facts if one.ags in peers else Facts()
                peers[one.ags] = Peer(so_far.plus(one.facts), people)
        return found


def _inhabitants(ags: str) -> int | None:
    found = load_register().gemeinde(ags)
    return found.einwohner if found else None
