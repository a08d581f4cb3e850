"""First rows and places of a dataset, read from its published files.

Both are read from the immutable version, so that a page never shows rows of another version. What does not belong
here: how they look (`geo`, templates).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from catalog.model import Dataset, Distribution
from storage.layout import LATEST, open_file

ROWS = 10
_HEAD_BYTES = 262_144
_OWNER = "gemeinde"


class Reader(Protocol):
    """The part of a store that previews need."""

    def read(self, key: str) -> bytes: ...

    def stream(self, key: str) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Preview:
    """The first rows as text: one tuple of cells a row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Place:
    """A point in WGS84 degrees; `group` is the municipality in a statewide table, else empty."""

    lon: float
    lat: float
    group: str = ""


def first_rows(store: Reader, dataset: Dataset, rows: int = ROWS) -> Preview | None:
    """The first rows of the dataset's CSV; nothing where it has none or cannot be read as one."""
    key = _version_key(dataset, "csv")
    if key is None:
        return None
    head = bytearray()
    for chunk in store.stream(key):
        head += chunk[: _HEAD_BYTES - len(head)]
        if len(head) >= _HEAD_BYTES:
            break
    return _parse(bytes(head).decode("utf-8-sig", errors="replace"), rows, is_cut=len(head) >= _HEAD_BYTES)


def places(store: Reader, dataset: Dataset) -> tuple[Place, ...]:
    """Every row with coordinates, from the Parquet file; empty where the dataset has no places."""
    names = {field.name for field in dataset.fields}
    key = _version_key(dataset, "parquet")
    if key is None or not {"lat", "lon"} <= names:
        return ()
    import polars as pl

    columns = ["lon", "lat", *([_OWNER] if dataset.is_statewide and _OWNER in names else [])]
    frame = pl.read_parquet(io.BytesIO(store.read(key)), columns=columns).drop_nulls(["lon", "lat"])
    return tuple(Place(float(row[0]), float(row[1]), str(row[2]) if len(row) > 2 else "") for row in frame.iter_rows())


def _version_key(dataset: Dataset, fmt: str) -> str | None:
    distribution: Distribution | None = dataset.distribution(fmt)
    if distribution is None:
        return None
    prefix = open_file(dataset.dataset_id, LATEST, "")
    return open_file(dataset.dataset_id, dataset.version, distribution.key.removeprefix(prefix))


def _parse(text: str, rows: int, *, is_cut: bool) -> Preview | None:
    try:
        table = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return None
    if is_cut and len(table) > 1:
        table = table[:-1]
    return Preview(tuple(table[0]), tuple(tuple(row) for row in table[1 : rows + 1])) if table else None
