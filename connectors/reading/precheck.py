"""A look at a file before it is loaded: what is refused for its size or its one endless line never fills the memory.

Lines are measured in pieces by their first and last line end, so that a file of a gigabyte costs a second pass of the
disk and nothing more. What does not belong here: what the file means.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from connectors.reading.kinds import head_kind
from connectors.reading.limits import MAX_FILE_BYTES, MAX_JSON_BYTES, MAX_LINE_CHARS
from connectors.reading.messages import refuse, size_de

HEAD = 64 * 1024
_PIECE = 4 * 1024**2


def precheck(path: Path) -> None:
    """Raises `Unreadable` for a file that cannot be read in bounded memory, before it is loaded."""
    if not path.is_file() and not path.is_dir() and path.exists():
        raise refuse("no_file", name=path.name)
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise refuse("too_large", size=size_de(size), limit=size_de(MAX_FILE_BYTES))
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        kind = head_kind(head, PurePosixPath(path.name).suffix.lower())
        if kind in {"json", "xml", "html"} and size > MAX_JSON_BYTES:
            raise refuse("too_large", size=size_de(size), limit=size_de(MAX_JSON_BYTES))
        if kind in {"text", "ndjson"} and size > MAX_LINE_CHARS:
            check_lines(stream)


def check_lines(stream: BinaryIO, limit: int = MAX_LINE_CHARS) -> None:
    """No line of the stream is longer than `limit` bytes. Raises `Unreadable`."""
    stream.seek(0, os.SEEK_SET)
    length = 0
    while piece := stream.read(_PIECE):
        first, last = _ends(piece)
        length += len(piece) if first < 0 else first
        if length > limit:
            raise refuse("line_too_long", limit=size_de(limit))
        if first >= 0:
            length = len(piece) - last - 1


def _ends(piece: bytes) -> tuple[int, int]:
    """Where the first and the last line end of a piece stand (LF, else CR); -1 where there is none."""
    first = piece.find(b"\n")
    return (first, piece.rfind(b"\n")) if first >= 0 else (piece.find(b"\r"), piece.rfind(b"\r"))
