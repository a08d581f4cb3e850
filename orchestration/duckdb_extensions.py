"""Puts the DuckDB extensions that came as wheels where DuckDB looks for them, so that nothing is downloaded later.

What does not belong here: which connection loads them (the dbt profile, the exporter).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import duckdb

DELTA = "delta"
HTTPFS = "httpfs"
"""For a raw and a curated zone in a bucket."""


class ExtensionMissing(Exception):
    """An extension's wheel is not installed, or not for this version of DuckDB; the message names the fix."""


def install_duckdb_extensions(directory: Path, names: Sequence[str] = (DELTA,)) -> Path:
    """Install the named extensions into `directory` (DuckDB's `extension_directory`) and return it.

    Does nothing where they are already there. Raises `ExtensionMissing`.
    """
    missing = [name for name in names if not list(directory.glob(f"v{duckdb.__version__}/*/{name}.duckdb_extension"))]
    if missing:
        directory.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(config={"extension_directory": str(directory)}) as connection:
            for name in missing:
                connection.install_extension(str(_wheel_file(name, duckdb.__version__)))
    return directory


def _wheel_file(name: str, version: str) -> Path:
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "extensions" / f"v{version}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    raise ExtensionMissing(
        f"DuckDB's extension “{name}” is not installed for DuckDB {version}: run `make setup`"
        f" (package duckdb-extension-{name} {version})"
    )
