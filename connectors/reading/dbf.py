"""dBase files (DBF, also beside a shapefile): every field as the text that stands in the file.

What does not belong here: the file format itself, which dbfread knows; it is asked for raw bytes only.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import Any

from connectors.reading import encoding as encodings
from connectors.reading.flatten import record_result, to_frame
from connectors.reading.messages import note, refuse
from connectors.reading.names import checked_width
from connectors.reading.result import Decision, Note, ReadResult

_LANGUAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252"}
"""The language byte at offset 29 of the header, the ones met in Germany."""
_PAGES = {"utf-8": "utf-8", "utf8": "utf-8", "1252": "cp1252", "iso-8859-1": "latin-1", "850": "cp850", "437": "cp437"}
"""What a CPG file beside a shapefile says."""
_DELETED = 0x2A


def read_dbf(data: bytes, *, code_page: str = "", keep_deleted: bool = False) -> ReadResult:
    """All records; the ones marked as deleted are told, or kept where each belongs to a shape."""
    from dbfread import DBF
    from dbfread.exceptions import DBFNotFound

    data, notes = _bounded(data)
    if keep_deleted:
        data = _undeleted(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dbf"
        path.write_bytes(data)
        try:
            table = DBF(
                str(path), raw=True, ignore_missing_memofile=True, encoding="latin-1", char_decode_errors="replace"
            )
            checked_width(len(table.field_names))
            records: list[dict[str, Any]] = [dict(record) for record in table]
            fields = list(table.fields)
            deleted: list[dict[str, Any]] = [dict(record) for record in table.deleted]
        except (DBFNotFound, ValueError, OSError, KeyError, EOFError, IndexError, TypeError, struct.error) as error:
            raise refuse("dbf_broken") from error
    kinds = {field.name: field.type for field in fields}
    if not kinds:
        raise refuse("dbf_broken")
    encoding, decision = _encoding(records, data[29], code_page)
    rows = [{name: _text(value, kinds[name], encoding) for name, value in record.items()} for record in records]
    # every field is a column, also where no record fills it
    frame, changed = to_frame([dict.fromkeys(kinds), *rows])
    gone = [{name: _text(value, kinds[name], encoding) for name, value in record.items()} for record in deleted]
    notes += [*encoding.notes, *changed, *_told(gone, kinds)]
    return record_result("dbf", frame.slice(1), encoding.name, notes, decisions=(decision,))


def _told(gone: list[dict[str, str | None]], kinds: dict[str, str]) -> list[Note]:
    notes = []
    if gone:
        notes.append(note("dbf_deleted", count=len(gone)))
        notes += [
            note("dbf_deleted_row", text="; ".join(cell for cell in row.values() if cell) or "(leer)")
            for row in gone[:20]
        ]
    memos = [name for name, kind in kinds.items() if kind in {"M", "G", "P", "B"}]
    return [*notes, note("dbf_memo", columns=", ".join(memos))] if memos else notes


def _bounded(data: bytes) -> tuple[bytes, list[Note]]:
    """A header that promises more records than there are is told; lengths that do not fit are refused."""
    header, record = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    promised = int.from_bytes(data[4:8], "little")
    fields = [data[at : at + 32] for at in range(32, header - 1, 32)]
    lengths = []
    for field in fields:
        if field[:1] == b"\r" or len(field) < 32:
            break
        # a text may be longer than 255: then the byte of the decimals counts 256s
        lengths.append(field[16] + (256 * field[17] if field[11:12] == b"C" else 0))
    if not lengths or (sum(lengths) + 1 != record and sum(field[16] for field in fields[: len(lengths)]) + 1 != record):
        raise refuse("dbf_broken")
    there = max(len(data) - header, 0) // record
    if promised > there:
        return data[: header + there * record], [note("dbf_short", promised=promised, count=there)]
    return data, []


def _undeleted(data: bytes) -> bytes:
    header, record = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    body = bytearray(data)
    for at in range(header, len(body) - record + 1, record):
        if body[at] == _DELETED:
            body[at] = 0x20
    return bytes(body)


def _encoding(records: list[dict[str, Any]], language: int, page: str) -> tuple[encodings.Encoding, Decision]:
    """What the bytes say; the CPG file and the language byte decide where they leave a choice."""
    raw = b"\n".join(value for record in records[:5000] for value in record.values() if isinstance(value, bytes))
    found = encodings.detect(raw)
    told = _PAGES.get(page.strip().lower().removeprefix("cp").removeprefix("ansi "), "") or _LANGUAGES.get(language, "")
    if raw.isascii() or found.name.startswith(("utf-8", told or "utf-8")):
        return found, Decision("encoding", found.name, "der Inhalt ist darin gültig", told)
    if told and told != "utf-8" and found.name in {"windows-1252", "cp850", "iso-8859-1", "iso-8859-15", "macintosh"}:
        doubt = told.startswith("cp8") or told == "cp437"
        if doubt and not any(0x80 <= byte <= 0x9F or byte == 0xE1 for byte in raw):
            return found, Decision("encoding", found.name, "die Umlaute ergeben nur so deutsche Wörter", told)
        name = "windows-1252" if told in {"cp1252", "latin-1"} else told
        return encodings.Encoding(name, told), Decision("encoding", name, "die Datei nennt ihn selbst", found.name)
    return found, Decision("encoding", found.name, "die Umlaute ergeben deutsche Wörter", told)


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
