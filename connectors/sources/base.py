"""The values that every source takes and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.publishers import SourceSpec
from connectors.receipts import Receipt
from storage.manifest import Classification
from storage.names import DatasetId


class SourceFailed(Exception):
    """A source did not give what it should; the message says what, where and what to do."""

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.attempts = attempts


@dataclass(frozen=True, slots=True)
class Order:
    """Fetch this dataset from there, unless it is still what `last` says."""

    dataset: DatasetId
    source: SourceSpec
    classification: Classification = Classification.OPEN
    is_invented: bool = False
    last: Receipt | None = None
    """The last content received, even if it was taken back since."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """New content, in memory or in a private file, and what the source said about it."""

    data: bytes | Path
    filename: str
    url: str
    etag: str = ""
    last_modified: str = ""
    revision: str = ""
    debris: tuple[Path, ...] = ()
    """Working files that are of no use once the content has landed."""

    def discard(self) -> None:
        for path in self.debris:
            path.unlink(missing_ok=True)
