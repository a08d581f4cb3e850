"""Manifests to build catalogues from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.build import build_catalog
from catalog.config import CatalogConfig
from catalog.model import Catalog
from storage.layout import open_manifest
from storage.manifest import Manifest

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
