"""A dataset version as a package of files: written once, complete or invisible.

Files first, `datapackage.json` last (it is the commit), then the copies under `latest/`, then the index. The version's
name is derived from its content, so that the same rows and words are the same version on every machine; a run that was
killed half-way is completed by the next one with the same bytes. What does not belong here: how a format is written
(`storage.formats`), copying to other sites (`storage.replication`).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from storage.coverage import coverage
from storage.errors import ObjectExists, ObjectMissing, StorageError
from storage.formats import csv, dictionary, geojson, parquet, xlsx
from storage.formats.common import canonical, german, is_placed
from storage.index import IndexEntry, OpenIndex, read_index, update_index
from storage.layout import LATEST, open_file, open_manifest
from storage.manifest import Described, FileInfo, Manifest
from storage.names import DatasetId
from storage.package_manifest import read_manifest, write_manifest
from storage.sites import Sites
from storage.stores import CHUNK

__all__ = ["PackageDescription", "PackageWriter", "Written", "read_manifest"]

FORMAT_REVISION = "1"
"""Raised when the writers produce other bytes for the same rows: every dataset then gets a new version."""

_VERSION_DIGITS = 12


class PackageDescription(Described):
    """What is said about a dataset, without what the rows themselves tell.

    `inputs` is the caller's fingerprint of everything the package is made from (row versions, standard, metadata);
    `PackageWriter.is_current` compares it. `issued` unset: kept from the version before. Coverage given here wins over
    what the rows say.
    """

    issued: datetime | None = None
    inputs: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: `is_new` where another version was published before; `bytes` of all files of the version."""

    version: str
    is_new: bool
    files: tuple[FileInfo, ...]
    bytes: int


class PackageWriter:
    """Writes packages on-premises. As a context manager it writes the index once, at the end of the batch."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._entries: dict[str, IndexEntry] = {}
        self._is_batch = False
        self._index: OpenIndex | None = None

    def __enter__(self) -> Self:
        self._is_batch = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_batch = False
        self.flush()

    def is_current(self, dataset: str, inputs: str) -> bool:
        """Whether the published version was made from these inputs by these writers: then `write` may be skipped."""
        entry = self._published(dataset)
        return entry is not None and bool(inputs) and entry.inputs == _fingerprint(inputs)

    def write(self, description: PackageDescription, frame: pl.DataFrame | pl.LazyFrame) -> Written:
        """Write the version and publish it as `latest`; the same content again writes nothing.

        The columns of `frame` are those of `description.fields`, in their order. Raises `StorageError`.
        """
        rows = frame.collect(engine="streaming") if isinstance(frame, pl.LazyFrame) else frame
        _check_columns(description, rows)
        try:
            rows = canonical(rows)
        except TypeError as error:
            raise StorageError(f"{description.id}: {error}") from None
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            note = csv.write(rows, Path(folder, f"{description.dataset.slug}.csv"))
            version = _version(description, rows, Path(folder, f"{description.dataset.slug}.csv"))
            manifest, data = self._existing(description.dataset, version) or self._commit(
                description, version, rows, Path(folder), note
            )
        return self._publish(description, manifest, data)

    def flush(self) -> None:
        """Write the index with every dataset written since the last time."""
        if not self._entries:
            return
        entries, self._entries = self._entries, {}

        def change(index: OpenIndex) -> OpenIndex:
            withdrawn = {name: stone for name, stone in index.withdrawn.items() if name not in entries}
            return OpenIndex(datasets={**index.datasets, **entries}, withdrawn=withdrawn)

        self._index = update_index(self._sites, change)

    def _published(self, dataset: str) -> IndexEntry | None:
        if dataset in self._entries:
            return self._entries[dataset]
        if self._index is None or not self._is_batch:
            self._index = read_index(self._sites.onprem)
        return self._index.datasets.get(dataset)

    def _existing(self, dataset: DatasetId, version: str) -> tuple[Manifest, bytes] | None:
        try:
            data = self._sites.onprem.read(open_manifest(dataset, version))
        except ObjectMissing:
            return None
        return read_manifest(data), data

    def _commit(
        self, description: PackageDescription, version: str, rows: pl.DataFrame, folder: Path, csv_note: str
    ) -> tuple[Manifest, bytes]:
        """Write the version's files, then its manifest."""
        files = []
        for file, path in _files(description, rows, folder, csv_note):
            key = open_file(description.dataset, version, file.path)
            self._sites.write(self._sites.onprem.site, key, path, classification=description.classification)
            files.append(file)
        manifest = self._manifest(description, version, rows, tuple(files))
        data = write_manifest(manifest)
        key = open_manifest(description.dataset, version)
        onprem = self._sites.onprem.site
        try:
            self._sites.write(onprem, key, data, classification=description.classification, create=True)
        except ObjectExists:  # another run was faster; its manifest is the one that counts
            existing = self._existing(description.dataset, version)
            if existing is None:
                raise
            return existing
        return manifest, data

    def _manifest(
        self, description: PackageDescription, version: str, rows: pl.DataFrame, files: tuple[FileInfo, ...]
    ) -> Manifest:
        said = description.model_dump(exclude={"inputs"}, exclude_none=True)
        said.setdefault("issued", self._first_issued(description))
        found = coverage(rows, description.modified.date())
        return Manifest.model_validate({**found, **said, "version": version, "rows": rows.height, "files": files})

    def _first_issued(self, description: PackageDescription) -> datetime:
        entry = self._published(description.id)
        before = self._existing(description.dataset, entry.version) if entry else None
        return before[0].issued if before else description.modified

    def _publish(self, description: PackageDescription, manifest: Manifest, data: bytes) -> Written:
        sha256 = hashlib.sha256(data).hexdigest()
        before = self._published(description.id)
        is_new = before is None or before.version != manifest.version
        self._point_latest(description, manifest, data)
        entry = IndexEntry(
            version=manifest.version,
            manifest_sha256=sha256,
            inputs=_fingerprint(description.inputs) if description.inputs else "",
            modified=manifest.modified if before is None or is_new else before.modified,
            classification=manifest.classification,
            title=manifest.title,
        )
        if entry != before:
            self._entries[description.id] = entry
        if not self._is_batch:
            self.flush()
        return Written(manifest.version, is_new, manifest.files, sum(file.bytes for file in manifest.files) + len(data))

    def _point_latest(self, description: PackageDescription, manifest: Manifest, data: bytes) -> None:
        """Copy the version to `latest/`, its manifest last; nothing where that manifest stands there already."""
        onprem, dataset = self._sites.onprem, description.dataset
        before = self._existing(dataset, LATEST)
        if before is not None and before[1] == data:
            return
        for file in manifest.files:
            source, target = (open_file(dataset, version, file.path) for version in (manifest.version, LATEST))
            data_there = onprem.read(source) if file.bytes <= CHUNK else onprem.stream(source)
            self._sites.write(onprem.site, target, data_there, classification=manifest.classification)
        kept = {file.path for file in manifest.files}
        for file in before[0].files if before else ():
            if file.path not in kept:
                self._sites.delete(onprem.site, open_file(dataset, LATEST, file.path))
        self._sites.write(onprem.site, open_manifest(dataset, LATEST), data, classification=manifest.classification)


def _fingerprint(inputs: str) -> str:
    return f"{FORMAT_REVISION}:{inputs}"


def _check_columns(description: PackageDescription, rows: pl.DataFrame) -> None:
    described = [field.name for field in description.fields]
    if rows.columns != described:
        raise StorageError(
            f"{description.id}: the rows have the columns {', '.join(rows.columns)}, "
            f"described are {', '.join(described)}: describe exactly the columns, in their order"
        )


def _version(description: PackageDescription, rows: pl.DataFrame, csv_path: Path) -> str:
    """`v` and 12 hex digits of rows, types, words and writers; not of the moment of writing."""
    digest = hashlib.sha256(csv_path.read_bytes())
    words = description.model_dump(mode="json", exclude={"inputs", "issued", "modified"})
    types = [str(dtype) for dtype in rows.dtypes]
    digest.update(json.dumps([FORMAT_REVISION, words, types], sort_keys=True, ensure_ascii=False).encode())
    return f"v{digest.hexdigest()[:_VERSION_DIGITS]}"


def _files(
    description: PackageDescription, rows: pl.DataFrame, folder: Path, csv_note: str
) -> Iterator[tuple[FileInfo, Path]]:
    """Every file of the version with its description; the CSV file is there already."""
    slug, notes = description.dataset.slug, [csv_note]
    if rows.height > xlsx.ROWS_MAX:
        notes.append(f"Keine XLSX-Datei: {german(rows.height)} Zeilen sind mehr, als Excel fasst.")
    yield _file(folder / f"{slug}.csv", "csv", csv.MEDIATYPE, " ".join(filter(None, notes)))
    path = folder / f"{slug}.parquet"
    yield _file(path, "parquet", parquet.MEDIATYPE, parquet.write(rows, path))
    if is_placed(rows):
        path = folder / f"{slug}.geojson"
        yield _file(path, "geojson", geojson.MEDIATYPE, geojson.write(rows, path))
    if rows.height <= xlsx.ROWS_MAX:
        path = folder / f"{slug}.xlsx"
        yield _file(path, "xlsx", xlsx.MEDIATYPE, xlsx.write(rows, description.fields, path))
    path = folder / dictionary.FILENAME
    path.write_bytes(dictionary.content(description.fields))
    yield _file(path, "csv", dictionary.MEDIATYPE, "", name="datenlexikon", role="dictionary")


def _file(
    path: Path, format_: str, mediatype: str, note: str, *, name: str = "", role: str = "data"
) -> tuple[FileInfo, Path]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    described = {"name": name or format_, "path": path.name, "format": format_, "mediatype": mediatype}
    return (
        FileInfo.model_validate(
            {**described, "bytes": path.stat().st_size, "hash": sha256, "role": role, "note": note}
        ),
        path,
    )
