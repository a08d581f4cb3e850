"""The package around a workbook: its bounds are checked before a library opens it, and what is broken is mended.

What does not belong here: cells (`sheetcells`), zip bombs in general (`archive`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

from connectors.reading.archive import check_members
from connectors.reading.limits import MAX_COLUMNS, MAX_SHEET_CELLS
from connectors.reading.messages import note, refuse
from connectors.reading.result import Note
from connectors.reading.sheetxml import column_number

_CELL = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,9})[\"'][^<>]{0,200}(?<!/)>")
_ROW = re.compile(rb"<(?:\w{1,9}:)?row [^<>]{0,200}?\br=[\"'](\d{1,9})[\"'][^<>]{0,300}(?<!/)>")
_REPEATED = re.compile(rb"number-(rows|columns)-repeated=[\"'](\d{1,12})[\"']")
_ODS_TOKEN = re.compile(
    rb"<table:(table-row|(?:covered-)?table-cell)\b([^<>]{0,2000})>|<(/table:table-row|table:table\b)[^<>]{0,2000}>"
)
_SPARSE_CELLS, _SPARSE = 4_000_000, 100
"""A rectangle of so many cells of which less than one in a hundred is filled: the library would allocate it whole."""

_SHEET_PARTS = ("xl/worksheets/", "content.xml")
_STYLES = (
    '<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<numFmts>{formats}</numFmts><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>"
    "<cellStyleXfs><xf/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>"
)
_FORMAT = re.compile(r"<(?:\w{1,9}:)?numFmt\s[^<>]{0,600}>")
_XF = re.compile(r"<(?:\w{1,9}:)?xf\s[^<>]{0,600}>")
_NUMBER_FORMAT = re.compile(r'numFmtId="(\d{1,5})"')
_STYLES_PART = "xl/styles.xml"


def guard(data: bytes) -> None:
    """Refuses bombs, and sheets whose used rectangle is far larger than a table. Raises `Unreadable`."""
    extents: dict[str, tuple[int, int]] = {}
    filled: dict[str, int] = {}
    rests: dict[str, bytes] = {}
    ods = _OdsExtent()

    def watch(name: str, piece: bytes) -> None:
        if not name.startswith(_SHEET_PARTS):
            return
        window = rests.get(name, b"") + piece
        cut = max(window.rfind(b"<"), 0)
        rests[name] = window[cut:][-4096:]
        if name == "content.xml":
            ods.feed(window[:cut])
            extents[name] = ods.rows, ods.columns
        else:
            cells = _CELL.findall(window)
            filled[name] = filled.get(name, 0) + len(cells)
            extents[name] = _extent(window, cells, *extents.get(name, (0, 0)))
        _check(name, *extents[name])

    check_members(data, watch)
    for name, cells in filled.items():
        rows, columns = extents[name]
        if rows * columns > _SPARSE_CELLS and cells * _SPARSE < rows * columns:
            raise refuse("sheet_too_large", sheet=name.rsplit("/", 1)[-1], rows=rows, columns=columns)


def _check(name: str, rows: int, columns: int) -> None:
    if rows * columns > MAX_SHEET_CELLS or columns > MAX_COLUMNS:
        raise refuse("sheet_too_large", sheet=name.rsplit("/", 1)[-1], rows=rows, columns=columns)


def _extent(window: bytes, cells: list[tuple[bytes, bytes]], rows: int, columns: int) -> tuple[int, int]:
    if cells:
        rows = max(rows, *map(int, {row for _, row in cells}), 0)
        columns = max([columns, *map(column_number, {letters for letters, _ in cells})])
    elif found := _ROW.findall(window):
        # cells without a place of their own stand where the row says
        rows = max([rows, *map(int, found)])
    return rows, columns


class _OdsExtent:
    """Rows and columns an ODS sheet unfolds to: repeated empty cells and rows at the end do not count."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = self._filled = 0
        self._times = 1

    def feed(self, window: bytes) -> None:
        for match in _ODS_TOKEN.finditer(window):
            tag, attributes, other = match.groups()
            if other:
                self._end(whole_table=not other.startswith(b"/"))
            elif tag == b"table-row":
                self._times, self._column, self._filled = _repeats(attributes), 0, 0
            else:
                self._column += _repeats(attributes)
                if not attributes.endswith(b"/"):
                    self._filled = self._column

    def _end(self, *, whole_table: bool) -> None:
        if whole_table:
            self._row = 0
            return
        self._row += self._times
        if self._filled:
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._filled)


def _repeats(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found.group(2)) if found else 1


def repaired(data: bytes) -> tuple[bytes, list[Note]]:
    """The same workbook with a style sheet that can be read: what it says of number formats is kept."""
    styles = b""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        if _STYLES_PART in names:
            styles = archive.read(_STYLES_PART)
    if not styles:
        return data, []
    return _rewritten(data, _STYLES_PART, lambda: _salvaged(styles)), [note("styles_broken")]


def _salvaged(styles: bytes) -> bytes:
    text = styles.decode("utf-8", "replace")
    start = text.find("cellXfs")
    formats = [_whole(tag) for tag in _FORMAT.findall(text)]
    numbers = [_NUMBER_FORMAT.search(tag) for tag in _XF.findall(text[start:] if start >= 0 else "")]
    xfs = [f'<xf numFmtId="{number.group(1) if number else 0}" applyNumberFormat="1"/>' for number in numbers]
    return _STYLES.format(formats="".join(formats), styles="".join(xfs) or "<xf/>").encode()


def _whole(tag: str) -> str:
    """The tag without prefix and closed in itself, if it is one."""
    attributes = dict(re.findall(r'(numFmtId|formatCode)="([^"<]*)"', tag))
    if len(attributes) < 2:
        return ""
    return f'<numFmt numFmtId="{attributes["numFmtId"]}" formatCode="{attributes["formatCode"]}"/>'


def _rewritten(data: bytes, part: str, content: Callable[[], bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for member in source.infolist():
            target.writestr(member.filename, content() if member.filename == part else source.read(member))
    return out.getvalue()
