"""What should lie in `open/` and `portal/` of a site: derived from the on-premises index and manifests, never listed.

The one reading of "what is right" that replication, status, verify, repair and drill share. What does not belong here:
looking at what really lies there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from storage.errors import IndexLost, ObjectMissing, StorageError
from storage.index import IndexEntry, OpenIndex, read_index
from storage.layout import MANIFEST, OPEN_INDEX, PORTAL_MANIFEST, Zone, open_file
from storage.manifest import Classification, Manifest
from storage.names import DatasetId
from storage.package_manifest import read_manifest
from storage.sites import Sites
from storage.stores import Store


@dataclass(frozen=True, slots=True)
class Expected:
    """An object that should be there; `size` in bytes, -1 where it is not known without reading."""

    key: str
    sha256: str
    size: int
    dataset: str = ""


def dataset_objects(manifest: Manifest, manifest_sha256: str, manifest_size: int, version: str) -> list[Expected]:
    """The objects of one version, its manifest last; `version` may be `latest`."""
    dataset = manifest.dataset
    files = [
        Expected(open_file(dataset, version, file.path), file.hash, file.bytes, manifest.id) for file in manifest.files
    ]
    return [*files, Expected(open_file(dataset, version, MANIFEST), manifest_sha256, manifest_size, manifest.id)]


def allowed_entries(sites: Sites, site: str, index: OpenIndex) -> dict[str, IndexEntry]:
    """The published datasets that policy places on a site."""
    if site == sites.onprem.site:
        return index.datasets
    return {
        name: entry
        for name, entry in index.published().items()
        if site in sites.config.sites(Zone.OPEN, entry.classification)
    }


def same_version(theirs: IndexEntry | None, ours: IndexEntry) -> bool:
    """Whether two indexes name the same version with the same manifest."""
    return theirs is not None and (theirs.version, theirs.manifest_sha256) == (ours.version, ours.manifest_sha256)


def good_manifest(store: Store, name: str, version: str, sha256: str) -> tuple[Manifest, bytes] | None:
    """A site's manifest where it is the one the index names, None where it is missing or another."""
    try:
        data = store.read(open_file(DatasetId.parse(name), version, MANIFEST))
    except ObjectMissing:
        return None
    return (read_manifest(data), data) if hashlib.sha256(data).hexdigest() == sha256 else None


def portal_files(store: Store) -> dict[str, str] | None:
    """SHA-256 by path below `portal/`; None where there is no portal. Raises `StorageError` for a damaged manifest."""
    try:
        data = store.read(PORTAL_MANIFEST)
    except ObjectMissing:
        return None
    return parse_portal(data)


def parse_portal(data: bytes) -> dict[str, str]:
    """Read `portal/_manifest.json`; raises `StorageError`."""
    try:
        files = json.loads(data)
        return {str(path): str(sha256) for path, sha256 in files.items()}
    except (ValueError, AttributeError):
        raise StorageError(f"{PORTAL_MANIFEST} is damaged: render the portal again") from None


def portal_objects(store: Store) -> Iterator[Expected]:
    """The portal's objects, its manifest last."""
    files = portal_files(store)
    if files is None:
        return
    for path, sha256 in files.items():
        yield Expected(f"{Zone.PORTAL}/{path}", sha256, -1)
    yield Expected(PORTAL_MANIFEST, store.sha256(PORTAL_MANIFEST), -1)


def portal_sites(sites: Sites) -> tuple[str, ...]:
    """The sites that policy lets hold the portal."""
    return sites.config.sites(Zone.PORTAL, Classification.OPEN)


def trusted_index(sites: Sites) -> OpenIndex:
    """The on-premises index, after a look that its absence is not a loss.

    Raises `IndexLost` where it is missing and another site still lists datasets: an empty index would then mean to
    delete everything everywhere.
    """
    index = read_index(sites.onprem)
    if index.datasets or index.withdrawn or sites.onprem.head(OPEN_INDEX) is not None:
        return index
    for site in sites.others:
        try:
            theirs = read_index(sites.store(site))
        except StorageError:
            continue
        if theirs.datasets:
            raise IndexLost(
                f"{sites.onprem.site}: {OPEN_INDEX} is missing, but {site} lists {len(theirs.datasets)} datasets: "
                "nothing is changed; run `allmende stores repair`"
            )
    return index
