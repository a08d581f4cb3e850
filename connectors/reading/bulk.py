"""The fast path for large, well-formed text: polars parses the body; every count is checked against our own.

What does not belong here: repairing anything. Where the file is not well-formed this path says so (None) and the
tolerant parser takes over.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from connectors.reading.limits import MAX_LINE_CHARS
from connectors.reading.messages import refuse, size_de

if TYPE_CHECKING:
    import numpy as np

_CHUNK = 256 * 1024
"""What is looked at in one go stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an independent walk over the bytes found: records that are not blank, delimiters, first lines of records."""

    records: int
    delimiters: int
    blank: int
    starts: pl.Series
    """Line offset (0 = first line of the body) on which each non-blank record starts."""
    all_starts: pl.Series
    """The same with blank lines."""


def read_body(
    body: bytes, delimiter: str, quotechar: str | None, columns: int
) -> tuple[pl.DataFrame, pl.Series, int] | None:
    """All records of `body` that hold something, the line offset of each, and how many were blank.

    None where the bytes are not plainly regular.
    """
    if len(delimiter.encode()) != 1 or (quotechar and len(quotechar.encode()) != 1):
        return None
    sign, quote = delimiter.encode(), quotechar.encode() if quotechar else b""
    end, counts = (b"", None) if quote and quote in body else _count_plain(body, sign, columns)
    if counts is None:
        end = end or _one_line_end(body)
        few = "numpy" not in sys.modules and end == b"\n"
        counts = ((_count_lines(body, sign, quote) if few else None) or count(body, sign, quote, end)) if end else None
    if counts is None or counts.delimiters != counts.records * (columns - 1):
        return None
    try:
        frame = pl.read_csv(
            body,
            has_header=False,
            separator=delimiter,
            quote_char=quotechar,
            eol_char="\n" if end == b"\n" else "\r",
            schema={str(at): pl.String for at in range(columns)},
            infer_schema=False,
            raise_if_empty=False,
            empty_string_is_null=True,
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None
    if quotechar and quotechar.encode() * 2 in body:
        # polars takes "" for an empty text, not for an empty cell
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return _without_blank(frame, counts)


def _count_plain(body: bytes, delimiter: bytes, columns: int) -> tuple[bytes, Counts | None]:
    """The kind of line end, and the counts where each line is a record, as in most files; else None.

    Numpy counts four times as fast, but takes as long to load as a large file to count: it is used where it is loaded.
    """
    lines, returns, pairs, delimiters = (_by_numpy if "numpy" in sys.modules else _by_bytes)(body, delimiter)
    if returns and returns != pairs:
        return (b"\r" if not lines else b""), None
    records = lines + (not body.endswith(b"\n"))
    if not body or len(body) > MAX_LINE_CHARS or delimiters != records * (columns - 1) or columns < 2:
        return b"\n", None
    starts = pl.int_range(records, dtype=pl.Int64, eager=True).alias("row")
    return b"\n", Counts(records, delimiters, 0, starts, starts)


def _by_bytes(body: bytes, delimiter: bytes) -> tuple[int, int, int, int]:
    returns = body.count(b"\r")
    return body.count(b"\n"), returns, body.count(b"\r\n") if returns else 0, body.count(delimiter)


def _by_numpy(body: bytes, delimiter: bytes) -> tuple[int, int, int, int]:
    """Line feeds, carriage returns, pairs of both, delimiters: counted while a piece is in the processor's cache."""
    import numpy as np

    data = np.frombuffer(body, dtype=np.uint8)
    lines = returns = pairs = delimiters = 0
    for at in range(0, len(data), _CHUNK):
        # one byte more, so that a pair across two pieces is seen once
        piece = data[at : at + _CHUNK + 1]
        carriage, feed = piece == 13, piece == 10
        pairs += int(np.count_nonzero(carriage[:-1] & feed[1:]))
        returns += int(np.count_nonzero(carriage[:_CHUNK]))
        lines += int(np.count_nonzero(feed[:_CHUNK]))
        delimiters += int(np.count_nonzero(piece[:_CHUNK] == delimiter[0]))
    return lines, returns, pairs, delimiters


def _one_line_end(body: bytes) -> bytes:
    """The one kind of line end (a carriage return before LF belongs to it); empty where several are mixed."""
    if b"\r" not in body:
        return b"\n"
    if b"\n" not in body:
        return b"\r"
    if "numpy" not in sys.modules:
        return b"\n" if body.count(b"\r") == body.count(b"\r\n") else b""
    import numpy as np

    data = np.frombuffer(body, dtype=np.uint8)
    returns = pairs = 0
    for at in range(0, len(data), _CHUNK):
        # one byte more, so that a pair across two pieces is seen once
        piece = data[at : at + _CHUNK + 1]
        carriage = piece[:_CHUNK] == 13
        returns += int(np.count_nonzero(carriage))
        pairs += int(np.count_nonzero(carriage[: len(piece) - 1] & (piece[1:] == 10)))
    return b"\n" if returns == pairs else b""


def _without_blank(frame: pl.DataFrame, counts: Counts) -> tuple[pl.DataFrame, pl.Series, int] | None:
    """Leaves out what holds nothing, as the tolerant parser does."""
    if frame.height == counts.records:
        starts, blank = counts.starts, counts.blank
    else:
        # polars turns a blank line into a row of nulls, our count leaves it out
        if frame.height != counts.records + counts.blank:
            return None
        starts, blank = counts.all_starts, 0
    # only a row whose first cell holds nothing can be empty as a whole
    first = frame.to_series(0)
    doubtful = first.is_null() | first.str.starts_with(" ").fill_null(value=False)
    if not doubtful.any():
        return frame, starts, blank
    nothing = pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
    places = doubtful.arg_true()
    empty = places.filter(frame[places].select(nothing.alias("empty"))["empty"])
    if len(empty):
        kept = pl.int_range(frame.height, eager=True).is_in(empty.implode()).not_()
        frame, starts = frame.filter(kept), starts.filter(kept)
    return frame, starts, blank + len(empty)


def _count_lines(body: bytes, delimiter: bytes, quote: bytes) -> Counts | None:
    """What `count` finds where quotes stand as they should and each line is a record, without waiting for numpy."""
    pieces = body.split(quote) if quote else [body]
    # zero bytes stand for the quoted cells
    outside, sign = b"\0".join(pieces[::2]), re.escape(delimiter)
    is_regular = (
        len(pieces) % 2
        and len(body) <= MAX_LINE_CHARS
        and b"\0" not in body
        and not (body.startswith((b"\n", b"\r")) or b"\n\n" in body or b"\n\r\n" in body)
        and b"\n" not in b"".join(pieces[1::2])
        and not re.search(rb"[^\0\r\n" + sign + rb"]\0|\0[^\0\r\n" + sign + rb"]", outside)
    )
    if not is_regular:
        return None
    records = body.count(b"\n") + (not body.endswith(b"\n"))
    starts = pl.int_range(records, dtype=pl.Int64, eager=True).alias("row")
    return Counts(records, outside.count(delimiter), 0, starts, starts)


def count(body: bytes, delimiter: bytes, quote: bytes, end: bytes) -> Counts | None:
    """Counts records and delimiters outside quotes; None where a quote stands where the rule does not allow it."""
    import numpy as np

    data = np.frombuffer(body, dtype=np.uint8)
    quotes = _positions(data, quote[0]) if quote and quote in body else np.empty(0, dtype=np.int64)
    if len(quotes) and not _well_quoted(data, quotes, delimiter[0]):
        return None
    ends = _positions(data, end[0])
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0] if len(quotes) else ends
    stops = outside if len(outside) and outside[-1] == len(data) - 1 else np.append(outside, len(data))
    begins = np.concatenate(([0], stops[:-1] + 1))
    lengths = stops - begins
    if lengths.max(initial=0) > MAX_LINE_CHARS:
        raise refuse("line_too_long", limit=size_de(MAX_LINE_CHARS))
    carriage = (lengths == 1) & (data[np.minimum(begins, len(data) - 1)] == 13) if len(data) else lengths == 1
    filled = (lengths > 0) & ~carriage
    records = int(filled.sum())
    lines = np.searchsorted(ends, begins) if len(quotes) else np.arange(len(begins))
    starts = pl.Series("row", lines, dtype=pl.Int64)
    known = starts if records == len(begins) else starts.filter(pl.Series(filled))
    return Counts(records, _delimiters(data, delimiter[0], quotes), len(begins) - records, known, starts)


def _positions(data: np.ndarray, byte: int) -> np.ndarray:
    import numpy as np

    parts = [np.flatnonzero(data[at : at + _CHUNK] == byte) + at for at in range(0, len(data), _CHUNK)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _well_quoted(data: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Openers follow a delimiter or line end, closers precede one; a doubled quote is one of each in touch."""
    import numpy as np

    if len(quotes) % 2:
        return False
    openers, closers = quotes[0::2], quotes[1::2]
    edges = np.zeros(256, dtype=bool)
    edges[[delimiter, 10, 13]] = True
    before = edges[data[np.maximum(openers - 1, 0)]] | (openers == 0)
    before[1:] |= openers[1:] - 1 == closers[:-1]
    after = edges[data[np.minimum(closers + 1, len(data) - 1)]] | (closers == len(data) - 1)
    after[:-1] |= closers[:-1] + 1 == openers[1:]
    return bool(before.all() and after.all())


def _delimiters(data: np.ndarray, delimiter: int, quotes: np.ndarray) -> int:
    import numpy as np

    total = 0
    for at in range(0, len(data), _CHUNK):
        hits = data[at : at + _CHUNK] == delimiter
        if len(quotes):
            total += int((np.searchsorted(quotes, np.flatnonzero(hits) + at) % 2 == 0).sum())
        else:
            total += int(np.count_nonzero(hits))
    return total
