"""raw: what landed and is due, judged and loaded by dlt; one asset per table. How: `connectors.ingest`.

The rows first, the pointers last: their load is the commit of the run.
"""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster_dlt import DagsterDltResource, DagsterDltTranslator, dlt_assets
from dagster_dlt.translator import DltResourceTranslatorData

from connectors.ingest import LoadReport, Prepared, asset_source, load_run
from connectors.raw import current_versions
from connectors.raw.loading import make_pipeline
from connectors.receipts import LandingLog
from orchestration.answering import answer
from orchestration.inboxes import open_drops
from orchestration.metadata import OWNERS, table
from orchestration.platform import Platform
from orchestration.punctuality import late
from orchestration.resources import PlatformResource
from orchestration.samples import samples
from storage.errors import StorageError

LANDING = dg.AssetKey(["landing", "submissions"])
VERSIONS = dg.AssetKey(["raw", "versions"])
POINTERS = "pointers"


class Translator(DagsterDltTranslator):
    """`raw/<table>`, fed by landing; pointers follow the tables they point into."""

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        name = data.resource.name
        return dg.AssetSpec(
            key=["raw", name],
            deps=[LANDING],
            group_name="ingest",
            owners=OWNERS,
            kinds={"dlt", "deltalake"},
            tags={"zone": "raw"},
            description=_describe(name),
        )


def _describe(name: str) -> str:
    special = {
        "versions": "One row per version of every dataset: what was read, repaired, rejected; accepted or refused.",
        "pointers": "One row per move of a dataset's pointer; the newest one says which version is current.",
        "receipts": "One row per entry of the landing log: who handed in what, when and from where.",
    }
    if name.endswith("_rejects"):
        return f"Rejected rows of {name.removesuffix('_rejects')}, each with its reasons in German. Append-only."
    return special.get(name, f"Accepted rows of {name}: typed, with _ags, _dataset, _version, _row. Append-only.")


@dg.definitions
def defs() -> dg.Definitions:
    platform = Platform.load()

    @dlt_assets(
        dlt_source=asset_source(platform.standards),
        dlt_pipeline=make_pipeline(platform.sites, "definitions"),
        name="raw",
        dagster_dlt_translator=Translator(),
        pool="raw",
    )
    def raw(context: dg.AssetExecutionContext, platform: PlatformResource, dlt: DagsterDltResource) -> Iterator[Any]:
        now = platform.now
        with load_run(now.sites, now.publishers, now.standards) as prepared:
            for result in _load(context, dlt, prepared):
                is_versions = result.asset_key == VERSIONS
                yield (
                    result._replace(metadata={**(result.metadata or {}), **_told(prepared.report)})
                    if is_versions
                    else result
                )
            _answer(context, now, prepared.report)

    return dg.Definitions(assets=[raw], asset_checks=[rejects_share], resources={"dlt": DagsterDltResource()})


def _load(context: dg.AssetExecutionContext, dlt: DagsterDltResource, prepared: Prepared) -> Iterator[Any]:
    """Run dlt for what there is to write; tables without anything new are reported as such."""
    seen: set[dg.AssetKey] = set()
    if prepared.report.is_changed:
        for source in (prepared.rows(), prepared.pointers()):
            for result in dlt.run(
                context=context, dlt_source=source, dlt_pipeline=prepared.pipeline, dagster_dlt_translator=Translator()
            ):
                if result.asset_key is not None:
                    seen.add(result.asset_key)
                yield result
    for key in sorted(context.selected_asset_keys - seen):
        yield dg.MaterializeResult(asset_key=key, metadata={"rows_loaded": 0})


def _answer(context: dg.AssetExecutionContext, now: Platform, report: LoadReport) -> None:
    """Tell Kommunen what became of their files. The data does not wait for it: the next run writes what is missing."""
    drops = open_drops(now.settings)
    if drops is not None:
        try:
            answer(drops, LandingLog.load(now.sites.onprem), report.datasets, now.standards)
        except StorageError as error:
            context.log.warning("answers to Kommunen wait for the next run: %s", error)


def _told(report: LoadReport) -> dict[str, Any]:
    rows = [dataclasses.asdict(dataclasses.replace(one, details=None)) for one in report.datasets]
    for row in rows:
        del row["details"]
    changed = [row for row in rows if row["status"] in {"new", "again", "refused", "withdrawn", "held"}]
    return {
        "report": dg.MetadataValue.json({"is_changed": report.is_changed, "datasets": rows}),
        "rows_accepted": sum(one.rows_accepted for one in report.datasets),
        "rows_rejected": sum(one.rows_rejected for one in report.datasets),
        "files_held": sum(one.status == "held" for one in report.datasets),
        "datasets": dg.MetadataValue.md(table(changed)),
        **{name: dg.MetadataValue.md(table(lines)) for name, lines in samples(report.datasets).items()},
    }


@dg.asset_check(
    asset=VERSIONS,
    name="rejects_share",
    description="No current version rejects more of its rows than the settings allow.",
)
def rejects_share(platform: PlatformResource) -> dg.AssetCheckResult:
    limit = platform.now.settings.checks.rejects_share
    versions = current_versions(platform.now.sites.onprem)
    over = [
        {"dataset": row["_dataset"], "rejected": row["rows_rejected"], "of": row["rows_total"]}
        for row in versions.to_dicts()
        if row["rows_rejected"] > limit * max(row["rows_total"], 1)
    ]
    return dg.AssetCheckResult(
        passed=not over,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"limit": limit, "over": dg.MetadataValue.md(table(over)), "datasets": versions.height},
    )


@dg.asset_check(
    asset=VERSIONS, name="kommunen_on_time", description="No dataset is older than the frequency its Kommune promised."
)
def kommunen_on_time(platform: PlatformResource) -> dg.AssetCheckResult:
    now = platform.now
    found = late(current_versions(now.sites.onprem).to_dicts(), now.publishers, datetime.now(UTC))
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"late": dg.MetadataValue.md(table([dataclasses.asdict(one) for one in found]))},
    )
