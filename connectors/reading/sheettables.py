"""Several tables on one sheet, beside and below each other: which is read, and what is said of the others.

What does not belong here: tables below each other in general (`tables`), merged cells (`merged`), the choice of a sheet
(`sheets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.reading.assemble import Assembled, assemble
from connectors.reading.cells import filled
from connectors.reading.head import Spans
from connectors.reading.messages import note
from connectors.reading.records import Record
from connectors.reading.result import Decision, Note
from connectors.reading.sheetxml import column_letters
from connectors.reading.tables import Table, choose, split_tables

_HELD_ROWS = 50_000
"""Longer sheets are one table."""

_LEAST_ROWS = 3
_LEAST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class OnSheet:
    """The table that was read; `name` and `names` only where the sheet holds several."""

    table: Assembled | None
    name: str | None = None
    names: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    """Columns that belong together, and the rows between which they do; all counted from 0, last ones included."""

    first: int
    last: int
    top: int = 0
    bottom: int = 2**31

    def records(self, rows: Sequence[list[str]]) -> list[Record]:
        part = rows[self.top : self.bottom + 1]
        cut = ((number, row[self.first : self.last + 1]) for number, row in enumerate(part, self.top + 1))
        return [record for record in cut if "".join(record[1]).strip()]


def read_tables(rows: list[list[str]], spans: Spans, wanted: str | None = None) -> OnSheet:
    """The asked-for table of a sheet, else the largest. Raises `Unreadable` where there is none of that name."""
    found = [(block, table) for block in _blocks(rows) for table in _tables(block, rows)]
    tables = [replace(table, number=number) for number, (_, table) in enumerate(found, 1)]
    if not tables:
        return OnSheet(None)
    chosen = choose(tables, wanted)
    block = found[tables.index(chosen)][0]
    moved = {(row, column - block.first): text for (row, column), text in spans.items()}
    assembled = assemble(chosen.records, spans=moved, above=chosen.above)
    if len(tables) == 1:
        return OnSheet(assembled)
    others = [(one, place) for (place, _), one in zip(found, tables, strict=True) if one is not chosen]
    reason = "verlangt" if wanted else f"die größte von {len(tables)} Tabellen"
    return OnSheet(
        assembled,
        chosen.name,
        tuple(table.name for table in tables),
        (
            note("sheet_tables", count=len(tables), name=chosen.name, area=_area(chosen, block), reason=reason),
            *(note("sheet_table_other", one.first, name=one.name, area=_area(one, place)) for one, place in others),
        ),
        (Decision("table", chosen.name, reason, max((one for one, _ in others), key=lambda one: one.cells).name),),
    )


def _tables(block: _Block, rows: Sequence[list[str]]) -> list[Table]:
    records = block.records(rows)
    if not records:
        return []
    below = split_tables(records) if len(records) <= _HELD_ROWS else []
    if below:
        return below
    return [Table(1, "", records, [], 0, sum(filled(cells) for _, cells in records))]


def _area(table: Table, block: _Block) -> str:
    """`A3:D20`, as a spreadsheet says it."""
    return f"{column_letters(block.first + 1)}{table.first}:{column_letters(block.last + 1)}{table.last}"


def _blocks(rows: Sequence[list[str]]) -> list[_Block]:
    """What may be a table of its own: columns side by side on the whole sheet, or between two empty rows of it."""
    whole, is_apart = _side_by_side(rows, 0, len(rows) - 1)
    if is_apart or not whole:
        return whole
    bands = [(top, bottom, *_side_by_side(rows, top, bottom)) for top, bottom in _bands(rows)]
    if len(bands) < 2 or not any(apart for _, _, _, apart in bands):
        return whole
    blocks: list[_Block] = []
    for top, bottom, parts, apart in bands:
        if apart:
            blocks += parts
        elif blocks and blocks[-1].first == 0 and blocks[-1].last == whole[0].last:
            blocks[-1] = replace(blocks[-1], bottom=bottom)
        else:
            blocks.append(_Block(0, whole[0].last, top, bottom))
    return blocks


def _bands(rows: Sequence[list[str]]) -> list[tuple[int, int]]:
    """First and last row of what stands between empty rows."""
    bands: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        if not "".join(row).strip():
            continue
        if bands and bands[-1][1] == at - 1:
            bands[-1] = (bands[-1][0], at)
        else:
            bands.append((at, at))
    return bands


def _side_by_side(rows: Sequence[list[str]], top: int, bottom: int) -> tuple[list[_Block], bool]:
    """The columns of each table between two rows, and whether there are several; else one block without empty edges."""
    part = rows[top : bottom + 1]
    full = _filled_columns(part)
    if not full:
        return [], False
    blocks: list[_Block] = []
    for at in full:
        if blocks and blocks[-1].last == at - 1:
            blocks[-1] = replace(blocks[-1], last=at)
        else:
            blocks.append(_Block(at, at, top, bottom))
    if len(blocks) > 1 and _are_apart(blocks, part):
        return blocks, True
    return [_Block(full[0], full[-1], top, bottom)], False


def _filled_columns(rows: Sequence[list[str]]) -> list[int]:
    """The columns with any content; a full table is known by its first rows."""
    pending = set(range(len(rows[0]) if rows else 0))
    every = frozenset(pending)
    for row in rows:
        pending -= {at for at in pending if row[at]}
        if not pending:
            break
    return sorted(every - pending)


def _are_apart(parts: Sequence[_Block], rows: Sequence[list[str]]) -> bool:
    """Tables of their own: each of some size, and either of different length or with the same header."""
    heights = []
    for part in parts:
        lines = [at for at, row in enumerate(rows) if filled(row[part.first : part.last + 1]) > 1]
        if part.last - part.first + 1 < _LEAST_COLUMNS or len(lines) < _LEAST_ROWS:
            return False
        heights.append((lines[0], lines[-1]))
    heads = {tuple(rows[top][part.first : part.last + 1]) for part, (top, _) in zip(parts, heights, strict=True)}
    return len({bottom for _, bottom in heights}) > 1 or len({top for top, _ in heights}) > 1 or len(heads) == 1
