"""Our plugin on a live CKAN: what it says in DCAT-AP.de, triple for triple; its pages; its forms."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import rdflib
import requests
import yaml
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from catalog.config import CatalogConfig
from catalog.model import Catalog
from catalog.publishing import History
from orchestration.stack import Stack
from orchestration.stack.servers.ckan import SYSADMIN, Ckan
from tests import shacl
from tests.catalog.varied import catalog_of, feed, varied
from tests.conftest import PROJECT
from tests.integration.ckan_stage import Stage

pytestmark = pytest.mark.integration
OURS = "extras_allmende_id:*"
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
CATALOGUE = URIRef("urn:catalogue")
ITS_OWN = {DCTERMS.publisher, DCTERMS.modified, FOAF.homepage}
"""Left out of the comparison, and only at the catalogue: the portal is a catalogue of its own, with its own address and
operator, changed when the portal was. Its IRI is set equal; title, description, languages and datasets are compared."""


@dataclass
class Portal:
    """The live CKAN with the varied datasets on it."""

    url: str
    stage: Stage
    catalog: Catalog

    def graph(self, path: str, **parameters: str) -> rdflib.Graph:
        """One document that anybody may read."""
        answer = requests.get(f"{self.url}{path}", params=parameters, timeout=60)
        answer.raise_for_status()
        return rdflib.Graph().parse(data=answer.content, format="turtle")

    def pages(self, profile: str) -> rdflib.Graph:
        """All pages of the catalogue, as far as it is ours: other tests share the portal."""
        whole, number = rdflib.Graph(), 0
        while True:
            number += 1
            page = self.graph("/catalog.ttl", fq=OURS, page=str(number), profiles=profile)
            whole += page
            if not any(page.objects(None, HYDRA.next)):
                return whole

    def html(self, path: str) -> str:
        answer = requests.get(f"{self.url}{path}", timeout=60)
        assert answer.status_code == 200, path
        return answer.text


@pytest.fixture(scope="module")
def portal(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The session's CKAN with a catalogue on it."""
    stack.up("ckan")
    server = Ckan(stack.place)
    url, token = server.address, server.token(SYSADMIN)
    stage = Stage(url, token, History(tmp_path_factory.mktemp("dcat")))
    stage.reset()
    catalog = catalog_of(*varied())
    stage.publish(catalog)
    yield Portal(url, stage, catalog)
    stage.reset()


def _comparable(graph: rdflib.Graph) -> set[tuple[rdflib.term.Node, ...]]:
    """What is said about the datasets and the catalogue, wherever it leads; every node has a name."""
    catalogue = graph.value(None, RDF.type, DCAT.Catalog)
    assert not any(isinstance(node, rdflib.BNode) for node in graph.all_nodes())
    said: set[tuple[rdflib.term.Node, ...]] = set()
    seen: set[rdflib.term.Node] = set()
    to_do: list[rdflib.term.Node] = [catalogue] if catalogue else []
    while to_do:
        node = to_do.pop()
        if node in seen:
            continue
        seen.add(node)
        for subject, predicate, value in graph.triples((node, None, None)):
            if subject == catalogue and (predicate in ITS_OWN or value == FOAF.Document):
                continue
            said.add((CATALOGUE if subject == catalogue else subject, predicate, _by_value(value)))
            to_do.append(value)
    return said


def _by_value(node: rdflib.term.Node) -> rdflib.term.Node:
    """A number by its value: Turtle writes the decimal 1234 as 1234.0."""
    if isinstance(node, rdflib.Literal) and node.datatype == XSD.decimal:
        return rdflib.Literal(str(Decimal(str(node)).normalize()), datatype=XSD.decimal)
    return node


@pytest.mark.parametrize(("profile", "version"), [("dcat_ap_de_3", "3.0"), ("dcat_ap_de_2", "2.0")])
def test_ckan_says_what_our_feed_says(portal: Portal, profile: str, version: str) -> None:
    """Every triple about every dataset, file, agent, place, time and code is the same, in 3.0 and in 2.0."""
    config = CatalogConfig.model_validate({"dcat_ap_de": version})
    ckan, ours = _comparable(portal.pages(profile)), _comparable(feed(portal.catalog, config))
    assert ckan == ours, f"only CKAN: {sorted(ckan - ours)[:5]}; only our feed: {sorted(ours - ckan)[:5]}"
    assert len(ours) > 300


def test_the_live_catalogue_is_valid(portal: Portal, shared_data: Path) -> None:
    """All pages of the catalogue and every dataset's own document pass the shapes, without a warning even."""
    shapes, lists = shacl.shapes_3_0(shared_data), shacl.vocabularies(shared_data)
    assert list(shacl.results(portal.pages("dcat_ap_de_3"), shapes, lists)) == []
    for dataset in portal.catalog.datasets:
        document = portal.graph(f"/dataset/{dataset.name}.ttl")
        assert (URIRef(dataset.iri), RDF.type, DCAT.Dataset) in document
        assert list(shacl.results(document, shapes, lists)) == [], dataset.id


def test_the_live_catalogue_is_valid_in_2_0(portal: Portal, shared_data: Path) -> None:
    """A harvester that asks for 2.0 gets what the shapes of 2.0 accept."""
    old = portal.pages("dcat_ap_de_2")
    lists = shacl.vocabularies(shared_data) + shacl.lists_2_0(old)
    found = shacl.results(old, shacl.shapes_2_0(shared_data), lists)
    assert [result for result in found if result[0] == "Violation"] == []


def test_a_dataset_made_by_hand_is_valid(portal: Portal, shared_data: Path) -> None:
    """With title, text, licence and a file, all that the form demands, the profile fills what DCAT-AP.de demands."""
    name = f"von-hand-{secrets.token_hex(4)}"
    portal.stage.call("organization_create", name=name, title="Stadt X")
    said = {
        "title": "Von Hand",
        "notes": "Ein Plan.",
        "license_id": "http://dcat-ap.de/def/licenses/cc-by/4.0",
        "contact": [{"name": "", "email": ""}],
        "temporal_coverage": [{"start": "", "end": ""}],
        "tag_string": "Plan",
        "theme": ["http://publications.europa.eu/resource/authority/data-theme/GOVE"],
        "resources": [{"url": "https://x.example/plan", "name": "Plan", "format": "Kreuzstich"}],
    }
    portal.stage.call("package_create", name=name, owner_org=name, **said)
    try:
        for profile, shapes in (("dcat_ap_de_3", shacl.shapes_3_0), ("dcat_ap_de_2", shacl.shapes_2_0)):
            document = portal.graph(f"/dataset/{name}.ttl", profiles=profile)
            lists = shacl.vocabularies(shared_data) + shacl.lists_2_0(document)
            found = shacl.results(document, shapes(shared_data), lists)
            assert [result for result in found if result[0] == "Violation"] == []
    finally:
        portal.stage.call("dataset_purge", id=name)
        portal.stage.call("organization_purge", id=name)


@pytest.mark.parametrize("nonsense", ['<>"{}|^` x\x0b', '{"type": "Polygon", "coordinates": [1]}'])
def test_nonsense_does_not_take_the_catalogue_away(portal: Portal, nonsense: str) -> None:
    """Whatever one Kommune writes into every field, the portal's catalogue is served and read in every format."""
    name = f"unsinn-{secrets.token_hex(4)}"
    portal.stage.call("organization_create", name=name, title=nonsense)
    told = yaml.safe_load((PROJECT / "infra/ckan/ckanext/datenallmende/schemas/dataset.yaml").read_text())
    dataset = {"title": "Unsinn", "notes": nonsense, **_filled(told["dataset_fields"], nonsense)}
    resource = {"url": nonsense, **_filled(told["resource_fields"], nonsense)}
    portal.stage.call("package_create", **{**dataset, "name": name, "owner_org": name, "resources": [resource]})
    try:
        for ending, fmt in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
            answer = requests.get(f"{portal.url}/catalog.{ending}", params={"fq": f"organization:{name}"}, timeout=60)
            assert answer.status_code == 200, ending
            listed = rdflib.Graph().parse(data=answer.content, format=fmt).objects(None, DCAT.dataset)
            assert len(list(listed)) == 1
        assert _Page(portal.html(f"/dataset/{name}")).handlers == []
    finally:
        portal.stage.call("dataset_purge", id=name)
        portal.stage.call("organization_purge", id=name)


def _filled(fields: list[dict[str, Any]], text: str) -> dict[str, Any]:
    """Every field of a schema with this text, as often as it takes several; dates and numbers are checked by CKAN."""
    known = ("title", "name", "notes", "owner_org", "tag_string", "issued", "modified", "start", "end", "size", "url")
    values: dict[str, Any] = {}
    for field in fields:
        if (name := field["field_name"]) in known:
            continue
        if subfields := field.get("repeating_subfields"):
            values[name] = [_filled(subfields, text)]
        else:
            values[name] = [text] if field.get("preset") in {"da_codes", "da_addresses"} else text
    return values


def test_a_fault_on_the_portal_is_seen(portal: Portal, shared_data: Path) -> None:
    """Somebody writes a theme that is none and takes the contact away: a violation, a difference, a plan."""
    dataset = portal.catalog.datasets[0]
    nonsense = "http://publications.europa.eu/resource/authority/data-theme/BAUM"
    portal.stage.call("package_patch", id=dataset.name, theme=[nonsense], contact=[{"name": "", "email": ""}])
    try:
        document = portal.graph(f"/dataset/{dataset.name}.ttl")
        found = shacl.results(document, shacl.shapes_3_0(shared_data), shacl.vocabularies(shared_data))
        assert any(level == "Violation" and "theme" in message for level, _, message in found)
        differs = _comparable(portal.pages("dcat_ap_de_3")) ^ _comparable(feed(portal.catalog))
        assert {predicate for _, predicate, _ in differs} >= {
            DCAT.theme,
            URIRef("http://www.w3.org/2006/vcard/ns#hasURL"),
        }
    finally:
        plan, _ = portal.stage.publish(portal.catalog)
    assert [change.id for change in plan.changes if change.id == dataset.id] == [dataset.id]


def test_a_withdrawn_dataset_is_in_no_feed(portal: Portal) -> None:
    """Withdrawn is gone for the public: not in the catalogue, and its own document says gone."""
    gone, *left = portal.catalog.datasets
    portal.stage.publish(portal.catalog.model_copy(update={"datasets": tuple(left)}))
    try:
        listed = set(portal.pages("dcat_ap_de_3").objects(None, DCAT.dataset))
        assert listed == {URIRef(dataset.iri) for dataset in left}
        answer = requests.get(f"{portal.url}/dataset/{gone.name}.ttl", timeout=60, allow_redirects=False)
        assert answer.status_code == 410
        assert gone.description not in answer.text
    finally:
        portal.stage.publish(portal.catalog)


class _Page(HTMLParser):
    """What a page loads and runs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language, self.sources, self.elements, self.handlers = "", [], [], []
        self.sources: list[str]
        self.elements: list[str]
        self.handlers: list[str]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append(tag)
        self.handlers += [name for name in given if name.startswith("on")]
        self.handlers += [
            value for name, value in given.items() if value.strip().lower().startswith("javascript:alert")
        ]
        if tag == "html":
            self.language = given.get("lang", "")
        if tag in {"script", "img", "iframe"}:
            self.sources.append(given.get("src", ""))
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "shortcut icon"}:
            self.sources.append(given.get("href", ""))


def test_metadata_is_text_on_every_page(portal: Portal) -> None:
    """Script in a title or a description runs nowhere, pages are German, and nothing is loaded from third parties."""
    hostile = next(d for d in portal.catalog.datasets if "</script>" in d.title)
    package = portal.stage.show(hostile.name)
    resource = package["resources"][0]["id"]
    organization = f"/organization/{package['organization']['name']}"
    dataset = f"/dataset/{hostile.name}"
    for path in ("/", "/dataset/", "/organization/", organization, dataset, f"{dataset}/resource/{resource}"):
        html = portal.html(path)
        page = _Page(html)
        assert page.language == "de", path
        assert page.handlers == [], path
        assert "b" not in page.elements, path
        assert '</script><b>"' not in html, path
        assert [s for s in page.sources if s.startswith(("http", "//")) and not s.startswith(portal.url)] == [], path
    assert "Titel" in portal.html(dataset)


class _Form(HTMLParser):
    """What a browser would send of the form for a dataset, a file or an organization, untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._is_inside, self._select, self._area = False, "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "form":
            self._is_inside = given.get("id") in {"dataset-edit", "resource-edit"} or "dataset-form" in given.get(
                "class", ""
            )
        if not self._is_inside:
            return
        if tag == "input" and name and (kind not in {"file", "checkbox", "radio"} or "checked" in given):
            self.values.append((name, given.get("value", "")))
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in given:
            self.values.append((self._select, given.get("value", "")))
        if tag == "textarea":
            self._area = name
            self.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.values.pop()
            self.values.append((name, text + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""
        if tag == "form":
            self._is_inside = False


def _save(portal: Portal, path: str, **typed: str) -> None:
    """Open the form, type, send it, as a browser does."""
    address, who = f"{portal.url}{path}", {"Authorization": portal.stage.token}
    form = _Form(requests.get(address, headers=who, timeout=60).text)
    assert typed.keys() <= dict(form.values).keys()
    sent = [(name, typed.get(name, value)) for name, value in form.values]
    saved = requests.post(address, headers=who, data=[*sent, ("save", "")], timeout=60, allow_redirects=False)
    assert saved.status_code == 302, path


def test_an_editor_who_saves_the_forms_loses_nothing(portal: Portal) -> None:
    """After somebody saved the forms of a dataset and of a file, only what he typed differs, and it is still ours."""
    dataset = portal.catalog.datasets[0]
    resource = portal.stage.show(dataset.name)["resources"][0]
    _save(portal, f"/dataset/edit/{dataset.name}", title="Von Hand")
    _save(portal, f"/dataset/{dataset.name}/resource/{resource['id']}/edit", name="Von Hand")
    plan, _ = portal.stage.publish(portal.catalog)
    [change] = [one for one in plan.changes if one.id == dataset.id]
    assert {one.field for one in change.fields} == {"title", f"resources.{resource['allmende_key']}.name"}


def test_an_organization_keeps_its_mark(portal: Portal) -> None:
    """The form of an organization keeps the extras that it does not show, among them the mark that it is ours."""
    name = portal.stage.show(portal.catalog.datasets[0].name)["organization"]["name"]
    mark = [{"key": "allmende_id", "value": name}]
    portal.stage.call("organization_patch", id=name, extras=mark)
    _save(portal, f"/organization/edit/{name}", title="Von Hand")
    saved = portal.stage.call("organization_show", id=name)
    assert saved["title"] == "Von Hand"
    assert [{"key": e["key"], "value": e["value"]} for e in saved["extras"]] == mark
