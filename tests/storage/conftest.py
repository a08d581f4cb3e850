"""Sites on a temporary folder and small packages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from storage.config import StorageConfig
from storage.manifest import FieldInfo, LicenceInfo, Party, Quality
from storage.package import PackageDescription, PackageWriter
from storage.sites import Sites, open_sites

TYPES = {pl.Int64: "integer", pl.String: "string", pl.Float64: "number", pl.Date: "date", pl.Boolean: "boolean"}


def _describe(dataset: str, frame: pl.DataFrame, **more: Any) -> PackageDescription:
    said: dict[str, Any] = {
        "id": dataset,
        "title": "Bäume",
        "description": "Alle Bäume der Stadt",
        "classification": "open",
        "standard": "baumkataster",
        "standard_title": "Baumkataster",
        "standard_version": "1",
        "theme": "ENVI",
        "keywords": ("Baum",),
        "licence": LicenceInfo(name="dl-zero-de/2.0", path="http://dcat-ap.de/def/licenses/dl-zero-de/2.0", title="DL"),
        "attribution": "Datenquelle: Stadt Bamberg",
        "publisher": Party(name="Stadt Bamberg"),
        "contact": Party(name="Gartenamt", email="garten@example.org"),
        "political_geocoding": "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/09461000",
        "modified": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "fields": tuple(
            FieldInfo.model_validate({"name": name, "type": TYPES.get(type(dtype), "datetime")})
            for name, dtype in frame.schema.items()
        ),
        "quality": Quality(rows_total=frame.height, rows_accepted=frame.height, rows_rejected=0),
        "inputs": "one",
    }
    return PackageDescription.model_validate(said | more)


@pytest.fixture
def describe() -> Callable[..., PackageDescription]:
    """A description that fits a frame's columns."""
    return _describe


@pytest.fixture
def trees() -> pl.DataFrame:
    return pl.DataFrame(
        {"baum_nr": ["1", "2"], "hoehe_m": [12.5, None], "lat": [49.89, None], "lon": [10.88, None]},
        schema={"baum_nr": pl.String, "hoehe_m": pl.Float64, "lat": pl.Float64, "lon": pl.Float64},
    )


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return open_sites(StorageConfig(), tmp_path)


@pytest.fixture
def publish(sites: Sites, trees: pl.DataFrame) -> Callable[..., str]:
    """Write a package and return its version."""

    def write(dataset: str = "09461000/baeume", frame: pl.DataFrame = trees, **more: Any) -> str:
        return PackageWriter(sites).write(_describe(dataset, frame, **more), frame).version

    return write


@pytest.fixture
def put_portal(sites: Sites) -> Callable[[dict[str, bytes]], None]:
    """Render a portal: files, then its manifest."""
    import hashlib
    import json

    def put(files: dict[str, bytes]) -> None:
        for path, data in files.items():
            sites.write("onprem", f"portal/{path}", data, classification="open")
        manifest = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
        sites.write("onprem", "portal/_manifest.json", json.dumps(manifest).encode(), classification="open")

    return put
