"""Parquet files of the on-premises site, read by polars: a folder and a bucket alike.

What does not belong here: Delta tables (`connectors.raw.reading`), which key has what (`storage.layout`).
"""

from __future__ import annotations

from errno import ENOENT

import polars as pl

from storage.stores import Store


def scan(store: Store, key: str) -> pl.LazyFrame:
    """One Parquet file, read lazily; only what is asked for is fetched. Raises `FileNotFoundError`."""
    if store.head(key) is None:
        raise FileNotFoundError(ENOENT, f"{store.site}: there is no such object", key)
    return pl.scan_parquet(store.uri(key), storage_options=store.storage_options() or None)


def read(store: Store, key: str) -> pl.DataFrame:
    """The whole file."""
    return scan(store, key).collect()


def rows(store: Store, key: str) -> int:
    """How many rows it has: only its end is read."""
    counted: int = scan(store, key).select(pl.len()).collect().item()
    return counted
