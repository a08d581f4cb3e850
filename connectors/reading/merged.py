"""Merged cells: a title over several columns names each of them, a key over several rows belongs to each row.

Numbers in the body are not repeated, except in the key columns at the left: a total that is merged over three rows
would count three times. What does not belong here: where the header stands (`layout`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.reading.cells import shape
from connectors.reading.layout import Layout, find_layout
from connectors.reading.messages import note
from connectors.reading.result import Note

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last (row, column), counted from 0."""

_MOST = 50_000


@dataclass(slots=True)
class Merged:
    """`spans`: (sheet row from 1, column) → text, for header cells beside their merged title."""

    spans: dict[tuple[int, int], str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def apply(rows: list[list[str]], ranges: Sequence[Range]) -> Merged:
    """Fills `rows` in place below merged keys; what the header needs comes back as spans."""
    merged = Merged()
    if not ranges or not rows:
        return merged
    numbers = [at for at, row in enumerate(rows[:400]) if "".join(row).strip()][:120]
    layout = find_layout([rows[at] for at in numbers])
    header = {numbers[at] for at in layout.header}
    body = _body_start(layout, numbers)
    tall: list[Range] = []
    for (top, left), (bottom, right) in list(ranges)[:_MOST]:
        if top >= len(rows) or left >= len(rows[top]) or not rows[top][left].strip():
            continue
        if top in header:
            _span(merged, rows, header, ((top, left), (bottom, right)))
        elif top >= body and bottom > top:
            tall.append(((top, left), (min(bottom, len(rows) - 1), right)))
        elif top >= body and right > left:
            merged.notes.append(note("merged_wide", top + 1, text=rows[top][left]))
    merged.notes = merged.notes[:20]
    merged.notes += _fill(rows, tall)
    return merged


def _body_start(layout: Layout, numbers: list[int]) -> int:
    return numbers[layout.body] if layout.body < len(numbers) else (numbers[-1] + 1 if numbers else 0)


def _span(merged: Merged, rows: list[list[str]], header: set[int], area: Range) -> None:
    (top, left), (bottom, right) = area
    text = rows[top][left]
    for row in range(top, min(bottom, max(header)) + 1):
        for column in range(left, min(right, len(rows[top]) - 1) + 1):
            if row in header and not rows[row][column].strip():
                merged.spans[row + 1, column] = text


def _fill(rows: list[list[str]], tall: list[Range]) -> list[Note]:
    """Fills keys down; numbers only where every column to the left is merged too."""
    keys = {left for (_, left), _ in tall}
    leading = {left for left in keys if all(column in keys for column in range(left))}
    filled, kept = 0, 0
    example = ""
    for (top, left), (bottom, _) in tall:
        text = rows[top][left]
        if shape(text) == "number" and left not in leading:
            kept += 1
            continue
        for row in range(top + 1, bottom + 1):
            # an empty row inside a merge is no row of the table
            if not rows[row][left].strip() and any(cell.strip() for cell in rows[row]):
                rows[row][left] = text
                filled += 1
                example = example or text
    notes = [note("merged_filled", count=filled, example=example)] if filled else []
    return [*notes, note("merged_numbers", count=kept)] if kept else notes
