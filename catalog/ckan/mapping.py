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

from pyoxigraph import NamedNode

from catalog.ckan import clean
from catalog.dcat import statements as said
from catalog.dcat import vocabulary as v
from catalog.model import Agent, Catalog, Dataset, Distribution
from catalog.publishing.entry import Entry

_PACKAGES = uuid.uuid5(uuid.NAMESPACE_URL, "https://datenallmende/ckan/package")
_RESOURCES = uuid.uuid5(uuid.NAMESPACE_URL, "https://datenallmende/ckan/resource")
_FORMATS = {"csv": "CSV", "parquet": "Parquet", "geojson": "GeoJSON", "xlsx": "XLSX", "json": "JSON"}
_VERSION_MAX = 100
"""CKAN: PACKAGE_VERSION_MAX_LENGTH."""


def entries(catalog: Catalog) -> dict[str, Entry]:
    """Return every dataset of the catalogue as its CKAN entry, by dataset id."""
    return {dataset.id: to_entry(dataset, catalog) for dataset in catalog.datasets}


def to_entry(dataset: Dataset, catalog: Catalog) -> Entry:
    """Return the entry of one dataset. Empty values are left out: CKAN does not keep them either."""
    content = {
        **_core(dataset),
        **_description(dataset, catalog),
        **_origin(dataset, catalog),
        **_place_and_time(dataset),
        **_people(dataset, catalog),
        "resources": {d.name: _resource(d, dataset, catalog) for d in dataset.distributions},
    }
    return Entry(dataset.id, without_empty(content))


def organization_name(dataset_id: str) -> str:
    """The name of the organization that a dataset belongs to: one per Kommune, `ags-09162000`, or `land`."""
    return organization_of(dataset_id.partition("/")[0])


def owner_of(organization: str) -> str:
    """The owner whose datasets lie in our organization of this name."""
    return organization.removeprefix("ags-")


def organization_of(owner: str) -> str:
    """The name of the organization of a Kommune (by its AGS), or of the statewide tables (`land`)."""
    return f"ags-{owner}" if owner.isdigit() else owner


def package_id(dataset_id: str) -> str:
    """The id of a dataset on every portal that lets us choose it: links by id live on even after a purge."""
    return str(uuid.uuid5(_PACKAGES, dataset_id))


def resource_id(dataset_id: str, distribution: str) -> str:
    """The id of a resource: always the same for a dataset and a format, so that links to it live on."""
    return str(uuid.uuid5(_RESOURCES, f"{dataset_id}/{distribution}"))


def without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return `content` without empty values, at every depth."""
    kept = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in content.items()}
    return {key: value for key, value in kept.items() if value not in ("", None, [], {})}


def _core(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "title": said.title(dataset),
        "notes": said.description(dataset),
        "url": clean.address(dataset.landing_page),
        "version": clean.line(dataset.version)[:_VERSION_MAX],
        "license_id": clean.address(dataset.licence.uri) or clean.line(dataset.licence.name),
        "organization": organization_name(dataset.id),
        "tags": said.keywords(dataset),
    }


def _description(dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    return {
        "identifier": dataset.id,
        "uri": clean.address(dataset.iri),
        "issued": _moment(dataset.issued),
        "modified": _moment(dataset.modified),
        "frequency": _value(v.authority("frequency", dataset.frequency)),
        "theme": _list(v.authority("data-theme", dataset.theme)),
        "language": _list(v.language(catalog.language)),
        "access_rights": v.PUBLIC.value,
        "availability": v.AVAILABLE.value,
        "hvd_category": _list(v.hvd_category(dataset.hvd_category)),
        "applicable_legislation": _legislation(dataset),
        "is_invented": "true" if dataset.is_invented else "",
    }


def _origin(dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    namespace = said.namespace_of(catalog)
    standard = said.standard(dataset, namespace)
    return {
        "conforms_to": _list(standard),
        "standard_title": said.standard_title(dataset) if standard else "",
        "musterdatensatz": clean.address(dataset.musterdatensatz),
        "provenance": said.provenance(dataset),
        "source_url": clean.address(dataset.source_url),
        "derived_from": [origin.value for origin in said.origins(dataset, namespace, catalog.ids)],
        "contributorID": clean.address(catalog.contributor_id),
    }


def _place_and_time(dataset: Dataset) -> dict[str, Any]:
    start, end = said.period(dataset)
    geocoding = clean.address(dataset.political_geocoding)
    ring = said.box(dataset)
    return {
        "politicalGeocodingURI": geocoding,
        "politicalGeocodingLevelURI": clean.address(dataset.political_level),
        "spatial_uri": f"{dataset.iri}#gebiet" if ring else geocoding,
        "spatial": json.dumps({"type": "Polygon", "coordinates": [ring]}) if ring else "",
        "temporal_start": _day(start),
        "temporal_end": _day(end),
    }


def _people(dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    namespace = said.namespace_of(catalog)
    publisher, operator = said.publisher(dataset, namespace), said.operator(catalog, namespace)
    contact = said.contact(dataset, catalog)
    return {
        **_agent("publisher", publisher, said.publisher_type(dataset).value),
        **_agent("contributor", operator, v.REGIONAL_AUTHORITY.value),
        "originator_uri": publisher.uri,
        "custodian_uri": publisher.uri,
        "contact_name": contact.name,
        "contact_email": clean.email(contact.email),
        "contact_url": contact.url,
    }


def _agent(role: str, agent: Agent, kind: str) -> dict[str, Any]:
    return {
        f"{role}_name": agent.name,
        f"{role}_uri": agent.uri,
        f"{role}_email": clean.email(agent.email),
        f"{role}_url": clean.address(agent.url),
        f"{role}_type": kind,
    }


def _resource(distribution: Distribution, dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    is_data = distribution.role == "data"
    return {
        "id": resource_id(dataset.id, distribution.name),
        "uri": clean.address(distribution.iri),
        "url": clean.address(distribution.url),
        "name": said.file_title(distribution, dataset),
        "description": clean.text(distribution.note),
        "format": _FORMATS.get(distribution.format, clean.line(distribution.format).upper()),
        "mimetype": clean.line(distribution.mediatype),
        "size": distribution.bytes,
        "hash": clean.line(distribution.sha256),
        "hash_algorithm": v.SHA256.value if distribution.sha256 else "",
        "license": clean.address(dataset.licence.uri),
        "licenseAttributionByText": clean.line(dataset.licence.attribution),
        "availability": v.AVAILABLE.value,
        "applicable_legislation": _legislation(dataset),
        "conforms_to": _list(said.standard(dataset, said.namespace_of(catalog)) if is_data else None),
        "issued": _moment(dataset.issued),
        "modified": _moment(dataset.modified),
        "language": _list(v.language(catalog.language)),
    }


def _legislation(dataset: Dataset) -> list[str]:
    return _list(v.HVD_REGULATION if v.hvd_category(dataset.hvd_category) else None)


def _value(node: NamedNode | None) -> str:
    return node.value if node is not None else ""


def _list(node: NamedNode | None) -> list[str]:
    return [node.value] if node is not None else []


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
