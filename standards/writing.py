"""What the clerk gets back: the corrected file and the file of rejected rows. Nothing is judged here.

CSV: UTF-8, comma, RFC 4180, decimal points, ISO dates. A text cell that a spreadsheet would run as a formula (it begins
with `=`, `+`, `-`, `@`, tab or carriage return and is no number) gets an apostrophe in front in CSV, as OWASP advises
against CSV injection; in XLSX every text is written as a text cell and stays as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from standards.definition import Standard
from standards.model import Judgement

XLSX_ROWS = 1_048_575
"""Data rows an XLSX sheet can hold beside its header."""
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[-+]?\d[\d.,  ]*$"


class TooManyRows(ValueError):
    """More rows than an XLSX sheet holds; write CSV instead."""


def write_fixed(judgement: Judgement, standard: Standard, path: Path) -> None:
    """The accepted rows in the standard's field names; `.xlsx` by suffix, else CSV. Raises TooManyRows for XLSX."""
    frame = judgement.accepted.select(list(standard.schema()))
    with _whole(path) as partial:
        if path.suffix.lower() == ".xlsx":
            titles = {field.name: field.title_de for field in standard.fields}
            _write_xlsx(frame, partial, sheet=standard.title_de, notes=titles)
        else:
            _write_csv(frame, partial)


def write_rejects(judgement: Judgement, path: Path) -> None:
    """The rejected rows with their original columns, row number and reason; `.xlsx` by suffix, else CSV."""
    records = [json.loads(record) for record in judgement.rejected["record"].to_list()]
    columns = list(dict.fromkeys(name for record in records for name in record))
    original = {name: pl.Series(name, [record.get(name) for record in records], dtype=pl.String) for name in columns}
    frame = judgement.rejected.select(pl.col("_row").alias("Zeile"), pl.col("message_de").alias("Grund"))
    taken = {name: f"{name} (Datei)" if name in ("Zeile", "Grund") else name for name in columns}
    frame = frame.with_columns(series.alias(taken[name]) for name, series in original.items())
    with _whole(path) as partial:
        if path.suffix.lower() == ".xlsx":
            _write_xlsx(frame, partial, sheet="Zurückgestellt", notes={})
        else:
            _write_csv(frame, partial)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
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
    risky = [pl.col(name).str.contains(_FORMULA) & ~pl.col(name).str.contains(_NUMBER) for name in texts]
    return frame.with_columns(
        pl.when(risk).then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name, risk in zip(texts, risky, strict=True)
    )


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    head = {name: f"'{name}" if name[:1] in "=+-@\t\r" else name for name in frame.columns if name}
    guarded(frame).rename(head).write_csv(
        path, datetime_format="%Y-%m-%dT%H:%M:%S", date_format="%Y-%m-%d", line_terminator="\r\n"
    )


def _write_xlsx(frame: pl.DataFrame, path: Path, *, sheet: str, notes: dict[str, str]) -> None:
    import xlsxwriter

    if frame.height > XLSX_ROWS:
        raise TooManyRows(
            f"Eine Excel-Datei fasst höchstens {XLSX_ROWS:,} Zeilen. Bitte wählen Sie CSV.".replace(",", ".")
        )
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet(sheet_name(sheet))
        bold = book.add_format({"bold": True, "bottom": 1})
        formats = {
            pl.Date: book.add_format({"num_format": "yyyy-mm-dd"}),
            pl.Datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        page.freeze_panes(1, 0)
        for number, name in enumerate(frame.columns):
            page.write_string(0, number, name, bold)
            if name in notes:
                page.write_comment(0, number, notes[name])
            page.set_column(number, number, min(40, max(10, len(name) + 2)))
            _write_column(page, number, frame[name], formats.get(frame.schema[name].base_type()))


def _write_column(page: object, number: int, values: pl.Series, form: object) -> None:
    write_string, write = page.write_string, page.write  # type: ignore[attr-defined]
    text = values.dtype == pl.String
    for row, value in enumerate(values.to_list(), start=1):
        if value is None:
            continue
        if text:
            write_string(row, number, value[:32_767])
        else:
            write(row, number, value, form)


def sheet_name(title: str) -> str:
    """A title as Excel allows it for a sheet: at most 31 characters, no brackets, slashes, colons, stars."""
    return "".join("-" if char in "[]:*?/\\" else char for char in title)[:31] or "Daten"
