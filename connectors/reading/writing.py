"""The table as a file others can rely on: UTF-8, comma, one header line, RFC 4180 (so lines end with CRLF).

A record end is CRLF as section 2.1 of RFC 4180 says; line ends inside cells stay as they stood.
What does not belong here: defusing formulas. This file repeats what stood in the cell; files for the public are written
by the export.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from connectors.reading.chunks import Uneven, open_chunks
from connectors.reading.result import ReadReport, ReadResult

_TRIES = 3
"""How often the chunks are asked for where a block taught something about the file."""


def write_csv(result: ReadResult, path: Path) -> None:
    """Writes the table whole or not at all: a temporary file beside `path` is renamed when complete."""
    with _whole(path) as file:
        _append(result.frame, file, header=True)


def write_large(source: Path, path: Path) -> ReadReport | None:
    """The same for a large text file, read and written a block at a time.

    None, and nothing written, where the file is small, no text or not plainly regular. Raises `Unreadable`.
    """
    chunks = open_chunks(source)
    for _ in range(_TRIES if chunks else 0):
        assert chunks is not None  # noqa: S101  the loop does not run without
        try:
            with _whole(path) as file:
                for number, chunk in enumerate(chunks.chunks()):
                    _append(chunk.frame, file, header=number == 0)
        except Uneven as reason:
            if not reason.is_learned:
                return None
            continue
        return chunks.report
    return None


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _append(frame: pl.DataFrame, file: IO[bytes], *, header: bool) -> None:
    named = frame.rename({name: name.replace("\r", " ").replace("\n", " ") for name in frame.columns})
    named.write_csv(file, include_header=header, line_terminator="\r\n", quote_style="necessary")
