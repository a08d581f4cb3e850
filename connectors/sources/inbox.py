"""Files that Kommunen drop into a folder or a bucket: which of them is which dataset, and their bytes.

Nothing in the inbox is moved or deleted. What does not belong here: uploads through the portal (`intake`).
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Protocol
from uuid import uuid4

from connectors.config import FetchConfig
from connectors.copies import FileRefused, display_name, private_copy, refuse_size
from connectors.messages import say
from connectors.publishers import DatasetSpec, InboxSource, Publishers
from storage.drops import ANSWERS, Drops
from storage.errors import ObjectChanged, ObjectMissing
from storage.names import DatasetId, NameInvalid, slug
from storage.stores import ObjectInfo

_UNFINISHED = (".part", ".partial", ".crdownload", ".tmp", ".filepart", ".swp")
_HELPERS = {"thumbs.db", "desktop.ini"}
_DEEPEST = 3
"""`<ags>/<slug>/<file>`."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One file of the inbox; `path` is relative, with `/`. Two drops with the same revision are the same."""

    path: str
    size: int
    modified: float
    """Seconds since the epoch."""
    revision: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


class Inbox(Protocol):
    """Where files are dropped."""

    def files(self) -> list[Dropped]:
        """Every finished file."""
        ...

    def content(self, dropped: Dropped) -> AbstractContextManager[bytes | Path]:
        """Its bytes, in memory or in a private copy. Raises `FileRefused`."""
        ...


@dataclass(frozen=True, slots=True)
class FolderInbox:
    """A folder. Links are not followed, hidden and unfinished files are left alone."""

    root: Path
    work: Path
    config: FetchConfig

    def files(self) -> list[Dropped]:
        youngest = time.time() - self.config.settle_seconds
        found = (self._dropped(entry) for entry in _walk(self.root, 1))
        return sorted((f for f in found if f.modified <= youngest), key=lambda dropped: dropped.path)

    @contextmanager
    def content(self, dropped: Dropped) -> Iterator[bytes | Path]:
        with private_copy(self.root / dropped.path, self.work, self.config.max_bytes) as data:
            yield data

    def _dropped(self, entry: os.DirEntry[str]) -> Dropped:
        status = entry.stat(follow_symlinks=False)
        path = Path(entry.path).relative_to(self.root).as_posix()
        return Dropped(path, status.st_size, status.st_mtime, f"{path}:{status.st_size}:{status.st_mtime_ns}")


@dataclass(frozen=True, slots=True)
class StoreInbox:
    """A bucket; an object is there whole or not at all. Our answers in it are no drops."""

    drops: Drops
    work: Path
    config: FetchConfig

    def files(self) -> list[Dropped]:
        found = (_listed(info) for info in self.drops.list())
        return sorted((f for f in found if not _is_left_alone(f.path)), key=lambda dropped: dropped.path)

    @contextmanager
    def content(self, dropped: Dropped) -> Iterator[bytes | Path]:
        """The bytes that were listed; one that is gone or replaced since is refused and comes with the next look."""
        refuse_size(display_name(dropped.path), dropped.size, self.config.max_bytes)
        self.work.mkdir(parents=True, exist_ok=True)
        copy = self.work / f"{uuid4().hex}.copy"
        try:
            with copy.open("wb") as target:
                target.writelines(self.drops.stream(dropped.path, dropped.revision.rpartition(":")[2]))
            yield copy
        except (ObjectMissing, ObjectChanged):
            raise FileRefused(say("inbox-changed", path=dropped.path)) from None
        finally:
            copy.unlink(missing_ok=True)


@dataclass(slots=True)
class Inboxes:
    """Several inboxes as one: a folder that the upload portal writes into beside a bucket."""

    inboxes: tuple[Inbox, ...]
    _from: dict[Dropped, Inbox] = field(default_factory=dict)

    def files(self) -> list[Dropped]:
        self._from = {dropped: inbox for inbox in self.inboxes for dropped in inbox.files()}
        return sorted(self._from, key=lambda dropped: (dropped.path, dropped.modified))

    def content(self, dropped: Dropped) -> AbstractContextManager[bytes | Path]:
        return self._from[dropped].content(dropped)


@dataclass(frozen=True, slots=True)
class Assigned:
    """The newest file of a dataset."""

    dataset: DatasetId
    spec: DatasetSpec
    newest: Dropped
    others: int = 0


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A file that belongs to no dataset, and why."""

    path: str
    message_de: str


def assign(files: Sequence[Dropped], publishers: Publishers) -> tuple[list[Assigned], list[Unassigned]]:
    """Which file is which dataset: first by the Kommunen's patterns, then by folder and name."""
    mine: dict[DatasetId, list[Dropped]] = defaultdict(list)
    specs: dict[DatasetId, DatasetSpec] = {}
    taken: set[str] = set()
    for dataset, _, spec in publishers.datasets():
        if isinstance(spec.source, InboxSource):
            fitting = [dropped for dropped in files if _fits(dropped.path, dataset, spec.source)]
            specs[dataset] = spec
            mine[dataset] += fitting
            taken.update(dropped.path for dropped in fitting)
    unassigned = []
    for dropped in files:
        if dropped.path in taken:
            continue
        try:
            dataset, spec = _by_name(dropped.path, publishers)
        except FileRefused as reason:
            unassigned.append(Unassigned(dropped.path, str(reason)))
        else:
            specs.setdefault(dataset, spec)
            mine[dataset].append(dropped)
    assigned = [
        Assigned(dataset, specs[dataset], max(drops, key=lambda d: (d.modified, d.path)), len(drops) - 1)
        for dataset, drops in sorted(mine.items())
        if drops
    ]
    return assigned, unassigned


def _by_name(path: str, publishers: Publishers) -> tuple[DatasetId, DatasetSpec]:
    """The dataset of a file that no pattern names: `<ags>/<slug>.csv` or `<ags>/<slug>/<any>`."""
    parts = path.split("/")
    folder = parts[0]
    if len(parts) == 1:
        raise FileRefused(say("inbox-without-owner", path=path))
    if publishers.get(folder) is None:
        raise FileRefused(say("inbox-owner-unknown", folder=folder))
    try:
        dataset = DatasetId(folder, slug(PurePosixPath(parts[1]).stem if len(parts) == 2 else parts[1]))
    except NameInvalid:
        raise FileRefused(say("no-name", filename=path)) from None
    spec = publishers.dataset(dataset)
    if spec is None or not isinstance(spec.source, InboxSource):
        raise FileRefused(say("inbox-not-meant", path=path, dataset=dataset))
    return dataset, spec


def _fits(path: str, dataset: DatasetId, source: InboxSource) -> bool:
    patterns = [source.path] if source.path else [f"{dataset}/*", f"{dataset}.*"]
    parts = path.casefold().split("/")
    return any(_fits_pattern(parts, pattern.casefold().split("/")) for pattern in patterns)


def _fits_pattern(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(parts) == len(pattern) and all(map(fnmatchcase, parts, pattern))


def _walk(folder: Path, depth: int) -> Iterable[os.DirEntry[str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink() or _is_ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST:
                yield from _walk(Path(entry.path), depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield entry


def _is_ignored(name: str) -> bool:
    lower = name.casefold()
    return lower.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _HELPERS


def _listed(info: ObjectInfo) -> Dropped:
    return Dropped(info.key, info.size, info.modified.timestamp(), f"{info.key}:{info.size}:{info.etag}")


def _is_left_alone(path: str) -> bool:
    """Hidden, unfinished, an answer of ours, or the mark that some programs leave for a folder."""
    parts = path.split("/")
    return parts[-1] == "" or ANSWERS in parts[1:2] or any(_is_ignored(part) for part in parts)
