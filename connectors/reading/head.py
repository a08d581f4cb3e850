"""The first records of a table: what stands above it, its header, where its rows begin.

What does not belong here: the decision which record is the header (`layout`), the rows below (`assemble`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from connectors.reading.headerrows import join_header
from connectors.reading.layout import Layout, find_layout, width_of
from connectors.reading.messages import note
from connectors.reading.records import Record
from connectors.reading.result import Note


@dataclass(slots=True)
class Head:
    """Header names (raw), where the header stands, and what stood above."""

    raw: list[str] | None
    row: int | None
    width: int
    preamble: list[Record]
    above: int
    notes: list[Note] = field(default_factory=list)
    body: list[Record] = field(default_factory=list)
    """The first rows below."""
    lines: list[list[str]] = field(default_factory=list)
    """The header lines as they stood, to know them again at a page break."""


Spans = Mapping[tuple[int, int], str]
"""(row number, column) → text of header cells that belong to a merged title."""


def header_again(frame: pl.DataFrame, head: Head) -> pl.Series | None:
    """Which rows say the header again; None where none does."""
    if len(head.lines) != 1 or sum(map(bool, head.lines[0])) < 2:
        return None
    names = zip(frame.columns, head.lines[0], strict=False)
    same = pl.all_horizontal(pl.col(column).fill_null("") == name for column, name in names)
    if not (frame.to_series(0).fill_null("") == head.lines[0][0]).any():
        return None
    found = frame.select(same.alias("same"))["same"]
    # where there is nothing else it is no page break
    return found if found.any() and not found.all() else None


def read_head(
    first: list[Record], columns: int = 0, spans: Spans | None = None, above: int = 0
) -> tuple[Head, list[Record]]:
    """Splits the first records into head and body."""
    cells = [record[1] for record in first]
    layout = find_layout(cells, columns or width_of(cells), above)
    body = first[layout.body :]
    preamble = first[: layout.preamble]
    if not layout.header:
        top = body[0][0] if body else first[0][0]
        return _with_index(Head(None, None, layout.columns, preamble, top - 1), layout, first), body
    lines = [_spanned(first[at], spans) if spans else first[at] for at in layout.header]
    width = max(len(row) for _, row in lines)
    if len(lines) == 1:
        raw = [_one_line(cell) for cell in lines[0][1]]
    else:
        raw = join_header([row for _, row in lines], width)
    head = Head(raw, lines[-1][0], layout.columns, preamble, lines[0][0] - 1, lines=[row for _, row in lines])
    if len(lines) > 1:
        head.notes.append(note("header_multi", lines[0][0], count=len(lines)))
    return _fit_header(_with_index(head, layout, first), body), body


def _one_line(cell: str) -> str:
    """A name without line ends; no regular expression, which would take for ever over a megabyte of blanks."""
    if "\n" not in cell and "\r" not in cell:
        return cell
    return " ".join(part for line in cell.splitlines() if (part := line.strip()))


def _spanned(record: Record, spans: Spans) -> Record:
    line, cells = record
    return line, [cell or spans.get((line, at), "") for at, cell in enumerate(cells)]


def _with_index(head: Head, layout: Layout, first: list[Record]) -> Head:
    if layout.index_header is not None:
        line, cells = first[layout.index_header]
        head.notes.append(note("index_header", line, text=",".join(cells)))
        if not layout.header or layout.index_header < layout.header[0]:
            head.preamble = [*head.preamble, first[layout.index_header]]
    return head


def _fit_header(head: Head, body: list[Record]) -> Head:
    """Header and data of different width: a delimiter too many at the end, or no name above a running number."""
    raw = head.raw or []
    widths = {len(cells) for _, cells in body}
    while len(raw) > max(widths, default=len(raw)) and not raw[-1].strip():
        raw = raw[:-1]
    surplus = len(raw) - max(widths, default=len(raw))
    if surplus > 0 and len(widths) == 1 and sum(cell.startswith(" ") for cell in raw[1:]) == surplus:
        raw = _join_names(raw)
        head.notes.append(note("header_rejoined", head.row, count=surplus))
    if widths == {len(raw) + 1} and len(body) > 1:
        if all(not cells[-1].strip() for _, cells in body):
            raw = [*raw, ""]
        elif all(cells[0].strip() == str(at) for at, (_, cells) in enumerate(body, 1)):
            raw = ["", *raw]
            head.notes.append(note("header_short", head.row, name="spalte_1"))
    head.raw = raw
    return head


def _join_names(raw: list[str]) -> list[str]:
    """`Name`, ` Partei` that a comma tore apart become one name again."""
    names: list[str] = []
    for cell in raw:
        if names and cell.startswith(" "):
            names[-1] += f",{cell}"
        else:
            names.append(cell)
    return names
