"""The largest table of an HTML page, for downloads that are called .xls and are a page.

What does not belong here: header and footers (`layout`). Scripts and styles are never looked at.
"""

from __future__ import annotations

from html.parser import HTMLParser

from connectors.reading import encoding as encodings
from connectors.reading.assemble import assemble
from connectors.reading.limits import MAX_HTML_CELLS
from connectors.reading.messages import note, refuse
from connectors.reading.names import checked_width
from connectors.reading.result import Decision, ReadReport, ReadResult

_MAX_SPAN = 1000


def read_html(data: bytes, wanted: str | None = None) -> ReadResult:
    """The table with the most cells, or the one of number `wanted`; `Unreadable` where the page has none."""
    encoding = encodings.detect(data)
    parser = _Tables()
    parser.feed(encodings.decode(data, encoding))
    parser.close()
    tables = [table for table in parser.tables if any(any(row) for row in table)]
    if not tables:
        raise refuse("html")
    number, decision = _chosen(tables, wanted)
    table = assemble((line, row) for line, row in enumerate(tables[number - 1], 1))
    if table is None:
        raise refuse("html")
    seen = note("table_in_html", number=number, count=len(tables))
    report = ReadReport(
        format="html",
        encoding=encoding.name,
        delimiter=None,
        quotechar=None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=str(number),
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(seen, *encoding.notes, *table.notes),
        sheets=tuple(str(at) for at in range(1, len(tables) + 1)),
        decisions=(decision, *table.decisions),
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


def _chosen(tables: list[list[list[str]]], wanted: str | None) -> tuple[int, Decision]:
    """The number of the table, from 1, and why it is this one."""
    if wanted is not None:
        if not wanted.isdecimal() or not 0 < int(wanted) <= len(tables):
            names = ", ".join(str(at) for at in range(1, len(tables) + 1))
            raise refuse("path_missing", sheet=wanted, sheets=names)
        return int(wanted), Decision("table", wanted, "verlangt")
    sizes = [sum(len(row) for row in rows) for rows in tables]
    order = sorted(range(len(tables)), key=lambda at: -sizes[at])
    reason = f"mit {sizes[order[0]]} Zellen die größte Tabelle der Seite"
    second = f"{order[1] + 1} ({sizes[order[1]]} Zellen)" if len(order) > 1 else ""
    return order[0] + 1, Decision("table", str(order[0] + 1), reason, second)


class _Tables(HTMLParser):
    """Rows of text per table; a cell that spans columns is followed by empty ones."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = self._rowspan = 1
        self._hidden = self._cells = 0
        self._below: dict[int, dict[int, tuple[int, str]]] = {}
        self._due: dict[int, str] = {}
        self._has_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._new_row()
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._new_row()
            self._span, self._rowspan = _number(attrs, "colspan"), _number(attrs, "rowspan")
            self._has_data = self._has_data or tag == "td"
            self._cell = []
        elif tag in {"br", "p", "div"} and self._cell:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._hidden = max(self._hidden - 1, 0)
        elif tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def _new_row(self) -> None:
        """A row starts; what reaches down into it from above is taken over cell by cell (`_reach`)."""
        self._reach()
        table = self._open[-1]
        table.append([])
        spans = self._below.setdefault(id(table), {})
        for column, (rows, text) in list(spans.items()):
            if rows < 1:
                del spans[column]
            else:
                # a title over two rows of headings stands in the upper one only
                spans[column] = (rows - 1, text if self._has_data else "")
        self._has_data = False
        self._due = {column: text for column, (_, text) in spans.items()}
        self._reach()

    def _reach(self) -> None:
        """Puts the cells from above that are due at the place where the row now stands."""
        row = self._open[-1][-1] if self._open and self._open[-1] else None
        while row is not None and len(row) in self._due:
            row.append(self._due.pop(len(row)))

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if self._open and self._open[-1]:
            row = self._open[-1][-1]
            text = " ".join("".join(self._cell).split())
            if self._rowspan > 1:
                spans = self._below.setdefault(id(self._open[-1]), {})
                spans.update({len(row) + at: (self._rowspan - 1, "" if at else text) for at in range(self._span)})
            row.extend([text, *[""] * (self._span - 1)])
            self._reach()
            checked_width(len(row))
            self._cells += self._span
            if self._cells > MAX_HTML_CELLS:
                raise refuse("html_too_large", limit=MAX_HTML_CELLS)
        self._cell = None


def _number(attrs: list[tuple[str, str | None]], name: str) -> int:
    text = dict(attrs).get(name) or "1"
    return min(max(int(text), 1), _MAX_SPAN) if text.isdecimal() and len(text) < 6 else 1
