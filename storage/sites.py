"""All sites of a configuration, and `Sites.write`: the one way any byte gets to any of them.

Everything else that writes (packages, index, replication, repair, the other rooms) calls it. What does not belong here:
the rules themselves (`storage.placement`).
"""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storage._handle import CHUNK, Handle, ObjectInfo
from storage.clock import Clock, system_clock
from storage.config import StorageConfig
from storage.errors import ConfigInvalid, PlacementForbidden
from storage.layout import OPEN_INDEX, Zone
from storage.manifest import Classification
from storage.placement import Guard, zone_of_key
from storage.stores import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

Data = bytes | Path | Iterable[bytes]

_IN_MEMORY = 16 * 1024 * 1024


def _log() -> FilteringBoundLogger:
    # loaded when there is something to say: it takes longer than checking a file
    import structlog

    log: FilteringBoundLogger = structlog.get_logger(__name__)
    return log


def open_sites(config: StorageConfig, home: Path, clock: Clock = system_clock) -> Sites:
    """Every site of `config`; relative folders lie in `home`. Opens no connection: a site may be down."""
    return Sites(config, home, clock)


class Sites:
    """The sites by name. Reading: `store(site)`. Writing: `write` and `delete`, guarded by the placement policy."""

    def __init__(self, config: StorageConfig, home: Path, clock: Clock = system_clock) -> None:
        self.config = config
        self.home = home
        self.now = clock
        self._handles = {site: Handle(site, store, home) for site, store in config.stores.items()}
        self._stores = {
            site: Store(site, config.stores[site], handle, is_onprem=site == config.onprem)
            for site, handle in self._handles.items()
        }
        self._guard = Guard(config, self.onprem)
        _refuse_overlap(self._handles)

    @property
    def names(self) -> tuple[str, ...]:
        """Every site, on-premises first."""
        return tuple(sorted(self._stores, key=lambda site: (site != self.config.onprem, site)))

    @property
    def others(self) -> tuple[str, ...]:
        """Every site that is not on-premises."""
        return self.names[1:]

    @property
    def onprem(self) -> Store:
        return self._stores[self.config.onprem]

    def store(self, site: str) -> Store:
        """The read side of a site; raises `ConfigInvalid` for one that is not configured."""
        try:
            return self._stores[site]
        except KeyError:
            raise ConfigInvalid(f"there is no site “{site}”: known are {', '.join(self.names)}") from None

    def write(
        self,
        site: str,
        key: str,
        data: Data,
        *,
        classification: Classification,
        create: bool = False,
        if_match: str = "",
    ) -> ObjectInfo:
        """Write an object, whole or not at all, where policy lets it lie.

        `create=True` raises `ObjectExists` rather than replace; `if_match` (an etag, buckets only) raises
        `ObjectChanged` where somebody else wrote. Raises `PlacementForbidden` before a byte leaves (also logged),
        `KeyInvalid`, `StoreFull`, `StoreUnreachable`.
        """
        store = self.store(site)
        try:
            self._guard.check_policy(site, key, classification)
            put = self._put if store.is_onprem else self._put_vouched
            return put(site, key, data, create=create, if_match=if_match)
        except PlacementForbidden as error:
            _log().error("write_forbidden", site=site, key=key, classification=str(classification), reason=str(error))
            raise

    def delete(self, site: str, key: str) -> None:
        """Delete an object; one that is not there is fine. What was received (`landing/`) is never deleted."""
        self.store(site)
        if zone_of_key(key) is Zone.LANDING and site == self.config.onprem:
            _log().error("delete_forbidden", site=site, key=key)
            raise PlacementForbidden(f"{key}: what was received is never deleted")
        self._handles[site].delete(key)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock among the processes of this home; freed by the system when a process dies."""
        path = self.home / "locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def _put_vouched(self, site: str, key: str, data: Data, *, create: bool, if_match: str) -> ObjectInfo:
        """Off the premises go only bytes whose hash is known before the first of them leaves."""
        if isinstance(data, bytes):
            if key == OPEN_INDEX:
                self._guard.check_index(site, data)
            else:
                self._guard.check_content(site, key, hashlib.sha256(data).hexdigest())
            return self._put(site, key, data, create=create, if_match=if_match)
        if key == OPEN_INDEX:
            raise PlacementForbidden(f"{key}: the index is written as a whole")
        # Copied first: a file or a stream could hold other bytes the second time it is read.
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as held:
            self._guard.check_content(site, key, _spool(data, held))
            held.seek(0)
            return self._put(site, key, _chunks(held), create=create, if_match=if_match)

    def _put(self, site: str, key: str, data: Data, *, create: bool, if_match: str) -> ObjectInfo:
        handle = self._handles[site]
        if isinstance(data, Path):
            if data.stat().st_size > CHUNK:
                with data.open("rb") as file:
                    return self._put(site, key, _chunks(file), create=create, if_match=if_match)
            data = data.read_bytes()
        if isinstance(data, bytes):
            return handle.put(key, data, create=create, if_match=if_match)
        return handle.create_stream(key, data) if create else handle.put_stream(key, data)


def _refuse_overlap(handles: dict[str, Handle]) -> None:
    """The settings cannot know where links lead: a cloud's folder inside our own would see everything."""
    folders = [(handle.folder, site) for site, handle in handles.items() if handle.folder]
    for folder, site in folders:
        for other, other_site in folders:
            if site != other_site and other.is_relative_to(folder):
                raise ConfigInvalid(f"stores: {site} and {other_site} lie in the same folder {folder}: separate them")


def _spool(data: Path | Iterable[bytes], held: tempfile.SpooledTemporaryFile[bytes]) -> str:
    digest = hashlib.sha256()
    if isinstance(data, Path):
        with data.open("rb") as file:
            return _spool(_chunks(file), held)
    for chunk in data:
        digest.update(chunk)
        held.write(chunk)
    return digest.hexdigest()


def _chunks(file: BinaryIO | tempfile.SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
