"""From numbered rows of cells to the table of strings: padding, extra cells, footers, names, notes.

What does not belong here: how rows were parsed, and the decision where header and data stand (`layout`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice, pairwise

import polars as pl

from connectors.reading.layout import TOTALS, Layout, find_layout, is_footer, join_header, width_of
from connectors.reading.limits import SAMPLE_RECORDS
from connectors.reading.messages import note
from connectors.reading.names import checked_width, column_names, numbered
from connectors.reading.records import Record
from connectors.reading.result import Note

_CHUNK_ROWS = 50_000
_TAIL = 60
_SINGLE_NOTES = 20
_FACT = re.compile(r"#?\s*([A-Za-zÄÖÜäöüß][\w äöüß./-]{1,30}?)\s*:\s*(\S.*)", re.DOTALL)


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


@dataclass(slots=True)
class Head:
    """Header names (raw), where the header stands, and what stood above."""

    raw: list[str] | None
    row: int | None
    width: int
    preamble: list[Record]
    above: int
    notes: list[Note] = field(default_factory=list)


Spans = Mapping[tuple[int, int], str]
"""(row number, column) → text of header cells that belong to a merged title."""


def assemble(
    records: Iterable[Record], *, columns: int = 0, delimiter: str = "", spans: Spans | None = None
) -> Assembled | None:
    """The table in `records`; None where no record holds anything. `columns`: usual width, if known."""
    rows = _Filled(records)
    first = list(islice(rows, SAMPLE_RECORDS))
    if not first:
        return None
    head, body = read_head(first, columns, spans)
    width = len(head.raw) if head.raw is not None else head.width
    rejoin = _comma_merge(head, body, delimiter)
    builder = _Builder(checked_width(width))
    tail: deque[Record] = deque()
    for record in _chain(body, rows):
        tail.append((record[0], rejoin(record[1])) if rejoin else record)
        if len(tail) > _TAIL:
            builder.add(*tail.popleft())
    footer = split_footer(tail, head.width, regular=builder.is_regular)
    for record in tail:
        builder.add(*record)
    return _finish(builder, head, footer, rows.blank, rejoined=rejoin is not None)


def assemble_bulk(head: Head, frame: pl.DataFrame, numbers: pl.Series, footer: list[Record], blank: int) -> Assembled:
    """The same result from a body that was parsed in bulk and is known to be regular."""
    return _finish(_Parsed(frame, numbers), head, footer, blank, rejoined=False)


def read_head(first: list[Record], columns: int = 0, spans: Spans | None = None) -> tuple[Head, list[Record]]:
    """Splits the first records into head and body."""
    cells = [record[1] for record in first]
    layout = find_layout(cells, columns or width_of(cells))
    body = first[layout.body :]
    preamble = first[: layout.preamble]
    if not layout.header:
        top = body[0][0] if body else first[0][0]
        return _with_index(Head(None, None, layout.columns, preamble, top - 1), layout, first), body
    lines = [_spanned(first[at], spans) if spans else first[at] for at in layout.header]
    width = max(len(row) for _, row in lines)
    if len(lines) == 1:
        raw = [re.sub(r"\s*[\r\n]+\s*", " ", cell) for cell in lines[0][1]]
    else:
        raw = join_header([row for _, row in lines], width)
    head = Head(raw, lines[-1][0], layout.columns, preamble, lines[0][0] - 1)
    if len(lines) > 1:
        head.notes.append(note("header_multi", lines[0][0], count=len(lines)))
    return _fit_header(_with_index(head, layout, first), body), body


def _spanned(record: Record, spans: Spans) -> Record:
    line, cells = record
    return line, [cell or spans.get((line, at), "") for at, cell in enumerate(cells)]


def _with_index(head: Head, layout: Layout, first: list[Record]) -> Head:
    if layout.index_header is not None:
        line, cells = first[layout.index_header]
        head.notes.append(note("index_header", line, text=",".join(cells)))
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


class _Builder:
    """Collects rows in column chunks, so that a million rows never stand as Python lists at once."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.short: list[tuple[int, int]] = []
        self.long: list[tuple[int, int]] = []
        self.extra: dict[int, list[str]] = {}
        self.comments: list[Record] = []
        self.height = 0
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self._numbers: list[pl.Series] = []

    @property
    def is_regular(self) -> bool:
        return not self.short

    def add(self, line: int, cells: list[str]) -> None:
        count, width = len(cells), self.width
        if count != width:
            if count == 1 and width > 1 and cells[0].startswith("#"):
                self.comments.append((line, cells))
                return
            if count < width:
                self.short.append((line, count))
                cells = cells + [""] * (width - count)
            else:
                self._keep_extra(line, cells)
                cells = cells[:width]
        self._rows.append(cells)
        self._lines.append(line)
        self.height += 1
        if len(self._rows) >= _CHUNK_ROWS:
            self._flush()

    def _keep_extra(self, line: int, cells: list[str]) -> None:
        extra = cells[self.width :]
        while extra and not extra[-1]:
            extra.pop()
        if extra:
            self.long.append((line, len(cells)))
            self.extra[self.height] = extra

    def _flush(self) -> None:
        data = zip(*self._rows, strict=True) if self._rows else [()] * self.width
        series = [pl.Series(str(at), [c or None for c in column], dtype=pl.String) for at, column in enumerate(data)]
        self._frames.append(pl.DataFrame(series))
        self._numbers.append(pl.Series("row", self._lines, dtype=pl.Int64))
        self._rows, self._lines = [], []

    def result(self) -> tuple[pl.DataFrame, pl.Series]:
        if self._rows or not self._frames:
            self._flush()
        frame = self._frames[0] if len(self._frames) == 1 else pl.concat(self._frames)
        numbers = self._numbers[0] if len(self._numbers) == 1 else pl.concat(self._numbers)
        for at in range(max((len(cells) for cells in self.extra.values()), default=0)):
            values: list[str | None] = [None] * self.height
            for position, cells in self.extra.items():
                values[position] = (cells[at] or None) if at < len(cells) else None
            checked_width(frame.width + 1)
            frame = frame.with_columns(pl.Series(f"+{at}", values, dtype=pl.String))
        return frame, numbers


class _Parsed(_Builder):
    """A body that needed no building."""

    def __init__(self, frame: pl.DataFrame, numbers: pl.Series) -> None:
        super().__init__(frame.width)
        self._parsed = frame, numbers

    def result(self) -> tuple[pl.DataFrame, pl.Series]:
        return self._parsed


def _chain(body: list[Record], rest: Iterable[Record]) -> Iterator[Record]:
    yield from body
    yield from rest


def split_footer(tail: deque[Record], columns: int, *, regular: bool = True) -> list[Record]:
    """Takes the rows below the table off `tail`. `regular`: no row before the tail was too short."""
    regular = regular and all(len(cells) != 1 for _, cells in list(tail)[:-10])
    footer: list[Record] = []
    while tail and is_footer(tail[-1][1], columns, regular=regular):
        footer.insert(0, tail.pop())
    return footer


def _finish(builder: _Builder, head: Head, footer: list[Record], blank: int, *, rejoined: bool) -> Assembled:
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
    notes += [note("preamble_line", line, text=_text(cells)) for line, cells in head.preamble]
    notes += _row_notes(builder, names[len(raw)] if extra else "")
    if rejoined:
        notes.append(note("decimal_comma_rejoined", count=frame.height))
    if blank:
        notes.append(note("blank_rows", count=blank))
    notes += [note("comment_line", line, text=_text(cells)) for line, cells in builder.comments]
    notes += _totals(frame, numbers)
    notes += [note("footer_line", line, text=_text(cells)) for line, cells in footer]
    extras = facts([cells for _, cells in head.preamble], [cells for _, cells in footer])
    for at, (_, cells) in enumerate(builder.comments, 1):
        extras[f"kommentar_{at}"] = _text(cells)
    return Assembled(frame, numbers, head.row, head.above, len(footer), notes, extras)


def _without_empty_tail(raw: list[str], frame: pl.DataFrame, notes: list[Note]) -> tuple[list[str], pl.DataFrame]:
    """A column at the end with neither name nor content comes from a delimiter too many."""
    while (
        len(raw) > 1 and not raw[-1].strip() and frame.width == len(raw) and frame[:, -1].null_count() == frame.height
    ):
        notes.append(note("empty_column", number=len(raw)))
        raw, frame = raw[:-1], frame[:, :-1]
    return raw, frame


def _row_notes(builder: _Builder, column: str) -> list[Note]:
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


def facts(preamble: list[list[str]], footer: list[list[str]]) -> dict[str, str]:
    """Lines beside the table as named facts: `stand`, `quelle`, …; the rest as `titel` and `fussnote`."""
    result: dict[str, str] = {}
    for rest_key, rows in (("titel", preamble), ("fussnote", footer)):
        rest = []
        for cells in rows:
            match = _FACT.match(_text(cells))
            key = "_".join(re.findall(r"\w+", match.group(1).lower())) if match else ""
            if match and key and key not in result and "http" not in key:
                result[key] = match.group(2).strip()
            else:
                rest.append(_text(cells))
        if rest:
            result[rest_key] = "\n".join(rest)
    return result


def _text(cells: list[str]) -> str:
    parts = [cell.strip() for cell in cells if cell.strip()]
    if len(parts) == 2 and len(cells) > 1:
        return f"{parts[0].rstrip(':')}: {parts[1]}"
    return " ".join(parts)


def _comma_merge(head: Head, body: list[Record], delimiter: str) -> _Merge | None:
    """Unquoted decimal commas between commas, undone where exactly one way fits every row."""
    if delimiter != "," or head.raw is None or len(body) < 2:
        return None
    want = len(head.raw)
    widths = {len(cells) for _, cells in body}
    surplus = max(widths) - want
    if len(widths) != 1 or not 0 < surplus <= 8:
        return None
    rows = [cells for _, cells in body]
    fits = [
        at
        for at in range(max(widths) - 1)
        if all(re.fullmatch(r"-?\d{1,9}", row[at].strip()) and row[at + 1].strip().isdigit() for row in rows)
    ]
    ways = [way for way in combinations(fits, surplus) if all(b - a > 1 for a, b in pairwise(way))]
    return _Merge(frozenset(ways[0]), max(widths)) if len(ways) == 1 else None


class _Merge:
    """Joins the cells at `positions` with their right neighbour."""

    def __init__(self, positions: frozenset[int], width: int) -> None:
        self._positions = positions
        self._width = width

    def __call__(self, cells: list[str]) -> list[str]:
        if len(cells) != self._width:
            return cells
        return [
            f"{cell},{cells[at + 1]}" if at in self._positions else cell
            for at, cell in enumerate(cells)
            if at - 1 not in self._positions
        ]
