"""Datasets of every kind that DCAT-AP.de must hold: full, bare, hostile, statewide.

What does not belong here: tests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import rdflib

from catalog.build import build_catalog
from catalog.config import CatalogConfig
from catalog.dcat import write_feed
from catalog.model import Catalog
from storage.layout import open_manifest
from storage.manifest import Manifest, Part

MANIFEST = Path(__file__).with_name("manifest.json")
GEOCODING = "http://dcat-ap.de/def/politicalGeocoding/"


def manifest(id_: str, **changes: Any) -> Manifest:
    return Manifest.model_validate({**json.loads(MANIFEST.read_text()), "id": id_, **changes})


def catalog_of(*manifests: Manifest, config: CatalogConfig = CatalogConfig()) -> Catalog:  # noqa: B008 - frozen
    return build_catalog(
        {open_manifest(m.dataset, m.version): m for m in manifests}, {m.id: m.version for m in manifests}, config
    )


def feed(catalog: Catalog, config: CatalogConfig = CatalogConfig()) -> rdflib.Graph:  # noqa: B008 - frozen
    """Our own feed of the catalogue."""
    return rdflib.Graph().parse(data=dict(write_feed(catalog, config))["feed.ttl"], format="turtle")


def varied() -> list[Manifest]:
    """A full dataset, one with hardly anything, a hostile one, and a statewide table made of them."""
    full = manifest("09471000/baumkataster")
    bare = manifest(
        "09162000/spielplaetze",
        hvd_category="",
        musterdatensatz="",
        bbox=None,
        stand=None,
        source_url="",
        provenance=(),
        keywords=(),
        contact={"name": ""},
        publisher={"name": "Stadt"},
        ags="09162000",
        political_geocoding=f"{GEOCODING}municipalityKey/09162000",
    )
    hostile = manifest(
        "09564000/haushalt",
        title='</script><b>"Titel"\u0001',
        description="Zeile 1\nZeile 2 <img src=x onerror=alert(1)>",
        source_url="javascript:alert(1)",
        contact={"name": "x", "email": "kein at", "url": "file:///etc/passwd"},
        musterdatensatz="https://x.example/a b<c>",
    )
    parts = tuple(Part(dataset=m.id, version=m.version, rows=m.rows) for m in (full, bare, hostile))
    whole = manifest("land/baumkataster", ags="", parts=parts, political_geocoding=f"{GEOCODING}stateKey/09")
    return [full, bare, hostile, whole]
