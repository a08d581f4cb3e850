"""Namespaces and code lists of DCAT-AP.de, and the one way from text to an IRI.

What does not belong here: what is said about a dataset (`triples`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from pyoxigraph import NamedNode

DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCATDE = "http://dcat-ap.de/def/dcatde/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
GEO = "http://www.opengis.net/ont/geosparql#"
GEODCAT = "http://data.europa.eu/930/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES = {
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcatde": DCATDE,
    "dcterms": DCT,
    "foaf": FOAF,
    "geo": GEO,
    "geodcatap": GEODCAT,
    "hydra": HYDRA,
    "owl": OWL,
    "prov": PROV,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}

AUTHORITY = "http://publications.europa.eu/resource/authority/"
PUBLIC = NamedNode(f"{AUTHORITY}access-right/PUBLIC")
AVAILABLE = NamedNode(f"{AUTHORITY}planned-availability/AVAILABLE")
AVAILABLE_2_0 = NamedNode("http://dcat-ap.de/def/plannedAvailability/available")
SHA256 = NamedNode(f"{SPDX}checksumAlgorithm_sha256")
SHA256_2_0 = NamedNode("http://dcat-ap.de/def/hashAlgorithms/sha/256")
HVD_REGULATION = NamedNode("http://data.europa.eu/eli/reg_impl/2023/138/oj")
_HVD = "http://data.europa.eu/bna/"
_PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
LOCAL_AUTHORITY = NamedNode(f"{_PUBLISHER_TYPE}LocalAuthority")
REGIONAL_AUTHORITY = NamedNode(f"{_PUBLISHER_TYPE}RegionalAuthority")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_FILE_TYPES = {"csv": "CSV", "parquet": "PARQUET", "geojson": "GEOJSON", "xlsx": "XLSX", "json": "JSON"}
_LANGUAGES = {"de": "DEU", "en": "ENG", "fr": "FRA", "cs": "CES", "it": "ITA"}


_PLAIN = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d+)?(?:/[A-Za-z0-9._~/\-]*)?(?:#[a-z0-9]+)?")

named = lru_cache(maxsize=1024)(NamedNode)
"""For properties and classes, which come again and again; making an IRI costs more than looking it up."""


@lru_cache(maxsize=4096)
def iri(text: str) -> NamedNode | None:
    """Return `text` as an IRI if it is an absolute http(s) one, else nothing: metadata comes from strangers.

    Spaces and other characters an IRI may not hold are percent-encoded.
    """
    if _PLAIN.fullmatch(text):
        return NamedNode(text)
    try:
        parts = urlsplit(text.strip())
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            return None
        return NamedNode(quote(text.strip(), safe=":/?#[]@!$&'()*+,;=%~-._"))
    except ValueError:
        return None


def mailto(address: str) -> NamedNode | None:
    """Return an e-mail address as `mailto:` IRI, or nothing where it is none."""
    user, at, host = address.strip().removeprefix("mailto:").partition("@")
    if not at or not user or "." not in host or any(c.isspace() for c in address.strip()) or "@" in host:
        return None
    return NamedNode(f"mailto:{quote(user, safe='.+-_~')}@{quote(host, safe='.-')}")


@lru_cache(maxsize=1024)
def authority(list_name: str, code: str) -> NamedNode | None:
    """Return a concept of an EU authority table: `authority("data-theme", "ENVI")`."""
    return NamedNode(f"{AUTHORITY}{list_name}/{code}") if code and code.replace("_", "").isalnum() else None


def language(code: str) -> NamedNode | None:
    return authority("language", _LANGUAGES.get(code, "DEU"))


def file_type(fmt: str) -> NamedNode | None:
    return authority("file-type", _FILE_TYPES.get(fmt, ""))


def media_type(name: str) -> NamedNode | None:
    plain = name.partition(";")[0].strip()
    return iri(f"{_MEDIA_TYPES}{plain}") if plain.count("/") == 1 else None


def hvd_category(text: str) -> NamedNode | None:
    """Return the high-value dataset category from its IRI or its code (`c_ac64a52d`)."""
    return iri(text) or (iri(f"{_HVD}{text}") if text.startswith("c_") else None)
