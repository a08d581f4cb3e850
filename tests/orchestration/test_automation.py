"""The inbox sensor and the schedules: when a run is asked for, and for whom."""

from __future__ import annotations

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation import inbox, nightly
from orchestration.partitions import KOMMUNEN, RANGE_END, RANGE_START


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALLMENDE_HOME", str(tmp_path))
    return tmp_path


def drop(home: Path, path: str, *, settled: bool = True) -> None:
    file = home / "inbox" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("name;adresse\nSpielplatz;Am Markt 1\n")
    # One that is being written changes again and again: a slow machine must not take it for a settled one.
    changed = 1_767_225_600 if settled else time.time() + 3600
    os.utime(file, (changed, changed))


def test_a_new_file_asks_for_one_run_of_all_kommunen(home: Path) -> None:
    """A file in the inbox starts one run; its Kommune becomes a partition; the same inbox starts no second one."""
    drop(home, "09461000/spielplaetze.csv")
    drop(home, "09161000/spielplaetze.csv")
    with dg.instance_for_test() as instance:
        asked = inbox(dg.build_sensor_context(instance=instance))
        assert isinstance(asked, dg.SensorResult)
        (request,) = asked.run_requests or []
        assert set(instance.get_dynamic_partitions(KOMMUNEN.name or "")) == {"09161000", "09461000"}
        assert (request.tags[RANGE_START], request.tags[RANGE_END]) == ("09161000", "09461000")
        again = inbox(dg.build_sensor_context(instance=instance, cursor=asked.cursor))
    assert isinstance(again, dg.SkipReason)


def test_a_file_that_is_still_being_written_waits(home: Path) -> None:
    """A fresh or unfinished file starts nothing yet."""
    drop(home, "09461000/spielplaetze.csv", settled=False)
    drop(home, "09461000/baumkataster.csv.part")
    with dg.instance_for_test() as instance:
        assert isinstance(inbox(dg.build_sensor_context(instance=instance)), dg.SkipReason)


def test_the_night_asks_every_registered_kommune(home: Path) -> None:
    """The nightly schedule covers the Kommunen with a publisher file, also where their inbox is empty."""
    (home / "publishers").mkdir()
    for ags in ("09161000", "09461000", "09663000"):
        (home / "publishers" / f"{ags}.toml").write_text(f'ags = "{ags}"\n')
    with dg.instance_for_test() as instance:
        request = nightly(dg.build_schedule_context(instance=instance))
    assert isinstance(request, dg.RunRequest)
    assert (request.tags[RANGE_START], request.tags[RANGE_END]) == ("09161000", "09663000")
