"""What stops a build: broken contracts, lost rows; and that the project's own unit tests pass."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

MUNICH = "09162000"
TREE = {"baum_nr": "1", "lat": 48.1, "lon": 11.5}
DATA_ONLY = ("--exclude-resource-type", "unit_test")
DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def empty(dbt_home: Callable) -> tuple:
    """The whole project with its unit tests, built before anything was handed in."""
    home = dbt_home()
    home.raw()
    return home, home.run("build")


def _marts(manifest: dict) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and "marts" in node["fqn"]]


def test_empty_platform_builds(empty: tuple) -> None:
    """Before anything was handed in, all models and unit tests pass and every mart is an empty file."""
    home, run = empty
    assert run.success, run.output
    assert set(run.results.values()) <= {"success", "pass", "no-op"}
    assert home.table("baumkataster").height == home.table("abdeckung").height == 0


def test_lost_or_doubled_rows_fail_the_build(empty: tuple) -> None:
    """Rows that arrived twice, or not at all, are found by counting against the version's own account."""
    home, _ = empty
    home.raw().hand_in(f"{MUNICH}/baeume", "v1", "baumkataster", [TREE])
    home.raw().hand_in(f"{MUNICH}/baeume", "v1", "baumkataster", [TREE, TREE], point=False)
    run = home.run("build", "--select", "baumkataster", "abdeckung", "every_accepted_row_arrived", *DATA_ONLY)
    assert not run.success
    assert run.results["every_accepted_row_arrived"] == "fail"
    assert run.results["unique_combination_baumkataster_dataset__version__row"] == "fail"


def test_unaccounted_rows_fail_the_build(empty: tuple) -> None:
    """A version whose rows are not accepted plus rejected stops everything that depends on it."""
    home, _ = empty
    home.raw().break_account(f"{MUNICH}/baeume", "v2", "baumkataster")
    run = home.run("build", "--select", "stg_raw__versions", "int_versions_deduplicated", *DATA_ONLY)
    assert run.results["versions_account_for_every_row"] == "fail"
    assert run.results["int_versions_deduplicated"] == "skipped"


def test_wrong_type_fails_the_build(dbt_home: Callable, manifest: dict, tmp_path: Path) -> None:
    """A mart whose column has another type than its contract is not built, and no file appears."""
    ours = dbt_home()
    home = replace(ours, project=tmp_path / "dbt_project", target=tmp_path / "target")
    shutil.copytree(DBT_PROJECT, home.project, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(ours.target, home.target)
    contract = home.project / "models" / "marts" / "umwelt" / "baumkataster.yml"
    text = contract.read_text()
    wrong = re.sub(r"(name: hoehe_m\n\s+data_type: )double", r"\1date", text)
    assert wrong != text
    contract.write_text(wrong)
    home.raw().hand_in(f"{MUNICH}/baeume", "v1", "baumkataster", [TREE])
    run = home.run("build", "--select", "+baumkataster", *DATA_ONLY)
    assert not run.success
    assert "contract" in run.output
    assert not (home.curated / "baumkataster.parquet").exists()


def test_public_tables_are_described(manifest: dict) -> None:
    """Every mart is public, grouped, under contract, titled, and describes each column in words."""
    for node in _marts(manifest):
        assert node["access"] == "public", node["name"]
        assert node["group"], node["name"]
        assert node["contract"]["enforced"], node["name"]
        assert node["config"]["meta"]["title"], node["name"]
        assert node["description"], node["name"]
        undescribed = [name for name, column in node["columns"].items() if len(column["description"]) < 8]
        assert undescribed == [], node["name"]


def test_published_tables_have_unit_tests_and_exposures(manifest: dict) -> None:
    """Every mart that becomes a file has a unit test; every statewide table of a standard has an exposure."""
    tested = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    exposed = {node for exposure in manifest["exposures"].values() for node in exposure["depends_on"]["nodes"]}
    for node in _marts(manifest):
        if node["config"]["materialized"] == "table":
            assert node["unique_id"] in tested
        if "standard" in node["config"]["meta"]:
            assert node["unique_id"] in exposed


def test_sources_carry_the_asset_keys_of_dlt(manifest: dict) -> None:
    """Every raw table is the asset `raw/<table>`, so that the lineage joins that of the connectors."""
    for source in manifest["sources"].values():
        assert source["meta"]["dagster"]["asset_key"] == ["raw", source["name"]]
