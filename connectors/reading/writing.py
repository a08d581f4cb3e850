"""The table as a file others can rely on: UTF-8, comma, one header line, RFC 4180 (so lines end with CRLF).

A record end is CRLF as section 2.1 of RFC 4180 says; line ends inside cells stay as they stood.
What does not belong here: defusing formulas. This file repeats what stood in the cell; files for the public are written
by the export.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from connectors.reading.result import ReadResult


def write_csv(result: ReadResult, path: Path) -> None:
    """Writes the table whole or not at all: a temporary file beside `path` is renamed when complete."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _frame(result.frame).write_csv(partial, line_terminator="\r\n", quote_style="necessary")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _frame(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({name: name.replace("\r", " ").replace("\n", " ") for name in frame.columns})
