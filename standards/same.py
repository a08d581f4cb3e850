"""Making a column out of one value."""

from __future__ import annotations

import polars as pl


def same_in_all(name: str, height: int, dtype: type[pl.DataType], value: object = None) -> pl.Series:
    """A column that says the same in every row."""
    return (
        pl.Series(name, [value], dtype=dtype).new_from_index(0, height) if height else pl.Series(name, [], dtype=dtype)
    )
