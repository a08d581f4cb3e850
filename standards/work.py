"""One pass in the making: its rows, what became of them so far, the cleaned text of its columns.

A column whose values repeat is cleaned and converted by its different values, in a pass of its own (`Once`). What a
field's type makes of the text stands in `convert`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import polars as pl

from standards.definition import Standard
from standards.distinct import Distinct, distinct
from standards.faults import Fault
from standards.mapping import VIRTUAL, Mapping
from standards.messages import say
from standards.model import Finding, Severity, Table
from standards.numbers import Numbers, read_numbers, read_plain
from standards.overall import Overall
from standards.place_texts import read_axis
from standards.wide import HEADER
from standards.words import is_ascii, map_unique, missing_mask, mojibake_mask, stripped, unmojibake

Shown = pl.Series | Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of repair in one column: which rows, and before and after as series or told by row when asked."""

    kind: str
    column: str | pl.Series
    mask: pl.Series
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a column before anything is done with it."""

    values: Distinct | None
    plain: Numbers | None
    """Of the different values, where there are any."""

    @staticmethod
    def at(column: pl.Series) -> Look:
        found = distinct(column)
        return Look(found, read_plain(found.values if found else column))


@dataclass
class Work:
    """One pass: the frame of the file's columns (plus `t` table, `row`, `i` input row) and what comes of it."""

    standard: Standard
    mapping: Mapping
    tables: dict[int, Table]
    frame: pl.DataFrame
    texts: dict[str, pl.Series] = field(default_factory=dict)
    values: dict[str, pl.Series] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    """Field → the header a person knows it by."""
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[tuple[int, Finding]] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)
    """Repairs that would have been made but for `undo`."""
    once: dict[str, Once | None] = field(default_factory=dict)
    """Column → its different values in a pass of their own, where they repeat."""
    repeated: dict[str, Once] = field(default_factory=dict)
    """Field → the pass in which its values were made."""
    plain: dict[str, Numbers] = field(default_factory=dict)
    """Column → what it says, where every cell is a plain number."""
    odd: set[str] = field(default_factory=set)
    """Columns that are known not to be plain numbers."""
    overall: Overall | None = None
    """What is gathered over all parts, where the frame is one part of its table."""
    looks: dict[str, Future[Look]] = field(default_factory=dict)
    """Column → the first look at it, taken in another thread."""

    def look(self, column: str) -> Look:
        """The column's different values, where they repeat, and what it says where all of it is plain numbers."""
        begun = self.looks.pop(column, None)
        return begun.result() if begun else Look.at(self.frame[column])

    def take_plain(self, column: str, plain: Numbers | None) -> None:
        """What a look at the column found, so that it is not looked at again."""
        if plain is None:
            self.odd.add(column)
        else:
            self.plain[column], self.texts[column] = plain, self.frame[column]

    @property
    def groups(self) -> pl.Series:
        return self.frame[VIRTUAL + "t"]

    @property
    def height(self) -> int:
        return self.frame.height

    def numbers(self, text: pl.Series) -> Numbers:
        """A cleaned text as numbers; not read again where that was done to see that it needs no cleaning."""
        kept = (found for column, found in self.plain.items() if self.texts[column] is text)
        return next(kept, None) or read_numbers(text)

    def by_value(self, name: str, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """What `make` makes of a field's values, each row for itself: of the different ones only, where they repeat."""
        once = self.repeated.get(name)
        return once.values.spread(make(once.work.values[name])) if once else make(self.values[name])

    @property
    def undo(self) -> frozenset[str]:
        """Repairs that are taken back, as `KIND` or `KIND:COLUMN`; the tables of a pass agree about them."""
        return next(iter(self.tables.values())).undo

    def is_undone(self, kind: str, column: str | pl.Series) -> bool:
        """Whether a repair of this kind in this column (of a wide file: in one of these) is taken back."""
        undo = self.undo
        if not undo or kind in undo:
            return bool(undo)
        named = {text.partition(":")[2] for text in undo if text.partition(":")[0] == kind}
        return bool(named and named & set([column] if isinstance(column, str) else column.unique().to_list()))

    def nulls(self, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
        return (
            pl.Series("n", [None], dtype=dtype).new_from_index(0, self.height)
            if self.height
            else pl.Series("n", [], dtype=dtype)
        )

    def changed(self, kind: str, column: str | pl.Series, mask: pl.Series, before: Shown, after: Shown) -> None:
        if mask.any():
            self.changes.append(Change(kind, column, mask, before, after))

    def fault(self, code: str, name: str, mask: pl.Series, value: pl.Series | None, expected: str = "") -> None:
        if mask.any():
            self.faults.append(Fault(code, self.shown_column(name), mask, value, expected, field=name))

    def shown_column(self, name: str) -> str | pl.Series:
        """The header of a field in the file: for wide values the header of each row's own column."""
        if self.mapping.unpivot and name == self.mapping.unpivot.value_field:
            return self.frame[HEADER]
        return self.origins.get(name, self.standard.by_name[name].title_de)

    def note(self, code: str, masks: pl.Series, *, column: str, value: pl.Series, expected: str = "") -> None:
        """A question to each table that has such a row, with its first value as the example."""
        if not masks.any():
            return
        first = (
            pl.DataFrame({"t": self.groups, "m": masks, "v": value})
            .filter("m")
            .group_by("t", maintain_order=True)
            .agg(pl.col("v").first())
        )
        for group, example in first.iter_rows():
            text = say(code, column=column, value=example, expected=expected)
            self.notes.append((group, Finding(Severity.WARNING, code, text, column=column, value=example)))


@dataclass(frozen=True, slots=True)
class Once:
    """A pass over the different values of one column of one table; what comes of it is spread over the rows."""

    work: Work
    values: Distinct

    def settle(self, into: Work) -> None:
        """Changes and faults found since the last time, as those of the rows."""
        spread, codes = self.values.spread, self.values.codes
        for change in self.work.changes:
            before, after = _shown_by(change.before, codes), _shown_by(change.after, codes)
            into.changes.append(Change(change.kind, change.column, spread(change.mask), before, after))
        for fault in self.work.faults:
            value = spread(fault.value) if isinstance(fault.value, pl.Series) else fault.value
            into.faults.append(replace(fault, mask=spread(fault.mask), value=value))
        for left in self.work.left:
            before, after = _shown_by(left.before, codes), _shown_by(left.after, codes)
            into.left.append(Change(left.kind, left.column, spread(left.mask), before, after))
        self.work.changes.clear()
        self.work.left.clear()
        self.work.faults.clear()


def _shown_by(shown: Shown, codes: pl.Series) -> Callable[[int], object]:
    return lambda index: shown[codes[index]] if isinstance(shown, pl.Series) else shown(codes[index])


def once_of(work: Work, column: str) -> Once | None:
    """The pass over a column's different values; None for several tables, which decide each for itself."""
    if len(work.tables) != 1:
        return None
    if column not in work.once:
        look = work.look(column)
        found = look.values
        if not found:
            work.take_plain(column, look.plain)
        else:
            number = pl.lit(next(iter(work.tables)), dtype=pl.Int64).alias(VIRTUAL + "t")
            inner = Work(work.standard, work.mapping, work.tables, found.values.to_frame(column).with_columns(number))
            # headers and questions are those of the table, whichever pass finds them
            inner.origins, inner.notes = work.origins, work.notes
            inner.once[column] = None
            inner.overall = work.overall
            inner.take_plain(column, look.plain)
        work.once[column] = Once(inner, found) if found else None
    return work.once[column]


def clean_text(work: Work, column: str, missing: tuple[str, ...] = ()) -> pl.Series:
    """A column's text: trimmed, mojibake undone, words for "not known" empty; every change counted once."""
    once = once_of(work, column)
    if once is not None:
        text = clean_text(once.work, column, missing)
        once.settle(work)
        return once.values.spread(text)
    shown = "" if column.startswith(VIRTUAL) else column
    if column not in work.texts and column not in work.odd and (plain := read_plain(work.frame[column])):
        work.plain[column], work.texts[column] = plain, work.frame[column]
    elif column not in work.texts:
        raw = work.frame[column]
        text = stripped(raw)
        if text is not raw:
            text = _cleaned(work, "whitespace", shown, raw, text)
        if not is_ascii(text) and mojibake_mask(text).any():
            text = _cleaned(work, "mojibake", shown, text, map_unique(text, unmojibake, pl.String))
        work.texts[column] = text
    return _without_words(work, column, work.texts[column], missing)


def _without_words(work: Work, column: str, text: pl.Series, missing: tuple[str, ...]) -> pl.Series:
    if column in work.plain and not missing:
        return text
    shown = "" if column.startswith(VIRTUAL) else column
    unknown = missing_mask(text, missing)
    if unknown.any():
        text = _cleaned(work, "missing_word", shown, text, text.set(unknown, None))
    return text


def _cleaned(work: Work, kind: str, column: str, before: pl.Series, after: pl.Series) -> pl.Series:
    """The text after a cleaning, or as it stood where that repair is taken back; either is counted."""
    if not column:
        return after
    if kind == "missing_word":
        mask = before.is_not_null() & after.is_null()
        shown = after.fill_null("")
    else:
        mask, shown = (after != before).fill_null(value=False), after
    if not work.is_undone(kind, column):
        work.changed(kind, column, mask, before, shown)
        return after
    if mask.any():
        work.left.append(Change(kind, column, mask, before, shown))
    # an empty cell is empty, whatever is taken back
    return before.set(before == "", None)


def axis_of(work: Work, column: str) -> tuple[pl.Series, pl.Series, pl.Series | None]:
    """A coordinate column: its cleaned text, its numbers and how they were mended."""
    once = once_of(work, column)
    if once is None:
        text = clean_text(work, column)
        return text, *read_axis(text, work.plain.get(column))
    text, values, kinds = axis_of(once.work, column)
    once.settle(work)
    spread = once.values.spread
    return spread(text), spread(values), spread(kinds) if kinds is not None else None
