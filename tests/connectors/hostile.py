"""Files that mean harm, made at test time: each small on disk, each named by what it tries."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

GB = 1024**3


def packed(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("a")
        for row in range(20):
            sheet.write_row(row, 0, [f"a{row}", row, row * 2])
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return packed(
            {name: change(source.read(name)) if name == part else source.read(name) for name in source.namelist()}
        )


def sheet(rows: bytes) -> bytes:
    """A workbook whose only sheet holds this XML."""
    space = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return changed(workbook(), "xl/worksheets/sheet1.xml", lambda _: space + rows + b"</sheetData></worksheet>")


def overlapping() -> bytes:
    """Five thousand directory entries for one and the same member."""
    one = packed({"a.csv": b"0;0\n" * 500_000})
    end, start = one.rfind(b"PK\5\6"), one.find(b"PK\1\2")
    entry, count = one[start:end], 5000
    tail = struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, count, count, len(entry) * count, start, 0)
    return one[:start] + entry * count + tail


def lying_zip() -> bytes:
    """A member that says it unpacks to 100 bytes."""
    data = bytearray(packed({"a.csv": b"1;2\n" * 50_000}))
    at = data.rfind((200_000).to_bytes(4, "little"))
    data[at : at + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def dbf(record: int, promised: int) -> bytes:
    field = struct.pack("<11sc4xBB14x", b"NAME", b"C", 10, 0)
    return struct.pack("<BBBBLHH20x", 3, 24, 1, 1, promised, 65, record) + field + b"\r" + b" abcdefghij" * 3


def sparse_line(path: Path, size: int) -> None:
    """One line of `size` bytes that costs no disk: a table's beginning, then a hole."""
    with path.open("wb") as stream:
        stream.write(b"a;b\n" + b"1;2\n" * 50_000)
        stream.truncate(size)


LAUGHS = b"<!DOCTYPE x [" + b"".join(
    b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10 if at else b"lol") for at in range(10)
)

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bombe.zip": (lambda: packed({"b.csv": b"0;0\n" * (10 * 1024**2)}), "bomb"),
    "ueberlappend.zip": (overlapping, "bomb"),
    "luege.zip": (lying_zip, "archive_broken"),
    "drei.zip": (lambda: packed({"c.zip": packed({"b.zip": packed({"a.csv": b"a;b\n1;2\n"})})}), "archive_nested"),
    "bombe.csv.gz": (lambda: gzip.compress(b"0;0\n" * (9 * 1024**2)), "bomb"),
    "abgeschnitten.csv.gz": (lambda: gzip.compress(bytes(range(256)) * 99)[:200], "archive_broken"),
    "texte.xlsx": (
        lambda: changed(workbook(), "xl/sharedStrings.xml", lambda _: b"<sst>" + b"<si><t/></si>" * (4 * 1024**2)),
        "bomb",
    ),
    "fern.xlsx": (lambda: sheet(b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>'), "sheet_too_large"),
    "fern2.xlsx": (lambda: sheet(b'<row r="1"><c s="1" r="Z1048576" t="n"><v>1</v></c></row>'), "sheet_too_large"),
    "breit.xlsx": (
        lambda: sheet(b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (at, at) for at in range(1, 3000))),
        "sheet_too_large",
    ),
    "halb.xlsx": (lambda: workbook()[:3000], "archive_broken"),
    "lacht.xlsx": (
        lambda: changed(workbook(), "xl/workbook.xml", lambda _: LAUGHS + b"]><x>&a9;</x>"),
        "workbook_broken",
    ),
    "kennwort.xlsx": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(9),
        "archive_encrypted",
    ),
    "xxe.xml": (lambda: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y>&a;</y><y/></x>', "xml_entities"),
    "lacht.xml": (lambda: LAUGHS + b"]><x><y>&a9;</y><y>1</y></x>", "xml_entities"),
    "parameter.xml": (lambda: b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/e"> %a;]><x/>', "xml_entities"),
    "tief.xml": (lambda: b"<a>" * 50_000 + b"</a>" * 50_000, "nesting"),
    "breit.xml": (
        lambda: b"<r><a " + b" ".join(b'k%d="1"' % at for at in range(20_000)) + b"/><a/></r>",
        "too_many_columns",
    ),
    "tief.json": (lambda: b'{"a":' * 90_000 + b"1" + b"}" * 90_000, "nesting"),
    "listen.json": (lambda: b"[" * 200_000 + b"]" * 200_000, "nesting"),
    "leer.json": (lambda: b"[" + b"[]," * (5 * 1024**2) + b"[]]", "json_empty"),
    "zahlen.json": (lambda: b"[" + b"1," * (9 * 1024**2) + b"1]", "json_no_table"),
    "kaputt.json": (lambda: b"[" + b'{"a":1},' * (2 * 1024**2) + b'{"a":}]', "json_broken"),
    "schluessel.json": (lambda: b"[" + b",".join(b'{"k%d":1}' % at for at in range(12_000)) + b"]", "too_many_columns"),
    "spalten.csv": (lambda: b";".join(b"c%d" % at for at in range(10_001)) + b"\n" + b";" * 10_000, "too_many_columns"),
    "spannen.html": (lambda: b"<table>" + b"<tr><td colspan=1000>a</td></tr>" * 6000, "html_too_large"),
    "luege.dbf": (lambda: dbf(60_000, 3), "dbf_broken"),
    "nullen.csv": (lambda: bytes(100_000), "empty"),
    "pdf.csv": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9, "pdf"),
    "bild.csv": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "image"),
}
"""File name → what is in it, and the code of its refusal."""
