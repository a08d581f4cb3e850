"""The bytes of a large text file, a block at a time: samples, decoding, cutting at record ends, reading ahead.

What does not belong here: what the text means (`chunks`).
"""

from __future__ import annotations

import codecs
import queue
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from connectors.reading.encoding import Encoding

BLOCK = 12 * 1024**2
"""Bytes that are read, parsed and judged in one go."""
_HEAD = 256 * 1024
_WINDOWS = 16
_WINDOW_BYTES = 16 * 1024
_ASCII = bytes(range(128))
_C1 = frozenset(range(0x80, 0xA0))
_T = TypeVar("_T")


def head_of(path: Path, encoding: Encoding) -> bytes:
    """The first whole lines of the file as UTF-8."""
    with path.open("rb") as file:
        file.seek(encoding.bom)
        return _as_utf8(file.read(_HEAD), encoding)


def windows_of(path: Path, encoding: Encoding) -> list[bytes]:
    """Whole lines from many places of the file as UTF-8, the last one the end of the file."""
    size = path.stat().st_size
    found = []
    with path.open("rb") as file:
        for number in range(1, _WINDOWS + 1):
            length = _HEAD if number == _WINDOWS else _WINDOW_BYTES
            start = max(0, size - length) if number == _WINDOWS else size * number // (_WINDOWS + 1)
            file.seek(max(encoding.bom, start - (start - encoding.bom) % 4))
            text = _as_utf8(file.read(length + 4 if number == _WINDOWS else length), encoding)
            begin = max(text.find(b"\n"), text.find(b"\r") if b"\n" not in text else -1) + 1
            end = len(text) if number == _WINDOWS else max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
            found.append(text[begin:end])
    return found


def digest_of(path: Path) -> bytes:
    """Beginning, end and lines from many places of the file, as they stand: enough to tell its encoding."""
    parts = []
    size = path.stat().st_size
    with path.open("rb") as file:
        parts.append(file.read(_HEAD))
        for number in range(1, _WINDOWS + 1):
            length = _HEAD if number == _WINDOWS else _WINDOW_BYTES
            file.seek(max(0, size - length) if number == _WINDOWS else size * number // (_WINDOWS + 1))
            piece = file.read(length)
            end = len(piece) if number == _WINDOWS else piece.rfind(b"\n") + 1
            parts.append(piece[piece.find(b"\n") + 1 : end])
    parts[0] = parts[0][: parts[0].rfind(b"\n") + 1] or parts[0]
    return b"".join(parts)


def _as_utf8(raw: bytes, encoding: Encoding) -> bytes:
    return raw.decode(encoding.codec, "ignore").encode()


def in_utf8(
    path: Path, encoding: Encoding, doubtful: Collection[str], look_closer: Callable[[bytes], None]
) -> Iterator[tuple[bytes, bool, bool]]:
    """Blocks of the text as UTF-8, whether it is the last, and whether one of the `doubtful` signs may be in it.

    Lines with bytes that no sample had are shown to `look_closer`.
    """
    single = encoding.codec not in {"utf-8", "utf-16-le", "utf-16-be"}
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    known = set(digest_of(path).translate(None, _ASCII)) if single else set()
    odd = {
        byte for byte in range(0x80, 0x100) if single and bytes([byte]).decode(encoding.codec, "replace") in doubtful
    }
    left = path.stat().st_size - encoding.bom
    with path.open("rb") as file:
        file.seek(encoding.bom)
        while left > 0:
            raw = file.read(min(BLOCK, left))
            if not raw:
                break
            left -= len(raw)
            if encoding.codec == "utf-8":
                yield raw, left <= 0, True
                continue
            if single:
                here = set(raw.translate(None, _ASCII))
                if fresh := here - known:
                    known |= fresh
                    look_closer(_lines_with(raw, fresh))
                # where no byte is one in which the two differ, Latin-1 decodes several times as fast
                is_latin = encoding.codec == "cp1252" and _C1.isdisjoint(here)
                yield (
                    raw.decode("latin-1" if is_latin else encoding.codec).encode(),
                    left <= 0,
                    not odd.isdisjoint(here),
                )
            else:
                yield decoder.decode(raw, final=left <= 0).encode(), left <= 0, True


def _lines_with(raw: bytes, signs: set[int]) -> bytes:
    lines = []
    for sign in signs:
        at = raw.find(sign)
        lines.append(raw[raw.rfind(b"\n", 0, at) + 1 : raw.find(b"\n", at) + 1 or at + 1])
    return b"".join(lines)


def cut(text: bytes, quote: bytes, hold: int, before: int = 0) -> int:
    """The last record end that leaves at least `hold` bytes for the next block; 0 where there is none.

    `before`: quotes since the record before this text began.
    """
    end_sign = b"\n" if b"\n" in text[:65536] else b"\r"
    end = text.rfind(end_sign, 0, max(0, len(text) - hold)) + 1
    if quote:
        while end and (before + text.count(quote, 0, end)) % 2:
            # inside a quoted cell: before the quote that opened it
            opener = text.rfind(quote, 0, end)
            end = text.rfind(end_sign, 0, max(0, opener)) + 1
    return end


@contextmanager
def begun(items: Iterator[_T]) -> Iterator[Iterator[_T]]:
    """The items, the next one made in a thread of its own while the last one is worked on, the first one at once."""
    made: queue.Queue[tuple[list[_T], BaseException | None]] = queue.Queue(1)
    is_over = threading.Event()
    worker = threading.Thread(target=_make, args=(items, made, is_over), daemon=True)
    worker.start()
    try:
        yield _taken(made)
    finally:
        is_over.set()
        worker.join()


def _taken(made: queue.Queue[tuple[list[_T], BaseException | None]]) -> Iterator[_T]:
    while True:
        found, error = made.get()
        if error is not None:
            raise error
        if not found:
            return
        yield found[0]
        del found


def _make(
    items: Iterator[_T], made: queue.Queue[tuple[list[_T], BaseException | None]], is_over: threading.Event
) -> None:
    """Puts each item, then nothing; an error takes the place of what could not be made."""
    error: BaseException | None = None
    try:
        for item in items:
            if not _put(made, ([item], None), is_over):
                return
    except BaseException as raised:  # noqa: BLE001  raised again where the items are asked for
        error = raised
    _put(made, ([], error), is_over)


def _put(
    made: queue.Queue[tuple[list[_T], BaseException | None]],
    item: tuple[list[_T], BaseException | None],
    is_over: threading.Event,
) -> bool:
    while not is_over.is_set():
        try:
            made.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
