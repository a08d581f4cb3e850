"""Large text files a block at a time: the decisions of `delimited`, taken on samples, then checked in every block.

Only what is regular is read here. A block that is not what the samples promised ends the reading with `Uneven`; what
was read before is void, and the caller asks for the chunks again (where something was learned) or reads the tolerant
way. What does not belong here: where the table stands (`outline`), decisions of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from connectors.reading import bulk
from connectors.reading import encoding as encodings
from connectors.reading.assemble import assemble_bulk, mended_notes
from connectors.reading.blocks import begun, cut, digest_of, head_of, in_utf8, windows_of
from connectors.reading.builder import Builder
from connectors.reading.delimited import (
    DOUBTFUL,
    LINE_END,
    WINDOW,
    is_delimited,
    late_quotes,
)
from connectors.reading.dialect import Guess, sniff
from connectors.reading.encoding import Encoding
from connectors.reading.head import header_again
from connectors.reading.kinds import kind_of
from connectors.reading.limits import MAX_FILE_BYTES, SAMPLE_CHARS
from connectors.reading.lineends import unify_ends
from connectors.reading.mend import Mender, mender
from connectors.reading.messages import refuse, size_de
from connectors.reading.outline import Outline, outline_of
from connectors.reading.parser import parse
from connectors.reading.records import Anomalies
from connectors.reading.result import ReadReport, Unreadable
from connectors.reading.textfile import Read, Told, quote_notes, report_of, sample_of

CHUNKED_BYTES = 24 * 1024**2
"""Text files above this are read in blocks."""
_CODECS = {"utf-8", "latin-1", "cp1252", "iso-8859-15", "cp850", "mac_roman", "utf-16-le", "utf-16-be"}


class Uneven(Exception):
    """A block is not as regular as the samples. `is_learned`: the chunks asked for again may get further."""

    def __init__(self, reason: str, *, is_learned: bool = False) -> None:
        super().__init__(reason)
        self.is_learned = is_learned


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as in `ReadResult`. The last chunk has at least three rows where the table has."""

    frame: pl.DataFrame
    row_numbers: pl.Series
    is_last: bool


class TextChunks:
    """A large regular text file. `report` is whole once the chunks have been gone through."""

    def __init__(self, path: Path, encoding: Encoding, guess: Guess, outline: Outline, sample: pl.DataFrame) -> None:
        self._path = path
        self._encoding = encoding
        self._guess = guess
        self._outline = outline
        self._sample = sample
        self._report: ReadReport | None = None
        self._beside = Builder(outline.width)
        self._anomalies = Anomalies()
        self._surplus = 0
        """Columns that rows with too many cells need."""
        self._mend = self._mender()
        self.extras = outline.extras

    @property
    def sample(self) -> pl.DataFrame:
        """Rows from many places of the file, with all columns that are known of."""
        names = self._names()
        extra = (pl.lit(None, dtype=pl.String).alias(name) for name in names[self._sample.width :])
        return self._sample.with_columns(extra)

    @property
    def report(self) -> ReadReport:
        if self._report is None:
            raise RuntimeError("the chunks were not read to their end")
        return self._report

    def chunks(self) -> Iterator[Chunk]:
        """All rows in order; the next block is read and parsed while the last one is worked on. Raises `Uneven`."""
        with self.begun() as chunks:
            yield from chunks

    @contextmanager
    def begun(self) -> Iterator[Iterator[Chunk]]:
        """The same; the first block is read at once, before it is asked for."""
        with begun(self._chunks()) as made:
            yield _in_one_encoding(made)

    def _chunks(self) -> Iterator[Chunk]:
        outline, dialect = self._outline, self._guess.dialect
        self._beside, self._anomalies, self._mend = Builder(outline.width), Anomalies(), self._mender()
        blank, rows, line = 0, 0, outline.first_line
        for piece, is_last in self._bodies():
            self._examine(piece)
            parsed = bulk.read_body(piece, dialect.delimiter, dialect.quotechar, outline.width)
            lines = piece.count(b"\n") or piece.count(b"\r")
            if parsed is None or header_again(parsed[0], outline.head) is not None:
                parsed, lines = self._tolerantly(piece, line), len(LINE_END.findall(piece))
            frame, starts, empty = parsed
            frame = self._named(frame)
            numbers = starts + line
            line += lines
            blank, rows = blank + empty, rows + frame.height
            if is_last:
                self._finish(frame, numbers, blank, rows, line)
            yield Chunk(frame, numbers, is_last)

    def _mender(self) -> Mender | None:
        return mender(list(self._outline.body), self._outline.width, self._guess.dialect.delimiter)

    def _tolerantly(self, piece: bytes, line: int) -> tuple[pl.DataFrame, pl.Series, int]:
        """An irregular block as the tolerant parser reads it; what does not fit is counted as in a whole file."""
        head, width, here = self._outline.head, self._outline.width, Anomalies()
        titles = [cells[0].strip() for _, cells in head.preamble if len(cells) == 1 or not any(cells[1:])]
        builder = Builder(width, head.lines, titles)
        blank = 0
        for number, cells in parse(piece.decode(), self._guess.dialect, expected=self._guess.columns, anomalies=here):
            at = line + number - 1
            if not "".join(cells).strip():
                blank += 1
            else:
                builder.add(at, self._mend(at, cells) if self._mend and len(cells) != width else cells)
        surplus = max(map(len, builder.extra.values()), default=0)
        if surplus > self._surplus:
            self._surplus = surplus
            raise Uneven("columns", is_learned=True)
        self._anomalies.stray += [line + number - 1 for number in here.stray]
        self._anomalies.unclosed += [line + number - 1 for number in here.unclosed]
        for name in ("short", "long", "comments", "repeated"):
            getattr(self._beside, name).extend(getattr(builder, name))
        frame, numbers = builder.result()
        return frame, numbers - line, blank

    def _bodies(self) -> Iterator[tuple[bytes, bool]]:
        """The table's text in pieces that end with a record; what stands above and below it is left out."""
        kept, skip, quote = b"", self._outline.top, (self._guess.dialect.quotechar or "").encode()
        signs = {sign.decode() for sign in DOUBTFUL}
        for block, is_last, is_odd in in_utf8(self._path, self._encoding, signs, self._look_closer):
            if is_odd and not block.isascii() and encodings.holds_any(block, DOUBTFUL):
                raise Uneven("signs")
            fresh, skip = (block[skip:], 0) if skip else (block, 0)
            if is_last:
                whole = kept + fresh
                yield whole[: len(whole) - self._outline.below], True
                continue
            end = cut(fresh, quote, 2 * WINDOW, kept.count(quote) if quote else 0)
            if not end and len(kept) > 2 * WINDOW:
                # a quote that nothing closes: the tolerant parser knows what to do with it
                end = cut(fresh, b"", 2 * WINDOW)
            if end:
                yield kept + fresh[:end], False
                kept = fresh[end:]
            else:
                kept += fresh

    def _look_closer(self, fresh: bytes) -> None:
        """Lines with bytes that no sample had: does the encoding stay the same?"""
        found = encodings.detect(digest_of(self._path) + fresh)
        if (found.name, found.errors) != (self._encoding.name, self._encoding.errors):
            raise Uneven("encoding")

    def _examine(self, piece: bytes) -> None:
        if self._encoding.codec == "utf-8":
            try:
                pl.Series([piece], dtype=pl.Binary).cast(pl.String)
            except pl.exceptions.ComputeError as error:
                raise Uneven("encoding") from error
        if b"\0" in piece:
            raise Uneven("signs")
        dialect = self._guess.dialect
        if dialect.quotechar is None and b'"' in piece and (quoted := late_quotes(piece, dialect)) != dialect:
            self._guess = replace(self._guess, dialect=quoted)
            raise Uneven("quotes", is_learned=True)

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the table's columns: those without name and content left out, those of long rows added."""
        names, width = self._names(), self._outline.width + self._surplus
        frame = frame.with_columns(_nothing(at) for at in range(frame.width, width))
        unnamed = frame.columns[len(names) :]
        if any(frame[name].null_count() < frame.height for name in unnamed):
            raise Uneven("columns")
        frame = frame.drop(unnamed)
        frame.columns = list(names)
        return frame

    def _names(self) -> tuple[str, ...]:
        if not self._surplus:
            return self._outline.names
        wide = pl.DataFrame({str(at): ["x"] for at in range(self._outline.width + self._surplus)})
        return tuple(assemble_bulk(self._outline.head, wide, pl.Series([1]), [], 0).frame.columns)

    def _finish(self, frame: pl.DataFrame, numbers: pl.Series, blank: int, rows: int, line: int) -> None:
        outline = self._outline
        footer = [(line + number, cells) for number, cells in outline.footer]
        known = pl.DataFrame({str(at): ["x"] for at in range(frame.width)})
        last = frame.tail(3)
        last.columns = known.columns
        width = outline.width + self._surplus
        shown = pl.concat([known, last]).with_columns(_nothing(at) for at in range(frame.width, width))
        first = pl.Series([outline.first_line])
        head = replace(outline.head, notes=[*outline.head.notes, *(mended_notes(self._mend) if self._mend else ())])
        table = assemble_bulk(head, shown, first.append(numbers.tail(3)), footer, blank, beside=self._beside)
        table.frame = frame.clear()
        start = unify_ends(head_of(self._path, self._encoding)[:WINDOW].decode(errors="ignore"))
        told = Told(self._encoding, list(self._encoding.notes), [self._encoding.decision, start.decision])
        told.notes += quote_notes(self._anomalies)
        result = report_of(Read(table), told, self._guess)
        self._report = replace(result.report, columns=tuple(frame.columns), rows=rows)
        self.extras = table.extras


def _in_one_encoding(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    try:
        yield from chunks
    except UnicodeDecodeError as error:
        raise Uneven("encoding") from error


def open_chunks(path: Path, filename: str = "") -> TextChunks | None:
    """The file as chunks, where it is a large text whose samples are regular; else None. Raises `Unreadable`."""
    size = path.stat().st_size
    if size < CHUNKED_BYTES:
        return None
    if size > MAX_FILE_BYTES:
        raise refuse("too_large", size=size_de(size), limit=size_de(MAX_FILE_BYTES))
    digest = digest_of(path)
    encoding = encodings.detect(digest)
    if not _is_text(digest, filename or path.name) or encoding.codec not in _CODECS or encoding.errors != "strict":
        return None
    head = head_of(path, encoding)
    guess = sniff(sample_of(head[: SAMPLE_CHARS + 4096].decode(errors="ignore")))
    is_single = guess.is_sure and not guess.told and not guess.dialect.escape and len(guess.dialect.delimiter) == 1
    if not is_single or not is_delimited(head, guess):
        return None
    windows = windows_of(path, encoding)
    if guess.dialect.quotechar is None and b'"' in (seen := b"\n".join(windows)):
        guess = replace(guess, dialect=late_quotes(seen, guess.dialect))
    found = outline_of(head, windows[-1], guess, windows)
    return TextChunks(path, encoding, guess, *found) if found else None


def _is_text(digest: bytes, filename: str) -> bool:
    try:
        return kind_of(digest, filename) == "text"
    except Unreadable:
        # a digest of a workbook is a broken workbook; who reads the whole file knows better
        return False


def _nothing(at: int) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(str(at))
