"""Jobs, schedules and the inbox sensor. What a job's assets do stands in `defs/`; nothing is computed here."""

import dagster as dg

from orchestration import inboxes
from orchestration.partitions import KOMMUNEN, range_tags
from orchestration.platform import Platform

INGEST = dg.AssetSelection.groups("ingest")
TRANSFORM = dg.AssetSelection.groups("transform")
EXPORT = dg.AssetSelection.groups("export")
REPLICATE = dg.AssetSelection.groups("replicate")
PUBLISH = dg.AssetSelection.groups("publish")

EVERYTHING = "everything"

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
    seen = inboxes.look(platform.settings, context.cursor)
    if not seen.is_new:
        context.update_cursor(seen.cursor)
        return dg.SkipReason(seen.reason)
    keys = register(context.instance, kommunen(platform))
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen.key, tags=range_tags(keys))], cursor=seen.cursor)


def kommunen(platform: Platform) -> list[str]:
    """The AGS of every Kommune with a file of its own or a folder in an inbox."""
    return sorted({*platform.publishers.specs, *inboxes.owners(platform.settings)})


def register(instance: dg.DagsterInstance, ags: list[str]) -> list[str]:
    """Make a partition of every Kommune; return all partitions in their order."""
    name = KOMMUNEN.name or ""
    instance.add_dynamic_partitions(name, ags)
    return list(instance.get_dynamic_partitions(name))
