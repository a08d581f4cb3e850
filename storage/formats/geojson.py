"""GeoJSON: one point feature a row, WGS84, longitude first, at most 7 decimals (about 1 cm); RFC 7946.

A row without a place stays in as an unlocated feature (`"geometry": null`, section 3.2): nothing is lost, maps skip it.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from storage.formats.common import DATETIME, LAT, LON, german, has_place

MEDIATYPE = "application/geo+json"
_BATCH = 50_000


def write(frame: pl.DataFrame, path: Path) -> str:
    """Write canonical rows that have `lat` and `lon`; return the note (German, may be empty)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f'{{"type":"FeatureCollection","bbox":{json.dumps(bbox(frame))},"features":[\n')
        for start in range(0, frame.height, _BATCH):
            lines = _features(frame.slice(start, _BATCH))
            file.write(",\n".join(lines))
            file.write(",\n" if start + _BATCH < frame.height else "\n")
        file.write("]}\n")
    without = frame.height - int(frame.select(has_place().sum()).item())
    return f"{german(without)} von {german(frame.height)} Zeilen haben keinen Ort auf der Karte." if without else ""


def bbox(frame: pl.DataFrame) -> tuple[float, float, float, float]:
    """West, south, east, north of the rows that have a place; there must be one."""
    placed = frame.filter(has_place()).select(
        pl.col(LON).min().alias("w"),
        pl.col(LAT).min().alias("s"),
        pl.col(LON).max().alias("e"),
        pl.col(LAT).max().alias("n"),
    )
    west, south, east, north = (round(float(value), 7) for value in placed.row(0))
    return west, south, east, north


def _features(frame: pl.DataFrame) -> list[str]:
    longitude, latitude = (pl.col(name).cast(pl.Float64).round(7).cast(pl.String) for name in (LON, LAT))
    point = pl.concat_str(pl.lit('{"type":"Point","coordinates":['), longitude, pl.lit(","), latitude, pl.lit("]}"))
    geometry = pl.when(has_place()).then(point).otherwise(pl.lit("null"))
    properties = pl.struct(_property(name, dtype) for name, dtype in frame.schema.items() if name not in {LAT, LON})
    line = pl.concat_str(
        pl.lit('{"type":"Feature","geometry":'),
        geometry,
        pl.lit(',"properties":'),
        properties.struct.json_encode() if len(frame.columns) > 2 else pl.lit("null"),
        pl.lit("}"),
    )
    return frame.select(line.alias("line"))["line"].to_list()


def _property(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Date:
        return pl.col(name).dt.strftime("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        return pl.col(name).dt.strftime(DATETIME)
    return pl.col(name)
