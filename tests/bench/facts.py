"""What two results must have in common to count as the same work: rows, sums, first and last moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

FIELDS = ("zaehlstelle", "richtung", "zeitpunkt", "anzahl", "lat", "lon")


def facts(parquet: Path | list[Path]) -> dict[str, Any]:
    """Rows, sums and bounds of one Parquet file or several; the same data gives the same facts."""
    frame = pl.scan_parquet(parquet)
    row = frame.select(
        rows=pl.len(),
        anzahl=pl.col("anzahl").sum(),
        lat=pl.col("lat").sum().round(3),
        lon=pl.col("lon").sum().round(3),
        first=pl.col("zeitpunkt").min().dt.strftime("%Y-%m-%d %H:%M"),
        last=pl.col("zeitpunkt").max().dt.strftime("%Y-%m-%d %H:%M"),
        counters=pl.col("zaehlstelle").n_unique(),
        directions=pl.col("richtung").n_unique(),
        letters=pl.col("zaehlstelle").str.len_chars().sum(),
    )
    return row.collect().row(0, named=True)
