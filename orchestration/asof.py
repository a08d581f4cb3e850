"""The statewide tables as they stood at a moment: today's models over the pointers of then.

dbt runs on a place of its own, so that neither the curated zone nor the working database of the pipeline is touched.
What does not belong here: what was current when (`dbt_project`, from `raw/pointers`), comparing (`connectors.raw`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl

from orchestration import dbt, parquet
from orchestration.platform import Platform
from orchestration.settings import DBT_PROJECT
from storage.layout import curated_table

_BERLIN = ZoneInfo("Europe/Berlin")


class AsOfFailed(Exception):
    """The table could not be built; the message names the log."""


def moment_of(text: str) -> datetime:
    """A day (its end in Germany) or a moment of ISO 8601 as UTC. Raises `ValueError`."""
    if len(text) == len("2026-01-31"):
        return datetime.combine(date.fromisoformat(text), time.max, _BERLIN).astimezone(UTC)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=_BERLIN)).astimezone(UTC)


def statewide(platform: Platform, standard: str, moment: datetime | None) -> pl.DataFrame:
    """The statewide table of a standard; None: as it was last built. Raises `AsOfFailed`, `FileNotFoundError`."""
    if moment is None:
        return parquet.read(platform.sites.onprem, curated_table(standard))
    place = platform.settings.work / "as-of" / uuid4().hex
    try:
        return _built(platform, standard, moment, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _built(platform: Platform, standard: str, moment: datetime, place: Path) -> pl.DataFrame:
    curated = place / "curated"
    curated.mkdir(parents=True)
    target = platform.settings.work / "as-of" / "target"
    variables = dbt.environment(platform.settings, platform.sites.onprem) | {
        "ALLMENDE_CURATED_URI": str(curated),
        "ALLMENDE_DUCKDB_PATH": str(place / "work.duckdb"),
        "ALLMENDE_AS_OF": moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds"),
        "DBT_LOG_PATH": str(target),
    }
    kinds = ["--resource-type", "model", "--resource-type", "seed"]
    places = ["--project-dir", str(DBT_PROJECT), "--target-path", str(target)]
    done = subprocess.run(
        [dbt.executable(), "--quiet", "build", "--select", f"+{standard}", *kinds, *places],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    file = curated / f"{standard}.parquet"
    if done.returncode or not file.is_file():
        raise AsOfFailed(f"dbt could not build {standard} as of {moment:%Y-%m-%d %H:%M} UTC. The log is in {target}.")
    return pl.read_parquet(file)
