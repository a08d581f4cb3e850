"""From a fuzzer's bytes to a file: the first byte chooses the wrapping, so that mutations reach the inside of packages.

What does not belong here: the targets (`read`, `judge`). Used by the coverage-guided fuzzer and by hypothesis alike.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.connectors import hostile

BOOK = hostile.workbook()
_SPACES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
_ODS_HEAD = (
    f"<office:document-content {_SPACES}><office:body><office:spreadsheet><table:table table:name='T'>"
).encode()
_ODS_TAIL = b"</table:table></office:spreadsheet></office:body></office:document-content>"


def _part(name: str) -> Callable[[bytes], bytes]:
    return lambda data: hostile.changed(BOOK, name, lambda _: data)


def _ods(data: bytes) -> bytes:
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    return hostile.packed({"mimetype": mime, "content.xml": _ODS_HEAD + data + _ODS_TAIL})


WRAPPINGS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("x.csv", bytes),
    ("x.json", lambda data: data),
    ("x.ndjson", lambda data: data),
    ("x.xml", lambda data: data),
    ("x.html", lambda data: data),
    ("x.dbf", lambda data: data),
    ("sheet.xlsx", hostile.sheet),
    ("styles.xlsx", _part("xl/styles.xml")),
    ("book.xlsx", _part("xl/workbook.xml")),
    ("texts.xlsx", _part("xl/sharedStrings.xml")),
    ("x.ods", _ods),
    ("x.csv.gz", gzip.compress),
    ("x.zip", lambda data: hostile.packed({"a.csv": data})),
    ("raw.xlsx", lambda data: data),
    ("shape.zip", lambda data: hostile.packed({"a.shp": data, "a.dbf": hostile.dbf(11, 3)})),
    ("x.parquet", lambda data: b"PAR1" + data),
    ("x.arrow", lambda data: b"ARROW1\0\0" + data),
    ("x.xls", lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data),
)

SEEDS: tuple[bytes, ...] = (
    b'\0Nr;Name\n1;"a;""b"\n2;c\n',
    "\0Stadt Änderung;;\n;2020;2021\nOrt;1,5;2.000,00\nQuelle: Amt;;\n".encode("cp1252"),
    b'\1{"result": {"fields": [{"id": "a"}], "records": [{"a": 1, "b": {"c": [1, 2]}}]}}',
    b'\1{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
    b'\1{"id": ["a"], "size": [2], "dimension": {"a": {"category": {"index": ["x", "y"]}}}, "value": [1, 2]}',
    b'\2{"a": 1}\n{"a": [1, {"b": 2}]}\n',
    b'\3<?xml version="1.0"?><r a="1"><p><n>1</n><o x="2">t</o></p><p><n>2</n></p></r>',
    b"\3<kml><Placemark><name>a</name><Point><coordinates>1,2,0</coordinates></Point></Placemark></kml>",
    b"\4<table><tr><th rowspan=2>a<th colspan=2>b<tr><td>1<td>2</table>",
    b"\5" + hostile.dbf(11, 3),
    (
        b'\6<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" s="1"><f>1+1</f><v>2</v></c></row>'
        b'<row r="2" hidden="1"><c r="A2" t="e"><v>#N/A</v></c></row>'
    ),
    b'\7<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="164"/>',
    (
        b"\x0a<table:table-row table:number-rows-repeated='3'><table:table-cell table:number-columns-repeated='2' "
        b"office:value-type='float' office:value='1'><text:p>1</text:p></table:table-cell></table:table-row>"
    ),
    b"\x0d" + BOOK,
    b"\x0e\0\0\x27\x0a"
    + bytes(20)
    + b"\0\0\0\x32\xe8\x03\0\0\x01\0\0\0"
    + bytes(64)
    + b"\0\0\0\1\0\0\0\x0a\1\0\0\0"
    + bytes(16),
)


def file_of(data: bytes) -> tuple[str, bytes]:
    """File name and content for a fuzzer's input."""
    if not data:
        return "x.csv", b""
    name, wrap = WRAPPINGS[data[0] % len(WRAPPINGS)]
    return name, wrap(data[1:])
