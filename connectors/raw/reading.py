"""Which version of which dataset is current, and what its rows are. Reads only.

The current version is what the pointer with the greatest `seq` says; null means that the dataset was withdrawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import polars as pl

from connectors.raw.tables import POINTERS, VERSIONS
from storage.layout import raw_table
from storage.names import DatasetId
from storage.stores import Store


def scan(store: Store, table: str) -> pl.LazyFrame:
    """A raw table, read lazily. `ensure_tables` must have run once on the store."""
    return pl.scan_delta(store.uri(raw_table(table)), storage_options=store.storage_options() or None)


def current_pointers(store: Store) -> pl.DataFrame:
    """The last move of every dataset's pointer (columns of `raw/pointers`), withdrawn ones with null `_version`."""
    return scan(store, POINTERS).sort("seq").group_by("_dataset", maintain_order=True).last().sort("_dataset").collect()


def current_versions(store: Store) -> pl.DataFrame:
    """One row per dataset that is not withdrawn: the columns of `raw/versions`, and `moved_at`, `seq` of its pointer.

    `classification` is the pointer's: it may have been changed since the version was made.
    """
    pointers = current_pointers(store).drop_nulls("_version")
    moves = pointers.select("_dataset", "_version", "classification", "moved_at", "seq")
    versions = scan(store, VERSIONS).drop("classification").collect()
    versions = versions.unique(subset=["_dataset", "_version"], keep="last", maintain_order=True)
    return versions.join(moves, on=["_dataset", "_version"]).sort("_dataset")


def version_rows(store: Store, table: str, dataset: DatasetId | str, version: str) -> pl.DataFrame:
    """The rows of one version in one table (`<standard>` or `<standard>_rejects`), in the file's order."""
    mine = (pl.col("_dataset") == str(dataset)) & (pl.col("_version") == version)
    return scan(store, table).filter(mine).sort("_row").collect()


def current_rows(store: Store, standard: str, dataset: DatasetId | str) -> pl.DataFrame:
    """The accepted rows of a dataset's current version; empty where it has none."""
    pointers = current_pointers(store).filter(pl.col("_dataset") == str(dataset))
    version = pointers.get_column("_version").item() if pointers.height else None
    if version is None:
        return scan(store, standard).head(0).collect()
    return version_rows(store, standard, dataset, version)


def pointer_fingerprint(store: Store) -> str:
    """A hash that changes exactly when some dataset's current version or classification does."""
    rows = current_pointers(store).select("_dataset", "_version", "classification").rows()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def standing(store: Store, table: str, versions: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of these (dataset, version) pairs, those that have rows in the table, with how many."""
    if not versions:
        return {}
    asked = pl.DataFrame(list(versions), schema=["_dataset", "_version"], orient="row")
    mine = pl.col("_version").is_in(asked.get_column("_version").unique().to_list())
    counts = scan(store, table).filter(mine).group_by("_dataset", "_version").len().collect()
    found = counts.join(asked, on=["_dataset", "_version"]).rows()
    return {(dataset, version): count for dataset, version, count in found}
