"""open: the files the public gets. Which are due: `orchestration.exporting`; how they are written: `storage`."""

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence

import dagster as dg

from catalog.build import dataset_page
from orchestration import dbt, describe, exporting, parquet, portals
from orchestration.exporting import Exported
from orchestration.metadata import OWNERS, counts_metadata, preview, table
from orchestration.platform import Platform
from orchestration.resources import PlatformResource
from storage.layout import LATEST, open_file
from storage.names import DatasetId, identifier


@dg.definitions
def defs() -> dg.Definitions:
    platform = Platform.load()
    standards = [identifier(name) for name in platform.standards]
    marts = describe.marts(json.loads(dbt.manifest_path(platform.settings, platform.sites.onprem).read_text()), "")

    @dg.asset(
        key=["open", "municipal"],
        deps=[dg.AssetKey(["raw", name]) for name in (*standards, "versions", "pointers")],
        group_name="export",
        kinds={"csv", "parquet", "polars"},
        owners=OWNERS,
        tags={"zone": "open"},
        description="One package per open dataset of a Kommune: CSV, Parquet, GeoJSON, XLSX, manifest.",
        pool="open",
    )
    def municipal(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult[None]:
        return _result(platform.now, exporting.export_municipal(platform.now, context.log.info))

    @dg.asset(
        key=["open", "statewide"],
        deps=[dg.AssetKey(["curated", mart.name]) for mart in marts],
        group_name="export",
        kinds={"csv", "parquet", "polars"},
        owners=OWNERS,
        tags={"zone": "open"},
        description="One package per statewide table that dbt built.",
        pool="open",
        check_specs=[
            dg.AssetCheckSpec(
                "row_count_jump",
                asset=dg.AssetKey(["open", "statewide"]),
                description="No statewide table grew or shrank more than the settings allow.",
            )
        ],
    )
    def statewide(context: dg.AssetExecutionContext, platform: PlatformResource):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Dagster reads a return type as outputs, one per check
        now = platform.now
        manifest = dbt.manifest_path(now.settings, now.sites.onprem)
        done = exporting.export_statewide(now, manifest, context.log.info)
        return _result(now, done, [_jump(done, now.settings.checks.row_jump_share)])

    return dg.Definitions(assets=[municipal, statewide])


def _result(
    platform: Platform, done: Sequence[Exported], checks: Sequence[dg.AssetCheckResult] = ()
) -> dg.MaterializeResult[None]:
    counts = {"new": 0, "unchanged": 0, "withdrawn": 0} | Counter(one.state for one in done)
    changed = [_row(platform, one) for one in done if one.state != "unchanged"]
    return dg.MaterializeResult(
        metadata={
            **counts_metadata(
                counts, [dataclasses.asdict(one) for one in done], portals.start_page(platform, "static")
            ),
            "dagster/row_count": sum(one.rows for one in done),
            "changed": dg.MetadataValue.md(table(changed)),
            "preview": dg.MetadataValue.md(_preview(platform, done)),
        },
        check_results=list(checks),
    )


def _row(platform: Platform, one: Exported) -> dict[str, object]:
    page = portals.start_page(platform, "static").removesuffix("index.html") + dataset_page(
        DatasetId.parse(one.dataset)
    )
    return {
        "dataset": one.dataset,
        "state": one.state,
        "version": one.version,
        "rows": one.rows,
        "rows before": one.rows_before,
        "sha256 of the CSV": one.sha256,
        "page": page,
    }


def _preview(platform: Platform, done: Sequence[Exported]) -> str:
    """The first rows of the first table that changed."""
    first = next((one for one in done if one.state == "new"), None)
    if first is None:
        return "(nothing changed)"
    dataset = DatasetId.parse(first.dataset)
    file = open_file(dataset, LATEST, f"{dataset.slug}.parquet")
    rows = parquet.scan(platform.sites.onprem, file).head(10).collect()
    return f"**{first.dataset}**\n\n{preview(rows)}"


def _jump(done: Sequence[Exported], limit: float) -> dg.AssetCheckResult:
    jumped = [
        {"dataset": one.dataset, "before": one.rows_before, "now": one.rows}
        for one in done
        if one.rows_before is not None and abs(one.rows - one.rows_before) > limit * max(one.rows_before, 1)
    ]
    return dg.AssetCheckResult(
        check_name="row_count_jump",
        passed=not jumped,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"limit": limit, "jumped": dg.MetadataValue.md(table(jumped))},
    )
