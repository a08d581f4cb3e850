"""A raw zone written by hand and a way to run dbt on it: what the tests of the dbt project share.

The raw zone has what the models must tell apart: two publishers, three versions of one dataset, a withdrawn dataset, an
internal one, rejected rows, and a publisher whose AGS no register knows.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from orchestration.duckdb_extensions import install_duckdb_extensions
from standards.registry import load_standards

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"

KEY = {"_ags": pl.String, "_dataset": pl.String, "_version": pl.String, "_row": pl.Int64}
REJECT = ("code", "column", "value", "message_de", "reasons", "record")
POINTER = {
    "_ags": pl.String,
    "_dataset": pl.String,
    "_version": pl.String,
    "standard": pl.String,
    "classification": pl.String,
    "moved_at": pl.Datetime("us", "UTC"),
    "seq": pl.Int64,
    "reason": pl.String,
}
VERSION = {
    "_ags": pl.String,
    "_dataset": pl.String,
    "_version": pl.String,
    "standard": pl.String,
    "standard_version": pl.String,
    "classification": pl.String,
    "status": pl.String,
    "source_kind": pl.String,
    "received_at": pl.Datetime("us", "UTC"),
    "converted_at": pl.Datetime("us", "UTC"),
    "rows_total": pl.Int64,
    "rows_accepted": pl.Int64,
    "rows_rejected": pl.Int64,
    "is_invented": pl.Boolean,
    "stand": pl.Date,
}
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


class RawZone:
    """Delta tables as the connectors leave them, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seq = 0
        self._standards = load_standards()
        if not folder.exists():
            self._create()

    def _create(self) -> None:
        for standard, definition in self._standards.items():
            self._append(standard, pl.DataFrame(schema=KEY | definition.schema()))
            self._append(f"{standard}_rejects", pl.DataFrame(schema=KEY | dict.fromkeys(REJECT, pl.String)))
        self._append("versions", pl.DataFrame(schema=VERSION))
        self._append("pointers", pl.DataFrame(schema=POINTER))

    def hand_in(
        self,
        dataset: str,
        version: str,
        standard: str,
        rows: Sequence[dict[str, object]],
        *,
        rejects: int = 0,
        classification: str = "open",
        point: bool = True,
    ) -> None:
        """Append a version and, with `point`, make it the current one. Rows are numbered from 2, after a header."""
        key = {"_ags": dataset[:8], "_dataset": dataset, "_version": version}
        schema = KEY | self._standards[standard].schema()
        accepted = [key | {"_row": number} | row for number, row in enumerate(rows, start=2)]
        self._append(standard, pl.DataFrame(accepted, schema=schema))
        rejected = [key | {"_row": 1000 + number, "code": "zahl", "record": "{}"} for number in range(rejects)]
        self._append(f"{standard}_rejects", pl.DataFrame(rejected, schema=KEY | dict.fromkeys(REJECT, pl.String)))
        counts = _counts(len(rows), rejects, total=len(rows) + rejects)
        facts = {
            "standard": standard,
            "standard_version": "1",
            "classification": classification,
            "status": "accepted",
            "source_kind": "upload",
            "received_at": NOON,
            "converted_at": NOON,
            "is_invented": False,
            "stand": date(2024, 5, 31),
        }
        self._append("versions", pl.DataFrame([key | facts | counts], schema=VERSION))
        if point:
            self.point(dataset, version, standard, classification=classification)

    def break_account(self, dataset: str, version: str, standard: str) -> None:
        """Append a version that claims to have read one row more than it accepted and rejected."""
        key = {"_ags": dataset[:8], "_dataset": dataset, "_version": version, "standard": standard}
        self._append("versions", pl.DataFrame([key | _counts(1, 0, total=2)], schema=VERSION))

    def point(self, dataset: str, version: str | None, standard: str, *, classification: str = "open") -> None:
        """Move the pointer of a dataset; no version withdraws it."""
        self._seq += 1
        row = {
            "_ags": dataset[:8],
            "_dataset": dataset,
            "_version": version,
            "standard": standard,
            "classification": classification,
            "moved_at": NOON + timedelta(minutes=self._seq),
            "seq": self._seq,
        }
        self._append("pointers", pl.DataFrame([row], schema=POINTER))

    def _append(self, table: str, frame: pl.DataFrame) -> None:
        frame.write_delta(str(self.folder / table), mode="append")


def _counts(accepted: int, rejected: int, *, total: int) -> dict[str, int]:
    return {"rows_total": total, "rows_accepted": accepted, "rows_rejected": rejected}


@dataclass(frozen=True)
class DbtRun:
    """What one dbt command did. `results`: node name → status."""

    success: bool
    output: str
    results: dict[str, str]


@dataclass(frozen=True)
class DbtHome:
    """A place of its own for dbt: raw zone, curated zone, working database."""

    folder: Path
    extensions: Path
    target: Path
    """dbt's target folder; shared, so that the project is parsed once."""
    project: Path = DBT_PROJECT

    @property
    def curated(self) -> Path:
        return self.folder / "curated"

    def raw(self) -> RawZone:
        return RawZone(self.folder / "raw")

    def run(self, *arguments: str, as_of: str = "") -> DbtRun:
        """Run one dbt command as the orchestration does: everything it must know is in its environment.

        In this process, because importing dbt takes longer than most builds.
        """
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        self.curated.mkdir(exist_ok=True)
        places = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        targets = ["--target-path", str(self.target), "--log-path", str(self.folder / "logs")]
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, value in (self._environment() | {"ALLMENDE_AS_OF": as_of}).items():
                patch.setenv(name, value)
            done = dbtRunner().invoke([*arguments, *places, *targets, "--quiet"])
        DuckDBConnectionManager.close_all_connections()
        log = (self.folder / "logs" / "dbt.log").read_text()
        results = {each.node.name: str(each.status) for each in getattr(done.result, "results", ())}
        return DbtRun(done.success, f"{log}\n{done.exception or ''}", results)

    def _environment(self) -> dict[str, str]:
        return {
            "ALLMENDE_RAW_URI": str(self.folder / "raw"),
            "ALLMENDE_CURATED_URI": str(self.curated),
            "ALLMENDE_DUCKDB_PATH": str(self.folder / "work.duckdb"),
            "ALLMENDE_DUCKDB_EXTENSIONS": str(self.extensions),
        }

    def table(self, name: str) -> pl.DataFrame:
        """A mart as the exporter finds it: the Parquet file in the curated zone."""
        return pl.read_parquet(self.curated / f"{name}.parquet")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        config = {"extension_directory": str(self.extensions)}
        with duckdb.connect(str(self.folder / "work.duckdb"), read_only=True, config=config) as connection:
            connection.load_extension("delta")
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DuckDB's extension folder, filled from the wheels."""
    return install_duckdb_extensions(tmp_path_factory.mktemp("extensions"))


@pytest.fixture(scope="session")
def dbt_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="session")
def dbt_home(tmp_path_factory: pytest.TempPathFactory, extensions: Path, dbt_target: Path) -> Callable[[], DbtHome]:
    """Makes a fresh place for dbt at each call."""
    return lambda: DbtHome(tmp_path_factory.mktemp("dbt"), extensions, dbt_target)


@pytest.fixture(scope="session")
def manifest(dbt_home: Callable[[], DbtHome]) -> dict[str, Any]:
    """Dbt's own description of the project, made by `dbt parse` without a database or an extension."""
    home = replace(dbt_home(), extensions=Path("nowhere"))
    run = home.run("parse")
    assert run.success, run.output
    assert "deprecat" not in run.output.lower(), run.output
    loaded: dict[str, Any] = json.loads((home.target / "manifest.json").read_text())
    return loaded
