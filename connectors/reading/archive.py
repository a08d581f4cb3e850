"""Zip containers: bounded unpacking, and the one table inside an archive.

Workbooks (XLSX, ODS) are zip files too: `check_members` guards them before a library opens them.
What does not belong here: reading the member (`reader`).
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePosixPath

from connectors.reading.limits import MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FLOOR
from connectors.reading.messages import refuse, size_de

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
_PIECE = 1024**2
_LISTED = 20
_DATA = frozenset(
    f".{end}"
    for end in (
        *(
            "csv",
            "tsv",
            "txt",
            "tab",
            "asc",
            "xlsx",
            "xlsm",
            "xlsb",
            "xls",
            "ods",
            "json",
            "geojson",
            "ndjson",
            "jsonl",
        ),
        *("topojson", "xml", "gml", "kml", "gpx", "dbf", "parquet", "arrow", "feather", "zip", "gz"),
    )
)
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


def single_table(data: bytes, wanted: str | None = None) -> tuple[str, bytes, list[str]]:
    """Name and bytes of the table in an archive (the one called `wanted`, where there are several), and all names."""
    check_members(data)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [one.filename for one in archive.infolist() if _is_data(one)]
        asked = [name for name in names if wanted and wanted in {name, PurePosixPath(name).name}]
        if len(names) > 1:
            names = [name for name in names if not _is_beside(name)] or names
        if not names:
            raise refuse("archive_none")
        if len(names) > 1 and len(asked) != 1:
            raise refuse("archive_many", names=", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else ""))
        chosen = asked[0] if asked else names[0]
        return chosen, archive.read(chosen), names


def gunzipped(data: bytes) -> bytes:
    """What a gzip file holds. Raises `Unreadable` for bombs and broken files."""
    bound = min(MAX_UNPACKED_BYTES, max(len(data) * MAX_RATIO, RATIO_FLOOR))
    pieces, total = [], 0
    try:
        with gzip.open(BytesIO(data)) as stream:
            while piece := stream.read(_PIECE):
                total += len(piece)
                if total > bound:
                    raise refuse("bomb", limit=size_de(bound))
                pieces.append(piece)
    except _BROKEN as error:
        raise refuse("archive_broken") from error
    return b"".join(pieces)


def _is_data(member: zipfile.ZipInfo) -> bool:
    """A table by its name; no folder, and no link, whose content would be the name of another file."""
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return (
        path.suffix.lower() in _DATA
        and not (member.is_dir() or is_link)
        and not path.name.startswith(".")
        and "__MACOSX" not in path.parts
    )


def _is_beside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name.lower().startswith(_BESIDE) or (
        path.suffix.lower() in {".txt", ".xml"} and any(word in path.name.lower() for word in ("beschreibung", ".shp"))
    )
