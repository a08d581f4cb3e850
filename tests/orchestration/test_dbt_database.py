"""The database of a build: a dbt that outlived its killed run is waited for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.dbt import DbtFailed, database_path, wait_for_database
from orchestration.settings import load_settings

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_build_waits_for_the_dbt_of_a_killed_run(tmp_path: Path) -> None:
    """While another process holds the database the wait goes on, and ends in a sentence; then the build may begin."""
    settings = load_settings(home=tmp_path)
    path = database_path(settings)
    wait_for_database(settings, seconds=0.0)
    path.parent.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DbtFailed, match="another process holds"):
            wait_for_database(settings, seconds=0.0)
        other.kill()
    wait_for_database(settings, seconds=0.0)
