"""A file that is about to be written: what stands in it, how it is written, and what a right reader gets out of it.

What does not belong here: what is spoilt and how (`kinds`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.bench.pollution.tables import Cells, Table

Line = str | Cells
"""A line as it stands, or cells that are written as the table's are."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One file. A pollution returns a changed copy; what it changes in the truth, it says."""

    truth: Table
    before: tuple[Line, ...] = ()
    head: tuple[Cells, ...] = ()
    """The header lines as written; none: no header."""
    body: tuple[Cells, ...] = ()
    after: tuple[Line, ...] = ()
    delimiter: str = ","
    quote: str = '"'
    quoting: str = "minimal"
    """`minimal`, `all`, `text` (all but numbers and empty cells), `none`."""
    escape: str = "double"
    """How a quote inside a quoted cell is written: `double`, `backslash`, `raw`."""
    spaced: bool = False
    """Spaces around the delimiter, outside the quotes."""
    ends: tuple[str, ...] = ("\n",)
    """Line ends, in turn."""
    last_end: bool = True
    tail: str = ""
    """Whatever stands after the last line end."""
    edit: Callable[[int, str], str] | None = None
    """Changes a written record line; its number counts from 0."""
    encode: Callable[[str], bytes] = str.encode
    has_header: bool = True
    """False: a right reader takes the first line for a record."""

    @classmethod
    def of(cls, table: Table) -> Draft:
        return cls(truth=table, head=(table.header,), body=table.rows)

    def with_cells(self, change: Callable[[str], str]) -> Draft:
        """The same file with other text in its cells, also in the truth."""

        def changed(lines: tuple[Cells, ...]) -> tuple[Cells, ...]:
            return tuple(tuple(change(cell) for cell in line) for line in lines)

        (header,) = changed((self.truth.header,))
        truth = replace(self.truth, header=header, rows=changed(self.truth.rows))
        return replace(self, truth=truth, head=changed(self.head), body=changed(self.body))

    def with_rows(self, truth: tuple[Cells, ...], written: tuple[Cells, ...]) -> Draft:
        return replace(self, truth=replace(self.truth, rows=truth), body=written)

    def data(self) -> bytes:
        """The file's bytes."""
        lines = list(self._lines())
        text = []
        for number, line in enumerate(lines):
            is_last = number == len(lines) - 1
            text.append(line + ("" if is_last and not self.last_end else self.ends[number % len(self.ends)]))
        return self.encode("".join(text) + self.tail)

    def _lines(self) -> Iterator[str]:
        yield from map(self._outside, self.before)
        yield from map(self._written, self.head)
        for number, record in enumerate(self.body):
            line = self._written(record)
            yield self.edit(number, line) if self.edit else line
        yield from map(self._outside, self.after)

    def _outside(self, line: Line) -> str:
        return line if isinstance(line, str) else self._written(line)

    def _written(self, record: Cells) -> str:
        between = f" {self.delimiter} " if self.spaced else self.delimiter
        return between.join(map(self._cell, record))

    def _cell(self, text: str) -> str:
        if self.quoting == "none" or not (self.quoting == "all" or self._needs_quotes(text)):
            return text
        inner = text
        if self.escape == "double":
            inner = text.replace(self.quote, self.quote * 2)
        elif self.escape == "backslash":
            inner = text.replace("\\", "\\\\").replace(self.quote, "\\" + self.quote)
        return f"{self.quote}{inner}{self.quote}"

    def _needs_quotes(self, text: str) -> bool:
        if self.quoting == "text" and text and not text.replace(",", "").replace(".", "").lstrip("-").isdigit():
            return True
        return any(mark in text for mark in (self.delimiter.strip() or self.delimiter, self.quote, "\n", "\r"))
