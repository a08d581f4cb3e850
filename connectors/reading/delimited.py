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
from connectors.reading.assemble import Assembled, assemble, assemble_bulk, read_head, split_footer
from connectors.reading.dialect import Guess, named, sniff, with_quotes
from connectors.reading.encoding import Encoding
from connectors.reading.fixedwidth import find_columns, split_fixed
from connectors.reading.limits import FAST_BYTES, SAMPLE_CHARS, SAMPLE_RECORDS
from connectors.reading.messages import note, refuse
from connectors.reading.records import Anomalies, Dialect, Record, parse
from connectors.reading.result import Note, ReadReport, ReadResult

_WINDOW = SAMPLE_CHARS
_DOUBTFUL = tuple(sign.encode() for sign in ("Ã", "Â", "\ufffd"))
_LINE_END = re.compile(rb"\r\n|\n|\r")


def read_delimited(data: bytes) -> ReadResult:
    """The table in a text file. Raises `Unreadable` where there is no text."""
    encoding = encodings.detect(data)
    notes = list(encoding.notes)
    if len(data) > FAST_BYTES:
        return _read_large(data, encoding, notes)
    text, found = _clean(encodings.decode(data, encoding))
    return read_text(text, encoding.name, [*notes, *found])


def read_text(text: str, encoding: str | None, notes: list[Note]) -> ReadResult:
    """The table in decoded text; `encoding` and `notes` go into the report."""
    if not text.strip():
        raise refuse("no_table")
    guess = sniff(_sample(text))
    if guess.told:
        text = text.split("\n", 1)[1]
    if not guess.is_sure:
        starts = find_columns(_sample(text))
        if starts:
            return _report(assemble(split_fixed(text, starts)), encoding, None, notes, starts=starts)
        guess = Guess(Dialect("", guess.dialect.quotechar), 0.0, 1)
    guess = replace(guess, dialect=with_quotes(guess.dialect, text))
    anomalies = Anomalies()
    records = parse(text, guess.dialect, expected=guess.columns, anomalies=anomalies)
    if guess.told:
        records = ((line + 1, cells) for line, cells in records)
    table = assemble(records, columns=guess.columns, delimiter=guess.dialect.delimiter)
    return _report(table, encoding, guess, [*notes, *_quote_notes(anomalies), *_ending_notes(text)])


def _read_large(data: bytes, encoding: Encoding, notes: list[Note]) -> ReadResult:
    body = encodings.to_utf8(data, encoding)
    if b"\0" in body or encodings.holds_any(body, _DOUBTFUL):
        text, found = _clean(body.decode())
        notes, body = [*notes, *found], text.encode()
        del text
    guess = sniff(_sample(body[: SAMPLE_CHARS + 4096].decode(errors="ignore")))
    if guess.dialect.quotechar is None and b'"' in body:
        guess = replace(guess, dialect=_late_quotes(body, guess.dialect))
    fast = _fast(body, guess) if guess.is_sure and not guess.told and not guess.dialect.escape else None
    if fast is None:
        return read_text(body.decode(), encoding.name, notes)
    return _report(fast, encoding.name, guess, notes)


def _late_quotes(body: bytes, dialect: Dialect) -> Dialect:
    """Quotes at the edge of a cell that first occur after the sample."""
    delimiter = dialect.delimiter.encode()
    edges = (delimiter + b'"', b'\n"', b'"' + delimiter, b'"\n', b'"\r')
    return Dialect(dialect.delimiter, '"') if any(edge in body for edge in edges) else dialect


def _fast(body: bytes, guess: Guess) -> Assembled | None:
    """Head and tail by the tolerant parser, the middle by polars; None where the middle is not regular."""
    first = list(_filled(parse(_sample(_text(body[:_WINDOW])), guess.dialect, expected=guess.columns), SAMPLE_RECORDS))
    if len(first) < SAMPLE_RECORDS:
        return None
    head, rows = read_head(first, guess.columns)
    width = len(head.raw) if head.raw is not None else head.width
    if not rows or any(len(cells) != width for _, cells in rows):
        return None
    top = _offset(body, rows[0][0] - 1)
    bottom, footer = _tail(body, guess)
    if top is None or bottom <= top:
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


def _tail(body: bytes, guess: Guess) -> tuple[int, list[Record]]:
    """Where the footer starts, and its records numbered from there."""
    begin = max(len(body) - _WINDOW, 0)
    begin = max(body.find(b"\n", begin), body.find(b"\r", begin) if b"\n" not in body[begin:] else -1) + 1
    window = body[begin:]
    records = deque(_filled(parse(_text(window), guess.dialect, expected=guess.columns)), maxlen=60)
    footer = split_footer(records, guess.columns)
    if not footer:
        return len(body), []
    start = _offset(window, footer[0][0] - 1) or 0
    return begin + start, [(line - footer[0][0], cells) for line, cells in footer]


def _offset(body: bytes, lines: int) -> int | None:
    """Where the line after the first `lines` lines starts."""
    at = 0
    for _ in range(lines):
        match = _LINE_END.search(body, at)
        if not match:
            return None
        at = match.end()
    return at


def _filled(records: Iterable[Record], limit: int | None = None) -> Iterator[Record]:
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
    text, found = encodings.undo_mojibake(text)
    lost = text.count("\ufffd")
    if lost:
        notes.append(note("replacement_characters", count=lost))
    return text, [*notes, *found]


def _sample(text: str) -> str:
    """The first whole lines."""
    if len(text) <= SAMPLE_CHARS:
        return text
    cut = max(text.rfind("\n", 0, SAMPLE_CHARS), text.rfind("\r", 0, SAMPLE_CHARS))
    return text[: cut + 1] if cut > 0 else text[:SAMPLE_CHARS]


def _quote_notes(anomalies: Anomalies) -> list[Note]:
    notes = [note("unclosed_quote", line) for line in anomalies.unclosed[:20]]
    if len(anomalies.stray) > 20:
        return [*notes, note("stray_quotes", count=len(anomalies.stray))]
    return [*notes, *(note("stray_quote", line) for line in anomalies.stray)]


def _ending_notes(text: str) -> list[Note]:
    pairs = text.count("\r\n")
    kinds = [pairs, text.count("\n") - pairs, text.count("\r") - pairs]
    return [note("line_endings_mixed")] if sum(1 for kind in kinds if kind) > 1 else []


def _report(
    table: Assembled | None,
    encoding: str | None,
    guess: Guess | None,
    notes: list[Note],
    starts: list[int] | None = None,
) -> ReadResult:
    if table is None:
        raise refuse("no_table")
    delimiter = guess.dialect.delimiter if guess else ""
    report = ReadReport(
        format="csv" if starts is None else "fixed-width",
        encoding=encoding,
        delimiter=delimiter or None,
        quotechar=guess.dialect.quotechar if guess else None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=None,
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(*notes, *_dialect_notes(guess, starts), *table.notes),
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


def _dialect_notes(guess: Guess | None, starts: list[int] | None) -> list[Note]:
    if starts is not None:
        return [note("fixed_width", starts=", ".join(str(start + 1) for start in starts))]
    if guess is None or not guess.dialect.delimiter:
        return [note("delimiter_none")]
    chosen = named(guess.dialect.delimiter)
    if guess.told:
        return [note("delimiter_told", 1, chosen=chosen)]
    score = f"{guess.score:.2f}".replace(".", ",")
    found = [note("delimiter", chosen=chosen, score=score, runner_up=guess.runner_up)]
    return [*found, note("escape_backslash")] if guess.dialect.escape else found
