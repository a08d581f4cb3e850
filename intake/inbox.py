"""The atomic way of a handed-in file into `<inbox>/<ags>/<slug>/<name>`, where the inbox source finds it.

A file is there whole or not at all: it is written as a hidden `.part`, which the inbox leaves alone, made durable and
renamed. Folders are opened one by one without following links, so that nobody who may write into one Kommune's folder
(SFTP) can lead a file elsewhere. The name carries the content's hash: the same bytes twice are one file, other bytes
never replace it. What does not belong here: who may do this (`tokens`), what the file holds.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

from intake.messages import Problem
from storage.names import DatasetId, NameInvalid, slug

SUFFIXES = frozenset(
    ".csv .tsv .txt .xlsx .xlsm .xls .ods .json .geojson .ndjson .xml .dbf .parquet .zip".split()  # noqa: SIM905
)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Dropped:
    """What lies in the inbox now. `path` is relative to it, with `/`."""

    dataset: DatasetId
    path: str
    sha256: str
    size: int


def safe_name(filename: str, sha256: str) -> str:
    """A file name of letters, digits and hyphens, with the first 8 digits of the hash. Raises `Problem`."""
    name = PurePosixPath(filename)
    suffix = name.suffix.lower()
    if suffix not in SUFFIXES:
        raise Problem("not-this-kind", suffix=suffix or "ohne Endung")
    try:
        stem = slug(name.stem)
    except NameInvalid:
        stem = "datei"
    return f"{stem}-{sha256[:8]}{suffix}"


def drop(inbox: Path, dataset: DatasetId, source: Path, filename: str, sha256: str) -> Dropped:
    """Put a copy of `source` into the inbox. Raises `Problem` for the kind of file, a full disk, a link in the way."""
    name = safe_name(filename, sha256)
    try:
        inbox.mkdir(parents=True, exist_ok=True)
        size = _drop(inbox, (dataset.owner, dataset.slug), source, name)
    except OSError as error:
        raise Problem("disk") from error
    return Dropped(dataset, f"{dataset}/{name}", sha256, size)


def _drop(inbox: Path, folders: tuple[str, ...], source: Path, name: str) -> int:
    opened = [os.open(inbox, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        for folder in folders:
            with suppress(FileExistsError):
                os.mkdir(folder, dir_fd=opened[-1])
            opened.append(os.open(folder, _FOLDER, dir_fd=opened[-1]))
        return _write(opened[-1], source, name)
    finally:
        for handle in opened:
            os.close(handle)


def _write(folder: int, source: Path, name: str) -> int:
    """Copy, make durable, rename; returns the size in bytes."""
    draft = f".{uuid4().hex}.part"
    try:
        with source.open("rb") as read, os.fdopen(os.open(draft, _FILE, 0o640, dir_fd=folder), "wb") as write:
            shutil.copyfileobj(read, write, 1024 * 1024)
            write.flush()
            os.fsync(write.fileno())
            size = write.tell()
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=folder)
        raise
    os.fsync(folder)
    return size
