"""The data dictionary: one line a column, in German, as CSV."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from storage.formats import csv
from storage.manifest import FieldInfo

FILENAME = "datenlexikon.csv"
MEDIATYPE = csv.MEDIATYPE
TYPES = {
    "string": "Text",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "date": "Datum (JJJJ-MM-TT)",
    "datetime": "Zeitpunkt (JJJJ-MM-TTThh:mm:ss)",
    "boolean": "ja/nein (true/false)",
    "year": "Jahr",
}
COLUMNS = ("spalte", "titel", "typ", "einheit", "beschreibung", "schluessel")


@lru_cache(maxsize=256)
def rows(fields: tuple[FieldInfo, ...]) -> pl.DataFrame:
    """The dictionary as a table of texts."""
    return pl.DataFrame(
        [
            (field.name, field.title, TYPES[field.type], field.unit, field.description, "ja" if field.is_key else "")
            for field in fields
        ],
        schema=dict.fromkeys(COLUMNS, pl.String),
        orient="row",
    )


@lru_cache(maxsize=256)
def content(fields: tuple[FieldInfo, ...]) -> bytes:
    """The dictionary as CSV. Kept: all datasets of a standard share theirs."""
    return csv.text(rows(fields))
