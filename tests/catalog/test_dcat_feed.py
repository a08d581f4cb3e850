"""The feed as a document: stable, complete, safe, paged. Its validity is judged in tests/acceptance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF

from catalog.config import CatalogConfig
from catalog.dcat import vocabulary, write_feed
from catalog.model import Catalog
from storage.manifest import Manifest, Part

Make = Callable[..., Catalog]
Said = Callable[..., Manifest]
DCATDE = rdflib.Namespace("http://dcat-ap.de/def/dcatde/")
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")


def _graph(catalog: Catalog, config: CatalogConfig | None = None, name: str = "feed.ttl") -> rdflib.Graph:
    data = dict(write_feed(catalog, config or CatalogConfig()))[name]
    kind = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}[name.rpartition(".")[2]]
    return rdflib.Graph().parse(data=data, format=kind)


def test_the_same_catalogue_gives_the_same_bytes(catalog: Make, manifest: Said) -> None:
    """Writing again changes no byte in any format, prefixes included."""
    whole = catalog(manifest(), manifest("land/baumkataster"))
    first = dict(write_feed(whole, CatalogConfig()))
    assert set(first) == {"feed.ttl", "feed.rdf", "feed.jsonld"}
    for _ in range(5):
        assert dict(write_feed(whole, CatalogConfig())) == first


def test_the_three_formats_say_the_same(catalog: Make, manifest: Said) -> None:
    """Turtle, RDF/XML and JSON-LD are the same graph."""
    whole = catalog(manifest())
    turtle = _graph(whole)
    assert len(turtle) > 100
    assert isomorphic(turtle, _graph(whole, name="feed.rdf"))
    assert isomorphic(turtle, _graph(whole, name="feed.jsonld"))


@pytest.mark.parametrize("page_size", [1, 500])
def test_a_statewide_table_names_its_sources(catalog: Make, manifest: Said, page_size: int) -> None:
    """Published parts are what the table was made from, on whatever page; others and itself are not linked."""
    parts = tuple(Part(dataset=f"09471000/{slug}", version="v1", rows=1) for slug in ("baumkataster", "fehlt"))
    itself = Part(dataset="land/baumkataster", version="v1", rows=1)
    config = CatalogConfig(page_size=page_size)
    whole = catalog(manifest(), manifest("land/baumkataster", parts=(*parts, itself)), config=config)
    files = [data for name, data in write_feed(whole, config) if name.endswith(".ttl")]
    land = rdflib.URIRef("https://allmende.example/datensatz/land/baumkataster")
    made_from = {str(o) for f in files for o in rdflib.Graph().parse(data=f).objects(land, PROV.wasDerivedFrom)}
    assert {origin for origin in made_from if origin.startswith("https://allmende.example/")} == {
        "https://allmende.example/datensatz/09471000/baumkataster"
    }


def test_2_0_is_a_setting(catalog: Make, manifest: Said) -> None:
    """DCAT-AP.de 2.0 uses its own geocoding, role and version properties, 3.0 none of them."""
    old = set(_graph(catalog(manifest()), CatalogConfig(dcat_ap_de="2.0")).predicates())
    new = set(_graph(catalog(manifest())).predicates())
    deprecated = {DCATDE.politicalGeocodingURI, DCATDE.originator, DCATDE.maintainer, DCATDE.plannedAvailability}
    assert deprecated <= old
    assert not deprecated & new
    assert DCATDE.contributorID in old & new
    assert DCATDE.licenseAttributionByText in old & new


def test_many_datasets_are_paged(catalog: Make, manifest: Said) -> None:
    """Beyond the page size the feed has pages that link to each other and together hold every dataset once."""
    config = CatalogConfig(page_size=2)
    whole = catalog(*(manifest(f"0947100{i}/baumkataster") for i in range(5)), config=config)
    files = dict(write_feed(whole, config))
    assert {f"feed{n}.ttl" for n in ("", "-2", "-3")} <= set(files)
    found: list[str] = []
    for name in ("feed.ttl", "feed-2.ttl", "feed-3.ttl"):
        graph = rdflib.Graph().parse(data=files[name], format="turtle")
        found += [str(s) for s in graph.subjects(RDF.type, DCAT.Dataset)]
    assert sorted(found) == [d.iri for d in whole.datasets]
    first = rdflib.Graph().parse(data=files["feed.ttl"], format="turtle")
    assert [str(o) for o in first.objects(None, HYDRA.next)] == ["https://allmende.example/portal/feed-2.ttl"]
    assert [int(str(o)) for o in first.objects(None, HYDRA.totalItems)] == [5]


def test_invented_data_is_labelled(catalog: Make, manifest: Said) -> None:
    """The description of demo data begins by saying that it is invented."""
    graph = _graph(catalog(manifest(is_invented=True)))
    texts = [str(o) for s in graph.subjects(RDF.type, DCAT.Dataset) for o in graph.objects(s, DCTERMS.description)]
    assert texts[0].startswith("Erfundene Beispieldaten.")


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//x.example", "", "http://", "http://[x"]
)
def test_only_web_addresses_become_iris(text: str) -> None:
    """Whatever is no http(s) address is left out of the feed."""
    assert vocabulary.iri(text) is None


def test_odd_characters_in_addresses_are_encoded() -> None:
    """Quotes, brackets and blanks cannot break out of an IRI."""
    node = vocabulary.iri('https://x.example/a b"<>{}|\\^`')
    assert node is not None
    assert not set(node.value) & set(' "<>{}|\\^`')


@pytest.mark.parametrize(("text", "good"), [("a@b.example", True), ("a b@c.example", False), ("ohne", False)])
def test_mail_addresses(text: str, good: bool) -> None:
    """Only a mail address becomes a mailto link."""
    assert (vocabulary.mailto(text) is not None) is good


@pytest.mark.parametrize("name", ["feed.ttl", "feed.rdf", "feed.jsonld"])
def test_hostile_text_breaks_no_format(catalog: Make, manifest: Said, name: str) -> None:
    """Control characters go, markup and quotes stay text, in every format."""
    graph = _graph(catalog(manifest(title="a\x00\x01<b>&amp;\"\\ ']]> ä", description="x\ny")), name=name)
    titles = {str(o) for s in graph.subjects(RDF.type, DCAT.Dataset) for o in graph.objects(s, DCTERMS.title)}
    assert titles == {"a<b>&amp;\"\\ ']]> ä"}
