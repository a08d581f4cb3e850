"""Homes that whole runs worked in: started as a user would, looked at from outside, never through the engine's eyes.

What does not belong here: tests.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

ALLMENDE = Path(sys.executable).with_name("allmende")
CLOUDS = ("cloud-a", "cloud-b")
State = dict[str, tuple[str, int]]
"""Path below the home → (SHA-256, time of last change in ns)."""

_MAY_CHANGE = ("dagster", "logs", "work", "locks", "run.lock")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        return json.loads(self.stdout)


def environment(home: Path) -> dict[str, str]:
    """The environment of a user who set nothing but the home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALLMENDE_", "DAGSTER_"))}
    return kept | {"ALLMENDE_HOME": str(home)}


def allmende(home: Path, *arguments: object, expect: tuple[int, ...] = (0,)) -> Ended:
    """Run `allmende` as a process of its own on `home`; any other exit than expected fails the test with stderr."""
    home.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(ALLMENDE), *map(str, arguments)],
        env=environment(home),
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode in expect, f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return Ended(done.returncode, done.stdout, done.stderr)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def state(home: Path) -> State:
    """Every file of the home but the logs, databases and locks that any run may touch."""
    return {
        str(path.relative_to(home)): (sha256(path), path.stat().st_mtime_ns)
        for path in files(home)
        if path.relative_to(home).parts[0] not in _MAY_CHANGE
    }


def changed(before: State, after: State) -> set[str]:
    """Paths that came, went or are not the same bytes."""
    hashes = [{path: digest for path, (digest, _) in one.items()} for one in (before, after)]
    return {path for path in hashes[0].keys() | hashes[1].keys() if hashes[0].get(path) != hashes[1].get(path)}


def index(site: Path) -> dict[str, Any]:
    """`open/index.json` of a site; empty where there is none."""
    path = site / "open/index.json"
    return json.loads(path.read_text()) if path.exists() else {"datasets": {}, "withdrawn": {}}


def package(site: Path, dataset: str) -> dict[str, Any]:
    """The `datapackage.json` of the published version."""
    version = index(site)["datasets"][dataset]["version"]
    return json.loads((site / "open" / dataset / version / "datapackage.json").read_text())


def entries(site: Path) -> dict[str, dict[str, Any]]:
    """The portal's entries by dataset."""
    path = site / "portal/catalog.json"
    return json.loads(path.read_text())["entries"] if path.exists() else {}


def delta(site: Path, table: str) -> pl.DataFrame:
    """A raw table; empty where nothing made it yet."""
    path = site / "raw" / table
    return pl.read_delta(str(path)) if (path / "_delta_log").is_dir() else pl.DataFrame()


def half_done(home: Path) -> list[str]:
    """What a reader of any site could stumble over: packages, portal files or raw rows that are not whole."""
    found = [
        f"{site.name}: {problem}"
        for site in sorted((home / "sites").glob("*"))
        for problem in (*_packages(site), *_portal(site))
    ]
    return found + list(_pointers(home / "sites/onprem"))


def _packages(site: Path) -> Iterator[str]:
    for dataset, entry in index(site)["datasets"].items():
        manifest = site / "open" / dataset / entry["version"] / "datapackage.json"
        if not manifest.exists():
            yield f"{dataset} is in the index, its manifest is not there"
        elif sha256(manifest) != entry["manifest_sha256"]:
            yield f"{dataset}: the manifest is not the one of the index"
    for manifest in sorted((site / "open").glob("*/*/v*/datapackage.json")):
        for resource in json.loads(manifest.read_text())["resources"]:
            file = manifest.with_name(resource["path"])
            if not file.exists():
                yield f"{file} is named by its manifest and not there"
            elif (file.stat().st_size, f"sha256:{sha256(file)}") != (resource["bytes"], resource["hash"]):
                yield f"{file} is not what its manifest says"


def _portal(site: Path) -> Iterator[str]:
    portal = site / "portal"
    for page in portal.rglob("*.html"):
        if not page.read_text(encoding="utf-8").rstrip().endswith("</html>"):
            yield f"{page} is cut off"
    is_marked = any(portal.glob("_unfinished*"))
    listed = portal / "_manifest.json"
    if listed.exists() and not is_marked and site.name == "onprem":
        for path, digest in json.loads(listed.read_text()).items():
            if not (portal / path).exists() or sha256(portal / path) != digest:
                yield f"portal/{path} is not what the list of files says"


def _pointers(onprem: Path) -> Iterator[str]:
    versions, pointers = delta(onprem, "versions"), delta(onprem, "pointers")
    if versions.is_empty() or pointers.is_empty():
        return
    pointed = set(pointers.drop_nulls("_version").select("_dataset", "_version").iter_rows())
    for row in versions.filter(pl.col("status") == "accepted").iter_rows(named=True):
        if (row["_dataset"], row["_version"]) in pointed:
            yield from _rows(onprem, row)
    for missing in pointed - set(versions.select("_dataset", "_version").iter_rows()):
        yield f"{missing} is pointed at and no version"


def _rows(onprem: Path, version: dict[str, Any]) -> Iterator[str]:
    standard = version["standard"]
    for table, counted in ((standard, "rows_accepted"), (f"{standard}_rejects", "rows_rejected")):
        rows = delta(onprem, table)
        mine = (pl.col("_dataset") == version["_dataset"]) & (pl.col("_version") == version["_version"])
        found = rows.filter(mine).height if rows.height else 0
        if found != version[counted]:
            yield f"raw/{table}: {version['_dataset']} has {found} rows, its version says {version[counted]}"


def raw_facts(home: Path) -> dict[str, Any]:
    """What the raw zone holds, without moments: versions with their counts, rows per version, where pointers stand."""
    onprem = home / "sites/onprem"
    versions = delta(onprem, "versions")
    told = ("_dataset", "_version", "standard", "status", "sha256", "rows_total", "rows_accepted", "rows_rejected")
    rows = {
        table.name: Counter(delta(onprem, table.name).select("_dataset", "_version").iter_rows())
        for table in sorted((onprem / "raw").iterdir())
        if (table / "_delta_log").is_dir() and table.name not in {"versions", "pointers", "receipts"}
    }
    pointers = delta(onprem, "pointers").sort("seq").unique("_dataset", keep="last")
    return {
        "versions": sorted(versions.select(told).iter_rows()),
        "rows": rows,
        "current": dict(pointers.select("_dataset", "_version").iter_rows()),
    }


def public_facts(home: Path) -> dict[str, Any]:
    """What the public sees, without moments: rows of the current packages on every site, titles, portal entries."""
    sites = {}
    for site in ("onprem", *CLOUDS):
        root = home / "sites" / site
        latest = {dataset: root / "open" / dataset / "latest" for dataset in index(root)["datasets"]}
        sites[site] = {dataset: _rows_digest(folder) for dataset, folder in latest.items()}
    onprem = home / "sites/onprem"
    shown = {name: (entry["state"], entry["content"]["title"]) for name, entry in entries(onprem).items()}
    return {"sites": sites, "portal": shown}


def _rows_digest(folder: Path) -> str:
    """SHA-256 of a package's rows but for the moment at which a file was received."""
    (file,) = (path for path in folder.glob("*.csv") if path.name != "datenlexikon.csv")
    rows = pl.read_csv(file, infer_schema=False).drop("received_at", strict=False)
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


def text_of(path: Path) -> str:
    """All text of a file: Parquet and XLSX unpacked, anything else as it lies there."""
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return "\n".join(str(value) for column in frame.get_columns() for value in column.unique().to_list())
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml"))
    return path.read_bytes().decode("utf-8", "replace")
