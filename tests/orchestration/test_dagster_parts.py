"""Small parts of the Dagster code: places in pools that a killed run left, a home where no Kommune is registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import PlatformResource, free_pools

pytestmark = pytest.mark.filterwarnings("ignore::dagster_shared.utils.warnings.BetaWarning")


@pytest.fixture
def instance(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance on SQLite as the embedded profile has it: one run per pool."""
    folder = home / "dagster"
    folder.mkdir(parents=True)
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\nconcurrency: {pools: {default_limit: 1}}\n")
    with dg.DagsterInstance.get() as held:
        yield held


def test_a_place_that_a_killed_run_holds_is_freed(instance: dg.DagsterInstance) -> None:
    """The next run takes it at once instead of waiting for ever; a place of its own stays."""
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("raw")
    storage.initialize_concurrency_limit_to_default("open")
    storage.claim_concurrency_slot("raw", "killed", "raw")
    storage.claim_concurrency_slot("open", "mine", "open")
    assert storage.get_concurrency_info("raw").active_slot_count == 1
    free_pools(instance, "mine")
    assert storage.claim_concurrency_slot("raw", "mine", "raw").is_claimed
    assert storage.get_concurrency_info("open").active_slot_count == 1


def test_a_run_without_any_registered_kommune_fetches_nothing(home: Path) -> None:
    """Files handed in by hand need no publisher file: the landing asset then has nobody to ask and does not fail."""
    from orchestration.defs.ingest.landing import submissions

    done = dg.materialize([submissions], resources={"platform": PlatformResource()}, raise_on_error=True)
    assert done.success
    (event,) = done.get_asset_materialization_events()
    assert event.materialization.metadata["count/landed"].value == 0
