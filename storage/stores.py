"""The read side of one site, the same for a folder, S3, Azure Blob and GCS.

What does not belong here: writing (`storage.sites`) and which key has what (`storage.layout`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from storage._handle import CHUNK, STAGING, Handle, ObjectInfo, check_key, obstore_options
from storage.config import ZONE_MARK, StoreConfig
from storage.errors import ObjectExists, ObjectMissing, PlacementForbidden, StoreFull, StoreUnreachable

__all__ = ["CHUNK", "ObjectExists", "ObjectInfo", "ObjectMissing", "Store", "StoreFull", "StoreUnreachable"]


class Store:
    """One site, for reading. Keys as in `storage.layout`; every method may raise `StoreUnreachable`."""

    def __init__(self, site: str, config: StoreConfig, handle: Handle, *, is_onprem: bool) -> None:
        self.site = site
        self.is_onprem = is_onprem
        self.public_url = config.public_url
        self._config = config
        self._handle = handle

    def read(self, key: str) -> bytes:
        """The whole object; raises `ObjectMissing`."""
        return self._handle.get(key)

    def stream(self, key: str) -> Iterator[bytes]:
        """The object in chunks of about 8 MB; raises `ObjectMissing` at the first one."""
        return self._handle.stream(key)

    def head(self, key: str) -> ObjectInfo | None:
        """What the site says about the object, or None where there is none."""
        return self._handle.head(key)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object below `prefix` (whole path parts), without half-written ones, in no promised order."""
        return (info for info in self._handle.list(prefix) if not info.key.startswith(f"{STAGING}/"))

    def sha256(self, key: str) -> str:
        """The SHA-256 (hex) of the bytes that really lie there; raises `ObjectMissing`."""
        digest = hashlib.sha256()
        for chunk in self.stream(key):
            digest.update(chunk)
        return digest.hexdigest()

    @property
    def folder(self) -> Path | None:
        """The folder of a folder store, None for a bucket."""
        return self._handle.folder

    def uri(self, key: str) -> str:
        """Where DuckDB, polars or deltalake find it: an absolute path for folders, `s3://bucket/…` otherwise."""
        check_key(key)
        if self._handle.folder is not None:
            return str(self._handle.folder / key)
        return f"{_at(self._config.url, key).rstrip('/')}/{key}"

    def public_address(self, key: str) -> str:
        """The link for the public, empty where the site has no `public_url`."""
        return f"{_at(self.public_url, check_key(key))}/{key}" if self.public_url else ""

    def storage_options(self) -> dict[str, str]:
        """Credentials for deltalake, dlt and DuckDB, of the on-premises site alone; empty for a folder.

        Raises `PlacementForbidden` for any other site: whoever holds them could write past the policy.
        """
        if not self.is_onprem:
            raise PlacementForbidden(f"{self.site}: only the on-premises site hands out its credentials")
        if self._handle.folder is not None:
            return {}
        options: dict[str, str] = obstore_options(self._config)
        names = {name.removeprefix("aws_"): value for name, value in options.items() if name != "checksum_algorithm"}
        if self._config.endpoint.startswith("http://"):
            names["allow_http"] = "true"
        prefix = "aws_" if self._config.scheme == "s3" else ""
        return {name if name == "allow_http" else f"{prefix}{name}": value for name, value in names.items()}


def _at(address: str, key: str) -> str:
    """The address of the bucket a key lies in, where each zone has its own."""
    return address.replace(ZONE_MARK, key.partition("/")[0])
