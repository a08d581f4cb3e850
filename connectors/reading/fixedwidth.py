"""Columns of fixed width: found where the same character positions are blank in every line.

What does not belong here: delimited text (`dialect`, `records`).
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.reading.records import Record, lines

_MIN_LINES = 3


def find_columns(sample: str) -> list[int]:
    """0-based starts of the columns; empty where the lines do not line up in at least two."""
    rows = [line for line, _ in lines(sample) if line.strip() and "\t" not in line]
    if len(rows) < _MIN_LINES:
        return []
    width = max(len(row) for row in rows)
    body = [row for row in rows if len(row) > width * 0.5]
    if len(body) < max(_MIN_LINES, len(rows) * 0.7):
        return []
    blank = [all(at >= len(row) or row[at] == " " for row in body) for at in range(width)]
    if sum("  " in row.strip() for row in body) < len(body) * 0.5:
        return []
    starts = [at for at in range(width) if not blank[at] and (at == 0 or blank[at - 1])]
    return starts if len(starts) > 1 else []


def split_fixed(text: str, starts: list[int]) -> Iterator[Record]:
    """Records cut at the column starts, padding blanks removed (they are the separator here)."""
    ends = [*starts[1:], None]
    for number, (line, _) in enumerate(lines(text), 1):
        if not line.strip():
            continue
        if "  " not in line.strip() and len(line) < starts[-1] and number < 10:
            yield number, [line.strip()]
            continue
        first = 0 if starts[0] and line[: starts[0]].strip() else starts[0]
        yield (
            number,
            [
                line[first if at == 0 else start : end].strip()
                for at, (start, end) in enumerate(zip(starts, ends, strict=True))
            ],
        )
