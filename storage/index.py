"""`open/index.json`: which version of which dataset is published, and which dataset was taken back.

The index is written last, after every file it names; on another site it lists only what that site holds. What does
not belong here: what a version consists of (its manifest).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage.errors import IndexDamaged, ObjectChanged, ObjectMissing
from storage.layout import OPEN_INDEX
from storage.manifest import Classification

if TYPE_CHECKING:
    from storage.sites import Sites
    from storage.stores import Store

_ATTEMPTS = 8


class IndexEntry(BaseModel):
    """The published version of a dataset. `inputs` is the fingerprint of what it was made from, opaque to others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    manifest_sha256: str
    inputs: str = ""
    modified: datetime
    classification: Classification
    title: str = ""


class Withdrawn(BaseModel):
    """A tombstone: when a dataset was taken back, and why (German, shown to the public)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    reason: str


class OpenIndex(BaseModel):
    """What is published, by dataset id (`<ags>/<slug>`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    datasets: dict[str, IndexEntry] = Field(default_factory=dict)
    withdrawn: dict[str, Withdrawn] = Field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The index as JSON, sorted: the same index is the same bytes."""
        ordered = OpenIndex(
            datasets=dict(sorted(self.datasets.items())), withdrawn=dict(sorted(self.withdrawn.items()))
        )
        return (ordered.model_dump_json(indent=1) + "\n").encode()

    def published(self) -> dict[str, IndexEntry]:
        """The entries that everybody may see."""
        return {name: entry for name, entry in self.datasets.items() if entry.classification is Classification.OPEN}


def parse_index(data: bytes) -> OpenIndex:
    """Read an index; raises `IndexDamaged` where it is none."""
    try:
        return OpenIndex.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise IndexDamaged(f"{OPEN_INDEX} is damaged ({first['msg']}): run `allmende stores repair`") from None


def read_index(store: Store) -> OpenIndex:
    """The index of a site; empty where the site has none. Raises `IndexDamaged`."""
    try:
        return parse_index(store.read(OPEN_INDEX))
    except ObjectMissing:
        return OpenIndex()


def update_index(sites: Sites, change: Callable[[OpenIndex], OpenIndex]) -> OpenIndex:
    """Change the on-premises index and return it; nothing changed is not written.

    Concurrent changes are all kept: a lock on this machine, compare-and-swap on a bucket.
    """
    store = sites.onprem
    with sites.lock("open-index"):
        for _ in range(_ATTEMPTS):
            head = store.head(OPEN_INDEX)
            before = read_index(store)
            after = change(before)
            if head is not None and after.to_bytes() == before.to_bytes():
                return after
            try:
                write_index(sites, store.site, after, etag=head.etag if head else "")
            except ObjectChanged:
                continue
            return after
    raise ObjectChanged(f"{store.site}: {OPEN_INDEX} was changed by others {_ATTEMPTS} times in a row: run again")


def write_index(sites: Sites, site: str, index: OpenIndex, *, etag: str = "") -> None:
    """Write a site's index; with `etag` only where nobody changed it since. The same content is not written again."""
    data = index.to_bytes()
    store = sites.store(site)
    head = store.head(OPEN_INDEX)
    if head is not None and head.size == len(data) and store.read(OPEN_INDEX) == data:
        return
    if etag and store.folder is None:
        sites.write(site, OPEN_INDEX, data, classification=Classification.OPEN, if_match=etag)
    else:
        sites.write(site, OPEN_INDEX, data, classification=Classification.OPEN)
