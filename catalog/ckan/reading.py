"""What a CKAN portal says about our datasets, read in bulk: pages of its search, checked against its database.

The search is an index that CKAN writes before its database commits: a fault in between leaves a dataset in the index
that is none, or a change that was not kept. A portal with our plugin says in one call where the two disagree; of any
other the database's `package_list` tells at least which datasets there are. Only what they disagree on is looked at by
itself. What does not belong here: changing a dataset (`portal`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from catalog.ckan.client import Client, Forbidden, Missing, Unknown
from catalog.ckan.schema import ID, PackageSchema, foreign_extras
from catalog.publishing.entry import Entry
from catalog.publishing.portal import Transient

_SOME = 250
"""So many datasets are asked for by id at once: Solr takes 1,024 terms in a question."""
_NAMES = 10_000
_GAPS, _CLOSE = "datenallmende_index_gaps", "datenallmende_close_index_gaps"
"""Actions of our plugin (infra/ckan)."""
_MOMENT_S = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """Our entries by id, and the extras that others put on them."""

    entries: dict[str, Entry] = field(default_factory=dict)
    foreign: dict[str, list[dict[str, str]]] = field(default_factory=dict)


class _One(NamedTuple):
    """A dataset of ours as CKAN and as we say it."""

    package: Mapping[str, Any]
    entry: Entry


class Reader:
    """Reads from the portal behind `client`, several pages at once."""

    def __init__(self, client: Client, page_size: int, parallel: int) -> None:
        self._client = client
        self._page_size = page_size
        self._parallel = parallel

    def all(self, schema: PackageSchema) -> Found:
        """Read all our datasets, private ones too; of two with one id the one with our name."""
        return self._found(self._checked(self._packages(f"extras_{ID}:*"), schema, is_all=True))

    def some(self, ids: Collection[str], schema: PackageSchema) -> Found:
        """Read the datasets with these ids of ours, as the search shows them."""
        if not ids:
            return Found()
        # the field is split into words: the answer may hold more than was asked for
        quoted = [json.dumps(id_) for id_ in sorted(ids)]
        questions = [f"extras_{ID}:({' OR '.join(quoted[n : n + _SOME])})" for n in range(0, len(quoted), _SOME)]
        packages = chain.from_iterable(self._side_by_side(self._packages, questions))
        return self._found(one for one in self._checked(packages, schema, is_all=False) if one.entry.id in ids)

    def mend(self) -> None:
        """Have the index say what the database has, where the portal can do that; if not, the next apply tries again.

        Asked once, without patience: whether the portal is down is told elsewhere.
        """
        with suppress(Transient, Unknown, Forbidden, Missing):
            gaps = self._client.once(_GAPS)
            if gaps:
                # what somebody else is writing this moment looks like a gap too
                self._client.patience.sleep(_MOMENT_S)
                self._client.once(_CLOSE, ids=gaps)

    def _packages(self, query: str) -> list[dict[str, Any]]:
        first = self._page(query, 0)
        starts = range(self._page_size, first["count"], self._page_size)
        pages = [first, *self._side_by_side(lambda start: self._page(query, start), starts)]
        return [package for page in pages for package in page["results"]]

    def _page(self, query: str, start: int) -> dict[str, Any]:
        return dict(
            self._client.call(
                "package_search",
                fq=query,
                # Unlike the default order, this one does not move while we page.
                sort="name asc",
                rows=self._page_size,
                start=start,
                include_private=True,
                facet=False,
            )
        )

    def _side_by_side(self, read: Callable[[Any], Any], arguments: Collection[Any]) -> list[Any]:
        if not arguments:
            return []
        with ThreadPoolExecutor(self._parallel) as pool:
            return list(pool.map(read, arguments))

    def _checked(self, packages: Iterable[Mapping[str, Any]], schema: PackageSchema, *, is_all: bool) -> list[_One]:
        """What the index says, and what the database says where they disagree."""
        gaps = self._gaps()
        if gaps is None:
            ours = list(_ours(packages, schema))
            return self._that_exist(ours, schema) if is_all else ours
        kept = _ours((package for package in packages if package["id"] not in gaps), schema)
        looked = self._side_by_side(self.show, sorted(gaps))
        return [*kept, *_ours((package for package in looked if package), schema)]

    def _gaps(self) -> set[str] | None:
        """Ids of datasets about which index and database disagree; nothing where the portal cannot say."""
        try:
            return set(self._client.call(_GAPS))
        except (Unknown, Forbidden, Missing):
            return None

    def _that_exist(self, ours: Iterable[_One], schema: PackageSchema) -> list[_One]:
        """Without those that only the index has: twins are doubtful, and public ones the database does not name."""
        ours, named = list(ours), self._public_names()
        marks = Counter(one.entry.id for one in ours)
        kept, doubtful = list[_One](), list[_One]()
        for one in ours:
            is_sure = marks[one.entry.id] == 1 and (one.package["name"] in named or not one.entry.is_published)
            (kept if is_sure else doubtful).append(one)
        looked = self._side_by_side(self.show, [one.package["id"] for one in doubtful])
        return [*kept, *_ours((package for package in looked if package), schema)]

    def _public_names(self) -> set[str]:
        names: set[str] = set()
        while True:
            page = self._client.call("package_list", limit=_NAMES, offset=len(names))
            names |= set(page)
            if len(page) < _NAMES:
                return names

    def show(self, name_or_id: str) -> dict[str, Any] | None:
        """Read one dataset from the portal's database, or nothing."""
        try:
            return dict(self._client.call("package_show", id=name_or_id))
        except (Missing, Forbidden):
            return None

    def _found(self, ours: Iterable[_One]) -> Found:
        found, ours = Found(), list(ours)
        packages = {(entry.id, package["id"]) for package, entry in ours}
        marks = Counter(id_ for id_, _ in packages)
        for package, entry in ours:
            # An editor of the Kommune copied our dataset, mark and all: only one can have our name. No other copy may
            # stop the plan, or one editor could stop it for everybody.
            if marks[entry.id] > 1 and not _has_our_name(entry):
                continue
            found.entries[entry.id] = entry
            found.foreign[entry.id] = foreign_extras(package)
        return found


def _has_our_name(entry: Entry) -> bool:
    """As `DatasetId.portal_name`, which would not read an id that somebody made up."""
    return bool(entry.content.get("name") == entry.id.replace("/", "-"))


def _ours(packages: Iterable[Mapping[str, Any]], schema: PackageSchema) -> Iterator[_One]:
    for package in packages:
        if entry := schema.entry(package):
            yield _One(package, entry)
