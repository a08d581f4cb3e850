"""curated: dbt's models as assets, its tests as checks. Nothing is modelled here (`dbt_project/`)."""

import os
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from connectors.raw import pointer_fingerprint
from orchestration import dbt
from orchestration.platform import Platform
from orchestration.resources import PlatformResource
from orchestration.settings import DBT_PROJECT
from storage.layout import Zone

# The models' unit tests run in pytest: they say nothing about the data.
BUILD = ["build", "--exclude-resource-type", "unit_test"]


class Translator(DagsterDbtTranslator):
    """Asset keys: the schema of the model and its name, e.g. `curated/baumkataster`; sources keep dlt's keys."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(
            [
                dbt_resource_props["schema"].removeprefix("main_"),
                dbt_resource_props.get("alias") or dbt_resource_props["name"],
            ]
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:  # noqa: ARG002 - the signature is dagster-dbt's
        return "transform"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        return ["team:data-engineering"]


@dg.definitions
def defs() -> dg.Definitions:
    platform = Platform.load()
    manifest = dbt.manifest_path(platform.settings, platform.sites.onprem)

    @dbt_assets(manifest=manifest, name="dbt", dagster_dbt_translator=Translator(), pool="duckdb")
    def dbt_models(context: dg.AssetExecutionContext, platform: PlatformResource) -> Iterator[Any]:
        now = platform.now
        inputs = pointer_fingerprint(now.sites.onprem)
        known = None if context.is_subset else dbt.built(now.settings, inputs)
        if known is not None:
            yield from _unchanged(context.assets_def, known)
            return
        os.environ.update(dbt.environment(now.settings, now.sites.onprem))
        dbt.wait_for_database(now.settings)
        cli = DbtCliResource(project_dir=DbtProject(DBT_PROJECT), dbt_executable=dbt.executable())
        checks = []
        for event in cli.cli(BUILD, context=context, target_path=dbt.target_path(now.settings)).stream():
            if isinstance(event, dg.AssetCheckResult):
                checks.append(_outcome(event))
            yield event
        if not context.is_subset:
            dbt.remember_built(now.settings, inputs, checks)

    return dg.Definitions(assets=[dbt_models])


def _unchanged(assets: dg.AssetsDefinition, known: list[dbt.CheckOutcome]) -> Iterator[Any]:
    """The same inputs and models give the same tables and the same test results: nothing is built again.

    Only the marts are reported, for the steps that wait for them: every event costs milliseconds.
    """
    for key in _in_order(assets):
        if key.path[0] == Zone.CURATED:
            yield dg.MaterializeResult(asset_key=key, metadata={"rebuilt": False})
    for check in known:
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(list(check.asset)),
            check_name=check.name,
            passed=check.passed,
            severity=dg.AssetCheckSeverity(check.severity),
            metadata={"rebuilt": False},
        )


def _outcome(event: dg.AssetCheckResult) -> dbt.CheckOutcome:
    asset = tuple(event.asset_key.path) if event.asset_key else ()
    return dbt.CheckOutcome(asset, event.check_name or "", event.passed, event.severity.value)


def _in_order(assets: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """The keys, each after those it depends on."""
    graph = {spec.key: {dep.asset_key for dep in spec.deps} for spec in assets.specs}
    return [key for key in TopologicalSorter(graph).static_order() if key in graph]
