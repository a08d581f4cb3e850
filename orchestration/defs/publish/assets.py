"""portals: one asset per portal of the settings; each run plans and applies. How: `catalog.publishing`."""

import dagster as dg

from catalog.publishing import ApplyReport, Plan, apply, plan_text
from orchestration import portals
from orchestration.metadata import OWNERS, counts_metadata
from orchestration.platform import Platform
from orchestration.resources import PlatformResource
from orchestration.settings import PortalConfig
from storage import replication
from storage.names import identifier


@dg.definitions
def defs() -> dg.Definitions:
    platform = Platform.load()
    after = [dg.AssetKey(["open", "municipal"]), dg.AssetKey(["open", "statewide"])]
    after += [dg.AssetKey(["sites", identifier(site)]) for site in platform.sites.others]
    built = [_portal(name, config, after) for name, config in platform.settings.portals.items()]
    return dg.Definitions(assets=[asset for asset, _ in built], asset_checks=[check for _, check in built])


def _portal(
    name: str, config: PortalConfig, after: list[dg.AssetKey]
) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    key = dg.AssetKey(["portals", identifier(name)])

    @dg.asset(
        key=key,
        deps=after,
        group_name="publish",
        kinds={"ckan"} if config.kind == "ckan" else {"html", "rdf"},
        owners=OWNERS,
        tags={"zone": "portal"},
        description=f"The catalogue on the portal “{name}” ({config.kind}), as planned.",
        retry_policy=dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL),
        pool="portals",
    )
    def published(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult[None]:
        target = portals.portal(platform.now, name)
        target.preflight()

        def carry_out(plan: Plan) -> ApplyReport:
            context.log.info(plan_text(plan))
            return apply(plan, target, portals.history(platform.now))

        report = portals.make_so(platform.now, target, carry_out)
        replication.apply(platform.now.sites, replication.plan(platform.now.sites))  # the portal's files follow
        link = portals.start_page(platform.now, name)
        return dg.MaterializeResult(metadata=counts_metadata(report.counts, report.as_json(), link))

    @dg.asset_check(
        asset=key, name="equals_the_catalogue", description="The portal shows exactly what the catalogue says."
    )
    def equals(platform: PlatformResource) -> dg.AssetCheckResult:
        plan = portals.plan(platform.now, portals.portal(platform.now, name))
        return dg.AssetCheckResult(passed=plan.is_empty, severity=dg.AssetCheckSeverity.WARN, metadata=plan.counts)

    return published, equals
