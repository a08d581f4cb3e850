"""A column whose cells hold lists of records, as nested files have them: each record becomes a row of its own."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import polars as pl

from standards.definition import Standard
from standards.model import Table
from standards.sections import without_sections


def expanded(table: Table, standard: Standard) -> Table:
    """The table with a row per record, its facts as columns `<column>.<key>`; what titles of rows say is a column."""
    table = without_sections(table, standard)
    if not standard.records:
        return table
    for column in table.frame.columns:
        if re.search(standard.records, column, re.IGNORECASE) and _holds_records(table.frame[column]):
            return _expand(table, column)
    return table


def _holds_records(cells: pl.Series) -> bool:
    filled = cells.drop_nulls().head(5).to_list()
    return bool(filled) and all(_records(cell) for cell in filled)


def _records(cell: str | None) -> list[dict[str, str | None]]:
    """The records of one cell; nothing where it holds anything else."""
    if not cell or not cell.startswith("[{"):
        return []
    try:
        found = json.loads(cell)
    except ValueError:
        return []
    return [_flat(item) for item in found if isinstance(item, dict)]


def _flat(item: dict[str, object], before: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[before + key] = None if value is None else str(value)
    return flat


def _expand(table: Table, column: str) -> Table:
    lists = [_records(cell) for cell in table.frame[column].to_list()]
    keys = list(dict.fromkeys(key for records in lists for record in records for key in record))
    rows = [at for at, records in enumerate(lists) for _ in records or ({},)]
    flat = [record for records in lists for record in records or ({},)]
    last = column.rsplit(".", 1)[-1]
    made = {f"{last}.{key}": pl.Series([record.get(key) for record in flat], dtype=pl.String) for key in keys}
    frame = table.frame.drop(column)[rows]
    return replace(
        table,
        frame=frame.with_columns(**{name: cells for name, cells in made.items() if name not in frame.columns}),
        row_numbers=table.row_numbers.gather(rows),
    )
