"""sites: one asset per cloud site; each run brings it to what policy says. How: `storage.replication`."""

import dataclasses

import dagster as dg

from orchestration.metadata import OWNERS, counts_metadata
from orchestration.platform import Platform
from orchestration.resources import PlatformResource
from storage.names import identifier
from storage.replication import ReplicationPlan, SitePlan, apply, plan
from storage.sites import Sites

OPEN = (dg.AssetKey(["open", "municipal"]), dg.AssetKey(["open", "statewide"]))


@dg.definitions
def defs() -> dg.Definitions:
    built = [_site(site) for site in Platform.load().sites.others]
    return dg.Definitions(assets=[asset for asset, _ in built], asset_checks=[check for _, check in built])


def _site(site: str) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    key = dg.AssetKey(["sites", identifier(site)])

    @dg.asset(
        key=key,
        deps=OPEN,
        group_name="replicate",
        kinds={"obstore"},
        owners=OWNERS,
        tags={"zone": "open", "site": identifier(site)},
        description=f"The copy of the open data at the site “{site}”, every byte checked against its SHA-256.",
        pool=f"site_{identifier(site)}",
    )
    def replica(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult[None]:
        sites = platform.now.sites
        report = apply(sites, ReplicationPlan((_plan(sites, site),))).sites[0]
        if report.unreachable or report.errors:
            context.log.warning("%s: %s; the next run catches up", site, report.unreachable or report.errors)
        counts = {"datasets": report.datasets_copied, "objects": report.objects, "bytes": report.bytes}
        return dg.MaterializeResult(metadata=counts_metadata(counts, dataclasses.asdict(report)))

    @dg.asset_check(
        asset=key, name="holds_what_policy_says", description="The site's index equals what policy places there."
    )
    def complete(platform: PlatformResource) -> dg.AssetCheckResult:
        missing = _plan(platform.now.sites, site)
        return dg.AssetCheckResult(
            passed=missing.is_empty and not missing.unreachable,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"plan": str(ReplicationPlan((missing,)))},
        )

    return replica, complete


def _plan(sites: Sites, site: str) -> SitePlan:
    """What the open zone of one site lacks; the portal follows once it is published."""
    (found,) = (one for one in plan(sites).sites if one.site == site)
    return dataclasses.replace(found, portal_copy=(), portal_delete=())
