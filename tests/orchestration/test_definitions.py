"""The Dagster definitions as a whole: what is in them, how it hangs together, and that everything is described."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from standards.registry import load_standards

STANDARDS = sorted(load_standards())
MARTS = {*STANDARDS, "abdeckung", "abdeckung_bayern", "aktualitaet", "duplicates", "gemeinden"}
STAGES = ("landing", "raw", "staging", "intermediate", "curated", "open", "sites", "portals")
GROUPS = {
    "landing": "ingest",
    "raw": "ingest",
    "staging": "transform",
    "intermediate": "transform",
    "curated": "transform",
    "register": "transform",
    "open": "export",
    "sites": "replicate",
    "portals": "publish",
}
POOLS = {"landing": "sources", "raw": "raw", "open": "open", "portals": "portals"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    """The code location, loaded once on an empty home with the project's own settings."""
    held = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("ALLMENDE_")}
    os.environ["ALLMENDE_HOME"] = str(tmp_path_factory.mktemp("definitions") / "home")
    from orchestration.definitions import defs

    try:
        yield defs()
    finally:
        del os.environ["ALLMENDE_HOME"]
        os.environ.update(held)


@pytest.fixture(scope="module")
def specs(loaded: dg.Definitions) -> dict[tuple[str, ...], dg.AssetSpec]:
    return {tuple(spec.key.path): spec for spec in loaded.resolve_all_asset_specs()}


def _ancestors(specs: dict[tuple[str, ...], dg.AssetSpec], key: tuple[str, ...]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    waiting = [key]
    while waiting:
        for dep in specs[waiting.pop()].deps:
            path = tuple(dep.asset_key.path)
            if path in specs and path not in found:
                found.add(path)
                waiting.append(path)
    return found


def test_the_assets_are_these(specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """One asset per source zone, raw table, mart, export, site and portal: a new one is added here on purpose."""
    expected = {("landing", "submissions"), ("open", "municipal"), ("open", "statewide"), ("portals", "static")}
    expected |= {("sites", site) for site in ("cloud_a", "cloud_b")}
    expected |= {("raw", name) for name in ("versions", "pointers", "receipts")}
    expected |= {("raw", name) for standard in STANDARDS for name in (standard, f"{standard}_rejects")}
    expected |= {("curated", name) for name in MARTS}
    assert {key for key in specs if key[0] in {"landing", "raw", "curated", "open", "sites", "portals"}} == expected


def test_every_zone_has_its_group(specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """Groups are the flow in the UI: ingest → transform → export → replicate and publish."""
    assert {key: spec.group_name for key, spec in specs.items()} == {
        key: GROUPS.get(key[0], "transform") for key in specs
    }


def test_every_asset_is_described_and_owned(specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """An engineer finds on each asset what it is, what it is made with and whom to ask."""
    lacking = {
        "/".join(key): [
            what
            for what, told in (("description", spec.description), ("owners", spec.owners), ("kinds", spec.kinds))
            if not told
        ]
        for key, spec in specs.items()
    }
    assert {key: what for key, what in lacking.items() if what} == {}


def test_every_computation_has_a_pool(loaded: dg.Definitions) -> None:
    """Two runs never write the same tables, database file, site or portal at once."""
    for assets in loaded.resolve_asset_graph().assets_defs:
        if not assets.is_executable or not assets.keys:
            continue
        zone = next(iter(assets.keys)).path[0]
        pools = {assets.op.pool} if assets.op.pool else set()
        assert len(pools) == 1, assets.keys
        if zone in POOLS:
            assert pools == {POOLS[zone]}


@pytest.mark.parametrize("standard", STANDARDS)
def test_lineage_is_joined_from_landing_to_the_portal(
    specs: dict[tuple[str, ...], dg.AssetSpec], standard: str
) -> None:
    """One unbroken line through every stage: dlt's keys are dbt's sources, dbt's marts are what export reads."""
    line = _ancestors(specs, ("curated", standard))
    assert {("landing", "submissions"), ("raw", standard), ("raw", "pointers")} <= line
    assert ("raw", "versions") in _ancestors(specs, ("curated", "abdeckung"))
    assert ("raw", f"{standard}_rejects") in _ancestors(specs, ("staging", "stg_raw__rejects"))
    assert ("curated", standard) in _ancestors(specs, ("open", "statewide"))
    assert ("raw", standard) in _ancestors(specs, ("open", "municipal"))
    for stage in STAGES[:6]:
        assert any(key[0] == stage for key in _ancestors(specs, ("portals", "static"))), stage


def test_what_follows_export(specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """Sites and portals come after both exports, a portal after the sites: no link leads to a file not yet there."""
    exports = {("open", "municipal"), ("open", "statewide")}
    for site in ("cloud_a", "cloud_b"):
        assert exports <= _ancestors(specs, ("sites", site))
        assert ("sites", site) in _ancestors(specs, ("portals", "static"))


def test_nothing_hangs_in_the_air(specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """Every dependency is an asset of ours: a misspelt key would show as a ghost in the UI."""
    known = set(specs)
    ghosts = {tuple(dep.asset_key.path) for spec in specs.values() for dep in spec.deps} - known
    assert ghosts == set()


def test_jobs_schedules_and_sensors(loaded: dg.Definitions) -> None:
    """A job per need, the night's run, the hourly catching up, the inbox: all described and switched on."""
    repository = loaded.get_repository_def()
    jobs = {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert set(jobs) == {"everything", "fetch_sources", "rebuild_curated", "replicate_sites", "publish_portals"}
    assert {one.name: one.cron_schedule for one in repository.schedule_defs} == {
        "nightly": "0 2 * * *",
        "hourly_replication": "17 * * * *",
    }
    assert {one.name for one in repository.sensor_defs} == {"inbox"}
    assert all(job.description for job in jobs.values())
    assert all(one.description for one in (*repository.schedule_defs, *repository.sensor_defs))
    assert all(one.default_status.value == "RUNNING" for one in (*repository.schedule_defs, *repository.sensor_defs))


def test_the_main_job_does_everything(loaded: dg.Definitions, specs: dict[tuple[str, ...], dg.AssetSpec]) -> None:
    """`allmende run`, the demo and the UI run the same job, and no asset is left out of it."""
    job = loaded.resolve_job_def("everything")
    assert {tuple(key.path) for key in job.asset_layer.executable_asset_keys} == set(specs)


def test_checks_of_our_own(loaded: dg.Definitions) -> None:
    """Checks of our own stand beside those that dbt's tests became; each statewide table has at least one."""
    keys = {(*check.asset_key.path, check.name) for check in loaded.resolve_asset_graph().asset_check_keys}
    assert {
        ("landing", "submissions", "sources_answered"),
        ("raw", "versions", "rejects_share"),
        ("open", "statewide", "row_count_jump"),
        ("portals", "static", "equals_the_catalogue"),
        ("sites", "cloud_a", "holds_what_policy_says"),
        ("sites", "cloud_b", "holds_what_policy_says"),
    } <= keys
    assert {key[1] for key in keys if key[0] == "curated"} == MARTS - {
        "aktualitaet",
        "gemeinden",
    }  # a view; the register


def test_retries_are_bounded(loaded: dg.Definitions) -> None:
    """What talks to the outside tries again, at most a few times."""
    for assets in loaded.resolve_asset_graph().assets_defs:
        if assets.is_executable and (policy := getattr(assets.op, "retry_policy", None)):
            assert policy.max_retries <= 3


def test_loading_parses_dbt_into_the_home(loaded: dg.Definitions) -> None:
    """The manifest that the definitions are made of lies in the home, not in the project folder."""
    assert (Path(os.environ["ALLMENDE_HOME"]) / "work/dbt/target/manifest.json").is_file()
