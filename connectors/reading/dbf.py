"""dBase files (DBF, also beside a shapefile): every field as the text that stands in the file.

What does not belong here: the file format itself, which dbfread knows; it is asked for raw bytes only.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from connectors.reading import encoding as encodings
from connectors.reading.flatten import record_result, to_frame
from connectors.reading.messages import note, refuse
from connectors.reading.names import checked_width
from connectors.reading.result import ReadResult

_LANGUAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252"}
"""The language byte at offset 29 of the header, the ones met in Germany."""


def read_dbf(data: bytes) -> ReadResult:
    """All records that are not marked as deleted."""
    from dbfread import DBF
    from dbfread.exceptions import DBFNotFound

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dbf"
        path.write_bytes(data)
        try:
            table = DBF(
                str(path), raw=True, ignore_missing_memofile=True, encoding="latin-1", char_decode_errors="replace"
            )
            checked_width(len(table.field_names))
            records: list[dict[str, Any]] = [dict(record) for record in table]
            kinds = {field.name: field.type for field in table.fields}
            deleted = len(table.deleted)
        except (DBFNotFound, ValueError, OSError, KeyError, EOFError) as error:
            raise refuse("dbf_broken") from error
    raw = b"\n".join(value for record in records[:5000] for value in record.values() if isinstance(value, bytes))
    encoding = _encoding(raw, data[29])
    rows = [{name: _text(value, kinds[name], encoding) for name, value in record.items()} for record in records]
    frame, notes = to_frame(rows or [dict.fromkeys(kinds)])
    frame = frame if rows else frame.clear()
    if deleted:
        notes.append(note("dbf_deleted", count=deleted))
    return record_result("dbf", frame, encoding.name, [*encoding.notes, *notes])


def _encoding(raw: bytes, language: int) -> encodings.Encoding:
    """What the bytes say; the language byte decides only where they leave a choice."""
    found = encodings.detect(raw)
    told = _LANGUAGES.get(language)
    if found.name == "windows-1252" and told == "cp850" and any(0x80 <= byte <= 0x9F for byte in raw):
        return encodings.Encoding("cp850", "cp850")
    return found


def _text(value: Any, kind: str, encoding: encodings.Encoding) -> str | None:
    """DBase pads with blanks: right of text, left of numbers. Dates stand as `YYYYMMDD` and become ISO 8601."""
    if not isinstance(value, bytes):
        return None if value is None else str(value)
    text = encodings.decode(value, encodings.Encoding(encoding.name, encoding.codec)).replace("\0", "").rstrip(" ")
    if kind in {"N", "F", "L", "D"}:
        text = text.strip(" ")
    if kind == "D" and len(text) == 8 and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return None if kind == "L" and text == "?" else (text or None)
