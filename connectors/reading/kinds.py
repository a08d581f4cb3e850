"""What a file is, by its content; the name only helps to tell text formats apart.

What does not belong here: reading it. Kinds that hold no table are refused here, each with its sentence.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Literal

from connectors.reading.encoding import decode, detect, wide_by_zeros
from connectors.reading.messages import refuse

Kind = Literal[
    "text",
    "xlsx",
    "xlsb",
    "xls",
    "ods",
    "json",
    "ndjson",
    "xml",
    "dbf",
    "parquet",
    "arrow",
    "html",
    "zip",
    "gzip",
]
_HEAD = 64 * 1024

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"{\\rtf", "word"),
    (b"SQLite format 3\0", "database"),
)
_ARCHIVES = (
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div|style|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.:-]*[\s/>])")


def kind_of(data: bytes, filename: str = "") -> Kind:
    """The kind of `data`. Raises `Unreadable` for everything that cannot hold a table."""
    head = data[:4096]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    if head.startswith(_OLE):
        return _ole_kind(data)
    if _is_dbf(data):
        return "dbf"
    return head_kind(data[:_HEAD], PurePosixPath(filename).suffix.lower()) or "text"


def head_kind(head: bytes, suffix: str) -> Kind | None:
    """The kind as far as the first bytes tell; None for containers whose content decides. Raises `Unreadable`."""
    if not head:
        raise refuse("empty")
    for mark, code in _REFUSED:
        if head.startswith(mark):
            raise refuse(code)
    for mark, name in _ARCHIVES:
        if head.startswith(mark):
            raise refuse("archive", kind=name)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1\0\0", b"FEA1")):
        return "arrow"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE)) or _is_dbf(head):
        return None
    return _text_kind(head, suffix)


def _zip_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mime = archive.read("mimetype").decode("ascii", "replace")
                if "opendocument.spreadsheet" in mime:
                    return "ods"
                if "opendocument.presentation" in mime:
                    raise refuse("slides")
                if "opendocument" in mime:
                    raise refuse("word")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise refuse("archive_broken") from error
    if any(name.startswith("xl/") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    if any(name.startswith("word/") for name in names):
        raise refuse("word")
    if any(name.startswith("ppt/") for name in names):
        raise refuse("slides")
    return "zip"


def _ole_kind(data: bytes) -> Kind:
    names = data[: 8 * 1024**2]
    if "EncryptedPackage".encode("utf-16-le") in names:
        raise refuse("archive_encrypted")
    if any(name.encode("utf-16-le") in names for name in ("Workbook", "Book")):
        return "xls"
    if "WordDocument".encode("utf-16-le") in names:
        raise refuse("word")
    if "PowerPoint Document".encode("utf-16-le") in names:
        raise refuse("slides")
    raise refuse("binary")


def _is_dbf(data: bytes) -> bool:
    """A dBase header: version, a date, and lengths that fit the field descriptors."""
    if len(data) < 65 or data[0] not in {0x02, 0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5}:
        return False
    header, record = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    return (
        1 <= data[2] <= 12
        and 1 <= data[3] <= 31
        and 65 <= header <= len(data)
        and record > 1
        and b"\r" in data[header - 270 if header > 270 else 0 : header]
    )


def _text_kind(data: bytes, suffix: str) -> Kind:
    head = _as_bytes(data[:_HEAD])
    if not head.strip(b"\0 \t\r\n"):
        if len(data) >= _HEAD and b"\0" not in head:
            return "text"
        raise refuse("empty")
    if _is_binary(head):
        raise refuse("binary")
    start = head.lstrip()[:1]
    if start == b"<":
        if _HTML.match(head):
            return "html"
        if _XML.match(head):
            return "xml"
    if start in {b"{", b"["}:
        return _json_kind(head, suffix)
    return "text"


def _json_kind(head: bytes, suffix: str) -> Kind:
    if re.match(rb'\s*\[\s*[\[{"\]\d\-ntf]', head) or re.match(rb'\s*\{\s*["}]', head):
        lines = [line.strip() for line in head.split(b"\n")[:3] if line.strip()]
        if suffix in {".ndjson", ".jsonl", ".geojsonl"}:
            return "ndjson"
        if len(lines) > 1 and all(line.startswith(b"{") for line in lines) and lines[0].endswith(b"}"):
            return "ndjson"
        return "json"
    return "text"


def _as_bytes(head: bytes) -> bytes:
    """UTF-16 and UTF-32 as plain bytes, so that the checks below see their characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or wide_by_zeros(head[:8192]):
        found = detect(head)
        return decode(head, found).encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_binary(head: bytes) -> bool:
    """Many control characters; zeros alone may be UTF-16 or padding."""
    control = sum(head.count(bytes([byte])) for byte in (*range(2, 9), *range(14, 28)))
    zeros = head.count(0)
    aligned = (
        zeros and (head[0::2].count(0) < zeros * 0.1 or head[1::2].count(0) < zeros * 0.1) and zeros > len(head) * 0.3
    )
    return control > max(len(head) * 0.02, 1) or (zeros > len(head) * 0.3 and not aligned)
