"""The feed against the SHACL shapes that GovData and the EU validate with, and proof that they bite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS

from catalog.build import build_catalog
from catalog.config import CatalogConfig
from catalog.dcat import write_feed
from storage.layout import open_manifest
from storage.manifest import Manifest, Part
from tests import shacl


@pytest.fixture(scope="module")
def shapes(shared_data: Path) -> rdflib.Graph:
    return shacl.shapes_3_0(shared_data)


@pytest.fixture(scope="module")
def vocabularies(shared_data: Path) -> rdflib.Graph:
    return shacl.vocabularies(shared_data)


MANIFEST = Path(__file__).parents[1] / "catalog" / "manifest.json"
GEOCODING = "http://dcat-ap.de/def/politicalGeocoding/"


def _manifest(id_: str, **changes: Any) -> Manifest:
    return Manifest.model_validate({**json.loads(MANIFEST.read_text()), "id": id_, **changes})


def _feed(*manifests: Manifest, config: CatalogConfig = CatalogConfig()) -> rdflib.Graph:  # noqa: B008 - frozen
    catalog = build_catalog(
        {open_manifest(m.dataset, m.version): m for m in manifests}, {m.id: m.version for m in manifests}, config
    )
    return rdflib.Graph().parse(data=dict(write_feed(catalog, config))["feed.ttl"], format="turtle")


def _varied() -> list[Manifest]:
    """A full dataset, one with hardly anything, a hostile one, and a statewide table made of them."""
    full = _manifest("09471000/baumkataster")
    bare = _manifest(
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
    hostile = _manifest(
        "09564000/haushalt",
        title='</script><b>"Titel"\u0001',
        description="Zeile 1\nZeile 2 <img src=x onerror=alert(1)>",
        source_url="javascript:alert(1)",
        contact={"name": "x", "email": "kein at", "url": "file:///etc/passwd"},
        musterdatensatz="https://x.example/a b<c>",
    )
    parts = tuple(Part(dataset=m.id, version=m.version, rows=m.rows) for m in (full, bare, hostile))
    whole = _manifest("land/baumkataster", ags="", parts=parts, political_geocoding=f"{GEOCODING}stateKey/09")
    return [full, bare, hostile, whole]


def test_feed_has_no_violation(shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> None:
    """A feed of full, bare, hostile and statewide datasets gives no violation and no warning under DCAT-AP.de 3.0."""
    feed = _feed(*_varied())
    assert len(set(feed.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Dataset")))) == 4
    assert list(shacl.results(feed, shapes, vocabularies)) == []


@pytest.mark.parametrize(
    ("breaks", "complaint"),
    [
        ("http://purl.org/dc/terms/title", "title"),
        ("http://purl.org/dc/terms/publisher", "publisher"),
        ("http://purl.org/dc/terms/description", "description"),
    ],
)
def test_a_broken_dataset_is_found(
    shapes: rdflib.Graph, vocabularies: rdflib.Graph, breaks: str, complaint: str
) -> None:
    """Taking a mandatory property from one dataset is a violation at that dataset, so the shapes do match."""
    feed = _feed(*_varied())
    broken = rdflib.URIRef("https://allmende.example/datensatz/09162000/spielplaetze")
    feed.remove((broken, rdflib.URIRef(breaks), None))
    found = [r for r in shacl.results(feed, shapes, vocabularies) if r[0] == "Violation"]
    assert [focus for _, focus, _ in found] == [str(broken)] * len(found)
    assert any(complaint in message for _, _, message in found)


def test_a_wrong_code_is_found(shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> None:
    """A theme outside the EU list is a violation: the code lists are really consulted."""
    feed = _feed(_manifest("09471000/baumkataster", theme="BAUM"))
    assert any(
        "data-theme" in message
        for level, _, message in shacl.results(feed, shapes, vocabularies)
        if level == "Violation"
    )


def test_the_2_0_feed_has_no_violation(shared_data: Path, vocabularies: rdflib.Graph) -> None:
    """With the setting `2.0` the feed passes the shapes of DCAT-AP.de 2.0, and a file without a licence would not."""
    shapes = shacl.shapes_2_0(shared_data)
    feed = _feed(*_varied(), config=CatalogConfig(dcat_ap_de="2.0"))
    lists = rdflib.Graph() + vocabularies
    for value in feed.objects(None, rdflib.URIRef("http://dcat-ap.de/def/dcatde/politicalGeocodingURI")):
        lists.add((rdflib.URIRef(str(value)), SKOS.inScheme, rdflib.URIRef(str(value).rpartition("/")[0])))
    for scheme in ("hashAlgorithms/sha/256", "plannedAvailability/available"):
        base = "http://dcat-ap.de/def/"
        lists.add((rdflib.URIRef(base + scheme), SKOS.inScheme, rdflib.URIRef(base + scheme.partition("/")[0])))
    assert [r for r in shacl.results(feed, shapes, lists) if r[0] == "Violation"] == []
    broken = next(iter(feed.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Distribution"))))
    feed.remove((broken, rdflib.URIRef("http://purl.org/dc/terms/license"), None))
    assert any(r[1] == str(broken) for r in shacl.results(feed, shapes, lists) if r[0] == "Violation")
