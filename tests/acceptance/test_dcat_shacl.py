"""The feed against the SHACL shapes that GovData and the EU validate with, and proof that they bite."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.namespace import RDF, SH, SKOS

from catalog.build import build_catalog
from catalog.config import CatalogConfig
from catalog.dcat import write_feed
from storage.layout import open_manifest
from storage.manifest import Manifest, Part

pyshacl = pytest.importorskip("pyshacl")

AUTHORITY = "http://publications.europa.eu/resource/authority/"


def _shapes(data: Path) -> rdflib.Graph:
    """The EU shapes and the German overlay, which names the 3.0.0 base of what the EU file calls 3.0.1."""
    eu = (data / "dcat-ap/3.0.1/shacl/dcat-ap-SHACL.ttl").read_text()
    folder = data / "dcat-ap-de/validator/resources/v3.0/shapes"
    german = [
        (folder / name).read_text()
        for name in (
            "dcat-ap-SHACL-DE.ttl",
            "dcat-ap-spec-german-additions.ttl",
            "dcat-ap-de-deprecated.ttl",
            "dcat-ap-de-controlledvocabularies.ttl",
        )
    ]
    graph = rdflib.Graph().parse(data=eu, format="turtle")
    for text in german:
        rebased = re.sub(
            r"https://semiceu\.github\.io/DCAT-AP/releases/3\.0\.0/shacl/dcat-ap-SHACL\.ttl#",
            "https://semiceu.github.io/DCAT-AP/releases/3.0.1#",
            text,
        )
        graph.parse(data=rebased, format="turtle")
    return _without_dangling(graph)


def _shapes_2_0(data: Path) -> rdflib.Graph:
    """What GovData validated with before 3.0: the German additions and the conventions handbook."""
    folder = data / "dcat-ap-de/validator/resources/v2.0/shapes"
    graph = rdflib.Graph()
    for name in ("dcat-ap-spec-german-additions.ttl", "dcat-ap-konventionen.ttl"):
        graph.parse(folder / name)
    return _without_dangling(graph)


def _without_dangling(graph: rdflib.Graph) -> rdflib.Graph:
    """The official files refer to property shapes that are not there; pyshacl stops at them."""
    for shape, _, target in list(graph.triples((None, SH.property, None))):
        if (target, SH.path, None) not in graph:
            graph.remove((shape, SH.property, target))
    return graph


def _vocabularies(data: Path) -> rdflib.Graph:
    """Which code belongs to which list; the lists that are not here (language, availability …) by their known codes."""
    graph = rdflib.Graph()
    for path in (data / "vocabularies/eu").glob("*.ttl"):
        graph += (t for t in rdflib.Graph().parse(path) if t[1] == SKOS.inScheme)
    graph.parse(data / "vocabularies/eu/file-type_authority.xml", format="xml")
    contributors = data / "dcat-ap-de/validator/resources/dashboard-live/shapes/dcat-ap-de-contributors.rdf"
    graph.parse(contributors, format="xml")
    known = {
        f"{AUTHORITY}language": [f"{AUTHORITY}language/DEU"],
        f"{AUTHORITY}planned-availability": [f"{AUTHORITY}planned-availability/AVAILABLE"],
        "http://dcat-ap.de/def/politicalGeocoding/Level": [
            f"http://dcat-ap.de/def/politicalGeocoding/Level/{level}" for level in ("municipality", "state")
        ],
        "http://purl.org/adms/publishertype/1.0": [
            f"http://purl.org/adms/publishertype/{kind}" for kind in ("LocalAuthority", "RegionalAuthority")
        ],
    }
    licences = (data / "dcat-ap-de/validator/resources/dashboard-live/shapes/dcat-ap-de-licenses-open.rdf").read_text()
    known["http://dcat-ap.de/def/licenses"] = re.findall(r"http://dcat-ap\.de/def/licenses/[a-z0-9/.\-]+", licences)
    for scheme, members in known.items():
        for member in members:
            graph.add((rdflib.URIRef(member), SKOS.inScheme, rdflib.URIRef(scheme)))
    graph.add(
        (
            rdflib.URIRef("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            RDF.type,
            rdflib.URIRef("http://spdx.org/rdf/terms#ChecksumAlgorithm"),
        )
    )
    return graph


@pytest.fixture(scope="module")
def shapes(shared_data: Path) -> rdflib.Graph:
    return _shapes(shared_data)


@pytest.fixture(scope="module")
def vocabularies(shared_data: Path) -> rdflib.Graph:
    return _vocabularies(shared_data)


def _results(data: rdflib.Graph, shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> Iterator[tuple[str, str, str]]:
    """(severity, focus node, message) of every result."""
    _, report, _ = pyshacl.validate(
        data + vocabularies, shacl_graph=shapes, do_owl_imports=False, advanced=False, inference="none"
    )
    for result in report.subjects(RDF.type, SH.ValidationResult):
        yield (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultMessage)) + " " + str(report.value(result, SH.resultPath)),
        )


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
    assert list(_results(feed, shapes, vocabularies)) == []


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
    found = [r for r in _results(feed, shapes, vocabularies) if r[0] == "Violation"]
    assert [focus for _, focus, _ in found] == [str(broken)] * len(found)
    assert any(complaint in message for _, _, message in found)


def test_a_wrong_code_is_found(shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> None:
    """A theme outside the EU list is a violation: the code lists are really consulted."""
    feed = _feed(_manifest("09471000/baumkataster", theme="BAUM"))
    assert any(
        "data-theme" in message for level, _, message in _results(feed, shapes, vocabularies) if level == "Violation"
    )


def test_the_2_0_feed_has_no_violation(shared_data: Path, vocabularies: rdflib.Graph) -> None:
    """With the setting `2.0` the feed passes the shapes of DCAT-AP.de 2.0, and a file without a licence would not."""
    shapes = _shapes_2_0(shared_data)
    feed = _feed(*_varied(), config=CatalogConfig(dcat_ap_de="2.0"))
    lists = rdflib.Graph() + vocabularies
    for value in feed.objects(None, rdflib.URIRef("http://dcat-ap.de/def/dcatde/politicalGeocodingURI")):
        lists.add((rdflib.URIRef(str(value)), SKOS.inScheme, rdflib.URIRef(str(value).rpartition("/")[0])))
    for scheme in ("hashAlgorithms/sha/256", "plannedAvailability/available"):
        base = "http://dcat-ap.de/def/"
        lists.add((rdflib.URIRef(base + scheme), SKOS.inScheme, rdflib.URIRef(base + scheme.partition("/")[0])))
    assert [r for r in _results(feed, shapes, lists) if r[0] == "Violation"] == []
    broken = next(iter(feed.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Distribution"))))
    feed.remove((broken, rdflib.URIRef("http://purl.org/dc/terms/license"), None))
    assert any(r[1] == str(broken) for r in _results(feed, shapes, lists) if r[0] == "Violation")
