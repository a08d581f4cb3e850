"""The SHACL shapes that GovData and the EU validate with, put together so that they can be run without a network.

Used on our own feed (`tests/acceptance`) and on what a live CKAN says (`tests/integration`). How the files belong
together is in FACTS.md of the shared data. What does not belong here: tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyshacl
import rdflib
from rdflib.namespace import RDF, SH, SKOS

AUTHORITY = "http://publications.europa.eu/resource/authority/"


def shapes_3_0(data: Path) -> rdflib.Graph:
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


def shapes_2_0(data: Path) -> rdflib.Graph:
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


def vocabularies(data: Path) -> rdflib.Graph:
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


def lists_2_0(graph: rdflib.Graph) -> rdflib.Graph:
    """The code lists that only 2.0 uses and that are not here, as far as `graph` uses them."""
    base, lists = "http://dcat-ap.de/def/", rdflib.Graph()
    for value in graph.objects(None, rdflib.URIRef(f"{base}dcatde/politicalGeocodingURI")):
        lists.add((rdflib.URIRef(str(value)), SKOS.inScheme, rdflib.URIRef(str(value).rpartition("/")[0])))
    for code in ("hashAlgorithms/sha/256", "plannedAvailability/available"):
        lists.add((rdflib.URIRef(base + code), SKOS.inScheme, rdflib.URIRef(base + code.partition("/")[0])))
    return lists


def results(data: rdflib.Graph, shapes: rdflib.Graph, lists: rdflib.Graph) -> Iterator[tuple[str, str, str]]:
    """(severity, focus node, message) of every result."""
    _, report, _ = pyshacl.validate(
        data + lists, shacl_graph=shapes, do_owl_imports=False, advanced=False, inference="none"
    )
    for result in report.subjects(RDF.type, SH.ValidationResult):
        yield (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultMessage)) + " " + str(report.value(result, SH.resultPath)),
        )
