"""The receipts: the log from which everything else can be made again.

What does not belong here: writing an entry with its bytes (`landing`), what becomes of them (`conversion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.answers import fold_log, told_of
from storage.layout import Zone, landing_answers, landing_content, landing_receipt, landing_receipts
from storage.manifest import Classification
from storage.names import DatasetId
from storage.stores import Store

WITHDRAWN = "withdrawn"
STAMP = "%Y%m%dT%H%M%S%fZ"
_READERS = 8


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
        return landing_receipt(self.dataset_id, self.received_at.strftime(STAMP), mark)

    @cached_property
    def content_key(self) -> str:
        return landing_content(self.dataset_id, self.sha256)


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
