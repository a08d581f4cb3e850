"""From an entry to a CKAN package and back, whatever schema the portal has.

A portal with ckanext-scheming takes its fields at the top level and nested groups (`contact`, `publisher`, …); a plain
one takes them as extras. Fields that the portal's schema does not know become extras, so nothing is lost on either.
What does not belong here: what the fields say (`mapping`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.ckan.clean import text
from catalog.ckan.mapping import organization_name, without_empty
from catalog.publishing.entry import Entry, State
from catalog.publishing.tables import TABLE

ID = "allmende_id"
WITHDRAWN = "allmende_withdrawn"
TOUCHED = "allmende_touched"
"""When the dataset was written once more only so that the portal's search lists it."""
RESOURCE_KEY = "allmende_key"
"""Marks a resource as ours and says which distribution it is."""
TABLE_FIELDS = ("allmende_table", "datastore_active")
"""Which content lies in the resource's DataStore table (JSON), and CKAN's own word on whether there is one."""
CORE = ("name", "title", "notes", "url", "version", "license_id")
LISTS = ("theme", "language", "conforms_to", "hvd_category", "applicable_legislation", "derived_from")
SCALARS = (
    *("identifier", "uri", "issued", "modified", "frequency", "access_rights", "provenance", "contributorID"),
    *("musterdatensatz", "source_url", "is_invented", "politicalGeocodingURI", "politicalGeocodingLevelURI"),
    *("availability", "standard_title"),
)
_AGENT = ("name", "uri", "email", "url", "type")
GROUPS = {
    "publisher": {sub: f"publisher_{sub}" for sub in _AGENT},
    "contributor": {sub: f"contributor_{sub}" for sub in _AGENT},
    "originator": {"uri": "originator_uri"},
    "custodian": {"uri": "custodian_uri"},
    "contact": {"name": "contact_name", "email": "contact_email", "url": "contact_url"},
    "temporal_coverage": {"start": "temporal_start", "end": "temporal_end"},
    "spatial_coverage": {"uri": "spatial_uri", "bbox": "spatial"},
}
_RESOURCE_LISTS = ("language", "conforms_to", "applicable_legislation")
RESOURCE_FIELDS = (
    *("id", "uri", "url", "name", "description", "format", "mimetype", "size", "hash", "hash_algorithm", "license"),
    *("licenseAttributionByText", "availability", "issued", "modified", *_RESOURCE_LISTS),
)
_OUR_EXTRAS = frozenset(
    {ID, WITHDRAWN, TOUCHED, *LISTS, *SCALARS, *(flat for g in GROUPS.values() for flat in g.values())}
)


@dataclass(frozen=True, slots=True)
class PackageSchema:
    """Which of our fields the portal's dataset schema has at the top level; without ckanext-scheming none."""

    fields: frozenset[str] = field(default_factory=frozenset)
    resource_fields: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def from_scheming(cls, answer: Mapping[str, Any]) -> PackageSchema:
        """Read the answer of `scheming_dataset_schema_show`."""
        return cls(_names(answer.get("dataset_fields")), _names(answer.get("resource_fields")))

    def package(self, entry: Entry) -> dict[str, Any]:
        """Return the entry as `package_create` takes it, marked as ours."""
        content = dict(entry.content)
        package: dict[str, Any] = {key: content[key] for key in CORE if key in content}
        package["owner_org"] = content["organization"]
        package["private"] = not entry.is_published
        package["tags"] = [{"name": tag} for tag in content.get("tags", [])]
        extras = {ID: entry.id} | ({} if entry.is_published else {WITHDRAWN: text(entry.reason) or "zurückgezogen"})
        for name in (*SCALARS, *LISTS):
            if name in content:
                self._put(package, extras, name, content[name])
        for group, members in GROUPS.items():
            values = {sub: content[flat] for sub, flat in members.items() if flat in content}
            if group in self.fields:
                package |= {group: [values]} if values else {}
            else:
                extras |= {members[sub]: value for sub, value in values.items()}
        package["extras"] = [{"key": key, "value": value} for key, value in extras.items()]
        package["resources"] = [self._resource(key, r) for key, r in content.get("resources", {}).items()]
        return package

    def entry(self, package: Mapping[str, Any]) -> Entry | None:
        """Read back what a portal says; nothing for a dataset that is not ours."""
        extras = {item["key"]: item["value"] for item in package.get("extras") or []}
        # A scheming plugin may declare the marker as a field of its own.
        values = {**extras, **{k: package[k] for k in _OUR_EXTRAS if package.get(k) not in (None, "")}}
        if not values.get(ID):
            return None
        content: dict[str, Any] = {key: package.get(key) for key in CORE}
        content["organization"] = (package.get("organization") or {}).get("name", "")
        if content["organization"] != organization_name(str(values[ID])):
            # An editor of one Kommune can mark a dataset of its own as anybody's: only the place cannot be forged.
            return None
        content["tags"] = sorted(tag["name"] for tag in package.get("tags") or [])
        content |= {key: values.get(key) for key in SCALARS}
        content |= {key: _as_list(values.get(key)) for key in LISTS}
        for group, members in GROUPS.items():
            found = package.get(group)
            first = found[0] if isinstance(found, list) and found and isinstance(found[0], Mapping) else {}
            content |= {flat: first.get(sub) or values.get(flat) for sub, flat in members.items()}
        content["resources"] = dict(_resource_content(r) for r in package.get("resources") or [] if r.get(RESOURCE_KEY))
        is_there = not package.get("private") and package.get("state", "active") == "active"
        return Entry(
            id=str(values[ID]),
            content=without_empty(content),
            state=State.PUBLISHED if is_there else State.WITHDRAWN,
            reason=str(values.get(WITHDRAWN, "")),
            token=f"{package.get('id', '')}@{package.get('metadata_modified', '')}",
        )

    def _put(self, package: dict[str, Any], extras: dict[str, str], name: str, value: Any) -> None:
        if name in self.fields:
            package[name] = value
        else:
            extras[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _resource(self, key: str, content: Mapping[str, Any]) -> dict[str, Any]:
        flat = {
            name: json.dumps(value) if name in _RESOURCE_LISTS and name not in self.resource_fields else value
            for name, value in content.items()
            if name != TABLE
        }
        if content.get(TABLE):
            flat |= dict(zip(TABLE_FIELDS, (json.dumps(content[TABLE], sort_keys=True), True), strict=True))
        return {RESOURCE_KEY: key, **flat}


def match(entry: Entry) -> dict[str, str]:
    """What `package_revise` must find unchanged: the id and the moment of the last change, from the entry's token."""
    package_id, _, modified = entry.token.partition("@")
    return {"id": package_id, "metadata_modified": modified}


def foreign_extras(thing: Mapping[str, Any], ours: frozenset[str] = _OUR_EXTRAS) -> list[dict[str, str]]:
    """Extras that somebody else put on a dataset (or, by `ours`, an organization) of ours: they stay."""
    return [
        {"key": item["key"], "value": item["value"]} for item in thing.get("extras") or () if item["key"] not in ours
    ]


def _resource_content(resource: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    content = {name: resource.get(name) for name in RESOURCE_FIELDS}
    content |= {name: _as_list(content[name]) for name in _RESOURCE_LISTS}
    told, is_active = (resource.get(name) for name in TABLE_FIELDS)
    # what a stranger removed is not there, whatever we once wrote
    content[TABLE] = _as_mapping(told) if is_active else None
    return str(resource[RESOURCE_KEY]), content


def _as_list(value: Any) -> list[str]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return [str(value)]
    if isinstance(value, list):
        return [str(item) for item in value]
    return [str(value)] if value else []


def _as_mapping(value: Any) -> dict[str, Any] | None:
    try:
        told = json.loads(value)
    except (TypeError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _names(fields: Iterable[Mapping[str, Any]] | None) -> frozenset[str]:
    return frozenset(str(item["field_name"]) for item in fields or () if "field_name" in item)
