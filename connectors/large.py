"""Large text files: read, judged and written a block at a time, in memory that does not grow with the file.

Files that are not plainly regular take the way of `checking.check_file`. What does not belong here: how blocks are
read (`reading.chunks`), how parts are judged (`standards.streaming`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from connectors.reading.chunks import Chunk, TextChunks, Uneven, open_chunks
from connectors.reading.result import ReadReport
from connectors.register import land_bbox
from standards.model import Judgement, Table

if TYPE_CHECKING:
    from connectors.facts import FactsBook
    from standards.definition import Standard
    from standards.streaming import Part

_TRIES = 6
"""How often the chunks are asked for where a block taught something about the file."""


def check_to_files(
    path: Path,
    standard: Standard | Mapping[str, Standard],
    ags: str | None = None,
    *,
    fixed: Path | None = None,
    rejects: Path | None = None,
    sheet: str | None = None,
    undo: Collection[str] = (),
    told: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
    changes: bool = False,
    book: FactsBook | None = None,
) -> tuple[ReadReport, Judgement]:
    """`check_file` with the accepted and rejected rows written by suffix: CSV, Parquet, or an Excel file.

    A large text is read, judged and written in blocks; then the judgement has counts, but no rows. Excel files and
    lists of changes are made of the whole table. `book`: see `check_file`; files in blocks are not compared.
    """
    excel = any(out is not None and out.suffix.lower() == ".xlsx" for out in (fixed, rejects))
    if not (sheet or changes or excel):
        in_blocks = _check_large(path, standard, ags, (fixed, rejects), undo=undo, told=told, kept=kept)
        if in_blocks is not None:
            return in_blocks
    from connectors.checking import check_file
    from standards.writing import write_fixed, write_rejects

    result, judgement = check_file(
        path, standard, ags, sheet=sheet, undo=undo, changes=changes, told=told, kept=kept, book=book
    )
    known = standard[judgement.standard] if isinstance(standard, Mapping) else standard
    if fixed:
        write_fixed(judgement, known, fixed)
    if rejects:
        write_rejects(judgement, rejects)
    return result.report, judgement


def _check_large(
    path: Path,
    standard: Standard | Mapping[str, Standard],
    ags: str | None,
    outputs: tuple[Path | None, Path | None],
    *,
    undo: Collection[str],
    told: Mapping[str, str] | None,
    kept: Mapping[str, str] | None,
) -> tuple[ReadReport, Judgement] | None:
    """None where the file is small, no text, or not plainly regular; then nothing was written."""
    chunks = open_chunks(path)
    for _ in range(_TRIES if chunks else 0):
        assert chunks is not None  # noqa: S101  the loop does not run without
        facts = _facts(chunks, path.name, ags, undo)
        with chunks.begun() as first:
            # loaded while the first block is read
            from connectors.checking import decided
            from standards.sinks import FileSink
            from standards.streaming import judge_stream

            table, chosen = decided(facts, standard, told, kept)
            try:
                with FileSink(chosen, *outputs, tuple(table.frame.columns)) as sink:
                    judgement = judge_stream(_passes(chunks, first), table, chosen, sink)
                    sink.finish()
            except Uneven as reason:
                if not reason.is_learned:
                    return None
            else:
                return chunks.report, judgement
    return None


def _passes(chunks: TextChunks, first: Iterator[Chunk]) -> Callable[[], Iterable[Part]]:
    """The parts for one pass after another; for the first one they are being read already."""
    from standards.streaming import Part

    begun = [first]

    def parts() -> Iterable[Part]:
        read = begun.pop() if begun else chunks.chunks()
        return (Part(chunk.frame, chunk.row_numbers, chunk.is_last) for chunk in read)

    return parts


def _facts(chunks: TextChunks, filename: str, ags: str | None, undo: Collection[str]) -> Table:
    """What is known of the file, with rows from many of its places."""
    return Table(
        frame=chunks.sample,
        row_numbers=pl.int_range(chunks.sample.height, eager=True),
        ags=ags,
        bbox=land_bbox(ags) if ags else None,
        filename=filename,
        context=chunks.extras,
        undo=frozenset(undo),
    )
