"""The bytes exactly as received, kept with a receipt beside them.

Bytes first, receipt last: what landed is a fact once its receipt stands. Nothing here is ever changed or deleted;
taking a dataset back is one more entry in the log. What does not belong here: where bytes come from (`sources/`),
the log itself (`receipts`),
what becomes of them (`conversion`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.copies import display_name
from connectors.receipts import STAMP, LandingLog, Receipt
from storage.manifest import Classification
from storage.names import DatasetId
from storage.sites import Sites
from storage.stores import ObjectExists


@dataclass(frozen=True, slots=True)
class Landed:
    """`is_new` is False where the dataset's current content is the same already: then nothing was written."""

    receipt: Receipt
    is_new: bool


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
        received_at=_after(log.keys.get(dataset, ()), sites.now()),
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
        received_at=_after(log.keys[dataset], sites.now()),
        classification=current.classification,
        is_invented=current.is_invented,
        reason=reason,
        by=by,
    )
    _commit(sites, receipt)
    return receipt


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


def _after(keys: Sequence[str], now: datetime) -> datetime:
    """Now, but later than the last entry even where a clock went back: the log's order is its meaning."""
    if not keys:
        return now
    stamp = keys[-1].rpartition("/")[2].partition("-")[0]
    last = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    return max(now, last + timedelta(microseconds=1))


def _commit(sites: Sites, receipt: Receipt) -> None:
    body = receipt.model_dump_json(exclude_defaults=True).encode()
    sites.write(sites.onprem.site, receipt.key, body, classification=receipt.classification, create=True)
