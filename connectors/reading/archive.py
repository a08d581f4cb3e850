"""Zip containers: bounded unpacking, and the one table inside an archive.

Workbooks (XLSX, ODS) are zip files too: `check_members` guards them before a library opens them.
What does not belong here: reading the member (`reader`).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePosixPath

from connectors.reading.limits import MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FLOOR
from connectors.reading.messages import refuse, size_de

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
_PIECE = 1024**2
_DATA = {
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".ods",
    ".json",
    ".geojson",
    ".ndjson",
    ".jsonl",
    ".xml",
    ".dbf",
    ".parquet",
    ".kml",
    ".gpx",
    ".tab",
    ".asc",
}
_BESIDE = (
    "readme",
    "liesmich",
    "license",
    "lizenz",
    "licence",
    "hinweis",
    "metadat",
    "beschreibung",
    "datensatzbeschreibung",
    "schema",
)


def check_members(data: bytes, watch: Callable[[str, bytes], None] | None = None) -> None:
    """Unpacks every member into nothing and counts: declared and real sizes must stay in bounds.

    `watch` sees each piece with its member's name. Raises `Unreadable` for bombs, broken and encrypted archives.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES or len(members) > 10_000:
                raise refuse("bomb", limit=size_de(MAX_UNPACKED_BYTES))
            for member in members:
                _check(archive, member, watch)
    except RuntimeError as error:
        raise refuse("archive_encrypted") from error
    except _BROKEN as error:
        raise refuse("archive_broken") from error


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo, watch: Callable[[str, bytes], None] | None) -> None:
    if member.file_size > RATIO_FLOOR and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise refuse("bomb", limit=size_de(RATIO_FLOOR))
    with archive.open(member) as stream:
        # a member that is longer than it says fails its checksum here
        while piece := stream.read(_PIECE):
            if watch:
                watch(member.filename, piece)


def single_table(data: bytes) -> tuple[str, bytes]:
    """Name and bytes of the only table in an archive."""
    check_members(data)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [member.filename for member in archive.infolist() if not member.is_dir() and _is_data(member.filename)]
        if len(names) > 1:
            names = [name for name in names if not _is_beside(name)] or names
        if not names:
            raise refuse("archive_none")
        if len(names) > 1:
            raise refuse("archive_many", names=", ".join(PurePosixPath(name).name for name in names[:5]))
        return names[0], archive.read(names[0])


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in _DATA and not path.name.startswith(".") and "__MACOSX" not in path.parts


def _is_beside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name.lower().startswith(_BESIDE) or (
        path.suffix.lower() == ".txt" and "beschreibung" in path.name.lower()
    )
