"""Several tables below each other in one text: where each begins, what it is called, and which one is wanted.

What does not belong here: header and footers inside one table (`layout`). A header that comes again is a page break.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.reading.cells import column_kinds, filled, is_year, shape
from connectors.reading.footers import BESIDE, META
from connectors.reading.layout import find_layout
from connectors.reading.messages import refuse
from connectors.reading.records import Record
from connectors.reading.words import HEADERS

_NAMED = re.compile(r"\s*(?:tabelle|tab\.|table|blatt)\s*\d+", re.IGNORECASE)
_HEAD = 60
_LOOK_ABOVE = 60
_LOOK_BELOW = 12
_LONG_NAME = 80


@dataclass(frozen=True, slots=True)
class Table:
    """One of several tables: its number from 1, its title line, its records with the title lines above them."""

    number: int
    title: str
    records: list[Record]
    header: list[str]
    above: int
    """How many records stand above the header."""
    cells: int

    @property
    def name(self) -> str:
        """`Tabelle 2`, or its title where that says as much."""
        return self.title if _NAMED.match(self.title) else f"Tabelle {self.number}"

    @property
    def first(self) -> int:
        return self.records[0][0]

    @property
    def last(self) -> int:
        return self.records[-1][0]

    def is_called(self, name: str) -> bool:
        """Does a person mean this one: by number, `Tabelle 2`, or its title?"""
        wanted = " ".join(name.split()).casefold()
        names = {str(self.number), f"tabelle {self.number}", self.title.casefold(), self.name.casefold()}
        return bool(wanted) and (wanted in names or self.title.casefold().startswith(f"{wanted}:"))


@dataclass(frozen=True, slots=True)
class _Row:
    """A record that holds something: how wide it is, how many cells are filled, and whether a blank line is above."""

    record: Record
    width: int
    count: int
    gap: bool


def split_tables(records: Sequence[Record], columns: int = 0) -> list[Table]:
    """The tables in order; none where the records are all of one table and nothing above it looks like a header."""
    if _is_plain(records):
        return []
    rows = _rows(records)
    if not rows:
        return []
    starts, is_moved = _starts(rows, columns)
    if len(starts) < 2 and not is_moved:
        return []
    tables = []
    for number, start in enumerate(starts, 1):
        first = _title_above(rows, start) if number > 1 else 0
        after = _title_above(rows, starts[number]) if number < len(starts) else len(rows)
        titles = [row.record[1][0].strip() for row in rows[first:start] if row.count == 1]
        title = next((text for text in titles if _NAMED.match(text)), titles[-1] if titles else "")
        header = rows[start].record[1]
        size = sum(row.count for row in rows[start:after])
        inside = [row.record for row in rows[first:after]]
        tables.append(Table(number, title, inside, header, start - first, size))
    return tables


def choose(tables: list[Table], sheet: str | None) -> Table:
    """The asked-for table, else the largest. Raises `Unreadable` where there is none of that name."""
    if sheet is None:
        return max(tables, key=lambda table: table.cells)
    for table in tables:
        if table.is_called(sheet):
            return table
    raise refuse("sheet_missing", sheet=sheet, sheets=", ".join(table.name for table in tables))


def _is_plain(records: Sequence[Record]) -> bool:
    """Most files: no blank line, all rows of one width."""
    if not records:
        return True
    width = len(records[0][1])
    lines = records[-1][0] - records[0][0]
    return lines == len(records) - 1 and all(len(cells) == width and any(cells) for _, cells in records)


def _rows(records: Sequence[Record]) -> list[_Row]:
    """What holds something. In rows padded to one width the last filled cell tells how wide they are meant."""
    is_padded = len({len(cells) for _, cells in records}) == 1
    rows: list[_Row] = []
    gap, below = False, records[0][0]
    for line, cells in records:
        if line > below:
            gap = True
        below = line + 1 + (sum(max(cell.count("\n"), cell.count("\r")) for cell in cells) if line >= below else 0)
        count = filled(cells)
        if not count:
            gap = True
            continue
        width = max(at for at, cell in enumerate(cells, 1) if cell.strip()) if is_padded else len(cells)
        rows.append(_Row((line, cells), width, count, gap and bool(rows)))
        gap = False
    return rows


def _starts(rows: list[_Row], columns: int) -> tuple[list[int], bool]:
    """Positions of the header rows: of the first table, and of each that is plainly another one.

    The second value: the first table begins further down than its layout alone shows.
    """
    layout = find_layout([row.record[1] for row in rows[:_HEAD]], columns)
    first = layout.header[0] if layout.header else layout.body
    starts, is_moved, is_even = [first], False, True
    for at in range(first + 1, len(rows) - 1):
        was_even, is_even = is_even, is_even and rows[at].width == rows[starts[-1]].width
        if at < first + 2:
            continue
        if rows[at].count < 2 or not (rows[at].gap or rows[at].width != rows[at - 1].width):
            continue
        if not _looks_like_header(rows[at]):
            continue
        body = _body(rows, starts[-1], at)
        kinds = column_kinds([row.record[1] for row in body], max((row.width for row in body), default=0))
        if body and not _begins(rows, at, starts[-1], kinds, is_even=was_even):
            continue
        is_even = True
        if not body or _is_about(rows[starts[-1] : _title_above(rows, at)]):
            # above stands no table yet, only lines about it
            is_moved = is_moved or len(starts) == 1
            starts[-1] = at
        else:
            starts.append(at)
    return starts, is_moved


def _body(rows: list[_Row], start: int, stop: int) -> list[_Row]:
    """The last rows of the table that begins at `start`, without lines beside it."""
    return [row for row in rows[max(start + 1, stop - _LOOK_ABOVE) : stop] if row.count > 1]


def _begins(rows: list[_Row], at: int, start: int, kinds: list[str], *, is_even: bool) -> bool:
    """Is this header-like row the header of another table than the one that began at `start`?

    `is_even`: all rows since then have the width of its header.
    """
    row, above = rows[at], rows[start]
    if _same(row.record[1], above.record[1]):
        return _is_titled_anew(rows, at, start)
    below = _rows_below(rows, at)
    if not below:
        return False
    usual = Counter(other.width for other in below).most_common(1)[0][0]
    named = _is_named(row.record[1], below)
    apart = row.gap or rows[at - 1].count == 1
    if row.width != above.width and usual <= row.width and max(other.width for other in below) == row.width:
        if apart:
            return named or len(below) > 1
        is_clean = len(below) > 2 and all(other.width == row.width for other in below)
        return (named and len(below) > 1) or (is_clean and is_even)
    return apart and row.width == above.width and _holds_other_things(row, below, kinds, named=named)


def _holds_other_things(row: _Row, below: list[_Row], kinds: list[str], *, named: bool) -> bool:
    """As wide as the table above, but its columns are of other kinds."""
    if not named:
        return len(below) > 1 and _contradicts(row.record[1], kinds) and _contradicts(below[0].record[1], kinds)
    kinds_below = column_kinds([other.record[1] for other in below], row.width)
    return _contradicts(row.record[1], kinds) or _differ(kinds, kinds_below)


def _rows_below(rows: list[_Row], at: int) -> list[_Row]:
    """The rows right below, up to the next blank line."""
    found = []
    for row in rows[at + 1 : at + 1 + _LOOK_BELOW]:
        if row.gap or row.count < 2:
            break
        found.append(row)
    return found


def _looks_like_header(row: _Row) -> bool:
    cells = [cell.strip() for cell in row.record[1] if cell.strip()]
    if len(set(cells)) < len(cells) or row.count < 0.6 * row.width:
        return False
    return all(len(cell) <= _LONG_NAME and (shape(cell) == "text" or is_year(cell)) for cell in cells)


def _is_named(cells: list[str], below: list[_Row]) -> bool:
    """Names above what they name: text over numbers, or words that head columns."""
    kinds = column_kinds([row.record[1] for row in below], len(cells))
    if any(kind in {"number", "date"} and cell.strip() for kind, cell in zip(kinds, cells, strict=True)):
        return True
    words = [cell.strip().lower() for cell in cells if cell.strip()]
    return sum(word in HEADERS for word in words) * 3 >= len(words)


def _contradicts(cells: list[str], kinds: list[str]) -> bool:
    """Text in at least half of the columns that hold numbers or dates above."""
    typed = [at for at, kind in enumerate(kinds) if kind in {"number", "date"} and at < len(cells)]
    wrong = sum(shape(cells[at]) == "text" for at in typed)
    return wrong > 0 and wrong * 2 >= len(typed)


def _differ(above: list[str], below: list[str]) -> bool:
    """Numbers or dates below in at least half of the columns, where text stands above."""
    changed = sum(one == "text" and other in {"number", "date"} for one, other in zip(above, below, strict=False))
    return changed * 2 >= len(below) > 1


def _is_titled_anew(rows: list[_Row], at: int, start: int) -> bool:
    """The same header again: another table only where it has a title of its own."""
    first = _title_above(rows, at)
    known = {row.record[1][0].strip() for row in rows[:start]}
    titles = [row.record[1][0].strip() for row in rows[first:at]]
    return any(_NAMED.match(title) and title not in known for title in titles)


def _title_above(rows: list[_Row], start: int) -> int:
    """Where the title lines above a header begin: single cells, up to a blank line or a line about the table above."""
    at = start
    while at > 0 and rows[at - 1].count == 1 and not BESIDE.match(rows[at - 1].record[1][0].strip()):
        at -= 1
        if rows[at].gap:
            break
    return at


def _is_about(rows: list[_Row]) -> bool:
    """`Herausgeber;Stadt` / `Stand;31.12.`: pairs about the table that follows, no table of their own."""
    pairs = [row.record[1] for row in rows if row.count == 2]
    return (
        len(rows) <= _LOOK_BELOW
        and len(pairs) == sum(row.count > 1 for row in rows) > 0
        and (sum(bool(META.match(cells[0].strip())) for cells in pairs) * 2 >= len(pairs))
    )


def _same(one: list[str], other: list[str]) -> bool:
    return [cell.strip() for cell in one if cell.strip()] == [cell.strip() for cell in other if cell.strip()]
