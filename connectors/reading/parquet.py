"""Parquet to strings: every value as ISO or decimal text, nested values as JSON.

What does not belong here: the types; the public receives typed files from the export, a Kommune hands in strings.
"""

from __future__ import annotations

from io import BytesIO

import polars as pl

from connectors.reading.flatten import record_result
from connectors.reading.geoparquet import geo_of, with_places
from connectors.reading.limits import MAX_SHEET_CELLS, MAX_UNPACKED_BYTES
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.names import checked_width, column_names
from connectors.reading.result import ReadResult


def read_parquet(data: bytes) -> ReadResult:
    """All rows; refused above the limit of cells, which the file's own footer tells before anything is unpacked."""
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(BytesIO(data))
        meta, geo = file.metadata, geo_of(file.schema_arrow.metadata)
        checked_width(meta.num_columns)
        unpacked = sum(meta.row_group(at).total_byte_size for at in range(meta.num_row_groups))
        if _is_bomb(meta.num_rows * meta.num_columns, len(data)):
            raise refuse("bomb", limit=size_de(MAX_UNPACKED_BYTES))
        if unpacked > MAX_UNPACKED_BYTES * 2 or meta.num_rows * meta.num_columns > MAX_SHEET_CELLS * 10:
            raise refuse("bomb", limit=size_de(MAX_UNPACKED_BYTES * 2))
        frame = pl.read_parquet(BytesIO(data))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise refuse("parquet_broken") from error
    return _result("parquet", with_places(frame, geo) if geo else frame, geo.crs if geo else None)


def read_arrow(data: bytes) -> ReadResult:
    """Arrow IPC and Feather: all rows. Raises `Unreadable`."""
    try:
        frame = pl.read_ipc(BytesIO(data))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise refuse("arrow_broken") from error
    return _result("arrow", frame)


def _is_bomb(cells: int, size: int) -> bool:
    """Millions of cells out of next to nothing."""
    return cells > MAX_SHEET_CELLS and cells > 100 * size


def _result(kind: str, frame: pl.DataFrame, crs: str | None = None) -> ReadResult:
    names, notes = column_names(frame.columns, None)
    strings = pl.DataFrame(
        [_strings(column).alias(name) for column, name in zip(frame.get_columns(), names, strict=True)]
    )
    notes += [note("crs", crs=crs)] if crs else []
    return record_result(kind, strings, None, notes, crs=crs)


def _strings(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List | pl.Struct | pl.Array):
        import json

        values = [
            None if item is None else json.dumps(_plain(item), ensure_ascii=False, default=str)
            for item in column.to_list()
        ]
        return pl.Series(values, dtype=pl.String)
    if column.dtype == pl.Binary:
        return pl.Series(_decoded(column.to_list()), dtype=pl.String)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.to_string("iso:strict")
    return column.cast(pl.String).replace("", None)


def _decoded(items: list[bytes | None]) -> list[str | None]:
    """Texts that a writer stored without saying that they are; real bytes as hexadecimal digits."""
    try:
        return [None if item is None else item.decode() or None for item in items]
    except UnicodeDecodeError:
        return [None if item is None else item.hex() for item in items]


def _plain(item: object) -> object:
    return item.to_list() if isinstance(item, pl.Series) else item
