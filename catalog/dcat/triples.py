"""What a dataset, a file, an agent is in DCAT-AP.de: one generator per thing, pure.

Nodes are named, never blank, so that the same catalogue gives the same bytes. Sources of the rules: DCAT-AP.de 3.0
(https://www.dcat-ap.de/def/dcatde/3.0/spec/), the conventions handbook, DCAT-AP HVD 3.0.0. What does not belong here:
files and paging (`feed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pyoxigraph import Literal, NamedNode, Triple

from catalog import plain
from catalog.config import CatalogConfig
from catalog.dcat import statements as said
from catalog.dcat import vocabulary as v
from catalog.model import Agent, Catalog, Dataset, Distribution

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document may hold."""

type_ = v.named(f"{v.RDF}type")


@dataclass(frozen=True)
class Scope:
    """What a dataset is written in view of: the whole catalogue."""

    catalog: Catalog
    config: CatalogConfig
    published: frozenset[str]

    @property
    def is_3(self) -> bool:
        return self.config.dcat_ap_de == "3.0"


class _Node:
    """Collects triples about one subject; values that are missing or unusable are left out."""

    def __init__(self, subject: str | NamedNode, rdf_class: str) -> None:
        self.subject = subject if isinstance(subject, NamedNode) else NamedNode(subject)
        self.triples = [Triple(self.subject, type_, v.named(rdf_class))]

    def link(self, predicate: str, *targets: NamedNode | None) -> None:
        property_ = v.named(predicate)
        self.triples += [Triple(self.subject, property_, t) for t in targets if t is not None]

    def text(self, predicate: str, value: str, language: str = "") -> None:
        clean = _UNPRINTABLE.sub("", value).strip()
        if clean:
            literal = Literal(clean, language=language) if language else Literal(clean)
            self.triples.append(Triple(self.subject, v.named(predicate), literal))

    def typed(self, predicate: str, value: object, datatype: str) -> None:
        self.triples.append(
            Triple(self.subject, v.named(predicate), Literal(str(value), datatype=v.named(v.XSD + datatype)))
        )

    def day(self, predicate: str, value: date | None) -> None:
        if value is not None:
            self.typed(predicate, value.isoformat(), "date")

    def moment(self, predicate: str, value: datetime | None) -> None:
        if value is not None:
            self.typed(predicate, value.isoformat(timespec="seconds"), "dateTime")


def catalog_triples(scope: Scope, datasets: tuple[Dataset, ...]) -> Iterator[Triple]:
    """The catalogue, its publisher and its links to the datasets of this page."""
    catalog, config = scope.catalog, scope.config
    node = _Node(catalog.iri, f"{v.DCAT}Catalog")
    operator = said.operator(catalog, config.namespace)
    publisher = NamedNode(operator.uri)
    node.text(f"{v.DCT}title", catalog.title, catalog.language)
    node.text(f"{v.DCT}description", catalog.description, catalog.language)
    node.link(f"{v.DCT}publisher", publisher)
    node.link(f"{v.DCT}language", v.language(catalog.language))
    node.link(f"{v.FOAF}homepage", v.iri(catalog.homepage))
    node.link(f"{v.DCAT}themeTaxonomy", NamedNode(f"{v.AUTHORITY}data-theme"))
    node.moment(f"{v.DCT}modified", catalog.modified)
    node.link(f"{v.DCAT}dataset", *(NamedNode(d.iri) for d in datasets))
    yield from node.triples
    yield from _agent(operator, v.REGIONAL_AUTHORITY)
    if homepage := v.iri(catalog.homepage):
        yield Triple(homepage, type_, v.named(f"{v.FOAF}Document"))
    yield Triple(NamedNode(f"{v.AUTHORITY}data-theme"), type_, v.named(f"{v.SKOS}ConceptScheme"))


def dataset_triples(dataset: Dataset, scope: Scope) -> Iterator[Triple]:
    """The dataset with everything that belongs to it: contact, publisher, place, time, standard, files."""
    node = _Node(dataset.iri, f"{v.DCAT}Dataset")
    _describe(node, dataset, scope)
    _classify(node, dataset, scope)
    _roles(node, dataset, scope)
    node.link(f"{v.DCAT}distribution", *(NamedNode(d.iri) for d in dataset.distributions))
    yield from node.triples
    yield from _contact(dataset, scope)
    yield from _place_and_time(dataset)
    yield from _provenance(dataset, scope)
    if page := v.iri(dataset.landing_page):
        yield Triple(page, type_, v.named(f"{v.FOAF}Document"))
    for distribution in dataset.distributions:
        yield from _distribution(distribution, dataset, scope)


def publisher_triples(datasets: tuple[Dataset, ...], scope: Scope) -> Iterator[Triple]:
    """The publishers of these datasets, each once."""
    seen: dict[str, Dataset] = {}
    for dataset in datasets:
        seen.setdefault(said.publisher(dataset, scope.config.namespace).uri, dataset)
    for dataset in seen.values():
        yield from _agent(said.publisher(dataset, scope.config.namespace), said.publisher_type(dataset))


def shared_triples(datasets: tuple[Dataset, ...], scope: Scope) -> Iterator[Triple]:
    """What datasets share, each once: standards, and types of code-list values that a validator could not fetch."""
    standards = {d.standard: d for d in reversed(datasets) if d.standard}
    for _, dataset in sorted(standards.items()):
        yield from _standard(dataset, scope)
    kinds: dict[NamedNode, str] = {}
    for dataset in datasets:
        if scope.is_3 and (place := v.iri(dataset.political_geocoding)):
            kinds[place] = f"{v.DCT}Location"
        if category := v.hvd_category(dataset.hvd_category):
            kinds[category] = f"{v.SKOS}Concept"
            kinds[v.HVD_REGULATION] = "http://data.europa.eu/eli/ontology#LegalResource"
        if licence := v.iri(dataset.licence.uri):
            kinds[licence] = f"{v.DCT}LicenseDocument"
    for node, kind in sorted(kinds.items(), key=lambda item: item[0].value):
        yield Triple(node, type_, NamedNode(kind))


def _describe(node: _Node, dataset: Dataset, scope: Scope) -> None:
    language = scope.catalog.language
    node.text(f"{v.DCT}title", said.title(dataset), language)
    node.text(f"{v.DCT}description", said.description(dataset), language)
    node.text(f"{v.DCT}identifier", dataset.id)
    for word in said.keywords(dataset):
        node.text(f"{v.DCAT}keyword", word, language)
    node.moment(f"{v.DCT}issued", dataset.issued)
    node.moment(f"{v.DCT}modified", dataset.modified)
    node.text(f"{v.DCAT}version" if scope.is_3 else f"{v.OWL}versionInfo", dataset.version)
    node.link(f"{v.DCAT}landingPage", v.iri(dataset.landing_page))
    node.link(f"{v.DCT}language", v.language(language))
    node.link(f"{v.DCT}references", v.iri(dataset.musterdatensatz))


def _classify(node: _Node, dataset: Dataset, scope: Scope) -> None:
    node.link(f"{v.DCAT}theme", v.authority("data-theme", dataset.theme))
    node.link(f"{v.DCT}accrualPeriodicity", v.authority("frequency", dataset.frequency))
    node.link(f"{v.DCT}accessRights", v.PUBLIC)
    if category := v.hvd_category(dataset.hvd_category):
        node.link(f"{v.DCATAP}hvdCategory", category)
        node.link(f"{v.DCATAP}applicableLegislation", v.HVD_REGULATION)
    if dataset.standard:
        node.link(f"{v.DCT}conformsTo", said.standard(dataset, scope.config.namespace))
    node.link(f"{v.DCATDE}politicalGeocodingLevelURI", v.iri(dataset.political_level))
    if scope.is_3:
        node.link(f"{v.DCT}spatial", v.iri(dataset.political_geocoding))
        node.link(f"{v.DCATAP}availability", v.AVAILABLE)
    else:
        node.link(f"{v.DCATDE}politicalGeocodingURI", v.iri(dataset.political_geocoding))
    if dataset.bbox:
        node.link(f"{v.DCT}spatial", NamedNode(f"{dataset.iri}#gebiet"))
    if any(said.period(dataset)):
        node.link(f"{v.DCT}temporal", NamedNode(f"{dataset.iri}#zeitraum"))
    if said.provenance(dataset):
        node.link(f"{v.DCT}provenance", NamedNode(f"{dataset.iri}#herkunft"))


def _roles(node: _Node, dataset: Dataset, scope: Scope) -> None:
    """Publisher, author and keeper; the operator of the catalogue has worked on the data. Parts are its sources."""
    namespace = scope.config.namespace
    publisher = NamedNode(said.publisher(dataset, namespace).uri)
    node.link(f"{v.DCAT}contactPoint", NamedNode(f"{dataset.iri}#kontakt"))
    node.link(f"{v.DCT}publisher", publisher)
    node.link(f"{v.GEODCAT}originator" if scope.is_3 else f"{v.DCATDE}originator", publisher)
    node.link(f"{v.GEODCAT}custodian" if scope.is_3 else f"{v.DCATDE}maintainer", publisher)
    node.link(f"{v.DCT}contributor", NamedNode(said.operator(scope.catalog, namespace).uri))
    node.link(f"{v.DCATDE}contributorID", v.iri(scope.catalog.contributor_id))
    origins = said.origins(dataset, namespace, scope.published)
    # Not dct:source: its target must be described in the same document, which paging and single documents cannot give.
    node.link(f"{v.PROV}wasDerivedFrom", *origins, v.iri(dataset.source_url))


def _agent(agent: Agent, kind: NamedNode) -> Iterator[Triple]:
    node = _Node(agent.uri, f"{v.FOAF}Agent")
    node.text(f"{v.FOAF}name", agent.name)
    node.link(f"{v.DCT}type", kind)
    node.link(f"{v.FOAF}homepage", v.iri(agent.url))
    node.link(f"{v.FOAF}mbox", v.mailto(agent.email))
    yield from node.triples


def _contact(dataset: Dataset, scope: Scope) -> Iterator[Triple]:
    contact = said.contact(dataset, scope.catalog)
    node = _Node(f"{dataset.iri}#kontakt", f"{v.VCARD}Kind")
    node.text(f"{v.VCARD}fn", contact.name)
    node.link(f"{v.VCARD}hasEmail", v.mailto(contact.email))
    node.link(f"{v.VCARD}hasURL", v.iri(contact.url))
    yield from node.triples


def _place_and_time(dataset: Dataset) -> Iterator[Triple]:
    if dataset.bbox:
        place = _Node(f"{dataset.iri}#gebiet", f"{v.DCT}Location")
        ring = ",".join(f"{x} {y}" for x, y in said.box(dataset))
        wkt = Literal(f"POLYGON(({ring}))", datatype=v.named(f"{v.GEO}wktLiteral"))
        place.triples.append(Triple(place.subject, v.named(f"{v.DCAT}bbox"), wkt))
        yield from place.triples
    start, end = said.period(dataset)
    if start or end:
        time = _Node(f"{dataset.iri}#zeitraum", f"{v.DCT}PeriodOfTime")
        time.day(f"{v.DCAT}startDate", start)
        time.day(f"{v.DCAT}endDate", end)
        yield from time.triples


def _standard(dataset: Dataset, scope: Scope) -> Iterator[Triple]:
    if (iri := said.standard(dataset, scope.config.namespace)) is not None:
        node = _Node(iri, f"{v.DCT}Standard")
        node.text(f"{v.DCT}title", said.standard_title(dataset), scope.catalog.language)
        yield from node.triples


def _provenance(dataset: Dataset, scope: Scope) -> Iterator[Triple]:
    if statement := said.provenance(dataset):
        node = _Node(f"{dataset.iri}#herkunft", f"{v.DCT}ProvenanceStatement")
        node.text(f"{v.RDFS}label", statement, scope.catalog.language)
        yield from node.triples


def _distribution(distribution: Distribution, dataset: Dataset, scope: Scope) -> Iterator[Triple]:
    language = scope.catalog.language
    node = _Node(distribution.iri, f"{v.DCAT}Distribution")
    node.text(f"{v.DCT}title", said.file_title(distribution, dataset), language)
    node.text(f"{v.DCT}description", plain.text(distribution.note), language)
    node.link(f"{v.DCAT}accessURL", v.iri(distribution.url))
    node.link(f"{v.DCAT}downloadURL", v.iri(distribution.url))
    node.link(f"{v.DCT}format", v.file_type(distribution.format))
    node.link(f"{v.DCAT}mediaType", v.media_type(distribution.mediatype))
    node.typed(f"{v.DCAT}byteSize", distribution.bytes, "nonNegativeInteger" if scope.is_3 else "decimal")
    node.link(f"{v.SPDX}checksum", NamedNode(f"{distribution.iri}#sha256"))
    node.link(f"{v.DCT}license", v.iri(dataset.licence.uri))
    node.text(f"{v.DCATDE}licenseAttributionByText", plain.line(dataset.licence.attribution), language)
    node.link(f"{v.DCT}language", v.language(language))
    node.moment(f"{v.DCT}issued", dataset.issued)
    node.moment(f"{v.DCT}modified", dataset.modified)
    if dataset.standard and distribution.role == "data":
        node.link(f"{v.DCT}conformsTo", said.standard(dataset, scope.config.namespace))
    if scope.is_3:
        node.link(f"{v.DCATAP}availability", v.AVAILABLE)
    else:
        node.link(f"{v.DCATDE}plannedAvailability", v.AVAILABLE_2_0)
    if v.hvd_category(dataset.hvd_category):
        node.link(f"{v.DCATAP}applicableLegislation", v.HVD_REGULATION)
    yield from node.triples
    checksum = _Node(f"{distribution.iri}#sha256", f"{v.SPDX}Checksum")
    checksum.link(f"{v.SPDX}algorithm", v.SHA256 if scope.is_3 else v.SHA256_2_0)
    checksum.typed(f"{v.SPDX}checksumValue", distribution.sha256, "hexBinary")
    yield from checksum.triples
