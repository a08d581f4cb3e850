"""open: the files the public gets. Which are due: `orchestration.exporting`; how they are written: `storage`."""

import json
from collections import Counter
from collections.abc import Sequence

import dagster as dg

from orchestration import dbt, describe, exporting
from orchestration.exporting import Exported
from orchestration.metadata import OWNERS, counts_metadata, table
from orchestration.platform import Platform
from orchestration.resources import PlatformResource
from storage.names import identifier


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
        return _result(exporting.export_municipal(platform.now, context.log.info))

    @dg.asset(
        key=["open", "statewide"],
        deps=[dg.AssetKey(["curated", mart.name]) for mart in marts],
        group_name="export",
        kinds={"csv", "parquet", "polars"},
        owners=OWNERS,
        tags={"zone": "open"},
        description="One package per statewide table that dbt built.",
        pool="open",
    )
    def statewide(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult[None]:
        now = platform.now
        manifest = dbt.manifest_path(now.settings, now.sites.onprem)
        return _result(exporting.export_statewide(now, manifest, context.log.info))

    return dg.Definitions(assets=[municipal, statewide])


def _result(done: Sequence[Exported]) -> dg.MaterializeResult[None]:
    counts = {"new": 0, "unchanged": 0, "withdrawn": 0} | Counter(one.state for one in done)
    rows = [{"dataset": one.dataset, "state": one.state, "version": one.version, "rows": one.rows} for one in done]
    changed = [row for row in rows if row["state"] != "unchanged"]
    return dg.MaterializeResult(
        metadata={
            **counts_metadata(counts, rows),
            "dagster/row_count": sum(one.rows for one in done),
            "changed": dg.MetadataValue.md(table(changed)),
        }
    )
