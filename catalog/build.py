"""From the open zone to the catalogue: the index says what is published, the manifests say everything else.

The catalogue is rebuilt from these files each time; nothing is remembered elsewhere. What does not belong here:
deciding what is published (`storage.index` holds that) and any output format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from catalog.config import CatalogConfig
from catalog.model import Agent, Catalog, Dataset, Distribution, Licence, Version
from storage.index import read_index
from storage.layout import LATEST, Zone, open_file, open_manifest
from storage.manifest import MANIFEST, Classification, FileInfo, Manifest, Party
from storage.names import DatasetId
from storage.package_manifest import read_manifest
from storage.stores import Store

_log = structlog.get_logger(__name__)
_READERS = 8
_LEVEL_BASE = "http://dcat-ap.de/def/politicalGeocoding/Level/"
_LEVELS = {
    "/municipalityKey/": "municipality",
    "/municipalAssociationKey/": "municipality",
    "/regionalKey/": "municipality",
    "/districtKey/": "administrativeDistrict",
    "/governmentDistrictKey/": "administrativeDistrict",
    "/stateKey/": "state",
}
_ROLE_TITLES = {"data": "Daten", "dictionary": "Beschreibung der Spalten"}
_FORMAT_TITLES = {"csv": "CSV", "parquet": "Parquet", "geojson": "GeoJSON", "xlsx": "Excel", "json": "JSON"}


def load_catalog(store: Store, config: CatalogConfig) -> Catalog:
    """Read `open/index.json` and the manifests it names from `store`, and return the catalogue.

    Raises `storage.errors.ObjectMissing` where the index names a version whose manifest is not there, and
    `storage.errors.StorageError` for an index or a manifest that is none.
    """
    published = {id_: entry.version for id_, entry in read_index(store).published().items()}
    keys = _manifest_keys(store, published)
    with ThreadPoolExecutor(_READERS) as pool:
        manifests = dict(zip(keys, pool.map(lambda key: read_manifest(store.read(key)), keys), strict=True))
    return build_catalog(manifests, published, config)


def build_catalog(manifests: Mapping[str, Manifest], published: Mapping[str, str], config: CatalogConfig) -> Catalog:
    """Put the catalogue together from `manifests` by object key (all versions) and `published`, id → current version.

    A manifest that is not classified as open never reaches the public, whatever the index says: it is left out, loudly.
    """
    history: dict[str, list[tuple[str, Manifest]]] = defaultdict(list)
    for key, manifest in manifests.items():
        history[manifest.id].append((key, manifest))
    open_ids = [
        id_ for id_ in sorted(published) if _is_open(manifests[open_manifest(DatasetId.parse(id_), published[id_])])
    ]
    datasets = tuple(
        dataset_from_manifest(
            manifests[open_manifest(DatasetId.parse(id_), published[id_])],
            config,
            versions=_versions(history[id_], published[id_]),
        )
        for id_ in open_ids
    )
    return Catalog(
        title=config.title,
        description=config.description,
        iri=f"{config.namespace}katalog",
        homepage=f"{config.portal_base}index.html",
        language=config.language,
        publisher=Agent(
            name=config.publisher,
            uri=config.publisher_uri or f"{config.namespace}herausgeber",
            url=config.publisher_url,
        ),
        contact=Agent(name=config.contact_name or config.publisher, email=config.contact_email, url=config.contact_url),
        contributor_id=config.contributor_id,
        modified=max((d.modified for d in datasets), default=None),
        datasets=datasets,
    )


def dataset_from_manifest(manifest: Manifest, config: CatalogConfig, versions: Sequence[Version] = ()) -> Dataset:
    """Return the dataset that this manifest describes, as the catalogue with this `config` names it."""
    id_ = manifest.dataset
    iri = f"{config.namespace}datensatz/{id_}"
    passed_on = {
        name: getattr(manifest, name)
        for name in Dataset.model_fields
        if name in Manifest.model_fields and name not in {"licence", "publisher", "contact", "keywords"}
    }
    return Dataset(
        **passed_on,
        name=id_.portal_name,
        iri=iri,
        landing_page=f"{config.portal_base}{dataset_page(id_)}",
        keywords=tuple(dict.fromkeys(word.strip() for word in manifest.keywords if word.strip())),
        licence=Licence(
            name=manifest.licence.name,
            uri=manifest.licence.path,
            title=manifest.licence.title,
            attribution=manifest.attribution,
        ),
        publisher=_agent(manifest.publisher),
        contact=_agent(manifest.contact),
        political_level=_level(manifest.political_geocoding),
        distributions=tuple(_distributions(manifest.files, id_, iri, config)),
        versions=tuple(versions),
    )


def dataset_page(id_: DatasetId) -> str:
    """Path of the dataset's page within the portal zone; the same in every version."""
    return f"datensatz/{id_}.html"


def _is_open(manifest: Manifest) -> bool:
    if manifest.classification is Classification.OPEN:
        return True
    _log.error(
        "dataset in the open zone is not open: left out", dataset=manifest.id, classification=manifest.classification
    )
    return False


def _manifest_keys(store: Store, published: Mapping[str, str]) -> list[str]:
    """Keys of the manifests of all versions of the published datasets, current ones always among them."""
    keys = {open_manifest(DatasetId.parse(id_), version) for id_, version in published.items()}
    for info in store.list(f"{Zone.OPEN}/"):
        parts = info.key.split("/")
        if len(parts) == 5 and parts[4] == MANIFEST and parts[3] != LATEST and f"{parts[1]}/{parts[2]}" in published:
            keys.add(info.key)
    return sorted(keys)


def _versions(history: Iterable[tuple[str, Manifest]], current: str) -> list[Version]:
    """The history newest first; the current version leads even where an earlier one was published again."""
    versions = [Version(version=m.version, modified=m.modified, rows=m.rows, key=key) for key, m in history]
    return sorted(versions, key=lambda v: (v.version == current, v.modified, v.version), reverse=True)


def _distributions(
    files: Iterable[FileInfo], id_: DatasetId, iri: str, config: CatalogConfig
) -> Iterator[Distribution]:
    seen: dict[str, int] = {}
    for file in files:
        name = file.format if file.role == "data" else f"{file.role}-{file.format}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}-{seen[name]}"
        key = open_file(id_, LATEST, file.path)
        yield Distribution(
            iri=f"{iri}/{name}",
            name=name,
            title=f"{_ROLE_TITLES[file.role]} als {_FORMAT_TITLES[file.format]}",
            format=file.format,
            mediatype=file.mediatype,
            role=file.role,
            key=key,
            url=f"{config.files_base}{key}",
            bytes=file.bytes,
            sha256=file.hash,
            note=file.note,
        )


def _agent(party: Party) -> Agent:
    return Agent(name=party.name, uri=party.uri, email=party.email, url=party.url)


def _level(geocoding: str) -> str:
    return next((_LEVEL_BASE + level for part, level in _LEVELS.items() if part in geocoding), "")
