"""Rows on their way into the raw tables: few large frames in memory, Parquet files once that would be too much.

What does not belong here: what the rows mean (`conversion`), dlt (`loading`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from storage.names import DatasetId

Version = tuple[str, str]
"""Dataset and version."""
_IN_MEMORY = 256 * 1024 * 1024
_ROWS_A_BATCH = 500_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one version for one table, `_row` first."""

    dataset: DatasetId
    version: str
    frame: pl.DataFrame


def _nothing(_table: str, _versions: Collection[Version]) -> Collection[Version]:
    return ()


class Spool:
    """Frames per table; afterwards each table is read once, in batches of Arrow.

    `standing(table, versions)` tells which versions the table holds already: a killed run may have written some
    tables and not others, and what stands is not written twice.
    """

    def __init__(
        self,
        folder: Path,
        standing: Callable[[str, Collection[Version]], Collection[Version]] = _nothing,
        in_memory: int = _IN_MEMORY,
    ) -> None:
        self._folder = folder
        self._standing = standing
        self._limit = in_memory
        self._held: dict[str, list[pl.DataFrame]] = {}
        self._files: dict[str, list[Path]] = {}
        self._size = 0
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted({*self._held, *self._files}))

    def add_rows(self, table: str, parts: Sequence[Rows]) -> None:
        """The rows of several versions, but those that stand already."""
        filled = [part for part in parts if part.frame.height]
        there = set(self._standing(table, {(str(part.dataset), part.version) for part in filled})) if filled else set()
        if new := [part for part in filled if (str(part.dataset), part.version) not in there]:
            self.add(table, _with_owner(new))

    def add_versions(self, table: str, frame: pl.DataFrame) -> None:
        """Ledger rows that carry `_dataset` and `_version`, but those that stand already."""
        versions = set(frame.select("_dataset", "_version").iter_rows())
        there = set(self._standing(table, versions)) if versions else set()
        known = pl.DataFrame(sorted(there), schema={"_dataset": pl.String, "_version": pl.String}, orient="row")
        self.add(table, frame.join(known, on=["_dataset", "_version"], how="anti"))

    def add(self, table: str, frame: pl.DataFrame) -> None:
        if frame.height:
            self._held.setdefault(table, []).append(frame)
            self._size += int(frame.estimated_size())
            if self._size > self._limit:
                self._spill()

    def batches(self, table: str) -> Iterator[Any]:
        """`pyarrow.Table`s of the table's rows."""
        for path in self._files.get(table, ()):
            yield arrow(pl.read_parquet(path))
        if held := self._held.get(table):
            whole = pl.concat(held)
            for start in range(0, whole.height, _ROWS_A_BATCH):
                yield arrow(whole.slice(start, _ROWS_A_BATCH))

    def clear(self) -> None:
        self._held.clear()
        self._files.clear()
        self._size = 0
        shutil.rmtree(self._folder, ignore_errors=True)

    def _spill(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for table, frames in self._held.items():
            whole = pl.concat(frames)
            for start in range(0, whole.height, _ROWS_A_BATCH):
                files = self._files.setdefault(table, [])
                path = self._folder / f"{table}-{len(files)}.parquet"
                whole.slice(start, _ROWS_A_BATCH).write_parquet(path, compression="lz4")
                files.append(path)
        self._held.clear()
        self._size = 0


def _with_owner(parts: Sequence[Rows]) -> pl.DataFrame:
    """All frames under each other, each row with `_ags`, `_dataset`, `_version` in front."""
    owners = pl.DataFrame(
        {
            "_ags": [part.dataset.owner for part in parts],
            "_dataset": [str(part.dataset) for part in parts],
            "_version": [part.version for part in parts],
            "times": [part.frame.height for part in parts],
        }
    )
    repeated = owners.select(pl.exclude("times").repeat_by("times").explode())
    return pl.concat([repeated, pl.concat([part.frame for part in parts])], how="horizontal")


def arrow(frame: pl.DataFrame) -> Any:
    """The frame as a `pyarrow.Table` that dlt and Delta understand."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
