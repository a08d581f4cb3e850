"""What the clerk gets back: the corrected file and the file of rejected rows. Nothing is judged here.

CSV: UTF-8, comma, RFC 4180, decimal points, ISO dates. A text cell that a spreadsheet would run as a formula
(`standards.formulas`) gets an apostrophe in front in CSV; in XLSX every text is a text cell and stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from standards import formulas
from standards.definition import Standard
from standards.model import Judgement
from standards.workbook import changes_frame, rejects_frame, write_rejected, write_workbook

PARQUET = frozenset({".parquet", ".pq"})


def write_fixed(judgement: Judgement, standard: Standard, path: Path) -> None:
    """The accepted rows in the standard's field names; `.xlsx` or `.parquet` by suffix, else CSV. Raises TooManyRows.

    An XLSX has the changed cells marked and listed where `judgement.changes` is there.
    """
    with whole(path) as partial:
        if path.suffix.lower() == ".xlsx":
            write_workbook(judgement, standard, partial)
        elif _is_parquet(path):
            judgement.accepted.select(list(standard.schema())).write_parquet(partial)
        else:
            _write_csv(judgement.accepted.select(list(standard.schema())), partial)


def write_rejects(judgement: Judgement, path: Path) -> None:
    """The rejected rows with their original columns, row number and reasons; by suffix as `write_fixed`.

    The clerk corrects it in place and hands it in again: see `standards.corrections`.
    """
    write_rejected_rows(judgement.rejected, path)


def write_rejected_rows(rejected: pl.DataFrame, path: Path) -> None:
    """The same for rows with the columns of `Judgement.rejected`."""
    with whole(path) as partial:
        if path.suffix.lower() == ".xlsx":
            write_rejected(rejected, rejects_frame(rejected), partial)
        elif _is_parquet(path):
            rejects_frame(rejected).write_parquet(partial)
        else:
            _write_csv(rejects_frame(rejected), partial)


def write_changes(judgement: Judgement, standard: Standard, path: Path) -> None:
    """The list of changed cells as CSV. Raises ValueError for a judgement without one."""
    if judgement.changes is None:
        raise ValueError("judge with changes=True to list them")
    with whole(path) as partial:
        _write_csv(changes_frame(judgement.changes, standard), partial)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write under; the file appears whole or not at all, also on a full disk."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that would run as formulas get an apostrophe; numbers such as `-12,5` stay."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    columns = [pl.col(name) for name in texts]
    return frame.with_columns(
        pl.when(formulas.runs(column)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).name.keep()
        for column in columns
    )


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    with path.open("wb") as file:
        append_csv(frame, file, header=True)


def append_csv(frame: pl.DataFrame, file: IO[bytes], *, header: bool) -> None:
    """The rows behind what the file holds already; `header`: the names before them."""
    head = {name: f"'{name}" if name[:1] in formulas.STARTS else name for name in frame.columns if name}
    guarded(frame).rename(head).write_csv(
        file,
        include_header=header,
        datetime_format="%Y-%m-%dT%H:%M:%S",
        date_format="%Y-%m-%d",
        line_terminator="\r\n",
    )


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in PARQUET
