"""EU and German code lists: from what CKAN's forms and publishers write to the IRIs that DCAT-AP.de asks for.

What does not belong here: labels for people (`schemas/`), and where a value stands in the graph (`profiles`).
"""

from __future__ import annotations

import re

from rdflib import Namespace, URIRef

AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
GEODCAT = Namespace("http://data.europa.eu/930/")
PROV = Namespace("http://www.w3.org/ns/prov#")
IANA = "https://www.iana.org/assignments/media-types/"
CODE_LISTS = (str(AUTHORITY), IANA, "http://www.iana.org/assignments/", "http://spdx.org/rdf/terms#")
"""What belongs to one of these says itself what it is; nobody else's graph needs to."""

_FILE_TYPES = {
    **{name: name.upper() for name in ("csv", "geojson", "json", "parquet", "pdf", "xls", "xlsx", "xml", "zip")},
    **{name: name.upper() for name in ("docx", "gml", "gpkg", "html", "kml", "kmz", "ods", "rtf", "txt", "tsv")},
    "geopackage": "GPKG",
    "shp": "SHP",
    "shape": "SHP",
    "shapefile": "SHP",
    "esri shapefile": "SHP",
    "wms": "WMS_SRVC",
    "wfs": "WFS_SRVC",
    "wmts": "WMTS_SRVC",
    "excel": "XLSX",
    "text": "TXT",
    "rdf": "RDF_XML",
    "ttl": "RDF_TURTLE",
    "turtle": "RDF_TURTLE",
    "json-ld": "JSON_LD",
    "jsonld": "JSON_LD",
    "png": "PNG",
    "jpeg": "JPEG",
    "jpg": "JPEG",
    "tiff": "TIFF",
    "geotiff": "TIFF",
    "ics": "ICS",
}
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9!#$&^_.+-]+", re.IGNORECASE)
_LANGUAGES = {"DEU": "de", "ENG": "en", "FRA": "fr", "CES": "cs", "ITA": "it"}


def file_type(name: str) -> URIRef | None:
    """Return the EU file type of a format as CKAN writes it (`CSV`, `GeoJSON`), or nothing for an unknown one."""
    if name.startswith(str(AUTHORITY)):
        return URIRef(name)
    code = _FILE_TYPES.get(name.strip().lower().removeprefix("."))
    return AUTHORITY[f"file-type/{code}"] if code else None


def media_type(name: str) -> URIRef | None:
    """Return the IANA media type of `text/csv` or `text/csv; charset=utf-8`, or nothing where it is none."""
    plain = re.sub(r"^https?://www\.iana\.org/assignments/media-types/", "", name).partition(";")[0].strip()
    return URIRef(IANA + plain) if _MEDIA_TYPE.fullmatch(plain) else None


def language(code: str) -> URIRef | None:
    """Return the EU's language of `de`; what already is an IRI stays."""
    if code.startswith("http"):
        return URIRef(code)
    return next((AUTHORITY[f"language/{eu}"] for eu, short in _LANGUAGES.items() if short == code[:2]), None)


def language_tag(value: str) -> str:
    """Return the tag for literals, `de`, of an EU language IRI; nothing for one without."""
    return _LANGUAGES.get(value.removeprefix(str(AUTHORITY["language/"])), "")
