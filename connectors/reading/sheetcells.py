"""What a spreadsheet stores in a cell, as text: the value, not its picture.

A number is written out with the digits Excel itself keeps (15), without thousands separators or currency; a date, time
or duration as ISO 8601 or `HH:MM:SS`. A percentage stays the stored number (12 % is 0.12) and is named in a note,
because every reader of the file sees that number; only leading zeros that a format shows (`00000` for postcodes) are
put back, for they are part of the code. What does not belong here: which sheet, merged cells, header.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = str | float | int | bool | date | datetime | time | timedelta | None


def texts(rows: list[list[Any]]) -> list[list[str]]:
    """The rows of a sheet with every cell as text, empty ones as ""."""
    columns = [_column(column) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(cells: Sequence[Any]) -> Sequence[str]:
    """All cells of a column; dates get a time where one of the column has one, so that a column is of one form."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return cells
    writers = {kind: _WRITERS.get(kind, str) for kind in kinds}
    if datetime in kinds and date in kinds:
        writers[date] = lambda day: f"{day.isoformat()}T00:00:00"
    return [writers[type(cell)](cell) for cell in cells]


def number_text(value: float) -> str:
    """`5`, `12.25`, `0.3` for 0.30000000000000004: 15 significant digits, never an exponent."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if len(text) > 17:
        short = format(value, ".15g")
        text = short if len(short) <= len(text) - 3 else text
    if "e" not in text:
        return text
    from decimal import Decimal

    plain = format(Decimal(text), "f")
    return plain if len(plain) <= 40 else text


def _moment(value: datetime) -> str:
    """Whole seconds: Excel's fractions of a day miss them by a hair."""
    if value.microsecond >= 500_000:
        value += timedelta(seconds=1)
    return value.replace(microsecond=0).isoformat()


def _span(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _clock(value: time) -> str:
    return _span(
        timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    )


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: number_text,
    int: str,
    bool: lambda value: "true" if value else "false",
    datetime: _moment,
    date: date.isoformat,
    time: _clock,
    timedelta: _span,
    type(None): lambda _: "",
}
