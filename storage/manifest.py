"""The manifest of a published dataset version: a Frictionless Data Package with what the catalogue needs.

`datapackage.json` is written last and is the commit of the version. The catalogue is built from manifests alone, so
everything the public is told about a dataset stands here. What does not belong here: writing it (`storage.package`).

Properties outside the Data Package v2 standard live under `allmende`, so that any Frictionless tool reads the rest.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from storage.layout import MANIFEST
from storage.names import DatasetId


class Classification(StrEnum):
    """Who may see a dataset: everybody, the administration, named persons."""

    OPEN = "open"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldInfo(_Frozen):
    """One column of a table: the data dictionary. `type` and `format` as in Frictionless Table Schema."""

    name: str
    type: Literal["string", "integer", "number", "date", "datetime", "boolean", "year"]
    title: str = ""
    description: str = ""
    unit: str = ""
    is_key: bool = False


class FileInfo(_Frozen):
    """One file of the version; `path` is relative to the manifest, `hash` is the SHA-256 in hex."""

    name: str
    path: str
    format: Literal["csv", "parquet", "geojson", "xlsx", "json"]
    mediatype: str
    bytes: int
    hash: str
    role: Literal["data", "dictionary"] = "data"
    note: str = ""


class LicenceInfo(_Frozen):
    """A licence: `name` is the id used in `allmende`, `path` its DCAT-AP.de licence URI."""

    name: str
    path: str
    title: str


class Party(_Frozen):
    """A publisher or a contact. `uri` identifies a publisher (politicalGeocoding URI of its AGS)."""

    name: str
    uri: str = ""
    email: str = ""
    url: str = ""


class RepairCount(_Frozen):
    kind: str
    column: str
    count: int
    title: str = ""


class Quality(_Frozen):
    """What became of the rows: `rows_total = rows_accepted + rows_rejected`, always."""

    rows_total: int
    rows_accepted: int
    rows_rejected: int
    repairs: tuple[RepairCount, ...] = ()
    reject_reasons: dict[str, int] = Field(default_factory=dict)
    """Count per plain German reason."""


class Part(_Frozen):
    """One municipal version that a statewide table was made of."""

    dataset: str
    version: str
    rows: int
    title: str = ""
    publisher: str = ""
    licence: str = ""


class Described(_Frozen):
    """What is said about a dataset, whatever its rows are: what `Manifest` and a description to write share."""

    id: str
    title: str
    description: str
    classification: Classification
    is_invented: bool = False
    """Demo data; shown wherever the dataset shows."""
    standard: str
    standard_title: str
    standard_version: str
    musterdatensatz: str = ""
    """URI of the Musterdatenkatalog type."""
    theme: str
    """EU data-theme code, e.g. `ENVI`."""
    hvd_category: str = ""
    keywords: tuple[str, ...] = ()
    licence: LicenceInfo
    attribution: str
    """The text to quote, e.g. `Datenquelle: Stadt Bamberg – dl-de/by-2-0`."""
    publisher: Party
    contact: Party
    ags: str = ""
    """AGS of the municipality; empty for a statewide table."""
    political_geocoding: str
    """DCAT-AP.de politicalGeocodingURI."""
    frequency: str = "IRREG"
    """EU frequency code, e.g. `ANNUAL`."""
    modified: datetime
    stand: date | None = None
    """The day the data describes, where it is known."""
    temporal_start: date | None = None
    temporal_end: date | None = None
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north in WGS84 degrees."""
    source_url: str = ""
    fields: tuple[FieldInfo, ...]
    quality: Quality
    parts: tuple[Part, ...] = ()
    provenance: tuple[str, ...] = ()
    """German sentences: where the bytes came from and what was done to them."""

    @property
    def dataset(self) -> DatasetId:
        return DatasetId.parse(self.id)


class Manifest(Described):
    """Everything that is said about one version of one dataset. Immutable once written."""

    version: str
    issued: datetime
    """When the dataset was first published."""
    rows: int
    files: tuple[FileInfo, ...]


__all__ = [
    "MANIFEST",
    "Classification",
    "Described",
    "FieldInfo",
    "FileInfo",
    "LicenceInfo",
    "Manifest",
    "Part",
    "Party",
    "Quality",
    "RepairCount",
]
