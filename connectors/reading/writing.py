"""The table as a file others can rely on: UTF-8, comma, one header line, RFC 4180 (so lines end with CRLF).

A record end is CRLF as section 2.1 of RFC 4180 says; line ends inside cells stay as they stood.
Formulas are not defused: the file repeats what stood in the cell, and the report tells how many cells would run (the
rule is in `standards.formulas`). What does not belong here: files for the public, which the export writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import polars as pl

from connectors.reading.chunks import Uneven, open_chunks
from connectors.reading.messages import note
from connectors.reading.result import ReadReport, ReadResult
from standards import formulas

_TRIES = 6
"""How often the chunks are asked for where a block taught something about the file."""


def write_csv(result: ReadResult, path: Path) -> ReadReport:
    """Writes the table whole or not at all: a temporary file beside `path` is renamed when complete.

    The report is the one of reading, with a note on cells that a spreadsheet would run.
    """
    with _whole(path) as file:
        _append(result.frame, file, header=True)
    return _told(result.report, formulas.count(result.frame))


def write_large(source: Path, path: Path) -> ReadReport | None:
    """The same for a large text file, read and written a block at a time.

    None, and nothing written, where the file is small, no text or not plainly regular. Raises `Unreadable`.
    """
    chunks = open_chunks(source)
    for _ in range(_TRIES if chunks else 0):
        assert chunks is not None  # noqa: S101  the loop does not run without
        try:
            risky = 0
            with _whole(path) as file:
                for number, chunk in enumerate(chunks.chunks()):
                    _append(chunk.frame, file, header=number == 0)
                    risky += formulas.count(chunk.frame)
        except Uneven as reason:
            if not reason.is_learned:
                return None
            continue
        return _told(chunks.report, risky)
    return None


def _told(report: ReadReport, risky: int) -> ReadReport:
    """The report, with a note where a spreadsheet would run cells of the CSV as formulas."""
    return replace(report, notes=(*report.notes, note("formula_cells", count=risky))) if risky else report


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
