"""Where the table stands in a large text, by samples from its beginning, its end and between.

What does not belong here: going through the file (`chunks`), what a sample is (`blocks`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from connectors.reading import bulk
from connectors.reading.assemble import assemble_bulk
from connectors.reading.delimited import (
    regular_start,
    tail_of,
)
from connectors.reading.dialect import Guess
from connectors.reading.head import Head
from connectors.reading.records import Record


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the table stands in the file."""

    head: Head
    first_line: int
    """1-based line of the first row."""
    top: int
    """Bytes of UTF-8 above it."""
    width: int
    names: tuple[str, ...]
    footer: tuple[Record, ...]
    below: int
    """Bytes of UTF-8 below the last row."""
    body: tuple[Record, ...]
    """The first rows: what a row that the delimiter tore apart should look like."""
    extras: dict[str, str]


def outline_of(head: bytes, end: bytes, guess: Guess, windows: list[bytes]) -> tuple[Outline, pl.DataFrame] | None:
    start = regular_start(head, guess)
    if start is None:
        return None
    top_rows, body, width, top = start
    bottom, footer = tail_of(end, guess)
    rows = [_rows_of(head[top:], guess, width), *(_rows_of(window, guess, width) for window in windows[:-1])]
    sample = pl.concat([frame for frame in rows if frame is not None] or [pl.DataFrame()])
    if not sample.height:
        return None
    table = assemble_bulk(top_rows, sample, pl.int_range(sample.height, eager=True), footer, 0)
    names, below = tuple(table.frame.columns), len(end) - bottom
    return Outline(
        top_rows, body[0][0], top, width, names, tuple(footer), below, tuple(body), table.extras
    ), table.frame


def _rows_of(window: bytes, guess: Guess, width: int) -> pl.DataFrame | None:
    """The rows of whole lines out of the file; None where a window begins or ends inside a record."""
    dialect = guess.dialect
    parsed = bulk.read_body(window, dialect.delimiter, dialect.quotechar, width)
    return parsed[0] if parsed else None
