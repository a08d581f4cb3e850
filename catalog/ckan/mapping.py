"""From a dataset to its entry on a CKAN portal: DCAT-AP.de in the field names of ckanext-dcat and ckanext-dcatde.

Pure. The content is flat and the same for every portal; how a portal's schema holds it is `schema`'s business. What
does not belong here: anything about CKAN's answers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from catalog.ckan import clean
from catalog.dcat import vocabulary as v
from catalog.model import Catalog, Dataset, Distribution
from catalog.publishing.entry import Entry

_RESOURCES = uuid.uuid5(uuid.NAMESPACE_URL, "https://datenallmende/ckan/resource")
_FORMATS = {"csv": "CSV", "parquet": "Parquet", "geojson": "GeoJSON", "xlsx": "XLSX", "json": "JSON"}
_VERSION_MAX = 100
"""CKAN: PACKAGE_VERSION_MAX_LENGTH."""
_INVENTED = "**Erfundene Beispieldaten.** "
_INVENTED_TAG = "Erfundene Beispieldaten"


def entries(catalog: Catalog) -> dict[str, Entry]:
    """Return every dataset of the catalogue as its CKAN entry, by dataset id."""
    return {dataset.id: to_entry(dataset, catalog) for dataset in catalog.datasets}


def to_entry(dataset: Dataset, catalog: Catalog) -> Entry:
    """Return the entry of one dataset. Empty values are left out: CKAN does not keep them either."""
    content = {
        **_core(dataset),
        **_description(dataset, catalog),
        **_place_and_time(dataset),
        **_people(dataset),
        "resources": {d.name: _resource(d, dataset, catalog) for d in dataset.distributions},
    }
    return Entry(dataset.id, without_empty(content))


def organization_name(dataset_id: str) -> str:
    """The name of the organization that a dataset belongs to: one per Kommune, `ags-09162000`, or `land`."""
    return organization_of(dataset_id.partition("/")[0])


def organization_of(owner: str) -> str:
    """The name of the organization of a Kommune (by its AGS), or of the statewide tables (`land`)."""
    return f"ags-{owner}" if owner.isdigit() else owner


def resource_id(dataset_id: str, distribution: str) -> str:
    """The id of a resource: always the same for a dataset and a format, so that links to it live on."""
    return str(uuid.uuid5(_RESOURCES, f"{dataset_id}/{distribution}"))


def without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return `content` without empty values, at every depth."""
    kept = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in content.items()}
    return {key: value for key, value in kept.items() if value not in ("", None, [], {})}


def _core(dataset: Dataset) -> dict[str, Any]:
    invented = _INVENTED if dataset.is_invented else ""
    tags = {tag for word in dataset.keywords if (tag := clean.tag(word))}
    return {
        "name": dataset.name,
        "title": clean.line(dataset.title) or dataset.name,
        "notes": clean.text(invented + dataset.description) or clean.line(dataset.title) or dataset.name,
        "url": clean.address(dataset.landing_page),
        "version": clean.line(dataset.version)[:_VERSION_MAX],
        "license_id": clean.address(dataset.licence.uri) or clean.line(dataset.licence.name),
        "organization": organization_name(dataset.id),
        "tags": sorted(tags | ({_INVENTED_TAG} if dataset.is_invented else set())),
    }


def _description(dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    hvd = _value(v.hvd_category(dataset.hvd_category))
    standard = clean.address(f"{_namespace(dataset)}standard/{dataset.standard}") if dataset.standard else ""
    return {
        "identifier": dataset.id,
        "uri": clean.address(dataset.iri),
        "issued": _moment(dataset.issued),
        "modified": _moment(dataset.modified),
        "frequency": _value(v.authority("frequency", dataset.frequency)),
        "theme": _list(_value(v.authority("data-theme", dataset.theme))),
        "language": _list(_value(v.language(catalog.language))),
        "access_rights": v.PUBLIC.value,
        "conforms_to": _list(standard),
        "hvd_category": _list(hvd),
        "applicable_legislation": _list(v.HVD_REGULATION.value if hvd else ""),
        "provenance": clean.line(" ".join(dataset.provenance)),
        "contributorID": clean.address(catalog.contributor_id),
        "musterdatensatz": clean.address(dataset.musterdatensatz),
        "source_url": clean.address(dataset.source_url),
        "is_invented": "true" if dataset.is_invented else "",
    }


def _place_and_time(dataset: Dataset) -> dict[str, Any]:
    return {
        "politicalGeocodingURI": clean.address(dataset.political_geocoding),
        "politicalGeocodingLevelURI": clean.address(dataset.political_level),
        "spatial_uri": clean.address(dataset.political_geocoding),
        "spatial": _polygon(dataset.bbox) if dataset.bbox else "",
        "temporal_start": _day(dataset.temporal_start or dataset.stand),
        "temporal_end": _day(dataset.temporal_end or dataset.stand),
    }


def _people(dataset: Dataset) -> dict[str, Any]:
    publisher, contact = dataset.publisher, dataset.contact
    own = clean.address(publisher.uri)
    # The geocoding URI of a municipality names a place, so it cannot name an agent.
    is_place = "/politicalGeocoding/" in own
    return {
        "publisher_name": clean.line(publisher.name) or organization_name(dataset.id),
        "publisher_uri": own
        if own and not is_place
        else f"{_namespace(dataset)}herausgeber/{dataset.dataset_id.owner}",
        "publisher_email": clean.email(publisher.email),
        "publisher_url": clean.address(publisher.url),
        "contact_name": clean.line(contact.name) or clean.line(publisher.name),
        "contact_email": clean.email(contact.email),
        "contact_url": clean.address(contact.url),
    }


def _resource(distribution: Distribution, dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    return {
        "id": resource_id(dataset.id, distribution.name),
        "url": clean.address(distribution.url),
        "name": clean.line(f"{dataset.title}: {distribution.title}"),
        "description": clean.text(distribution.note),
        "format": _FORMATS.get(distribution.format, clean.line(distribution.format).upper()),
        "mimetype": clean.line(distribution.mediatype),
        "size": distribution.bytes,
        "hash": clean.line(distribution.sha256),
        "hash_algorithm": v.SHA256.value if distribution.sha256 else "",
        "license": clean.address(dataset.licence.uri),
        "licenseAttributionByText": clean.line(dataset.licence.attribution),
        "availability": v.AVAILABLE.value,
        "modified": _moment(dataset.modified),
        "language": _list(_value(v.language(catalog.language))),
    }


def _namespace(dataset: Dataset) -> str:
    return dataset.iri.removesuffix(f"datensatz/{dataset.id}")


def _value(node: Any) -> str:
    return str(node.value) if node is not None else ""


def _list(value: str) -> list[str]:
    return [value] if value else []


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _polygon(bbox: tuple[float, float, float, float]) -> str:
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})
