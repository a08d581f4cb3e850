"""Many small text files of few layouts: the decisions made for one file hold for the next with the same first line.

A file takes a short way only if everything about it is plain (same encoding, rows of equal width, no title, no
footer); any doubt sends it the long way, so the results are those of `read_table`. There are two short ways: the files
of one layout parsed together (`joint`), and one file alone by the tolerant parser.
What does not belong here: any decision of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from connectors.reading import joint
from connectors.reading.limits import FAST_BYTES
from connectors.reading.parser import parse
from connectors.reading.records import Dialect, Record
from connectors.reading.result import ReadReport, ReadResult

Fingerprint = tuple[object, ...]
_KEEP = {"encoding", "delimiter", "header_empty", "header_duplicate", "header_dbase"}
_GERMAN = "äöüßÄÖÜ"
_SIGNS = (b'"', b"'", b"\\", b"\r")
_DOUBTFUL = ("\0", "\ufffd", "Ã", "Â", "├", "√", "\ufeff", "\u2028", "\u2029", "\x85", "\x1a")
_CODECS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "windows-1252": "cp1252",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}
_BOMS = {"utf-8-sig": 3, "utf-16-le": 2, "utf-16-be": 2}
_OUTSIDE_LATIN = bytes(range(0x80, 0xA0)) + b"\xa4"


@dataclass(frozen=True, slots=True)
class _Known:
    """A file read the long way whose report holds for others like it."""

    dialect: Dialect
    report: ReadReport


class Memory:
    """Remembers layouts by first line, for the length of one call."""

    def __init__(self) -> None:
        self._known: dict[Fingerprint, _Known] = {}

    def recall(self, data: bytes) -> ReadResult | None:
        """The result, if a file of this layout was read before and this one is as plain; else None."""
        known = self._known.get(fingerprint(data)) if len(data) <= FAST_BYTES else None
        if known is None:
            return None
        text = _decoded(data, known.report.encoding or "")
        if text is None:
            return None
        width = len(known.report.columns)
        records = list(parse(text, known.dialect, expected=width))
        return _result(records[1:], known.report) if _is_plain(records, width) else None

    def remember(self, data: bytes, result: ReadResult) -> None:
        """Keeps the layout of a plain text file with its header on the first line."""
        report = result.report
        plain = (
            report.format == "csv"
            and len(data) <= FAST_BYTES
            and report.header_row == 1
            and report.footer_rows == 0
            and report.rows > 3
            and len(report.delimiter or "") == 1
            and report.encoding in _CODECS
            and all(note.code in _KEEP for note in report.notes)
        )
        if plain:
            self._known[fingerprint(data)] = _Known(Dialect(report.delimiter or "", report.quotechar), report)

    def encoding(self, key: Fingerprint) -> str | None:
        """The encoding of the file whose layout is remembered."""
        known = self._known.get(key)
        return known.report.encoding if known else None

    def recall_together(self, key: Fingerprint, files: Sequence[bytes]) -> list[ReadResult | None]:
        """`recall` for files of one layout."""
        known = self._known[key]
        texts = [_decoded(data, known.report.encoding or "") if len(data) <= FAST_BYTES else None for data in files]
        width = len(known.report.columns)
        results: list[ReadResult | None] = [None] * len(files)
        fitting = [at for at, text in enumerate(texts) if text is not None and joint.fits(text, known.dialect, width)]
        tables = joint.parse_together([texts[at] or "" for at in fitting], known.dialect, known.report.columns)
        for at, table in zip(fitting, tables, strict=True):
            if table is not None:
                results[at] = ReadResult(table.frame, table.rows, replace(known.report, rows=table.frame.height))
        return [self.recall(data) if result is None else result for data, result in zip(files, results, strict=True)]


def fingerprint(data: bytes) -> Fingerprint:
    """What files of one layout have in common: the first line, and which signs occur at all."""
    first = data[: data.find(b"\n") + 1 or 4096]
    return (first, *(sign in data for sign in _SIGNS))


def _decoded(data: bytes, name: str) -> str | None:
    """The text, if `encoding.detect` would surely name this encoding again."""
    try:
        text = _latin(data) if name == "windows-1252" else data[_BOMS.get(name, 0) :].decode(_CODECS[name])
    except UnicodeDecodeError:
        return None
    return None if text is None or any(sign in text for sign in _DOUBTFUL) else text


def _latin(data: bytes) -> str | None:
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        return None
    if len(data.translate(None, _OUTSIDE_LATIN)) != len(data):
        return None
    text = data.decode("cp1252")
    german = sum(text.count(letter) for letter in _GERMAN)
    return text if german * 2 > len(data) - len(data.translate(None, bytes(range(0x80, 0x100)))) else None


def _is_plain(records: list[Record], width: int) -> bool:
    if len(records) < 4 or any(len(cells) != width for _, cells in records):
        return False
    if not all(map("".join, (cells for _, cells in records))):
        return False
    if any(cells == records[0][1] for _, cells in records[1:]):
        return False
    last = [cells for _, cells in records[-3:]]
    return joint.ends_plainly(last, width) and all(cells[0].strip() for _, cells in records)


def _result(body: list[Record], known: ReadReport) -> ReadResult:
    columns = zip(*(cells for _, cells in body), strict=True)
    series = [
        pl.Series(name, [cell or None for cell in cells], dtype=pl.String)
        for name, cells in zip(known.columns, columns, strict=True)
    ]
    numbers = pl.Series("row", [line for line, _ in body], dtype=pl.Int64)
    return ReadResult(pl.DataFrame(series), numbers, replace(known, rows=len(body)))
