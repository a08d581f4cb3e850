"""What every format needs first: rows in one canonical form, and the places in them."""

from __future__ import annotations

import polars as pl

DATETIME = "%Y-%m-%dT%H:%M:%S"
LAT, LON = "lat", "lon"


def canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with types that every format knows: no categories, decimals, zones, infinities or nested values.

    Zoned times become UTC, written with `Z`, as text. Raises `TypeError` for a nested column.
    """
    return frame.select(_canonical(name, dtype) for name, dtype in frame.schema.items())


def _canonical(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_nested() or dtype in {pl.Binary, pl.Object}:
        raise TypeError(f"column “{name}” is {dtype}: a table for the public holds plain values only")
    if isinstance(dtype, pl.Datetime):
        zoned = column.dt.convert_time_zone("UTC").dt.strftime(f"{DATETIME}Z") if dtype.time_zone else None
        return column.cast(pl.Datetime("us")) if zoned is None else zoned
    if dtype.is_float() or dtype.is_decimal():
        number = column.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number).alias(name)
    if dtype.is_integer() or dtype in {pl.String, pl.Boolean, pl.Date}:
        return column
    return column.cast(pl.String)


def has_place() -> pl.Expr:
    """Whether a row has a point on the earth (WGS84 degrees)."""
    return (pl.col(LAT).is_between(-90, 90) & pl.col(LON).is_between(-180, 180)).fill_null(value=False)


def is_placed(frame: pl.DataFrame) -> bool:
    """Whether there are `lat` and `lon` and at least one row has both."""
    if not {LAT, LON} <= set(frame.columns) or not (frame[LAT].dtype.is_numeric() and frame[LON].dtype.is_numeric()):
        return False
    return bool(frame.select(has_place().any()).item())


def german(number: int) -> str:
    """A count as German readers write it: 1.234.567."""
    return f"{number:,}".replace(",", ".")
