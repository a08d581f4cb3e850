"""From rows to packages: which datasets of the open zone are due, and writing just these.

What is said about them stands in `describe`; how files are written in `storage.package`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from connectors.raw import current_pointers, current_versions
from connectors.raw.reading import scan
from orchestration import dbt, describe, parquet
from orchestration.platform import Platform
from storage.errors import ObjectMissing
from storage.index import read_index
from storage.layout import LATEST, curated_table, open_manifest
from storage.manifest import Classification
from storage.names import DatasetId
from storage.package import PackageDescription, PackageWriter, read_manifest
from storage.withdrawal import withdraw

OnDataset = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """One dataset of the open zone after an export. `state`: `new`, `unchanged` or `withdrawn`."""

    dataset: str
    state: str
    version: str = ""
    rows: int = 0
    rows_before: int | None = None
    """Rows of the version published before, where this one is new."""
    bytes: int = 0
    sha256: str = ""
    """Of the CSV file."""


def export_municipal(platform: Platform, on_dataset: OnDataset = lambda _: None) -> list[Exported]:
    """Write the package of every open dataset whose current version is not published yet; take back what is no more."""
    versions = _open_versions(platform)
    done: list[Exported] = []
    with PackageWriter(platform.sites) as writer:
        due: list[tuple[dict[str, Any], PackageDescription]] = []
        for version in versions:
            standard = platform.standards[version["standard"]]
            described = describe.municipal(version, standard, platform.publishers, platform.register)
            if writer.is_current(described.id, described.inputs):
                done.append(Exported(described.id, "unchanged", rows=version["rows_accepted"]))
            else:
                due.append((version, described))
        for described, rows in _rows(platform, due):
            done.append(_write(platform, writer, described, rows))
            on_dataset(described.id)
    published = {version["_dataset"] for version in versions}
    return done + _take_back(platform, published, is_statewide=False)


def export_statewide(platform: Platform, dbt_manifest: Path, on_dataset: OnDataset = lambda _: None) -> list[Exported]:
    """Write the package of every statewide table that changed; one without rows is not published."""
    marts = describe.marts(json.loads(dbt_manifest.read_text()), dbt.project_fingerprint(platform.settings))
    versions = _open_versions(platform)
    context = (platform.publishers, platform.register, platform.settings)
    done: list[Exported] = []
    with PackageWriter(platform.sites) as writer:
        for mart in marts:
            of_mart = [] if mart.source else [one for one in versions if mart.standard in {"", one["standard"]}]
            if not of_mart and not mart.source:
                continue
            described = describe.statewide(mart, platform.standards, of_mart, context)
            table = curated_table(mart.name)
            if writer.is_current(described.id, described.inputs):
                counted = parquet.rows(platform.sites.onprem, table)
                done.append(Exported(described.id, "unchanged", rows=counted))
                continue
            rows = parquet.read(platform.sites.onprem, table).select([field.name for field in described.fields])
            done.append(_write(platform, writer, described, rows))
            on_dataset(described.id)
    return done + _take_back(platform, {one.dataset for one in done}, is_statewide=True)


def _write(platform: Platform, writer: PackageWriter, described: PackageDescription, rows: pl.DataFrame) -> Exported:
    before = _published_rows(platform, described.dataset)
    written = writer.write(described, rows)
    return Exported(
        described.id,
        "new" if written.is_new else "unchanged",
        written.version,
        rows.height,
        before if written.is_new else None,
        written.bytes,
        next(file.hash for file in written.files if file.format == "csv"),
    )


def _published_rows(platform: Platform, dataset: DatasetId) -> int | None:
    try:
        return read_manifest(platform.sites.onprem.read(open_manifest(dataset, LATEST))).rows
    except ObjectMissing:
        return None


def _open_versions(platform: Platform) -> list[dict[str, Any]]:
    versions = current_versions(platform.sites.onprem).filter(pl.col("classification") == Classification.OPEN.value)
    return versions.sort("standard", "_dataset").to_dicts()


def _rows(
    platform: Platform, due: list[tuple[dict[str, Any], PackageDescription]]
) -> Iterator[tuple[PackageDescription, pl.DataFrame]]:
    """The rows of the due versions; each raw table is scanned once, however many datasets lie in it."""
    for name, group in groupby(due, key=lambda one: str(one[0]["standard"])):
        described = {(version["_dataset"], version["_version"]): description for version, description in group}
        wanted = pl.LazyFrame(list(described), schema={"_dataset": pl.String, "_version": pl.String}, orient="row")
        fields = list(platform.standards[name].schema())
        rows = scan(platform.sites.onprem, name).join(wanted, on=["_dataset", "_version"], how="semi").collect()
        parts = rows.partition_by("_dataset", "_version", as_dict=True)
        for key, description in described.items():
            part = parts.get(key, rows.clear())
            yield description, part.sort("_row").select(*fields, row="_row")


def _take_back(platform: Platform, published: set[str], *, is_statewide: bool) -> list[Exported]:
    """Remove from the open zone what has no current open version any more."""
    reasons = _reasons(platform)
    gone: list[Exported] = []
    for name in read_index(platform.sites.onprem).datasets:
        dataset = DatasetId.parse(name)
        if dataset.is_statewide == is_statewide and name not in published:
            reason = reasons.get(name) or "Zurzeit veröffentlicht keine Kommune diesen Datensatz."
            withdraw(platform.sites, dataset, reason)
            gone.append(Exported(name, "withdrawn"))
    return gone


def _reasons(platform: Platform) -> Mapping[str, str]:
    pointers = current_pointers(platform.sites.onprem).select("_dataset", "reason")
    return {dataset: reason for dataset, reason in pointers.rows() if reason}
