"""The demo twice: in the current profile, and beside it in an embedded home, with one clock that stands still.

What comes out must be the same. Each run is a process of its own, as a user starts it. What does not belong here: the
comparison itself (`comparing`), how it is shown (`cli.comparison`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.receipts import LandingLog
from orchestration.comparing import FILES, Part, compare_files, compare_portal, compare_tables
from orchestration.platform import Platform
from orchestration.settings import PROJECT, Settings
from storage.config import StorageConfig

_FAILED = 2


class DemoFailed(Exception):
    """One of the two runs did not get through; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Run:
    """One of the two. `seconds` from start to end of the process, `steps` by step within."""

    profile: str
    seconds: float
    steps: Mapping[str, float]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Twins:
    """Both runs, and every part that was compared; of each the embedded one first."""

    embedded: Run
    other: Run
    parts: tuple[Part, ...]

    @property
    def is_equal(self) -> bool:
        return all(part.is_equal for part in self.parts)


def run_twins(platform: Platform) -> Twins:
    """Run the demo in both homes and compare. Run again: nothing is written, and compared anew. Raises `DemoFailed`."""
    moment = _moment(platform)
    beside = platform.settings.home.absolute() / "embedded"
    embedded = _demo("embedded", _embedded_environment(platform.settings, beside, moment))
    other = _demo(platform.settings.profile, {**os.environ, "ALLMENDE_MOMENT": moment.isoformat()})
    twin = _embedded_platform(platform.settings, beside, moment)
    parts = [compare_files(twin.sites.onprem, platform.sites.onprem, zone) for zone in FILES]
    parts.insert(1, compare_tables(twin, platform))
    parts += [compare_portal(platform, name) for name in platform.settings.portals]
    return Twins(embedded, other, tuple(parts))


def _moment(platform: Platform) -> datetime:
    """When the demo's files are handed in: the first time now, then always the same. Raises `DemoFailed`."""
    path = platform.settings.home / "demo.moment"
    if path.is_file():
        return datetime.fromisoformat(path.read_text())
    if LandingLog.load(platform.sites.onprem).keys:
        raise DemoFailed(
            f"{platform.sites.onprem.uri('landing')} holds files that were handed in at other times, and their time is "
            "published. The comparison needs an installation without data: set ALLMENDE_HOME to a new folder."
        )
    moment = datetime.now(UTC).replace(microsecond=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(moment.isoformat())
    return moment


def _embedded_environment(settings: Settings, home: Path, moment: datetime) -> dict[str, str]:
    """The environment of the twin: our catalogue's words, but the project's own stores and portal."""
    ours = {name: value for name, value in os.environ.items() if not name.upper().startswith("ALLMENDE_")}
    return {
        **ours,
        "ALLMENDE_CONFIG": str(PROJECT / "allmende.toml"),
        "ALLMENDE_PROFILE": "embedded",
        "ALLMENDE_HOME": str(home),
        "ALLMENDE_MOMENT": moment.isoformat(),
        "ALLMENDE_SCOPE_LAND": settings.scope_land,
        "ALLMENDE_CATALOG": settings.catalog.model_dump_json(),
    }


def _embedded_platform(settings: Settings, home: Path, moment: datetime) -> Platform:
    """The twin as an object, to look into what its process wrote."""
    own = {"profile": "embedded", "home": home, "moment": moment, "storage": StorageConfig()}
    return Platform(settings.model_copy(update=own))


def _demo(profile: str, environment: Mapping[str, str]) -> Run:
    """Run `allmende demo --json`; what it says of its progress goes to our stderr."""
    started = time.monotonic()
    command = [str(Path(sys.executable).with_name("allmende")), "demo", "--json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode >= _FAILED:
        raise DemoFailed(f"The demo did not get through in the profile “{profile}”; what it said stands above.")
    summary = json.loads(done.stdout)
    return Run(profile, time.monotonic() - started, summary["seconds"], summary["is_changed"])
