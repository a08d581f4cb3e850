"""What stood when: pointers as of a moment, versions of a dataset, the way of one row back to what was handed in.

Everything comes from what is append-only: the raw tables, the pointers, the landing log. Reads only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from connectors.raw.reading import scan
from connectors.raw.tables import POINTERS, VERSIONS, rejects_table
from connectors.receipts import LandingLog, Receipt
from standards.corrections import as_correction
from standards.definition import Standard
from storage.names import DatasetId
from storage.stores import Store


class HistoryMissing(Exception):
    """What was asked for was never there; the message says what is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the original record and the field it was used for; `value` as it stands in the raw table."""

    column: str
    text: str | None
    field: str = ""
    value: Any = None
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one row comes from."""

    dataset: str
    version: str
    row: int
    standard: str
    is_current: bool
    """Whether the dataset's pointer names this version now."""
    receipt: Receipt
    receipt_key: str
    is_intact: bool
    """Whether the bytes in the landing zone still have the SHA-256 of the receipt."""
    reading: dict[str, Any]
    cells: tuple[Cell, ...]
    """The original record, column by column; empty where the file can no longer be read the same way."""
    accepted: tuple[dict[str, Any], ...]
    """What became of it: no row where it was rejected, several where a wide file became long."""
    rejected: tuple[dict[str, Any], ...]
    repairs: tuple[dict[str, Any], ...]
    """The kinds of repair on the columns of cells that changed."""


def pointers_as_of(store: Store, moment: datetime) -> pl.DataFrame:
    """The last move of every dataset's pointer at this moment (columns of `raw/pointers`)."""
    moves = scan(store, POINTERS).filter(pl.col("moved_at") <= moment).sort("seq")
    return moves.group_by("_dataset", maintain_order=True).last().sort("_dataset").collect()


def moves_of(store: Store, dataset: DatasetId) -> pl.DataFrame:
    """Every move of a dataset's pointer in order. Raises `HistoryMissing`."""
    moves = scan(store, POINTERS).filter(pl.col("_dataset") == str(dataset)).sort("seq").collect()
    if moves.is_empty():
        raise HistoryMissing(f"Den Datensatz {dataset} gibt es nicht: Unter diesem Namen wurde nichts übernommen.")
    return moves


def version_row(store: Store, dataset: DatasetId, version: str) -> dict[str, Any]:
    """What is known about a version (columns of `raw/versions`). Raises `HistoryMissing`."""
    mine = (pl.col("_dataset") == str(dataset)) & (pl.col("_version") == version)
    found = scan(store, VERSIONS).filter(mine).sort("converted_at").collect()
    if found.is_empty():
        raise HistoryMissing(f"Der Datensatz {dataset} hat keine Version {version}.")
    return found.row(found.height - 1, named=True)


def trace(store: Store, standard: Standard, dataset: DatasetId, version: str, row: int) -> Trace:
    """The way of a row back to its receipt. Raises `HistoryMissing` where the version has no such row."""
    told = version_row(store, dataset, version)
    mine = (pl.col("_dataset") == str(dataset)) & (pl.col("_version") == version) & (pl.col("_row") == row)
    accepted = scan(store, standard.name).filter(mine).collect()
    rejected = scan(store, rejects_table(standard.name)).filter(mine).collect()
    if accepted.is_empty() and rejected.is_empty():
        raise HistoryMissing(f"Die Version {version} von {dataset} hat keine Zeile {row}.")
    contents = [told["sha256"], *reversed(json.loads(told["corrects"] or "[]"))]
    receipt, content, record = _record(store, dataset, contents, told["received_at"], row)
    cells = tuple(_cells(record, json.loads(told["mapping"] or "[]"), accepted))
    touched = {cell.column for cell in cells if cell.is_repaired}
    repairs = tuple(one for one in json.loads(told["repairs"] or "[]") if one["column"] in touched)
    return Trace(
        dataset=str(dataset),
        version=version,
        row=row,
        standard=standard.name,
        is_current=moves_of(store, dataset).get_column("_version").to_list()[-1] == version,
        receipt=receipt,
        receipt_key=receipt.key,
        is_intact=hashlib.sha256(content).hexdigest() == receipt.sha256,
        reading=json.loads(told["reading"] or "{}"),
        cells=cells,
        accepted=tuple(accepted.select(standard.schema().keys()).to_dicts()),
        rejected=tuple(rejected.select("code", "column", "value", "message_de").to_dicts()),
        repairs=repairs,
    )


def _receipt(store: Store, dataset: DatasetId, sha256: str, received_at: datetime) -> Receipt:
    log = LandingLog.load(store, dataset)
    found = [one for one in log.receipts(log.keys.get(dataset, [])) if one.sha256 == sha256]
    if not found:
        raise HistoryMissing(f"Für {dataset} liegt kein Beleg mit der Prüfsumme {sha256[:12]}… vor.")
    return min(found, key=lambda one: abs(one.received_at - received_at))


def _record(
    store: Store, dataset: DatasetId, contents: Sequence[str], received_at: datetime, row: int
) -> tuple[Receipt, bytes, dict[str, str | None]]:
    """The newest content that has this row: a corrected rejects file goes before what it corrects.

    Where none has it (today's reader no longer takes the file as it was), the first receipt without a record.
    """
    first: tuple[Receipt, bytes, dict[str, str | None]] | None = None
    for sha256 in contents:
        receipt = _receipt(store, dataset, sha256, received_at)
        content = store.read(receipt.content_key)
        record = _row_of(content, receipt.filename, row)
        if record:
            return receipt, content, record
        first = first or (receipt, content, {})
    assert first is not None  # noqa: S101 - a version has at least its own content
    return first


def _row_of(content: bytes, filename: str, row: int) -> dict[str, str | None]:
    from connectors.reading import Unreadable, read_table

    try:
        read = read_table(content, filename=filename)
    except Unreadable:
        return {}  # the receipt still leads to the bytes
    frame, numbers = as_correction(read.frame) or (read.frame, read.row_numbers)
    found = frame.filter(numbers == row)
    return found.row(0, named=True) if found.height else {}


def _cells(record: dict[str, str | None], mapping: Sequence[dict[str, Any]], accepted: pl.DataFrame) -> list[Cell]:
    fields = {one["column"]: one["field"] for one in mapping}
    values = accepted.row(0, named=True) if accepted.height == 1 else {}
    cells = []
    for column, text in record.items():
        field = fields.get(column, "")
        value = values.get(field)
        is_repaired = bool(values) and field in values and not _says_the_same(text, value)
        cells.append(Cell(column, text, field, value, is_repaired))
    return cells


def _says_the_same(text: str | None, value: Any) -> bool:
    return (text or "").strip() == ("" if value is None else str(value))
