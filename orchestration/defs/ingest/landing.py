"""landing: what the sources of the Kommunen give, byte for byte. How a source is asked stands in `connectors.fetch`."""

import dataclasses
from collections import Counter
from typing import Any

import dagster as dg

from connectors.fetch import FetchReport, fetch
from orchestration.inboxes import open_inbox
from orchestration.metadata import OWNERS, counts_metadata, table
from orchestration.partitions import KOMMUNEN, ONE_RUN
from orchestration.resources import PlatformResource

SUBMISSIONS = dg.AssetKey(["landing", "submissions"])


@dg.asset(
    key=SUBMISSIONS,
    partitions_def=KOMMUNEN,
    backfill_policy=ONE_RUN,
    group_name="ingest",
    kinds={"dlt"},
    owners=OWNERS,
    tags={"zone": "landing"},
    description="The bytes that the sources of each Kommune give, as received, with a receipt.",
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
    pool="sources",
    check_specs=[
        dg.AssetCheckSpec(
            "sources_answered",
            asset=SUBMISSIONS,
            description="Every source answered; its last good version stays if not.",
        )
    ],
)
def submissions(context: dg.AssetExecutionContext, platform: PlatformResource):  # type: ignore[no-untyped-def]  # noqa: ANN201 - Dagster reads a return type as outputs, one per check
    now = platform.now
    is_told = context.has_partition_key or context.has_partition_key_range
    keys = set(context.partition_keys) if is_told else set[str]()  # no Kommune is registered: nobody to ask
    report = fetch(now.sites, now.publishers, config=now.settings.fetch, inbox=open_inbox(now.settings), ags=keys)
    landed = Counter(receipt.dataset.partition("/")[0] for receipt in report.landed)
    for ags in sorted(keys & landed.keys()):
        context.add_asset_metadata({"landed_here": landed[ags]}, partition_key=ags)
    return dg.MaterializeResult(metadata=_told(report), check_results=[_answered(report)])


def _told(report: FetchReport) -> dict[str, Any]:
    counts = {name: len(getattr(report, name)) for name in ("landed", "unchanged", "failed", "withdrawn")}
    told = {
        "landed": [receipt.dataset for receipt in report.landed],
        "failed": [dataclasses.asdict(failure) for failure in report.failed],
        "notes": list(report.notes),
    }
    rows = [{"dataset": r.dataset, "file": r.filename, "bytes": r.bytes, "sha256": r.sha256} for r in report.landed]
    return {**counts_metadata(counts, told), "receipts": dg.MetadataValue.md(table(rows))}


def _answered(report: FetchReport) -> dg.AssetCheckResult:
    failed = [dataclasses.asdict(failure) for failure in report.failed]
    return dg.AssetCheckResult(
        check_name="sources_answered",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"failed": dg.MetadataValue.md(table(failed))},
    )
