"""A file as it was handed in: a private copy of it, and its name without anything that could do harm.

What does not belong here: keeping it (`landing`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_IN_MEMORY = 8 * 1024 * 1024
_FILENAME_MAX = 120
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class FileRefused(Exception):
    """A file that is not taken in; the message is one German sentence for whoever handed it in."""


@contextmanager
def private_copy(path: Path, folder: Path, max_bytes: int) -> Iterator[bytes | Path]:
    """The content of a file that others may still write to: in memory if small, else copied below `folder`.

    Raises `FileRefused` for a link, a folder or device, an empty or too large file, or one that changes while it is
    read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefused(f"Die Datei {path.name} lässt sich nicht öffnen: {error.strerror}.") from error
    copy = folder / f"{uuid4().hex}.copy"
    before = os.fstat(handle)
    try:
        _refuse(path, before, max_bytes)
    except FileRefused:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        try:
            if before.st_size <= _IN_MEMORY:
                data: bytes | Path = file.read(_IN_MEMORY + 1)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                with copy.open("wb") as target:
                    while chunk := file.read(1 << 20):
                        target.write(chunk)
                data = copy
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise FileRefused(f"Die Datei {path.name} wird gerade noch geschrieben: bitte später noch einmal.")
            yield data
        finally:
            copy.unlink(missing_ok=True)


def display_name(filename: str) -> str:
    """The base name without anything that could steer a terminal or a page; `datei` where nothing is left."""
    base = re.split(r"[/\\]", filename)[-1]
    clean = _UNPRINTABLE.sub("", base).strip().strip(".")
    if len(clean) > _FILENAME_MAX:
        stem, dot, suffix = clean.rpartition(".")
        clean = f"{stem[: _FILENAME_MAX - 10]}{dot}{suffix[:8]}" if dot else clean[:_FILENAME_MAX]
    return clean or "datei"


def _refuse(path: Path, status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused(f"{path.name} ist keine Datei: bitte eine Datei angeben.")
    refuse_size(path.name, status.st_size, max_bytes)


def refuse_size(name: str, size: int, max_bytes: int) -> None:
    """Raises `FileRefused` for an empty file or one that is too large."""
    if size == 0:
        raise FileRefused(f"Die Datei {name} ist leer: bitte noch einmal speichern und schicken.")
    if size > max_bytes:
        raise FileRefused(f"Die Datei {name} ist größer als {max_bytes // 1_000_000} MB: bitte aufteilen.")
