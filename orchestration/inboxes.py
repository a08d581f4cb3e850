"""The inboxes of an installation: the folder, and the bucket where there is one. Has anything come since the last look?

An upload that MinIO reports wakes the sensor at once; the bucket is looked through every `inbox_poll_seconds` all the
same, so that a report which was lost costs a minute and no file. What does not belong here: which file is which
dataset (`connectors.sources.inbox`), taking reports (`intake.receiver`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.sources.inbox import Dropped, FolderInbox, Inbox, Inboxes, StoreInbox
from intake.arrivals import Arrivals
from orchestration.settings import Settings
from storage.drops import Drops
from storage.errors import StorageError

_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class _Cursor:
    """What the sensor knew: fingerprints of folder and bucket, the last report, when the bucket was looked through."""

    folder: str = _NOTHING
    bucket: str = _NOTHING
    arrival: int = 0
    polled: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a look brought. `key`: the same inboxes have the same key."""

    cursor: str
    key: str
    is_new: bool
    reason: str


def open_inbox(settings: Settings) -> Inbox:
    """Everything that Kommunen dropped, from folder and bucket."""
    found: list[Inbox] = [_folder(settings)]
    bucket = _bucket(settings)
    return Inboxes((*found, bucket)) if bucket else found[0]


def open_drops(settings: Settings) -> Drops | None:
    """The bucket of the Kommunen, None where there is none."""
    config = settings.inbox_config
    return Drops(config) if config else None


def owners(settings: Settings) -> list[str]:
    """The AGS that have a folder in an inbox."""
    folder, drops = settings.inbox_path, open_drops(settings)
    names = [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    names += drops.folders() if drops else ()
    return sorted({name for name in names if len(name) == 8 and name.isdecimal() and name.isascii()})


def look(settings: Settings, cursor: str | None, now: float | None = None) -> Look:
    """Whether a file came, grew, was replaced or went since the look that gave `cursor`."""
    before = _read(cursor)
    now = time.time() if now is None else now
    folder = _fingerprint(_folder(settings).files())
    bucket, arrival, polled, problem = before.bucket, before.arrival, before.polled, ""
    inbox = _bucket(settings)
    if inbox is not None:
        arrival = Arrivals(settings.arrivals_path).last()
        if arrival != before.arrival or not 0 <= now - before.polled < settings.inbox_poll_seconds:
            try:
                bucket, polled = _fingerprint(inbox.files()), now
            except StorageError as error:
                # The folder is looked at all the same, and the bucket again with the next look.
                arrival, problem = before.arrival, f"; {error}"
    is_new = (folder, bucket) != (before.folder, before.bucket)
    after = json.dumps(asdict(_Cursor(folder, bucket, arrival, polled)))
    where = f"{settings.inbox_path}{f' and {inbox.drops.url}' if inbox else ''}"
    return Look(after, f"{folder}-{bucket}", is_new, f"nothing new in {where}{problem}")


def _folder(settings: Settings) -> FolderInbox:
    return FolderInbox(settings.inbox_path, settings.work / "staging", settings.fetch)


def _bucket(settings: Settings) -> StoreInbox | None:
    drops = open_drops(settings)
    return StoreInbox(drops, settings.work / "staging", settings.fetch) if drops else None


def _fingerprint(files: Sequence[Dropped]) -> str:
    """A hash of every finished file: its name, size and time or etag."""
    return hashlib.sha256("\n".join(dropped.revision for dropped in files).encode()).hexdigest()


def _read(cursor: str | None) -> _Cursor:
    try:
        told: Any = json.loads(cursor or "{}")
        return _Cursor(**told)
    except (ValueError, TypeError):
        return _Cursor()  # of another release: one run too many finds nothing to do
