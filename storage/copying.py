"""Moving single objects: a checked copy from one site to another, and deleting what lies below a prefix."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from storage.errors import ContentMismatch, ObjectMissing
from storage.expectation import Expected
from storage.layout import LATEST, MANIFEST
from storage.manifest import Classification
from storage.sites import Data, Sites
from storage.stores import CHUNK


def copy_object(
    sites: Sites,
    source: str,
    target: str,
    wanted: Expected,
    *,
    source_key: str = "",
    classification: Classification = Classification.OPEN,
) -> int:
    """Copy one object, checked against its SHA-256 before it is committed; returns its bytes.

    Raises `ContentMismatch` where the source's bytes are not those expected, `ObjectMissing`, `PlacementForbidden`.
    """
    store, key = sites.store(source), source_key or wanted.key
    head = store.head(key)
    if head is None:
        raise ObjectMissing(f"{source}: there is no {key}")
    if wanted.size >= 0 and head.size != wanted.size:
        raise ContentMismatch(f"{source}: {key} has {head.size} bytes instead of {wanted.size}: repair it first")
    data: Data
    if head.size <= CHUNK:
        data = store.read(key)
        if hashlib.sha256(data).hexdigest() != wanted.sha256:
            raise ContentMismatch(f"{source}: {key} was altered: repair it first")
    else:
        data = _checked(store.stream(key), wanted, source)
    sites.write(target, wanted.key, data, classification=classification)
    return head.size


def _checked(chunks: Iterator[bytes], wanted: Expected, source: str) -> Iterator[bytes]:
    """The chunks; raises before the end where they are not what they should be, so that nothing is committed."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != wanted.sha256:
        raise ContentMismatch(f"{source}: {wanted.key} was altered: repair it first")


def delete_objects(sites: Sites, site: str, prefix: str) -> int:
    """Delete everything below a prefix of a site, `latest` and manifests first so that no half version shows."""
    keys = sorted((info.key for info in sites.store(site).list(prefix)), key=_visible_first)
    for key in keys:
        sites.delete(site, key)
    return len(keys)


def _visible_first(key: str) -> tuple[bool, bool, str]:
    return not key.endswith(f"/{MANIFEST}"), f"/{LATEST}/" not in key, key
