"""What a page may ask beyond its own dataset: the catalogue, relations between datasets, the published files.

Built once for a rendering. What does not belong here: German words (`text`), pages (`render`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.config import CatalogConfig
from catalog.model import Catalog, Dataset
from catalog.portal.preview import Reader

HERE = Path(__file__).parent
_KINDS = frozenset({"Stadt", "Markt", "Gemeinde", "Landeshauptstadt", "Kreisstadt", "Universitätsstadt"})


@dataclass(frozen=True)
class Kommune:
    """A municipality that publishes, with its datasets in the order of their titles."""

    ags: str
    name: str
    datasets: tuple[Dataset, ...]

    @property
    def sort_name(self) -> str:
        """The name of the place without what kind of municipality it is: people look for Bamberg under B."""
        kind, _, place = self.name.partition(" ")
        return f"{place if place and kind in _KINDS else self.name} {self.ags}".casefold()


@dataclass(frozen=True)
class Context:
    """The catalogue with its relations; `store` is where first rows and places are read, if anywhere."""

    catalog: Catalog
    config: CatalogConfig
    store: Reader | None
    by_id: Mapping[str, Dataset]
    wholes: Mapping[str, tuple[Dataset, ...]]
    """Dataset id → the statewide tables that contain it."""
    kommunen: Mapping[str, Kommune]

    def parts(self, dataset: Dataset) -> list[Dataset]:
        """The published datasets that a statewide table was made of."""
        return [self.by_id[p.dataset] for p in dataset.parts if p.dataset in self.by_id]

    def fingerprint(self, dataset: Dataset) -> str:
        """Changes exactly when the page of the dataset may change: its data, its relations, the design, the site."""
        others = (*self.wholes.get(dataset.id, ()), *self.parts(dataset))
        related = [[d.id, d.title, d.rows, d.is_invented, str(d.stand or d.modified)] for d in others]
        kommune = self.kommunen.get(dataset.ags)
        name = kommune.name if kommune else ""
        what = [dataset.as_json(), related, name, self.config.model_dump(mode="json"), design()]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def context_for(catalog: Catalog, config: CatalogConfig, store: Reader | None = None) -> Context:
    """Work out the relations of a catalogue once; without `store`, pages have neither preview nor map."""
    wholes: dict[str, list[Dataset]] = defaultdict(list)
    owners: dict[str, list[Dataset]] = defaultdict(list)
    for dataset in catalog.datasets:
        for part in dataset.parts:
            wholes[part.dataset].append(dataset)
        if dataset.ags:
            owners[dataset.ags].append(dataset)
    return Context(
        catalog=catalog,
        config=config,
        store=store,
        by_id={d.id: d for d in catalog.datasets},
        wholes={id_: tuple(found) for id_, found in wholes.items()},
        kommunen={ags: _kommune(ags, found) for ags, found in sorted(owners.items())},
    )


@cache
def design() -> str:
    """SHA-256 over templates, assets and the code that fills them: a new design renders every page anew."""
    digest = hashlib.sha256()
    files = [*(HERE / "templates").iterdir(), *(HERE / "assets").iterdir(), *HERE.glob("*.py")]
    for path in sorted(p for p in files if p.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _kommune(ags: str, datasets: list[Dataset]) -> Kommune:
    names = Counter(d.publisher.name for d in datasets)
    name = min(names, key=lambda n: (-names[n], n))
    return Kommune(ags, name or ags, tuple(sorted(datasets, key=lambda d: (d.title, d.id))))
