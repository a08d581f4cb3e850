"""The portal into its zone: files that changed, then files that are gone, then the list of files, which is the commit.

What does not belong here: what a page says (`render`), which datasets shall be shown (`catalog.publishing`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from storage.errors import ObjectMissing
from storage.layout import PORTAL_MANIFEST, Zone
from storage.manifest import Classification


class _Store(Protocol):
    site: str

    def read(self, key: str) -> bytes: ...

    def head(self, key: str) -> Any: ...

    def list(self, prefix: str) -> Iterator[Any]: ...

    def sha256(self, key: str) -> str: ...


class _Sites(Protocol):
    @property
    def onprem(self) -> Any: ...

    def write(self, site: str, key: str, data: bytes, *, classification: Classification) -> Any: ...

    def delete(self, site: str, key: str) -> None: ...


@dataclass(frozen=True)
class WriteReport:
    """Paths within the portal zone."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


UNFINISHED = f"{Zone.PORTAL}/_unfinished"
"""Lies there while files are written: where it is found, a writing was killed and the list of files may be wrong."""


def read_files(store: _Store) -> dict[str, str]:
    """{path: sha256} of what lies in the zone: from the list of files, or measured where a writing was killed."""
    if store.head(UNFINISHED) is not None:
        keys = [info.key for info in store.list(f"{Zone.PORTAL}/")]
        return {key.partition("/")[2]: store.sha256(key) for key in keys if key not in {UNFINISHED, PORTAL_MANIFEST}}
    try:
        held = json.loads(store.read(PORTAL_MANIFEST))
    except (ObjectMissing, ValueError):
        return {}
    return {str(path): str(sha) for path, sha in held.items()} if isinstance(held, dict) else {}


def write_portal(sites: _Sites, pages: Iterable[tuple[str, bytes]], keep: Collection[str] = ()) -> WriteReport:
    """Write `pages` to the on-premises site; paths that are neither written nor in `keep` go.

    Only what differs is written, the list of files last. Killed halfway, the next call measures what lies there and
    converges. Raises what storage raises.
    """
    store = sites.onprem
    before = read_files(store)
    is_marked = store.head(UNFINISHED) is not None

    def mark() -> None:
        nonlocal is_marked
        if not is_marked:
            sites.write(store.site, UNFINISHED, b"", classification=Classification.OPEN)
            is_marked = True

    after = {path: before[path] for path in keep if path in before}
    written: list[str] = []
    unchanged = 0
    for path, data in pages:
        after[path] = hashlib.sha256(data).hexdigest()
        if before.get(path) == after[path]:
            unchanged += 1
            continue
        mark()
        sites.write(store.site, _key(path), data, classification=Classification.OPEN)
        written.append(path)
    removed = sorted(set(before) - set(after))
    for path in removed:
        mark()
        sites.delete(store.site, _key(path))
    if is_marked:
        sites.write(store.site, PORTAL_MANIFEST, manifest_bytes(after), classification=Classification.OPEN)
        sites.delete(store.site, UNFINISHED)
    return WriteReport(tuple(written), tuple(removed), unchanged)


def manifest_bytes(files: dict[str, str]) -> bytes:
    """The list of files as JSON, sorted."""
    return (json.dumps(dict(sorted(files.items())), indent=0) + "\n").encode()


def _key(path: str) -> str:
    return f"{Zone.PORTAL}/{path}"


__all__ = ["WriteReport", "manifest_bytes", "read_files", "write_portal"]
