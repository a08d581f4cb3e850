"""The bytes exactly as received, and the receipts beside them: the log from which everything else can be made again.

Bytes first, receipt last: what landed is a fact once its receipt stands. Nothing here is ever changed or deleted;
taking a dataset back is one more entry in the log. What does not belong here: where bytes come from (`sources/`),
what becomes of them (`conversion`).
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from connectors.answers import fold_log, told_of
from storage.layout import Zone, landing_answers, landing_content, landing_receipt, landing_receipts
from storage.manifest import Classification
from storage.names import DatasetId
from storage.sites import Sites
from storage.stores import ObjectExists, Store

WITHDRAWN = "withdrawn"
_STAMP = "%Y%m%dT%H%M%S%fZ"
_IN_MEMORY = 8 * 1024 * 1024
_FILENAME_MAX = 120
_READERS = 8
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class FileRefused(Exception):
    """A file that is not taken in; the message is one German sentence for whoever handed it in."""


class Receipt(BaseModel):
    """One entry of the log: what was received when, from where, by whom; or that the dataset was taken back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    """`<ags>/<slug>`."""
    event: Literal["received", "withdrawn"] = "received"
    received_at: datetime
    """UTC."""
    sha256: str = ""
    bytes: int = 0
    filename: str = ""
    """The base name as handed in, cleaned for display; never used as a path."""
    source_kind: str = ""
    """`http`, `ckan`, `inbox`, `cli`, `upload`, `demo`."""
    source_url: str = ""
    etag: str = ""
    last_modified: str = ""
    revision: str = ""
    """What the source itself says changes with the content: a portal's timestamp or hash, a file's size and time."""
    classification: Classification = Classification.OPEN
    standard: str | None = None
    """Told by whoever handed it in; None: the Kommune's file or the columns say."""
    told: dict[str, str] = Field(default_factory=dict)
    """Column (or `<standard>:<column>`) → field: answered with this file, or kept from before (`answers`)."""
    undo: tuple[str, ...] = ()
    """Repairs that are taken back, sorted: `KIND` or `KIND:COLUMN`. Kept for what the dataset gets later."""
    by: str = ""
    is_invented: bool = False
    reason: str = ""

    @cached_property
    def dataset_id(self) -> DatasetId:
        return DatasetId.parse(self.dataset)

    @property
    def is_withdrawal(self) -> bool:
        return self.event == WITHDRAWN

    @cached_property
    def key(self) -> str:
        mark = WITHDRAWN if self.is_withdrawal else self.sha256[:12]
        return landing_receipt(self.dataset_id, self.received_at.strftime(_STAMP), mark)

    @cached_property
    def content_key(self) -> str:
        return landing_content(self.dataset_id, self.sha256)


@dataclass(frozen=True, slots=True)
class Landed:
    """`is_new` is False where the dataset's current content is the same already: then nothing was written."""

    receipt: Receipt
    is_new: bool


@dataclass
class LandingLog:
    """The receipts' keys of all datasets (or of one), in order of time. Receipts are read only when asked for."""

    store: Store
    keys: dict[DatasetId, list[str]] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """AGS → keys of what that publisher answered about its columns."""
    decisions: dict[DatasetId, list[str]] = field(default_factory=dict)
    """Keys of what persons said about held contents, in order of time."""
    _read: dict[str, Receipt] = field(default_factory=dict)
    _told: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, store: Store, dataset: DatasetId | None = None) -> LandingLog:
        """List what is there; one listing, no object is read."""
        log = cls(store)
        prefix = landing_receipts(dataset).rstrip("/") if dataset else f"{Zone.LANDING}"
        if dataset:
            log.answers[dataset.owner] = [info.key for info in store.list(landing_answers(dataset.owner).rstrip("/"))]
        for info in store.list(prefix):
            parts = info.key.split("/")
            kinds = {"receipts": log.keys, "decisions": log.decisions}
            if len(parts) == 4 and parts[2] == "answers":
                log.answers.setdefault(parts[1], []).append(info.key)
            elif len(parts) == 5 and parts[3] in kinds and parts[4].endswith(".json"):
                kinds[parts[3]].setdefault(DatasetId(parts[1], parts[2]), []).append(info.key)
        for keys in (*log.keys.values(), *log.decisions.values()):
            keys.sort()
        return log

    def receipt(self, key: str) -> Receipt:
        if key not in self._read:
            self._read[key] = Receipt.model_validate_json(self.store.read(key))
        return self._read[key]

    def receipts(self, keys: Sequence[str]) -> list[Receipt]:
        """Many at once, in this order: a store answers several questions in the time of one."""
        with ThreadPoolExecutor(_READERS) as pool:
            return list(pool.map(self.receipt, keys))

    def latest(self, dataset: DatasetId) -> Receipt | None:
        """The last entry, be it content or a withdrawal."""
        keys = self.keys.get(dataset)
        return self.receipt(keys[-1]) if keys else None

    def latest_content(self, dataset: DatasetId, source_kind: str | None = None) -> Receipt | None:
        """The last content received (from that kind of source), even if it was taken back since."""
        for key in reversed(self.keys.get(dataset, ())):
            receipt = self.receipt(key)
            if not receipt.is_withdrawal and source_kind in {None, receipt.source_kind}:
                return receipt
        return None

    def is_withdrawn(self, dataset: DatasetId) -> bool:
        keys = self.keys.get(dataset)
        return bool(keys) and keys is not None and keys[-1].endswith(f"-{WITHDRAWN}.json")

    def told(self, ags: str) -> dict[str, str]:
        """What this publisher answered before, as a receipt keeps it."""
        if ags not in self._told:
            self._told[ags] = told_of(fold_log(self.store, self.answers.get(ags, ())))
        return self._told[ags]

    def add(self, receipt: Receipt) -> None:
        self.keys.setdefault(receipt.dataset_id, []).append(receipt.key)
        self._read[receipt.key] = receipt


def land(
    sites: Sites,
    dataset: DatasetId,
    data: bytes | Path,
    *,
    filename: str,
    source_kind: str,
    classification: Classification = Classification.OPEN,
    source_url: str = "",
    etag: str = "",
    last_modified: str = "",
    revision: str = "",
    standard: str | None = None,
    told: dict[str, str] | None = None,
    undo: Sequence[str] | None = None,
    by: str = "",
    is_invented: bool = False,
    unless: str = "",
    log: LandingLog | None = None,
) -> Landed:
    """Keep the bytes and then the receipt; the dataset's current content handed in again writes nothing.

    `undo`: repairs that are taken back; None: those that were with the dataset's last content. `unless`: SHA-256 of
    what this source gave last; the same again is nothing new, whatever is current by now.
    A `Path` must be private to the caller (`private_copy`): it is read twice. `log` spares the listing where many
    files land. Raises the errors of `Sites.write`.
    """
    log = log if log is not None else LandingLog.load(sites.onprem, dataset)
    if undo is None and log.keys.get(dataset):
        undo = last.undo if (last := log.latest_content(dataset)) else ()
    receipt = Receipt(
        dataset=str(dataset),
        received_at=_after(log.keys.get(dataset, ())),
        sha256=_sha256(data),
        bytes=len(data) if isinstance(data, bytes) else data.stat().st_size,
        filename=display_name(filename),
        source_kind=source_kind,
        source_url=source_url,
        etag=etag,
        last_modified=last_modified,
        revision=revision,
        classification=classification,
        standard=standard,
        told={**log.told(dataset.owner), **(told or {})},
        undo=tuple(sorted(undo or ())),
        by=by,
        is_invented=is_invented,
    )
    current = log.latest(dataset)
    if current is not None and (_says_the_same(current, receipt) or receipt.sha256 == unless):
        return Landed(current, is_new=False)
    with suppress(ObjectExists):
        sites.write(sites.onprem.site, receipt.content_key, data, classification=classification, create=True)
    _commit(sites, receipt)
    log.add(receipt)
    return Landed(receipt, is_new=True)


def land_withdrawal(sites: Sites, dataset: DatasetId, reason: str, *, by: str = "") -> Receipt:
    """Note that the dataset was taken back. Raises `KeyError` for one that never landed."""
    log = LandingLog.load(sites.onprem, dataset)
    current = log.latest(dataset)
    if current is None:
        raise KeyError(f"there is no dataset {dataset}")
    if current.is_withdrawal:
        return current
    receipt = Receipt(
        dataset=str(dataset),
        event="withdrawn",
        received_at=_after(log.keys[dataset]),
        classification=current.classification,
        is_invented=current.is_invented,
        reason=reason,
        by=by,
    )
    _commit(sites, receipt)
    return receipt


@contextmanager
def private_copy(path: Path, folder: Path, max_bytes: int) -> Iterator[bytes | Path]:
    """The content of a file that others may still write to: in memory if small, else copied below `folder`.

    Raises `FileRefused` for a link, a folder or device, an empty or too large file, or one that changes while it is
    read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefused(f"Die Datei {path.name} lässt sich nicht öffnen: {error.strerror}.") from error
    copy = folder / f"{uuid4().hex}.copy"
    before = os.fstat(handle)
    try:
        _refuse(path, before, max_bytes)
    except FileRefused:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        try:
            if before.st_size <= _IN_MEMORY:
                data: bytes | Path = file.read(_IN_MEMORY + 1)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                with copy.open("wb") as target:
                    while chunk := file.read(1 << 20):
                        target.write(chunk)
                data = copy
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise FileRefused(f"Die Datei {path.name} wird gerade noch geschrieben: bitte später noch einmal.")
            yield data
        finally:
            copy.unlink(missing_ok=True)


def display_name(filename: str) -> str:
    """The base name without anything that could steer a terminal or a page; `datei` where nothing is left."""
    base = re.split(r"[/\\]", filename)[-1]
    clean = _UNPRINTABLE.sub("", base).strip().strip(".")
    if len(clean) > _FILENAME_MAX:
        stem, dot, suffix = clean.rpartition(".")
        clean = f"{stem[: _FILENAME_MAX - 10]}{dot}{suffix[:8]}" if dot else clean[:_FILENAME_MAX]
    return clean or "datei"


def _refuse(path: Path, status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused(f"{path.name} ist keine Datei: bitte eine Datei angeben.")
    if status.st_size == 0:
        raise FileRefused(f"Die Datei {path.name} ist leer: bitte noch einmal speichern und schicken.")
    if status.st_size > max_bytes:
        raise FileRefused(f"Die Datei {path.name} ist größer als {max_bytes // 1_000_000} MB: bitte aufteilen.")


def _says_the_same(current: Receipt, new: Receipt) -> bool:
    """Same bytes, and nothing that decides what becomes of them differs."""
    return (
        not current.is_withdrawal
        and current.sha256 == new.sha256
        and current.classification == new.classification
        and (new.standard is None or current.standard == new.standard)
        and current.told == new.told
        and current.undo == new.undo
    )


def _sha256(data: bytes | Path) -> str:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _after(keys: Sequence[str]) -> datetime:
    """Now, but later than the last entry even where a clock went back: the log's order is its meaning."""
    now = datetime.now(UTC)
    if not keys:
        return now
    stamp = keys[-1].rpartition("/")[2].partition("-")[0]
    last = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    return max(now, last + timedelta(microseconds=1))


def _commit(sites: Sites, receipt: Receipt) -> None:
    body = receipt.model_dump_json(exclude_defaults=True).encode()
    sites.write(sites.onprem.site, receipt.key, body, classification=receipt.classification, create=True)
