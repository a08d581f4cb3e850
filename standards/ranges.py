"""Values outside of a field's range, and how a range and a unit are said."""

from __future__ import annotations

import polars as pl

from standards import german
from standards.definition import FieldDef
from standards.work import Work


def check_range(work: Work, wanted: FieldDef, values: pl.Series, text: pl.Series) -> None:
    """A fault for each value outside of the field's range."""
    low, high = wanted.minimum, wanted.maximum
    if low is None and high is None:
        return
    outside = ~values.is_between(low if low is not None else float("-inf"), high if high is not None else float("inf"))
    if outside.any():
        work.fault("out_of_range", wanted.name, outside.fill_null(value=False), text, _range_words(wanted))


def _range_words(wanted: FieldDef) -> str:
    low, high = (
        f"{limit:g}".replace(".", ",") if limit is not None else None for limit in (wanted.minimum, wanted.maximum)
    )
    if wanted.maximum is not None and wanted.maximum >= 1e5:
        high = german.count(wanted.maximum)
    unit = unit_words(wanted)
    if low is None:
        return f"Erwartet wird höchstens {high}{unit}."
    if high is None:
        return f"Erwartet wird mindestens {low}{unit}."
    return f"Erwartet wird ein Wert zwischen {low} und {high}{unit}."


def unit_words(wanted: FieldDef) -> str:
    words = {
        "m": " in Metern",
        "cm": " in Zentimetern",
        "m2": " in Quadratmetern",
        "eur": " in Euro",
        "min": " in Minuten",
    }
    return words.get(wanted.unit or "", "")
