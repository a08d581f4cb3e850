"""Manifests to build catalogues from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from catalog.build import build_catalog
from catalog.config import CatalogConfig
from catalog.model import Catalog
from storage.config import StorageConfig
from storage.layout import open_manifest
from storage.manifest import FieldInfo, LicenceInfo, Manifest, Part, Quality
from storage.package import PackageDescription, PackageWriter
from storage.sites import Sites, open_sites

BASE = Path(__file__).with_name("manifest.json")


def manifest_of(id_: str = "09471000/baumkataster", **changes: Any) -> Manifest:
    """A manifest as export writes it; `changes` replaces fields."""
    owner, _, _ = id_.partition("/")
    statewide = owner == "land"
    geocoding = "http://dcat-ap.de/def/politicalGeocoding/" + (
        "stateKey/09" if statewide else f"municipalityKey/{owner}"
    )
    placed = {"id": id_, "ags": "" if statewide else owner, "political_geocoding": geocoding}
    return Manifest.model_validate({**json.loads(BASE.read_text()), **placed, **changes})


def catalog_of(*manifests: Manifest, config: CatalogConfig | None = None) -> Catalog:
    """The catalogue of these manifests; of several with one id, the last is the current version."""
    return build_catalog(
        {open_manifest(m.dataset, m.version): m for m in manifests},
        {m.id: m.version for m in manifests},
        config or CatalogConfig(),
    )


@pytest.fixture
def manifest() -> Callable[..., Manifest]:
    """Makes manifests: `manifest("09471000/baumkataster", title="…")`."""
    return manifest_of


@pytest.fixture
def catalog() -> Callable[..., Catalog]:
    """Makes catalogues: `catalog(manifest, …, config=…)`."""
    return catalog_of


LICENCE = LicenceInfo(
    name="dl-de/by-2-0",
    path="http://dcat-ap.de/def/licenses/dl-by-de/2.0",
    title="Datenlizenz Deutschland – Namensnennung – Version 2.0",
)


def describe(id_: str, rows: pl.DataFrame, **changes: Any) -> PackageDescription:
    """What export says about a dataset with these rows; `changes` replaces fields."""
    base = manifest_of(id_)
    kept = {n: getattr(base, n) for n in PackageDescription.model_fields if n in Manifest.model_fields}
    fields = tuple(FieldInfo(name=n, type=_TYPES.get(str(t), "string"), title=n) for n, t in rows.schema.items())
    counted = Quality(rows_total=rows.height + 1, rows_accepted=rows.height, rows_rejected=1)
    derived = {"fields": fields, "quality": counted, "licence": LICENCE, "bbox": None, "parts": ()}
    return PackageDescription.model_validate({**kept, **derived, **changes})


_TYPES = {"Float64": "number", "Int64": "integer"}


def trees(count: int, lat: float = 49.89, lon: float = 10.89) -> pl.DataFrame:
    """Rows of a tree register around a point."""
    return pl.DataFrame(
        {
            "baum_nr": [f"B{i}" for i in range(count)],
            "art_deutsch": ["Linde"] * count,
            "lat": [lat + i / 1000 for i in range(count)],
            "lon": [lon + i / 1000 for i in range(count)],
        }
    )


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    """Three empty folder sites."""
    return open_sites(StorageConfig(), tmp_path)


@pytest.fixture
def package() -> Callable[..., PackageDescription]:
    """Describes packages for the real writer: `package("09471000/baumkataster", rows, title="…")`."""
    return describe


@pytest.fixture
def published(sites: Sites) -> Sites:
    """Sites with two municipal datasets, one without places, one statewide table, one internal dataset."""
    markets = pl.DataFrame({"name": ["Grüner Markt"], "adresse": ["Am Markt 1"]})
    with PackageWriter(sites) as writer:
        writer.write(describe("09461000/baumkataster", trees(3), is_invented=True, title="Bäume Bamberg"), trees(3))
        writer.write(describe("09461000/baumkataster", trees(5), is_invented=True, title="Bäume Bamberg"), trees(5))
        part = Part(dataset="09461000/baumkataster", version="v1", rows=5, title="Bäume Bamberg", publisher="Bamberg")
        writer.write(
            describe("09564000/wochenmaerkte", markets, standard="wochenmaerkte", standard_title="Wochenmärkte"),
            markets,
        )
        whole = trees(5).select(pl.lit("Bamberg").alias("gemeinde"), pl.all())
        writer.write(describe("land/baumkataster", whole, parts=(part,), title="Bäume Bayern"), whole)
        writer.write(describe("09162000/geheim", trees(2), classification="internal", title="Intern"), trees(2))
    return sites
