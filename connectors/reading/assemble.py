"""From numbered rows of cells to the table of strings: padding, extra cells, footers, names, notes.

What does not belong here: how rows were parsed, where the header stands (`layout`, `head`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import polars as pl

from connectors.reading.builder import Builder, Parsed
from connectors.reading.choices import around_decisions, header_decision
from connectors.reading.facts import facts, text_of
from connectors.reading.footers import TOTALS, split_footer
from connectors.reading.head import Head, Spans, header_again, read_head
from connectors.reading.limits import SAMPLE_RECORDS
from connectors.reading.mend import Mender, comma_merge, mender, part_header
from connectors.reading.messages import note
from connectors.reading.names import checked_width, column_names, numbered
from connectors.reading.records import Record
from connectors.reading.result import Decision, Note

_TAIL = 60
_SINGLE_NOTES = 20
_SHOWN = 8


@dataclass(slots=True)
class Assembled:
    """The table and everything about its surroundings that the report wants."""

    frame: pl.DataFrame
    row_numbers: pl.Series
    header_row: int | None
    preamble_rows: int
    footer_rows: int
    notes: list[Note]
    extras: dict[str, str]
    decisions: tuple[Decision, ...] = ()


def assemble(
    records: Iterable[Record],
    *,
    columns: int = 0,
    delimiter: str = "",
    spans: Spans | None = None,
    above: int = 0,
) -> Assembled | None:
    """The table in `records`; None where no record holds anything. `columns`: usual width, if known.

    `above`: how many records surely stand above the header.
    """
    rows = _Filled(records)
    first = list(islice(rows, SAMPLE_RECORDS))
    if not first:
        return None
    first, parted = part_header(first, columns, delimiter)
    head, body = read_head(first, columns, spans, above)
    head.body = body[:_SHOWN]
    width = len(head.raw) if head.raw is not None else head.width
    rejoin = comma_merge(head.raw, body, delimiter)
    mend = mender(body, width, delimiter)
    titles = [cells[0].strip() for _, cells in head.preamble if len(cells) == 1 or not any(cells[1:])]
    builder = Builder(checked_width(width), head.lines, titles)
    tail: deque[Record] = deque()
    for line, cells in _chain(body, rows):
        row = rejoin(cells) if rejoin else cells
        tail.append((line, mend(line, row) if mend and len(row) != width else row))
        if len(tail) > _TAIL:
            builder.add(*tail.popleft())
    footer = split_footer(tail, head.width, regular=builder.is_regular)
    for record in tail:
        builder.add(*record)
    builder.take_back()
    head.notes += [note("delimiter_other", line) for line in parted]
    head.notes += mended_notes(mend) if mend else []
    return _finish(builder, head, footer, rows.blank, rejoined=rejoin is not None)


def assemble_bulk(
    head: Head,
    frame: pl.DataFrame,
    numbers: pl.Series,
    footer: list[Record],
    blank: int,
    *,
    beside: Builder | None = None,
) -> Assembled:
    """The same result from a body that was parsed in bulk; `beside`: what was found in its irregular parts."""
    again = header_again(frame, head)
    parsed = Parsed(frame, numbers) if again is None else Parsed(frame.filter(~again), numbers.filter(~again))
    parsed.repeated = [(line, []) for line in numbers.filter(again).to_list()] if again is not None else []
    if beside is not None:
        parsed.width = beside.width
        parsed.short, parsed.long, parsed.comments = beside.short, beside.long, beside.comments
        parsed.repeated = [*beside.repeated, *parsed.repeated]
    return _finish(parsed, head, footer, blank, rejoined=False)


class _Filled:
    """Records that hold something; counts the others."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = iter(records)
        self.blank = 0

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        for record in self._records:
            if "".join(record[1]).strip():
                return record
            self.blank += 1
        raise StopIteration


def _chain(body: list[Record], rest: Iterable[Record]) -> Iterator[Record]:
    yield from body
    yield from rest


def _finish(builder: Builder, head: Head, footer: list[Record], blank: int, *, rejoined: bool) -> Assembled:
    frame, numbers = builder.result()
    raw = head.raw if head.raw is not None else numbered(builder.width)
    notes = list(head.notes)
    if head.raw is None:
        notes.append(note("header_missing", count=builder.width))
    raw, frame = _without_empty_tail(raw, frame, notes)
    extra = [f"zusatz_{at + 1}" for at in range(frame.width - len(raw))]
    names, changed = column_names([*raw, *extra], head.row)
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    notes += changed
    notes += [note("preamble_line", line, text=text_of(cells)) for line, cells in head.preamble]
    notes += _row_notes(builder, names[len(raw)] if extra else "")
    if rejoined:
        notes.append(note("decimal_comma_rejoined", count=frame.height))
    notes += [note("header_repeated", line) for line, _ in builder.repeated]
    if blank:
        notes.append(note("blank_rows", count=blank))
    notes += [note("comment_line", line, text=text_of(cells)) for line, cells in builder.comments]
    notes += _totals(frame, numbers)
    notes += [note("footer_line", line, text=text_of(cells)) for line, cells in footer]
    extras = facts([cells for _, cells in head.preamble], [cells for _, cells in footer])
    for at, (_, cells) in enumerate(builder.comments, 1):
        extras[f"kommentar_{at}"] = text_of(cells)
    below = numbers[0] if len(numbers) else None
    header = header_decision(head.raw, head.row, len(head.lines), head.body, below)
    decisions = (header, *around_decisions(head.above, len(footer)))
    return Assembled(frame, numbers, head.row, head.above, len(footer), notes, extras, decisions)


def _without_empty_tail(raw: list[str], frame: pl.DataFrame, notes: list[Note]) -> tuple[list[str], pl.DataFrame]:
    """A column at the end with neither name nor content comes from a delimiter too many."""
    while (
        len(raw) > 1 and not raw[-1].strip() and frame.width == len(raw) and frame[:, -1].null_count() == frame.height
    ):
        notes.append(note("empty_column", number=len(raw)))
        raw, frame = raw[:-1], frame[:, :-1]
    return raw, frame


def mended_notes(mend: Mender) -> list[Note]:
    notes = []
    for code, lines in (("delimiter_in_text", mend.joined), ("delimiter_other", mend.split)):
        notes += [note(code, line) for line in lines[:_SINGLE_NOTES]]
        if len(lines) > _SINGLE_NOTES:
            notes.append(note(f"{code}_many", count=len(lines)))
    return notes


def _row_notes(builder: Builder, column: str) -> list[Note]:
    notes = []
    for code, rows in (("short", builder.short), ("long", builder.long)):
        many = len(rows) > _SINGLE_NOTES
        if rows and many:
            notes.append(note(f"rows_{code}", count=len(rows), column=column))
        notes += [
            note(f"row_{code}", line, found=found, expected=builder.width, column=column)
            for line, found in rows[:_SINGLE_NOTES]
        ]
    return notes


def _totals(frame: pl.DataFrame, numbers: pl.Series) -> list[Note]:
    found = []
    for at in range(max(frame.height - 3, 0), frame.height):
        for cell in frame.row(at)[:2]:
            if cell and TOTALS.match(cell):
                found.append(note("totals_row", numbers[at], text=cell))
                break
    return found
