"""CSV, TSV and other text with one record per line: from bytes to `ReadResult`.

Small files go through the tolerant parser; large regular ones through `bulk`, with the same decisions on a sample.
What does not belong here: those decisions themselves (`encoding`, `dialect`, `layout`, `fixedwidth`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from connectors.reading import bulk
from connectors.reading import encoding as encodings
from connectors.reading.assemble import Assembled, assemble_bulk
from connectors.reading.dialect import Guess, sniff
from connectors.reading.encoding import Encoding
from connectors.reading.fixedwidth import find_drawn
from connectors.reading.footers import split_footer
from connectors.reading.head import Head, read_head
from connectors.reading.limits import FAST_BYTES, SAMPLE_CHARS, SAMPLE_RECORDS
from connectors.reading.lineends import unify_ends
from connectors.reading.messages import note
from connectors.reading.mojibake import undo_mojibake
from connectors.reading.parser import parse
from connectors.reading.quotes import straighten
from connectors.reading.records import Dialect, Record
from connectors.reading.result import Note, ReadResult
from connectors.reading.textfile import Read, Told, read_text, report_of, sample_of

WINDOW = SAMPLE_CHARS
DOUBTFUL = tuple(sign.encode() for sign in ("Ã", "Â", "├", "√", "\ufffd", "\ufeff", "\u2028", "\u2029"))
LINE_END = re.compile(rb"\r\n|\n|\r")


def read_delimited(data: bytes, sheet: str | None = None) -> ReadResult:
    """The table in a text file; `sheet`: which of several. Raises `Unreadable` where there is no text."""
    encoding = encodings.detect(data)
    notes = list(encoding.notes)
    if len(data) > FAST_BYTES:
        return _read_large(data, encoding, notes, sheet)
    text, found = _clean(encodings.decode(data, encoding))
    return read_text(text, encoding, [*notes, *found], sheet)


def _read_large(data: bytes, encoding: Encoding, notes: list[Note], sheet: str | None) -> ReadResult:
    body = encodings.to_utf8(data, encoding)
    if b"\0" in body or body.endswith(b"\x1a") or encodings.holds_any(body, DOUBTFUL):
        text, found = _clean(body.decode())
        notes, body = [*notes, *found], text.encode()
        del text
    guess = sniff(sample_of(body[: SAMPLE_CHARS + 4096].decode(errors="ignore")))
    if guess.dialect.quotechar is None and b'"' in body:
        guess = replace(guess, dialect=late_quotes(body, guess.dialect))
    fast = None
    if guess.is_sure and not guess.told and not guess.dialect.escape and not sheet and is_delimited(body, guess):
        fast = _fast(body, guess)
    if fast is None:
        return read_text(body.decode(), encoding, notes, sheet)
    head = unify_ends(_text(body[:WINDOW]))
    return report_of(Read(fast), Told(encoding, notes, [encoding.decision, head.decision]), guess)


def is_delimited(body: bytes, guess: Guess) -> bool:
    """Neither drawn with blanks or lines, nor in typographic quotes: what the fast ways can read."""
    sample = sample_of(_text(body[:WINDOW]))
    return find_drawn(sample, guess) is None and straighten(sample, guess.dialect.delimiter) is None


def late_quotes(body: bytes, dialect: Dialect) -> Dialect:
    """Quotes at the edge of a cell that first occur after the sample."""
    delimiter = dialect.delimiter.encode()
    edges = (delimiter + b'"', b'\n"', b'"' + delimiter, b'"\n', b'"\r')
    return Dialect(dialect.delimiter, '"') if any(edge in body for edge in edges) else dialect


def regular_start(body: bytes, guess: Guess) -> tuple[Head, list[Record], int, int] | None:
    """The head, the first rows, their width, and how many bytes stand above; None where the rows differ in width."""
    first = list(filled(parse(sample_of(_text(body[:WINDOW])), guess.dialect, expected=guess.columns), SAMPLE_RECORDS))
    if len(first) < SAMPLE_RECORDS:
        return None
    head, rows = read_head(first, guess.columns)
    width = len(head.raw) if head.raw is not None else head.width
    if not rows or any(len(cells) != width for _, cells in rows):
        return None
    top = line_offset(body, rows[0][0] - 1)
    return None if top is None else (head, rows, width, top)


def _fast(body: bytes, guess: Guess) -> Assembled | None:
    """Head and tail by the tolerant parser, the middle by polars; None where the middle is not regular."""
    start = regular_start(body, guess)
    if start is None:
        return None
    head, rows, width, top = start
    bottom, footer = tail_of(body, guess)
    if bottom <= top:
        return None
    middle = body[top:bottom]
    parsed = bulk.read_body(middle, guess.dialect.delimiter, guess.dialect.quotechar, width)
    if parsed is None:
        return None
    frame, starts, blank = parsed
    if footer:
        lines = middle.count(b"\n") or middle.count(b"\r")
        footer = [(rows[0][0] + lines + line, cells) for line, cells in footer]
    return assemble_bulk(head, frame, starts + rows[0][0], footer, blank)


def tail_of(body: bytes, guess: Guess) -> tuple[int, list[Record]]:
    """Where the footer starts, and its records numbered from there."""
    begin = max(len(body) - WINDOW, 0)
    begin = max(body.find(b"\n", begin), body.find(b"\r", begin) if b"\n" not in body[begin:] else -1) + 1
    window = body[begin:]
    records = deque(filled(parse(_text(window), guess.dialect, expected=guess.columns)), maxlen=60)
    footer = split_footer(records, guess.columns)
    if not footer:
        return len(body), []
    start = line_offset(window, footer[0][0] - 1) or 0
    return begin + start, [(line - footer[0][0], cells) for line, cells in footer]


def line_offset(body: bytes, lines: int) -> int | None:
    """Where the line after the first `lines` lines starts."""
    at = 0
    for _ in range(lines):
        match = LINE_END.search(body, at)
        if not match:
            return None
        at = match.end()
    return at


def filled(records: Iterable[Record], limit: int | None = None) -> Iterator[Record]:
    return islice((record for record in records if "".join(record[1]).strip()), limit)


def _text(piece: bytes) -> str:
    return piece.decode(errors="ignore")


def _clean(text: str) -> tuple[str, list[Note]]:
    """Without NUL characters and certain mojibake."""
    notes = []
    zeros = text.count("\0")
    if zeros:
        text = text.replace("\0", "")
        notes.append(note("nul_bytes", count=zeros))
    marks = text.count("\ufeff")
    if marks:
        text = text.replace("\ufeff", "")
        notes.append(note("marks_inside", count=marks))
    if text.endswith("\x1a"):
        text = text.rstrip("\x1a")
        notes.append(note("dos_end"))
    text, found = undo_mojibake(text)
    lost = text.count("\ufffd")
    if lost:
        notes.append(note("replacement_characters", count=lost))
    return text, [*notes, *found]
