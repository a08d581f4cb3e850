"""obstore behind one class: reads, writes and lists objects of one site, and says in a sentence what went wrong.

Private to the room: a handle can write anything anywhere. Policy is decided in `storage.sites`, the only module that
writes through it; the import contract forbids the other rooms to import this one.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISLNK
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, from_url

from storage.config import StoreConfig
from storage.errors import (
    ConfigInvalid,
    KeyInvalid,
    ObjectChanged,
    ObjectExists,
    ObjectMissing,
    StorageError,
    StoreFull,
    StoreUnreachable,
)
from storage.layout import Zone

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK = 8 * 1024 * 1024
"""Bytes held at once while streaming, and the size above which an upload goes in parts."""

STAGING = ".staging"
"""Where large objects wait until they are whole; never listed."""

_FULL = re.compile(r"no space left|os error 28|os error 122|quota|XMinioStorageFull|InsufficientStorage", re.IGNORECASE)
_SILENT = re.compile(r"HTTP error: |operation timed out|connection (closed|refused|reset)", re.IGNORECASE)
_QUERY = re.compile(r"\?\S+")
"""Of an address: upload numbers and signatures are nobody's business."""
_FULL_SENTENCE = "{site}: no space left while writing {key}: free some and run again"
_BAD_SEGMENT = re.compile(r"[\x00-\x1f\x7f\\]")
_STAGING = re.compile(r"#\d+$")
_MEDIATYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".geojson": "application/geo+json",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ttl": "text/turtle; charset=utf-8",
    ".jsonld": "application/ld+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a site says about an object; `size` in bytes, `modified` in UTC."""

    key: str
    size: int
    modified: datetime
    etag: str


def check_key(key: str) -> str:
    """Return `key` where it is a plain relative path; raises `KeyInvalid` for one that might lead elsewhere."""
    parts = key.split("/")
    if not key or any(part in {"", ".", ".."} or part != part.strip() for part in parts) or _BAD_SEGMENT.search(key):
        raise KeyInvalid(f"“{key}” is no key: write zone/…/file without “..”, empty parts or control characters")
    if _STAGING.search(key) or "%" in key or len(key.encode()) > 900:
        raise KeyInvalid(f"“{key}” is no key: no “%”, no “#1” at the end, at most 900 bytes")
    return key


class Handle:
    """Every object operation of one site. Thread-safe."""

    def __init__(self, site: str, config: StoreConfig, home: Path) -> None:
        self.site = site
        self._is_gs = config.scheme == "gs"
        self.folder = _folder(config, home) if config.scheme == "file" else None
        try:
            # A bucket for each zone, or one store under the name of none of them.
            zones: tuple[Zone | None, ...] = tuple(Zone) if config.is_by_zone else (None,)
            self._stores = {zone: _open(config.of_zone(zone) if zone else config, self.folder) for zone in zones}
        except (BaseError, OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise ConfigInvalid(f"stores.{site}: {config.url} cannot be opened: {reason}") from error

    def get(self, key: str) -> bytes:
        with self._translated(key):
            return bytes(obstore.get(self._of(key), self._inside(key)).bytes())

    def stream(self, key: str) -> Iterator[bytes]:
        with self._translated(key):
            for chunk in obstore.get(self._of(key), self._inside(key)).stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    def head(self, key: str) -> ObjectInfo | None:
        try:
            with self._translated(key):
                return self._info(obstore.head(self._of(key), self._inside(key)))
        except ObjectMissing:
            return None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        with self._translated(prefix):
            for store in [self._of(prefix)] if prefix else self._stores.values():
                for batch in obstore.list(store, prefix.rstrip("/") or None, chunk_size=1000):
                    for meta in batch:
                        yield self._info(meta)

    def put(self, key: str, data: bytes, *, create: bool = False, if_match: str = "") -> ObjectInfo:
        """Write `data` as a whole, atomically; `create` and `if_match` (an etag) make it conditional."""
        mode: Any = {"e_tag": if_match, "version": if_match} if if_match else ("create" if create else "overwrite")
        with self._translated(key):
            done = obstore.put(
                self._of(key),
                self._inside(key),
                data,
                mode=mode,
                attributes=self._attributes(key),
                use_multipart=None if mode == "overwrite" else False,
                chunk_size=CHUNK,
            )
        return ObjectInfo(key, len(data), datetime.now(UTC), self._etag(done))

    def put_stream(self, key: str, chunks: Iterable[bytes]) -> ObjectInfo:
        """Write `chunks` as one object: it is visible when the last byte is there, or not at all."""
        with self._translated(key):
            # obstore.put with an iterator would run it inside its own runtime, where another obstore call panics.
            writer = obstore.open_writer(
                self._of(key), self._inside(key), attributes=self._attributes(key), buffer_size=CHUNK, max_concurrency=4
            )
            for chunk in chunks:
                writer.write(chunk)
            # Not in a `finally`: closing is the commit. A writer that is dropped takes its parts with it.
            writer.close()
        return self._written(key)

    def create_stream(self, key: str, chunks: Iterable[bytes]) -> ObjectInfo:
        """Like `put_stream`, but raises `ObjectExists` rather than replace an object."""
        if self.head(key) is not None:
            raise ObjectExists(f"{self.site}: {key} exists already")
        if self.folder is None:
            # Completing an upload in parts cannot be made conditional with every provider: between this head and the
            # commit another writer may win. Keys of large objects carry their content's hash, so it wrote the same.
            return self.put_stream(key, chunks)
        staged = f"{STAGING}/{uuid4().hex}"
        try:
            self.put_stream(staged, chunks)
            with self._translated(key):
                obstore.rename(self._of(key), staged, self._inside(key), overwrite=False)
        except StoreFull:
            raise StoreFull(_FULL_SENTENCE.format(site=self.site, key=key)) from None
        except ObjectExists:
            self.delete(staged)
            raise
        return self._written(key)

    def delete(self, key: str) -> None:
        """Delete an object; one that is not there is fine."""
        with suppress(ObjectMissing), self._translated(key):
            obstore.delete(self._of(key), self._inside(key))

    def _written(self, key: str) -> ObjectInfo:
        info = self.head(key)
        if info is None:
            raise ObjectMissing(f"{self.site}: {key} was removed by somebody else while it was written")
        return info

    def _of(self, key: str) -> ObjectStore:
        """The bucket of the zone a key begins with, where each zone has its own."""
        only = self._stores.get(None)
        if only is not None:
            return only
        head = key.partition("/")[0]
        try:
            return self._stores[Zone(head)]
        except ValueError:
            raise KeyInvalid(f"{self.site}: “{key}” lies in no zone, and each zone has its own bucket") from None

    def _info(self, meta: Any) -> ObjectInfo:
        return ObjectInfo(meta["path"], meta["size"], meta["last_modified"], self._etag(meta))

    def _etag(self, meta: Any) -> str:
        """What a conditional write takes: the etag; on GCS the generation, it takes nothing else."""
        return (meta["version"] if self._is_gs else None) or meta["e_tag"] or ""

    def _inside(self, key: str) -> str:
        """The key itself, after a look that no symbolic link leads it to another place."""
        check_key(key)
        if self.folder is not None and _has_link(str(self.folder), key):
            raise KeyInvalid(f"{self.site}: {key} leads elsewhere through a symbolic link: remove the link")
        return key

    def _attributes(self, key: str) -> dict[Any, str] | None:
        """The content type, so that a browser reads a bucket like a web server. Folders cannot keep one."""
        if self.folder is not None:
            return None
        suffix = Path(key).suffix.lower()
        guessed = _MEDIATYPES.get(suffix) or mimetypes.guess_type(key)[0]
        return {"Content-Type": guessed or "application/octet-stream"}

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError, ValueError, NotImplementedError) as error:
            if isinstance(error, KeyInvalid | StorageError):
                raise
            raise _translate(self.site, key, error) from error


def _open(config: StoreConfig, folder: Path | None) -> ObjectStore:
    if folder is not None:
        return LocalStore(folder, mkdir=True, automatic_cleanup=True)
    # Plain http has to be asked for: an endpoint of our own on 127.0.0.1 or inside a data centre.
    client: Any = {"connect_timeout": "5s", "timeout": "120s", "allow_http": config.endpoint.startswith("http://")}
    # Outlasts a server that is being restarted: 4 to 10 s, where it refuses connections.
    backoff = {"init_backoff": timedelta(seconds=0.25), "max_backoff": timedelta(seconds=2), "base": 2}
    retry: Any = {"max_retries": 8, "retry_timeout": timedelta(seconds=30), "backoff": backoff}
    return from_url(config.url, config=obstore_options(config), client_options=client, retry_config=retry)


def obstore_options(config: StoreConfig) -> Any:
    """The settings of a store as obstore names them; uploads to S3 carry a SHA-256 that the server checks."""
    options = {"checksum_algorithm": "SHA256"} if config.scheme == "s3" else {}
    if config.region:
        options["region"] = config.region
    return {**options, **config.options, **{name: value.get_secret_value() for name, value in config.secrets.items()}}


def _folder(config: StoreConfig, home: Path) -> Path:
    """The store's folder, resolved: a link that *is* the store is the operator's choice, one inside is an attack."""
    return (home / config.url.removeprefix("file://")).resolve()


def _has_link(folder: str, key: str) -> bool:
    """Is the folder, or anything on the way from it to the key, a symbolic link? What is not there is none."""
    path = folder
    for part in ("", *key.split("/")):
        path = f"{path}/{part}" if part else path
        try:
            if S_ISLNK(os.lstat(path).st_mode):
                return True
        except (FileNotFoundError, NotADirectoryError):
            return False
    return False


def _translate(site: str, key: str, error: Exception) -> StorageError:
    reason = str(error).partition("\n")[0]
    if isinstance(error, FileNotFoundError):
        return ObjectMissing(f"{site}: there is no {key}")
    if isinstance(error, AlreadyExistsError):
        return ObjectExists(f"{site}: {key} exists already")
    if isinstance(error, PreconditionError):
        return ObjectChanged(f"{site}: {key} was changed by somebody else in the meantime: read it again")
    if _FULL.search(reason):
        return StoreFull(_FULL_SENTENCE.format(site=site, key=key))
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return StoreUnreachable(f"{site}: access to {key} is refused: check the site's credentials and rights")
    is_silent = _SILENT.search(reason)
    why = "the store does not answer; check that it is up and run again" if is_silent else _QUERY.sub("", reason)[:300]
    return StoreUnreachable(f"{site}: {key} cannot be reached: {why}")
