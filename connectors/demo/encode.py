"""Tables → bytes in the dialects of town halls: text with any encoding, XLSX, ODS, GeoJSON, JSON.

The same input gives the same bytes on every machine: archives are stored, not deflated (zlib versions differ), with
fixed dates. What the rows hold is the business of the theme modules.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | datetime | None
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime(2026, 1, 15, 9, 0, 0)  # noqa: DTZ001 -- a fixed stamp inside a file, in nobody's time zone


def comma(value: float | None, digits: int) -> str:
    """A number with decimal comma: `12,5`."""
    return "" if value is None else f"{value:.{digits}f}".replace(".", ",")


def thousands(value: float, digits: int) -> str:
    """A number with decimal comma and thousands dots: `1.234,50`."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def german_date(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def text_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    encoding: str,
    delimiter: str = ";",
    titles: Sequence[str] = (),
    footers: Sequence[str] = (),
    quote_all: bool = False,
) -> bytes:
    """A text table with CRLF lines. Encodings that carry a byte order mark (`utf-8-sig`, `utf-16`) write one.

    UTF-16 is always little-endian (`utf-16` of Python follows the machine).
    """
    out = io.StringIO(newline="")
    out.writelines(f"{line}\r\n" for line in titles)
    writer = csv.writer(
        out,
        delimiter=delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerow(header)
    writer.writerows(rows)
    out.writelines(f"{line}\r\n" for line in footers)
    text = out.getvalue()
    return ("\ufeff" + text).encode("utf-16-le") if encoding == "utf-16" else text.encode(encoding)


def json_text(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def geojson(features: Iterable[tuple[tuple[float, float], dict[str, Any]]]) -> bytes:
    """Point features from (longitude, latitude) and properties, RFC 7946."""
    return json_text(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": {"type": "Point", "coordinates": list(place)}, "properties": properties}
                for place, properties in features
            ],
        }
    )


def xlsx(sheet: str, fill: Callable[[xlsxwriter.Workbook, Worksheet], None]) -> bytes:
    """A workbook with one sheet that `fill` writes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": sheet, "author": "Datenallmende (erfundene Beispieldaten)", "created": _CREATED})
    fill(book, book.add_worksheet(sheet))
    book.close()
    with zipfile.ZipFile(out) as archive:
        return _stored([(name, archive.read(name)) for name in archive.namelist()])


def ods(sheet: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """An OpenDocument spreadsheet of plain cells (OpenDocument 1.3, part 3)."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="{escape(sheet)}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return _stored(
        [("mimetype", kind.encode()), ("content.xml", content.encode()), ("META-INF/manifest.xml", manifest.encode())]
    )


def _ods_cell(value: Cell) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, (int, float)):
        kind = f'office:value-type="float" office:value="{value}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def _stored(parts: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 0  # the default differs between systems
            archive.writestr(entry, data)
    return out.getvalue()
