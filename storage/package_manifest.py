"""`datapackage.json` as bytes: a Data Package (v2) that any Frictionless tool reads, and the manifest in full.

The whole `Manifest` stands under `allmende`, so that reading it back loses nothing; the standard's own properties are
derived from it. Source: Data Package v2, datapackage.org/standard/data-package.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from storage.errors import StorageError
from storage.manifest import MANIFEST, FieldInfo, FileInfo, Manifest

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TABLES = ("csv", "xlsx", "parquet")


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as `datapackage.json`; the same manifest is the same bytes."""
    package: dict[str, Any] = {
        "$schema": _PROFILE,
        "name": manifest.dataset.portal_name,
        "id": manifest.id,
        "title": manifest.title,
        "description": manifest.description,
        "version": manifest.version,
        "created": manifest.modified.isoformat(),
        "keywords": list(manifest.keywords),
        "licenses": [manifest.licence.model_dump()],
        "contributors": _contributors(manifest),
        "sources": [{"title": manifest.publisher.name, "path": manifest.source_url}] if manifest.source_url else [],
        "resources": [_resource(manifest, file) for file in manifest.files],
        "allmende": manifest.model_dump(mode="json"),
    }
    # The standard asks for at least one entry where a list is given.
    package = {name: value for name, value in package.items() if value not in ([], "")}
    return to_json(package, indent=1) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """Rebuild the manifest; raises `StorageError` where the bytes are no manifest of ours."""
    try:
        return Manifest.model_validate(json.loads(data)["allmende"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise StorageError(
            f"{MANIFEST} is damaged or not ours ({type(error).__name__}): run `allmende stores repair`"
        ) from None


def _contributors(manifest: Manifest) -> list[dict[str, Any]]:
    listed = []
    for party, role in ((manifest.publisher, "publisher"), (manifest.contact, "contact")):
        entry: dict[str, Any] = {"title": party.name, "roles": [role]}
        entry.update({key: value for key, value in (("email", party.email), ("path", party.url)) if value})
        listed.append(entry)
    return listed


def _resource(manifest: Manifest, file: FileInfo) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": file.name,
        "path": file.path,
        "format": file.format,
        "mediatype": file.mediatype,
        "bytes": file.bytes,
        "hash": f"sha256:{file.hash}",
    }
    if file.format == "csv":
        resource["encoding"] = "utf-8"
    if file.role == "data" and file.format in _TABLES:
        resource["type"] = "table"
        resource["schema"] = _schema(manifest.fields)
    if file.note:
        resource["description"] = file.note
    return resource


def _schema(fields: tuple[FieldInfo, ...]) -> dict[str, Any]:
    listed = [_field(field) for field in fields]
    keys = [field.name for field in fields if field.is_key]
    return {"fields": listed, "missingValues": [""], **({"primaryKey": keys} if keys else {})}


def _field(field: FieldInfo) -> dict[str, Any]:
    described = {"title": field.title, "description": field.description, "unit": field.unit}
    return {"name": field.name, "type": field.type, **{key: value for key, value in described.items() if value}}
