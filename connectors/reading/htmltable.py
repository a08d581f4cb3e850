"""The largest table of an HTML page, for downloads that are called .xls and are a page.

What does not belong here: header and footers (`layout`). Scripts and styles are never looked at.
"""

from __future__ import annotations

from html.parser import HTMLParser

from connectors.reading import encoding as encodings
from connectors.reading.assemble import assemble
from connectors.reading.messages import note, refuse
from connectors.reading.names import checked_width
from connectors.reading.result import ReadReport, ReadResult

_MAX_SPAN = 1000


def read_html(data: bytes) -> ReadResult:
    """The table with the most cells; `Unreadable` where the page has none."""
    encoding = encodings.detect(data)
    parser = _Tables()
    parser.feed(encodings.decode(data, encoding))
    parser.close()
    tables = [table for table in parser.tables if any(any(row) for row in table)]
    if not tables:
        raise refuse("html")
    chosen = max(tables, key=lambda rows: sum(len(row) for row in rows))
    table = assemble((number, row) for number, row in enumerate(chosen, 1))
    if table is None:
        raise refuse("html")
    seen = note("table_in_html", number=tables.index(chosen) + 1, count=len(tables))
    report = ReadReport(
        format="html",
        encoding=encoding.name,
        delimiter=None,
        quotechar=None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=None,
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(seen, *encoding.notes, *table.notes),
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


class _Tables(HTMLParser):
    """Rows of text per table; a cell that spans columns is followed by empty ones."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MAX_SPAN) if span.isdigit() else 1
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

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if self._open and self._open[-1]:
            row = self._open[-1][-1]
            row.extend([" ".join("".join(self._cell).split()), *[""] * (self._span - 1)])
            checked_width(len(row))
        self._cell = None
