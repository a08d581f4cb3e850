"""How dbt is called: its environment, its manifest, and whether a build is due. No model lives here (`dbt_project/`).

`python -m orchestration.dbt_parse` refreshes the manifest for linters.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.duckdb_extensions import DELTA, HTTPFS, install_duckdb_extensions
from orchestration.settings import DBT_PROJECT, Settings
from storage.layout import Zone
from storage.stores import Store


class DbtFailed(Exception):
    """dbt could not parse or build; the message names the first error and the log."""


def executable() -> str:
    """The dbt of this environment, also where `.venv/bin` is not on the PATH."""
    return str(Path(sys.executable).with_name("dbt"))


def environment(settings: Settings, onprem: Store) -> dict[str, str]:
    """The variables `dbt_project/profiles.yml` reads, a bucket's credentials among them. Makes folders they name."""
    work = settings.work / "dbt"
    work.mkdir(parents=True, exist_ok=True)
    settings.models.mkdir(parents=True, exist_ok=True)
    if onprem.folder is not None:
        Path(onprem.uri(Zone.CURATED)).mkdir(parents=True, exist_ok=True)
    needed = (DELTA,) if onprem.folder is not None else (DELTA, HTTPFS)
    return {
        "ALLMENDE_RAW_URI": onprem.uri(Zone.RAW),
        "ALLMENDE_CURATED_URI": onprem.uri(Zone.CURATED),
        "ALLMENDE_DUCKDB_PATH": str(database_path(settings)),
        "ALLMENDE_DUCKDB_EXTENSIONS": str(install_duckdb_extensions(work / "extensions", needed)),
        "ALLMENDE_MODELS": str(settings.models),
        "ALLMENDE_MORE_STANDARDS": " ".join(own_marts(settings)),
        "ALLMENDE_SCOPE_LAND": settings.scope_land,
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **(_bucket(onprem) if onprem.folder is None else {}),
    }


def _bucket(onprem: Store) -> dict[str, str]:
    """How DuckDB gets at the on-premises bucket, for the profile's target `bucket`.

    dbt strikes the value of a variable named `DBT_ENV_SECRET_…` out of all it says: fine for a password, but a user
    called like a part of a model would take that model's name away. DuckDB needs a region, whatever the server.
    """
    options = onprem.storage_options()
    endpoint = urlsplit(options.get("aws_endpoint") or options["aws_endpoint_url"])
    return {
        "ALLMENDE_DBT_TARGET": "bucket",
        "ALLMENDE_S3_ENDPOINT": endpoint.netloc,
        "ALLMENDE_S3_USE_SSL": "true" if endpoint.scheme == "https" else "false",
        "ALLMENDE_S3_URL_STYLE": "vhost" if options.get("aws_virtual_hosted_style_request") == "true" else "path",
        "ALLMENDE_S3_REGION": options["aws_region"],
        "ALLMENDE_S3_KEY_ID": options["aws_access_key_id"],
        "DBT_ENV_SECRET_ALLMENDE_S3_SECRET": options["aws_secret_access_key"],
    }


def wait_for_database(settings: Settings, seconds: float = 600.0) -> None:
    """Wait until no other process holds the database of the build: the dbt of a killed run goes on to its end.

    Raises `DbtFailed` after so many seconds.
    """
    import duckdb

    path, deadline = database_path(settings), time.monotonic() + seconds
    while path.is_file():
        try:
            duckdb.connect(path).close()
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise DbtFailed(f"another process holds {path}: end it, then run again ({error}).") from error
            time.sleep(0.5)
        else:
            return


def database_path(settings: Settings) -> Path:
    """The database that a build works in; what it makes lies in the curated zone."""
    return settings.work / "dbt" / "curated.duckdb"


def own_marts(settings: Settings) -> list[str]:
    """Names of the statewide tables that this installation has beside the project's."""
    return sorted(path.stem for path in settings.models.glob("marts/*/*.sql"))


def target_path(settings: Settings) -> Path:
    return settings.work / "dbt" / "target"


def manifest_path(settings: Settings, onprem: Store) -> Path:
    """Return dbt's manifest of the project as it stands, parsing only when a file changed. Raises `DbtFailed`."""
    manifest = target_path(settings) / "manifest.json"
    stamp = manifest.with_name("project.sha256")
    fingerprint = project_fingerprint(settings)
    if manifest.is_file() and stamp.is_file() and stamp.read_text() == fingerprint:
        return manifest
    parse(settings, onprem)
    stamp.write_text(fingerprint)
    return manifest


def parse(settings: Settings, onprem: Store) -> None:
    """Run `dbt parse`; raises `DbtFailed`."""
    target = target_path(settings)
    done = subprocess.run(
        [executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT), "--target-path", str(target)],
        env={**os.environ, **environment(settings, onprem), "DBT_LOG_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        first = next(
            (line.strip() for line in (done.stdout + done.stderr).splitlines() if "rror" in line), "no message"
        )
        raise DbtFailed(f"dbt cannot parse {DBT_PROJECT.name}: {first}. The log is in {target}.")


def project_fingerprint(settings: Settings) -> str:
    """SHA-256 over every file that a build depends on: the dbt project's and the models of this installation."""
    digest = hashlib.sha256()
    for root in (DBT_PROJECT, settings.models):
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and relative.parts[0] not in {"target", "logs", "dbt_packages"}:
                digest.update(f"{relative}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one dbt test said of one asset. `severity` as in Dagster: `WARN` or `ERROR`."""

    asset: tuple[str, ...]
    name: str
    passed: bool
    severity: str


def built(settings: Settings, inputs: str) -> list[CheckOutcome] | None:
    """What the tests said when the curated zone was built from exactly these inputs by the project as it stands.

    None: it was not, a build is due.
    """
    try:
        record = json.loads(_record(settings).read_text())
        if (record["inputs"], record["project"]) != (inputs, project_fingerprint(settings)):
            return None
        return [
            CheckOutcome(tuple(one["asset"]), one["name"], one["passed"], one["severity"]) for one in record["checks"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember_built(settings: Settings, inputs: str, checks: Sequence[CheckOutcome]) -> None:
    """Record that the build from these inputs succeeded; written only after it did."""
    record = _record(settings)
    part = record.with_suffix(".part")
    told = {"inputs": inputs, "project": project_fingerprint(settings), "checks": [asdict(check) for check in checks]}
    part.write_text(json.dumps(told))
    part.replace(record)


def _record(settings: Settings) -> Path:
    return settings.work / "dbt" / "built.json"
