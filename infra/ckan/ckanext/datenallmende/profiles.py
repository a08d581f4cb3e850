"""What a dataset is in DCAT-AP.de: ckanext-dcat's profile of DCAT-AP 3, and on top what Germany adds and asks for.

Sources: DCAT-AP.de 3.0 (https://www.dcat-ap.de/def/dcatde/3.0/spec/) and 2.0, the conventions handbook, DCAT-AP HVD.
The same is said, in the same nodes, as in the feed that `catalog.dcat` writes; an integration test compares them
triple by triple. What does not belong here: code lists (`codes`), housekeeping (`nodes`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ckan.plugins import toolkit
from ckanext.datenallmende import codes, nodes
from ckanext.datenallmende.codes import AUTHORITY, DCATDE, GEODCAT, PROV
from ckanext.dcat.profiles.base import (
    DCAT,
    DCATAP,
    DCT,
    FOAF,
    GSP,
    OWL,
    RDF,
    RDFS,
    SKOS,
    SPDX,
    VCARD,
    XSD,
    CleanedURIRef,
)
from ckanext.dcat.profiles.euro_dcat_ap_3 import EuropeanDCATAP3Profile
from ckanext.dcat.utils import resource_uri
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

log = logging.getLogger(__name__)

_AGENTS = {"originator": GEODCAT.originator, "custodian": GEODCAT.custodian, "contributor": DCT.contributor}
_ADDRESSES = {
    "contributorID": DCATDE.contributorID,
    "politicalGeocodingLevelURI": DCATDE.politicalGeocodingLevelURI,
    "musterdatensatz": DCT.references,
    "availability": DCATAP.availability,
    "source_url": PROV.wasDerivedFrom,
}
_BLANK = {
    DCAT.contactPoint: "kontakt",
    DCT.temporal: "zeitraum",
    DCT.spatial: "gebiet",
    DCT.provenance: "herkunft",
    DCT.accessRights: "zugang",
}


class GermanDCATAP3Profile(EuropeanDCATAP3Profile):
    """DCAT-AP.de 3.0."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Build the dataset in a graph of its own, so that putting right touches nothing else on the page."""
        page, self.g = self.g, Graph()
        try:
            super().graph_from_dataset(dataset_dict, dataset_ref)
            self._put_right(dataset_dict, dataset_ref)
            nodes.keep_what_can_be_written(self.g)
            for prefix, namespace in self.g.namespaces():
                page.bind(prefix, namespace)
            for triple in self.g:
                page.add(triple)
        finally:
            self.g = page

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        """The portal as a catalogue: its publisher and its languages too."""
        super().graph_from_catalog(catalog_dict, catalog_ref)
        config = toolkit.config
        default = str(config.get("ckan.locale_default") or "de")
        nodes.tag_language(self.g, catalog_ref, DCT.title, default[:2])
        nodes.tag_language(self.g, catalog_ref, DCT.description, default[:2])
        self.g.remove((catalog_ref, DCT.language, None))
        self._link(catalog_ref, DCT.language, codes.language(default))
        self.g.add((catalog_ref, DCAT.themeTaxonomy, AUTHORITY["data-theme"]))
        self.g.add((AUTHORITY["data-theme"], RDF.type, SKOS.ConceptScheme))
        for page in self.g.objects(catalog_ref, FOAF.homepage):
            self.g.add((page, RDF.type, FOAF.Document))
        own = "ckanext.datenallmende.publisher_"
        name = str(config.get(f"{own}name") or config.get("ckan.site_title"))
        uri = str(config.get(f"{own}uri") or f"{catalog_ref}#herausgeber")
        agent = {"uri": uri, "name": name, "url": config.get(f"{own}url"), "type": config.get(f"{own}type")}
        self._agent(catalog_ref, DCT.publisher, agent)

    def _put_right(self, dataset: dict[str, Any], ref: URIRef) -> None:
        self._agents(dataset, ref)
        self._german_fields(dataset, ref)
        self._fill_gaps(dataset, ref)
        for resource in dataset.get("resources", []):
            self._file(resource, CleanedURIRef(resource_uri(resource)))
        for predicate, fragment in _BLANK.items():
            nodes.name_blank(self.g, ref, predicate, fragment)
        self._languages(ref)
        self._classes()

    def _agents(self, dataset: Mapping[str, Any], ref: URIRef) -> None:
        for field, predicate in _AGENTS.items():
            for agent in dataset.get(field) or []:
                self._agent(ref, predicate, agent)
        # ckanext-dcat gives agents a vCard address; DCAT-AP knows foaf:mbox.
        for agent in set(self.g.subjects(RDF.type, FOAF.Agent)):
            for address in list(self.g.objects(agent, VCARD.hasEmail)):
                self.g.remove((agent, VCARD.hasEmail, address))
                self.g.add((agent, FOAF.mbox, address))

    def _agent(self, ref: URIRef, predicate: URIRef, agent: Mapping[str, Any]) -> None:
        if not agent.get("uri"):
            return
        node = CleanedURIRef(agent["uri"])
        self.g.add((ref, predicate, node))
        self.g.add((node, RDF.type, FOAF.Agent))
        if agent.get("name"):
            self.g.add((node, FOAF.name, Literal(agent["name"])))
        self._link(node, FOAF.homepage, agent.get("url"))
        self._link(node, DCT.type, agent.get("type"))
        if agent.get("email"):
            self.g.add((node, FOAF.mbox, URIRef(self._add_mailto(agent["email"]))))

    def _german_fields(self, dataset: Mapping[str, Any], ref: URIRef) -> None:
        for field, predicate in _ADDRESSES.items():
            self._link(ref, predicate, self._get_dataset_value(dataset, field))
        for origin in self._read_list_value(self._get_dataset_value(dataset, "derived_from")) or []:
            self._link(ref, PROV.wasDerivedFrom, origin)
        if place := self._get_dataset_value(dataset, "politicalGeocodingURI"):
            self._link(ref, DCT.spatial, place)
            self.g.add((CleanedURIRef(place), RDF.type, DCT.Location))
        for category in self.g.objects(ref, DCATAP.hvdCategory):
            if isinstance(category, URIRef):
                self.g.add((category, RDF.type, SKOS.Concept))
        title = self._get_dataset_value(dataset, "standard_title")
        standards = sorted(node for node in self.g.objects(ref, DCT.conformsTo) if isinstance(node, URIRef))
        if title and standards:
            self.g.add((standards[0], DCT.title, Literal(title)))

    def _fill_gaps(self, dataset: Mapping[str, Any], ref: URIRef) -> None:
        """What DCAT-AP.de asks for and a form left empty, for datasets that people make by hand on this portal."""
        if not self.g.value(ref, DCATDE.contributorID):
            self._link(ref, DCATDE.contributorID, toolkit.config.get("ckanext.datenallmende.contributor_id"))
        for period in list(self.g.objects(ref, DCT.temporal)):
            if not (self.g.value(period, DCAT.startDate) or self.g.value(period, DCAT.endDate)):
                self.g.remove((ref, DCT.temporal, period))
                self.g.remove((period, None, None))
        for contact in list(self.g.objects(ref, DCAT.contactPoint)):
            if not (self.g.value(contact, VCARD.hasEmail) or self.g.value(contact, VCARD.hasURL)):
                self._organization_as_contact(dataset.get("organization") or {}, contact)

    def _organization_as_contact(self, organization: Mapping[str, Any], contact: Node) -> None:
        """Convention 1: a contact has an e-mail address or a page; without either the organization's page stands in."""
        if not organization.get("name"):
            return
        if not self.g.value(contact, VCARD.fn):
            self.g.add((contact, VCARD.fn, Literal(organization.get("title") or organization["name"])))
        self._link(contact, VCARD.hasURL, toolkit.url_for("organization.read", id=organization["name"], _external=True))

    def _file(self, resource: Mapping[str, Any], ref: URIRef) -> None:
        for predicate, value in (
            (DCT["format"], codes.file_type(resource.get("format") or "")),
            (DCAT.mediaType, codes.media_type(resource.get("mimetype") or "")),
        ):
            self.g.remove((ref, predicate, None))
            self._link(ref, predicate, value)
        # What has a checksum or lies here is a file, not a page about one.
        if resource.get("hash") or resource.get("url_type") == "upload":
            self._link(ref, DCAT.downloadURL, resource.get("download_url") or resource.get("url"))
        if not self.g.value(ref, DCAT.accessURL):
            self._link(ref, DCAT.accessURL, resource.get("url"))
        if attribution := resource.get("licenseAttributionByText"):
            self.g.add((ref, DCATDE.licenseAttributionByText, Literal(attribution)))
        # ckanext-dcat says of every licence that its type is unknown.
        for licence in self.g.objects(ref, DCT.license):
            self.g.remove((licence, DCT.type, None))
            if isinstance(licence, URIRef):
                self.g.add((licence, RDF.type, DCT.LicenseDocument))
        nodes.name_blank(self.g, ref, SPDX.checksum, "sha256")
        nodes.name_blank(self.g, ref, DCT.rights, "rechte")

    def _languages(self, ref: URIRef) -> None:
        own = (codes.language_tag(str(value)) for value in self.g.objects(ref, DCT.language))
        tag = next(filter(None, own), str(toolkit.config.get("ckan.locale_default") or "de")[:2])
        files = list(self.g.objects(ref, DCAT.distribution))
        statements = [*self.g.objects(ref, DCT.provenance), *self.g.objects(ref, DCT.accessRights)]
        for subject in (ref, *files, *self.g.objects(ref, DCT.conformsTo)):
            for predicate in (DCT.title, DCT.description, DCAT.keyword, DCATDE.licenseAttributionByText):
                nodes.tag_language(self.g, subject, predicate, tag)
        for subject in statements:
            nodes.tag_language(self.g, subject, RDFS.label, tag)

    def _classes(self) -> None:
        """A value of a code list is described by its list; licences and laws are typed, for many lists hold them."""
        for subject in set(self.g.subjects(RDF.type, None)):
            if str(subject).startswith(codes.CODE_LISTS):
                self.g.remove((subject, RDF.type, None))
        for address in set(self.g.subjects(RDF.type, RDFS.Resource)):
            self.g.remove((address, RDF.type, RDFS.Resource))

    def _add_spatial_value_to_graph(self, spatial_ref: Node, predicate: URIRef, value: Any) -> None:
        """A box or an area once, as WKT and to the last digit; ckanext-dcat gives it twice, and rounded."""
        try:
            shape = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            shape = None
        try:
            if isinstance(shape, dict) and shape.get("type") == "Polygon" and len(shape["coordinates"]) == 1:
                ring = ",".join(f"{float(x)} {float(y)}" for x, y, *_ in shape["coordinates"][0])
                self.g.add((spatial_ref, predicate, Literal(f"POLYGON(({ring}))", datatype=GSP.wktLiteral)))
            else:
                super()._add_spatial_value_to_graph(spatial_ref, predicate, value)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            log.warning("a geometry that is none is left out: %.200s", value)

    def _link(self, subject: Node, predicate: URIRef, address: Any) -> None:
        """Point at an address; what is none, from a form or a stranger, is left out."""
        if address and str(address).startswith(("http://", "https://")):
            self.g.add((subject, predicate, CleanedURIRef(str(address).strip())))


class GermanDCATAP2Profile(GermanDCATAP3Profile):
    """DCAT-AP.de 2.0, for harvesters that do not read 3.0 yet: the same, in the words of then."""

    def _put_right(self, dataset: dict[str, Any], ref: URIRef) -> None:
        super()._put_right(dataset, ref)
        for new, old in (
            (DCAT.version, OWL.versionInfo),
            (GEODCAT.originator, DCATDE.originator),
            (GEODCAT.custodian, DCATDE.maintainer),
        ):
            self._say_as(ref, new, old)
        self.g.remove((ref, DCATAP.availability, None))
        if place := self._get_dataset_value(dataset, "politicalGeocodingURI"):
            self.g.remove((ref, DCT.spatial, CleanedURIRef(place)))
            self.g.remove((CleanedURIRef(place), RDF.type, DCT.Location))
            self._link(ref, DCATDE.politicalGeocodingURI, place)
        for file in list(self.g.objects(ref, DCAT.distribution)):
            self._file_2(file)

    def _file_2(self, ref: Node) -> None:
        for size in list(self.g.objects(ref, DCAT.byteSize)):
            self.g.remove((ref, DCAT.byteSize, size))
            self.g.add((ref, DCAT.byteSize, Literal(Decimal(str(size)), datatype=XSD.decimal)))
        for value in list(self.g.objects(ref, DCATAP.availability)):
            self.g.remove((ref, DCATAP.availability, value))
            code = str(value).rpartition("/")[2].lower()
            self._link(ref, DCATDE.plannedAvailability, f"http://dcat-ap.de/def/plannedAvailability/{code}")
        for checksum in self.g.objects(ref, SPDX.checksum):
            if (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in self.g:
                self.g.remove((checksum, SPDX.algorithm, None))
                self._link(checksum, SPDX.algorithm, "http://dcat-ap.de/def/hashAlgorithms/sha/256")

    def _say_as(self, subject: Node, new: URIRef, old: URIRef) -> None:
        for value in list(self.g.objects(subject, new)):
            self.g.remove((subject, new, value))
            self.g.add((subject, old, value))
