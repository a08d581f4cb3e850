"""Judged rows into files, part by part, so that a file of any length is written in bounded memory.

What does not belong here: how a cell is written (`writing`). Excel files are written at once, they hold few rows.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

import polars as pl

from standards.definition import Standard
from standards.workbook import rejects_frame
from standards.writing import PARQUET, append_csv

ROW_GROUP = 250_000


class _Writer(Protocol):
    def add(self, frame: pl.DataFrame) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class FileSink:
    """Accepted and rejected rows to a file each (`.parquet` or CSV by suffix); both appear whole or not at all."""

    def __init__(self, standard: Standard, fixed: Path | None, rejects: Path | None, columns: tuple[str, ...]) -> None:
        self._standard = standard
        self._paths = {"fixed": fixed, "rejects": rejects}
        self._columns = columns
        self._writers: dict[str, _Writer] = {}

    def begin(self) -> None:
        self._abandon()
        self._writers = {name: _writer(path) for name, path in self._paths.items() if path is not None}

    def take(self, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        if "fixed" in self._writers:
            self._writers["fixed"].add(accepted.select(list(self._standard.schema())))
        if "rejects" in self._writers:
            self._writers["rejects"].add(rejects_frame(rejected, self._columns))

    def finish(self) -> None:
        """The files take their names."""
        for writer in self._writers.values():
            writer.finish()
        self._writers = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._abandon()

    def _abandon(self) -> None:
        for writer in self._writers.values():
            writer.abandon()
        self._writers = {}


class Rows:
    """One frame after another into one file by suffix, or nowhere; it appears whole or not at all."""

    def __init__(self, path: Path | None) -> None:
        self._writer = _writer(path) if path else None

    def add(self, frame: pl.DataFrame) -> None:
        if self._writer is not None and frame.width:
            self._writer.add(frame)

    def finish(self) -> None:
        if self._writer is not None:
            self._writer.finish()
            self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.abandon()


def _writer(path: Path) -> _Writer:
    return ParquetWriter(path) if path.suffix.lower() in PARQUET else CsvWriter(path)


class CsvWriter:
    """CSV as `writing` has it, appended part by part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file = self._partial.open("wb")
        self._is_begun = False

    def add(self, frame: pl.DataFrame) -> None:
        append_csv(frame, self._file, header=not self._is_begun)
        self._is_begun = True

    def finish(self) -> None:
        self._file.close()
        self._partial.replace(self._path)

    def abandon(self) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)


class ParquetWriter:
    """Parquet in row groups; polars writes in a thread of its own what is put before it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._frames: queue.Queue[pl.DataFrame | None] = queue.Queue(1)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._is_void = False

    def add(self, frame: pl.DataFrame) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, args=(frame.schema,), daemon=True)
            self._thread.start()
        self._put(frame)

    def finish(self) -> None:
        if self._thread is None:
            # nothing was said, not even the columns
            pl.DataFrame().write_parquet(self._partial)
        else:
            self._put(None)
            self._thread.join()
        if self._error is not None:
            raise self._error
        self._partial.replace(self._path)

    def abandon(self) -> None:
        self._is_void = True
        if self._thread is not None and self._thread.is_alive():
            self._put(None)
            self._thread.join()
        self._partial.unlink(missing_ok=True)

    def _put(self, frame: pl.DataFrame | None) -> None:
        while self._error is None:
            try:
                self._frames.put(frame, timeout=0.1)
            except queue.Full:
                if self._thread is not None and not self._thread.is_alive():
                    break
                continue
            return
        if self._error is not None and not self._is_void:
            raise self._error

    def _write(self, schema: pl.Schema) -> None:
        from polars.io.plugins import register_io_source

        def source(*_: object) -> Iterator[pl.DataFrame]:
            while (frame := self._frames.get()) is not None:
                yield frame

        try:
            register_io_source(source, schema=schema).sink_parquet(self._partial, row_group_size=ROW_GROUP)
        except BaseException as error:  # noqa: BLE001  raised again where the rows come from
            self._error = error
