"""The feed against the SHACL shapes that GovData and the EU validate with, and proof that they bite."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF

from catalog.config import CatalogConfig
from tests import shacl
from tests.catalog.varied import catalog_of, feed, manifest, varied


@pytest.fixture(scope="module")
def shapes(shared_data: Path) -> rdflib.Graph:
    return shacl.shapes_3_0(shared_data)


@pytest.fixture(scope="module")
def vocabularies(shared_data: Path) -> rdflib.Graph:
    return shacl.vocabularies(shared_data)


def test_feed_has_no_violation(shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> None:
    """A feed of full, bare, hostile and statewide datasets gives no violation and no warning under DCAT-AP.de 3.0."""
    graph = feed(catalog_of(*varied()))
    assert len(set(graph.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Dataset")))) == 4
    assert list(shacl.results(graph, shapes, vocabularies)) == []


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
    graph = feed(catalog_of(*varied()))
    broken = rdflib.URIRef("https://allmende.example/datensatz/09162000/spielplaetze")
    graph.remove((broken, rdflib.URIRef(breaks), None))
    found = [r for r in shacl.results(graph, shapes, vocabularies) if r[0] == "Violation"]
    assert [focus for _, focus, _ in found] == [str(broken)] * len(found)
    assert any(complaint in message for _, _, message in found)


def test_a_wrong_code_is_found(shapes: rdflib.Graph, vocabularies: rdflib.Graph) -> None:
    """A theme outside the EU list is a violation: the code lists are really consulted."""
    graph = feed(catalog_of(manifest("09471000/baumkataster", theme="BAUM")))
    assert any(
        "data-theme" in message
        for level, _, message in shacl.results(graph, shapes, vocabularies)
        if level == "Violation"
    )


def test_the_2_0_feed_has_no_violation(shared_data: Path, vocabularies: rdflib.Graph) -> None:
    """With the setting `2.0` the feed passes the shapes of DCAT-AP.de 2.0, and a file without a licence would not."""
    shapes = shacl.shapes_2_0(shared_data)
    old = CatalogConfig(dcat_ap_de="2.0")
    graph = feed(catalog_of(*varied(), config=old), old)
    lists = vocabularies + shacl.lists_2_0(graph)
    assert [r for r in shacl.results(graph, shapes, lists) if r[0] == "Violation"] == []
    broken = next(iter(graph.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Distribution"))))
    graph.remove((broken, rdflib.URIRef("http://purl.org/dc/terms/license"), None))
    assert any(r[1] == str(broken) for r in shacl.results(graph, shapes, lists) if r[0] == "Violation")
