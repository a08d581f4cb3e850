"""Jobs, schedules and the inbox sensor. What a job's assets do stands in `defs/`; nothing is computed here."""

import hashlib
from pathlib import Path

import dagster as dg

from connectors.sources.inbox import FolderInbox
from orchestration.partitions import KOMMUNEN, range_tags
from orchestration.platform import Platform

INGEST = dg.AssetSelection.groups("ingest")
TRANSFORM = dg.AssetSelection.groups("transform")
EXPORT = dg.AssetSelection.groups("export")
REPLICATE = dg.AssetSelection.groups("replicate")
PUBLISH = dg.AssetSelection.groups("publish")

EVERYTHING = "everything"
_EMPTY = hashlib.sha256(b"").hexdigest()

everything = dg.define_asset_job(
    EVERYTHING,
    selection=INGEST | TRANSFORM | EXPORT | PUBLISH | REPLICATE,
    partitions_def=KOMMUNEN,
    description="Everything that is due: fetch, load, build, export, publish, replicate. Nothing new: writes nothing.",
)
fetch_sources = dg.define_asset_job(
    "fetch_sources",
    selection=INGEST,
    partitions_def=KOMMUNEN,
    description="Ask every source for news and load what came into the raw zone.",
)
rebuild_curated = dg.define_asset_job(
    "rebuild_curated",
    selection=TRANSFORM | EXPORT,
    description="Build the statewide tables and write the packages that changed.",
)
replicate_sites = dg.define_asset_job(
    "replicate_sites", selection=REPLICATE, description="Bring every site up to date with the on-premises store."
)
publish_portals = dg.define_asset_job(
    "publish_portals", selection=PUBLISH, description="Plan and apply the catalogue on every portal."
)
JOBS = (everything, fetch_sources, rebuild_curated, replicate_sites, publish_portals)


@dg.schedule(
    job=everything,
    cron_schedule="0 2 * * *",
    execution_timezone="Europe/Berlin",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at two: all sources of all Kommunen.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    keys = register(context.instance, kommunen(Platform.load()))
    return dg.RunRequest(tags=range_tags(keys))


@dg.schedule(
    job=replicate_sites,
    cron_schedule="17 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every hour: a site that was unreachable catches up.",
)
def hourly_replication() -> dg.RunRequest:
    return dg.RunRequest()


@dg.sensor(
    job=everything,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a run when the inbox changed: a file came, grew or was replaced.",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    platform = Platform.load()
    folder = platform.settings.inbox_path
    seen = fingerprint(platform)
    if seen == (context.cursor or _EMPTY):
        return dg.SkipReason(f"nothing new in {folder}")
    keys = register(context.instance, kommunen(platform))
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen, tags=range_tags(keys))], cursor=seen)


def kommunen(platform: Platform) -> list[str]:
    """The AGS of every Kommune with a file of its own or a folder in the inbox."""
    return sorted({*platform.publishers.specs, *_in_inbox(platform.settings.inbox_path)})


def _in_inbox(folder: Path) -> list[str]:
    """The AGS that have a folder in the inbox."""
    if not folder.is_dir():
        return []
    return sorted(
        entry.name for entry in folder.iterdir() if entry.is_dir() and len(entry.name) == 8 and entry.name.isdigit()
    )


def fingerprint(platform: Platform) -> str:
    """A hash of every finished file in the inbox: its name, size and time."""
    settings = platform.settings
    box = FolderInbox(settings.inbox_path, settings.work / "staging", settings.fetch)
    return hashlib.sha256("\n".join(dropped.revision for dropped in box.files()).encode()).hexdigest()


def register(instance: dg.DagsterInstance, ags: list[str]) -> list[str]:
    """Make a partition of every Kommune; return all partitions in their order."""
    name = KOMMUNEN.name or ""
    instance.add_dynamic_partitions(name, ags)
    return list(instance.get_dynamic_partitions(name))
