"""What a run did, for people and programs: from its assets' reports and from what really lies where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration import portals
from orchestration.platform import Platform
from orchestration.running import RunResult
from storage.errors import StorageError
from storage.index import OpenIndex, read_index
from storage.names import identifier


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """One dataset after a run. `sites`: where its published version lies; internal data: on-premises, unpublished."""

    dataset: str
    title: str
    standard: str
    state: str
    version: str | None
    rows_total: int
    rows_accepted: int
    rows_rejected: int | None
    repaired: int | None
    sites: tuple[str, ...]
    message_de: str = ""


@dataclass(frozen=True, slots=True)
class PortalLine:
    """What a portal's apply did, in entries."""

    portal: str
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    failed: int
    start_page: str


@dataclass(frozen=True, slots=True)
class Summary:
    """`is_changed`: something was written. `problems`: sentences about what did not work, though the run went on."""

    run_id: str
    is_changed: bool
    datasets: tuple[DatasetLine, ...]
    portals: tuple[PortalLine, ...]
    problems: tuple[str, ...]
    seconds: Mapping[str, float]


def summarise(platform: Platform, result: RunResult) -> Summary:
    """Put a run's reports and the sites' indexes together."""
    reports = result.reports
    loaded = reports.get("raw/versions", {"is_changed": False, "datasets": []})
    exported = [*reports.get("open/municipal", []), *reports.get("open/statewide", [])]
    indexes = _indexes(platform)
    lines = [_municipal(row, indexes, platform.sites.onprem.site) for row in loaded["datasets"]]
    lines += [_statewide(row, indexes) for row in reports.get("open/statewide", []) if row["state"] != "withdrawn"]
    shown = [_portal(platform, name, reports) for name in platform.settings.portals]
    sites = [reports.get(f"sites/{identifier(site)}") or {} for site in platform.sites.others]
    is_changed = (
        loaded["is_changed"]
        or any(row["state"] != "unchanged" for row in exported)
        or any(p.created or p.updated or p.withdrawn for p in shown)
        or any(report.get("objects") or report.get("datasets_deleted") for report in sites)
    )
    return Summary(
        result.run_id, is_changed, tuple(lines), tuple(shown), tuple(_problems(reports, sites)), result.seconds
    )


def _indexes(platform: Platform) -> dict[str, OpenIndex]:
    found: dict[str, OpenIndex] = {}
    for site in platform.sites.names:
        try:
            found[site] = read_index(platform.sites.store(site))
        except StorageError:
            found[site] = OpenIndex()  # told among the problems: the site's own report carries the sentence
    return found


def _municipal(row: Mapping[str, Any], indexes: Mapping[str, OpenIndex], onprem: str) -> DatasetLine:
    name = row["dataset"]
    entry = indexes[onprem].datasets.get(name)
    state = (
        row["status"] if entry or row["status"] in {"refused", "withdrawn", "held"} else f"{row['status']}, not public"
    )
    return DatasetLine(
        dataset=name,
        title=entry.title if entry else row["filename"],
        standard=row["standard"],
        state=state,
        version=row["version"],
        rows_total=row["rows_total"],
        rows_accepted=row["rows_accepted"],
        rows_rejected=row["rows_rejected"],
        repaired=row["repaired"],
        sites=_sites(name, indexes) or ((onprem,) if row["version"] else ()),
        message_de=row["message_de"],
    )


def _statewide(row: Mapping[str, Any], indexes: Mapping[str, OpenIndex]) -> DatasetLine:
    name = row["dataset"]
    entry = next((index.datasets[name] for index in indexes.values() if name in index.datasets), None)
    return DatasetLine(
        dataset=name,
        title=entry.title if entry else name,
        standard=name.partition("/")[2],
        state=row["state"],
        version=entry.version if entry else None,
        rows_total=row["rows"],
        rows_accepted=row["rows"],
        rows_rejected=None,
        repaired=None,
        sites=_sites(name, indexes),
    )


def _sites(name: str, indexes: Mapping[str, OpenIndex]) -> tuple[str, ...]:
    """The sites that hold the version which is current on-premises."""
    current = next((index.datasets[name].version for index in indexes.values() if name in index.datasets), None)
    return tuple(
        site for site, index in indexes.items() if name in index.datasets and index.datasets[name].version == current
    )


def _portal(platform: Platform, name: str, reports: Mapping[str, Any]) -> PortalLine:
    report = reports.get(f"portals/{identifier(name)}") or {}
    counts = report.get("counts", {})
    return PortalLine(
        portal=name,
        created=counts.get("created", 0),
        updated=counts.get("updated", 0),
        unchanged=counts.get("unchanged", 0),
        withdrawn=counts.get("withdrawn", 0),
        failed=counts.get("failed", 0),
        start_page=portals.start_page(platform, name),
    )


def _problems(reports: Mapping[str, Any], sites: list[Mapping[str, Any]]) -> list[str]:
    failed = reports.get("landing/submissions", {}).get("failed", [])
    told = [f"{one['dataset']}: {one['message']}" for one in failed]
    told += [f"{one['site']}: {one['unreachable']}" for one in sites if one.get("unreachable")]
    told += [f"{one['site']}, {name}: {why}" for one in sites for name, why in one.get("errors", {}).items()]
    return told
