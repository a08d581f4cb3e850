"""May these bytes lie there? The rules that guard every write.

Decides only: reads what the on-premises site says about a dataset and raises, never writes. Two questions are asked.
Does policy let the zone and classification lie at the site? And for every site that is not on-premises: do index and
manifests on-premises vouch for exactly these bytes? A name or a caller's word about the classification is not enough,
so a renamed dataset, a reclassified one and bytes under a stranger's key all stay at home.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from storage._handle import check_key
from storage.config import StorageConfig
from storage.errors import KeyInvalid, PlacementForbidden
from storage.index import OpenIndex, parse_index
from storage.layout import LATEST, MANIFEST, OPEN_INDEX, PORTAL_MANIFEST, Zone, open_manifest, zone_of
from storage.manifest import Classification, Manifest
from storage.names import DatasetId, NameInvalid
from storage.package_manifest import read_manifest
from storage.stores import Store

Parsed = TypeVar("Parsed")


def zone_of_key(key: str) -> Zone:
    """The zone of a key; raises `KeyInvalid` for tricks: `..`, an absolute path, a zone in other letters."""
    check_key(key)
    try:
        return zone_of(key)
    except ValueError:
        raise KeyInvalid(f"“{key}” lies in no zone: begin with {', '.join(f'{zone}/' for zone in Zone)}") from None


@dataclass(frozen=True, slots=True)
class OpenKey:
    """`open/<owner>/<slug>/<version>/<file>` taken apart; `version` may be `latest`."""

    dataset: DatasetId
    version: str
    filename: str

    @classmethod
    def parse(cls, key: str) -> OpenKey:
        parts = key.split("/")
        try:
            _, owner, slug, version, filename = parts
            return cls(DatasetId(owner, slug), version, filename)
        except (ValueError, NameInvalid):
            raise KeyInvalid(f"“{key}” is no file of a dataset: open/<ags>/<name>/<version>/<file>") from None


class _Cache(Generic[Parsed]):
    """The parsed form of objects by etag: fresh at every question, parsed once a change."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, Parsed]] = {}
        self._lock = Lock()

    def get(self, key: str, etag: str) -> Parsed | None:
        with self._lock:
            held = self._held.get(key)
        return held[1] if held and held[0] == etag else None

    def put(self, key: str, etag: str, value: Parsed) -> Parsed:
        with self._lock:
            if len(self._held) > 4096:
                self._held.clear()
            self._held[key] = (etag, value)
        return value


class Guard:
    """The placement policy and what the on-premises site says about datasets, asked anew for every write."""

    def __init__(self, config: StorageConfig, onprem: Store) -> None:
        self._onprem = onprem
        # The configuration is frozen: what it allows is worked out once.
        self._allowed = {(zone, each): config.sites(zone, each) for zone in Zone for each in Classification}
        self._indexes: _Cache[OpenIndex] = _Cache()
        self._manifests: _Cache[tuple[Manifest, str]] = _Cache()
        self._portals: _Cache[Mapping[str, str]] = _Cache()

    def check_policy(self, site: str, key: str, classification: Classification) -> Zone:
        """The zone, where policy lets it lie at the site; raises `PlacementForbidden` or `KeyInvalid`."""
        zone = zone_of_key(key)
        allowed = self._allowed[zone, classification]
        if site not in allowed:
            raise PlacementForbidden(
                f"{key}: {classification} data of {zone}/ may lie on {', '.join(allowed)}, not on {site}"
            )
        return zone

    def check_content(self, site: str, key: str, sha256: str) -> None:
        """Raises `PlacementForbidden` unless the on-premises site vouches for these bytes under this key."""
        vouched = self._vouched(key)
        if vouched != sha256:
            raise PlacementForbidden(
                f"{key}: these bytes are not those that the on-premises site publishes there: nothing goes to {site}"
            )

    def check_index(self, site: str, data: bytes) -> None:
        """Raises `PlacementForbidden` where an index for another site names what is not published as open."""
        ours, theirs = self._index(), parse_index(data)
        published = ours.published()
        hidden = sorted(name for name in theirs.datasets if name not in published)
        if hidden:
            raise PlacementForbidden(f"{OPEN_INDEX}: {hidden[0]} is not open: its name does not go to {site} either")
        strangers = sorted(set(theirs.withdrawn) - set(ours.withdrawn))
        if strangers:
            raise PlacementForbidden(f"{OPEN_INDEX}: {strangers[0]} was not withdrawn here: nothing goes to {site}")

    def _vouched(self, key: str) -> str:
        """The SHA-256 the on-premises site publishes under the key."""
        if zone_of_key(key) is Zone.PORTAL:
            return self._vouched_portal(key)
        if zone_of_key(key) is not Zone.OPEN:
            return self._onprem.sha256(key)
        wanted = OpenKey.parse(key)
        entry = self._index().datasets.get(str(wanted.dataset))
        if entry is None:
            raise PlacementForbidden(f"{key}: {wanted.dataset} is not published on-premises: publish it there first")
        if entry.classification is not Classification.OPEN:
            raise PlacementForbidden(f"{key}: {wanted.dataset} is {entry.classification} now and stays on-premises")
        version = entry.version if wanted.version == LATEST else wanted.version
        manifest, sha256 = self._manifest(wanted.dataset, version)
        if manifest.classification is not Classification.OPEN or manifest.id != str(wanted.dataset):
            raise PlacementForbidden(f"{key}: its manifest says {manifest.classification} and {manifest.id}")
        if wanted.filename == MANIFEST:
            return sha256
        return next((file.hash for file in manifest.files if file.path == wanted.filename), "")

    def _vouched_portal(self, key: str) -> str:
        head = self._onprem.head(PORTAL_MANIFEST)
        if head is None:
            raise PlacementForbidden(f"{key}: there is no {PORTAL_MANIFEST} on-premises: render the portal first")
        if key == PORTAL_MANIFEST:
            return self._onprem.sha256(PORTAL_MANIFEST)
        held = self._portals.get(PORTAL_MANIFEST, head.etag)
        files = held or self._portals.put(PORTAL_MANIFEST, head.etag, json.loads(self._onprem.read(PORTAL_MANIFEST)))
        return files.get(key.partition("/")[2], "")

    def _index(self) -> OpenIndex:
        head = self._onprem.head(OPEN_INDEX)
        if head is None:
            return OpenIndex()
        held = self._indexes.get(OPEN_INDEX, head.etag)
        return held or self._indexes.put(OPEN_INDEX, head.etag, parse_index(self._onprem.read(OPEN_INDEX)))

    def _manifest(self, dataset: DatasetId, version: str) -> tuple[Manifest, str]:
        key = open_manifest(dataset, version)
        head = self._onprem.head(key)
        if head is None:
            raise PlacementForbidden(f"{key}: this version does not stand on-premises")
        held = self._manifests.get(key, head.etag)
        if held:
            return held
        data = self._onprem.read(key)
        return self._manifests.put(key, head.etag, (read_manifest(data), self._onprem.sha256(key)))
