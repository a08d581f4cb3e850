"""The whole way in its parts, without Dagster: what the stack's run is compared by. Also a program that can be killed.

`python -m tests.integration.stack_run` goes the whole way in the installation that the environment names.
What does not belong here: tests.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from catalog.publishing import apply
from connectors.demo import demo_datasets
from connectors.demo.write import publisher_files
from connectors.fetch import fetch
from connectors.ingest import convert_and_load
from connectors.raw import pointer_fingerprint
from orchestration import dbt, exporting, portals
from orchestration.platform import Platform
from orchestration.settings import DBT_PROJECT
from storage import replication

STANDARDS = ("baumkataster", "spielplaetze", "parkraum")
"""Of the demo's datasets; among them a refused file, rejected rows and an internal dataset."""


def drop(platform: Platform) -> None:
    """Put the files of a few demo datasets into the inbox, long settled, and the publisher files beside it."""
    chosen = tuple(one for one in demo_datasets() if one.expected.standard in STANDARDS)
    folder = platform.settings.home / "publishers"
    folder.mkdir(parents=True)
    for ags, text in publisher_files(chosen):
        (folder / f"{ags}.toml").write_text(text)
    for dataset in chosen:
        path = platform.settings.inbox_path / dataset.ags / dataset.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dataset.content)
        os.utime(path, (1_767_225_600, 1_767_225_600))


def whole_way(platform: Platform) -> None:
    """Everything that is due, up to the copies at the other sites."""
    config, inbox = platform.settings.fetch, platform.settings.inbox_path
    report = fetch(platform.sites, platform.publishers, config=config, inbox=inbox)
    assert not report.failed, report.failed
    convert_and_load(platform.sites, platform.publishers, platform.standards)
    made_of = pointer_fingerprint(platform.sites.onprem)
    if dbt.built(platform.settings, made_of) is None:
        build(platform)
        dbt.remember_built(platform.settings, made_of, ())
    exporting.export_municipal(platform)
    exporting.export_statewide(platform, dbt.target_path(platform.settings) / "manifest.json")
    copied = replication.apply(platform.sites, replication.plan(platform.sites))
    assert copied.is_complete, copied


def build(platform: Platform) -> None:
    """The curated zone, without dbt's tests: they have said what they say elsewhere."""
    dbt.wait_for_database(platform.settings)
    target = dbt.target_path(platform.settings)
    places = ["--project-dir", str(DBT_PROJECT), "--target-path", str(target)]
    done = subprocess.run(
        [dbt.executable(), "--quiet", "build", "--exclude-resource-type", "unit_test", "test", *places],
        env={**os.environ, **dbt.environment(platform.settings, platform.sites.onprem), "DBT_LOG_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


def publish(platform: Platform, name: str, history: Path) -> int:
    """Make a portal equal to the catalogue; how many entries that changed. The static one then goes to all sites."""
    target = portals.portal(platform, name)
    target.preflight()
    plan = portals.plan(platform, target)
    report = apply(plan, target, portals.History(history))
    assert report.is_complete, report.as_text()
    replication.apply(platform.sites, replication.plan(platform.sites))
    return len(plan.changes)


if __name__ == "__main__":
    whole_way(Platform.load())
