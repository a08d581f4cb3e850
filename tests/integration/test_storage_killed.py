"""The storage room under kill -9: publishing and replicating die at random moments and the next run converges."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from storage.config import StorageConfig
from storage.index import read_index
from storage.package import read_manifest
from storage.replication import Trouble, apply, plan, repair, verify
from storage.sites import open_sites

pytestmark = pytest.mark.integration

WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import polars as pl
from storage.config import StorageConfig
from storage.manifest import FieldInfo, LicenceInfo, Party, Quality
from storage.package import PackageDescription, PackageWriter
from storage.replication import apply, plan
from storage.sites import open_sites
sites = open_sites(StorageConfig(), Path(sys.argv[1]))
rows = int(sys.argv[2])
frame = pl.DataFrame({"nr": list(range(rows)), "lat": [49.9] * rows, "lon": [10.9] * rows})
print("ready", flush=True)
for number in range(20):
    said = dict(
        id=f"{number:08d}/baeume", title="Bäume", description="d", classification="open", standard="baumkataster",
        standard_title="B", standard_version="1", theme="ENVI",
        licence=LicenceInfo(name="x", path="http://x", title="x"),
        attribution="a", publisher=Party(name="p"), contact=Party(name="c"), political_geocoding="u",
        modified=datetime(2026, 3, 1, tzinfo=UTC), fields=[FieldInfo(name=n, type="number") for n in frame.columns],
        quality=Quality(rows_total=rows, rows_accepted=rows, rows_rejected=0), inputs=str(rows))
    PackageWriter(sites).write(PackageDescription.model_validate(said), frame)
    if number % 4 == 3:
        apply(sites, plan(sites))
"""


def test_killed_at_random_moments(tmp_path):
    """After each kill every site's index names whole versions only; at the end all sites are equal and verified."""
    chance = random.Random(3)  # noqa: S311 - which moment is all that is random here
    kills = 0
    for turn in range(6):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), str(50 + turn)], stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "ready"
        time.sleep(chance.uniform(0.05, 1.0))
        worker.kill()
        kills += worker.wait() == -9
        worker.stdout.close()
        sites = open_sites(StorageConfig(), tmp_path)
        for site in sites.names:
            for name, entry in read_index(sites.store(site)).datasets.items():
                manifest = read_manifest(sites.store(site).read(f"open/{name}/{entry.version}/datapackage.json"))
                for file in manifest.files:
                    assert sites.store(site).sha256(f"open/{name}/{entry.version}/{file.path}") == file.hash
    assert kills == 6
    subprocess.run([sys.executable, "-c", WORKER, str(tmp_path), "99"], check=True, stdout=subprocess.DEVNULL)
    sites = open_sites(StorageConfig(), tmp_path)
    assert apply(sites, plan(sites)).is_complete
    left = {problem.trouble for problem in verify(sites, deep=True).problems}
    assert left <= {Trouble.SURPLUS}  # half versions of killed runs: invisible, and swept up by repair
    assert repair(sites, grace=timedelta(0)).is_fine
    indexes = [read_index(sites.store(site)) for site in sites.names]
    assert indexes[0] == indexes[1] == indexes[2]
    assert len(indexes[0].datasets) == 20
