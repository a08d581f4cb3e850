"""The catalogue as one frozen value: what every portal and the DCAT-AP.de feed is made of.

Everything here is plain data that survives JSON (`as_json`, `from_json`) with a stable order of fields, so that two
states can be compared field by field. Identifiers derive from the dataset's id and the file's format, never from the
version. What does not belong here: how it is read (`catalog.build`) or written (`dcat`, `portal`, `publishing`).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from storage.manifest import FieldInfo, Part, Quality, RepairCount
from storage.names import DatasetId


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_json(self) -> dict[str, Any]:
        """Return the value as JSON types, in the order the fields are declared."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `as_json` wrote; raises `pydantic.ValidationError`."""
        return cls.model_validate(data)


class Agent(_Frozen):
    """A publisher, an author or a contact. `uri` names it for machines, `url` is its web page."""

    name: str
    uri: str = ""
    email: str = ""
    url: str = ""


class Licence(_Frozen):
    """A licence: short name (`dl-de/by-2-0`), its DCAT-AP.de URI, its German title and the text to quote."""

    name: str
    uri: str
    title: str
    attribution: str = ""


class Distribution(_Frozen):
    """One file in one format, at its latest address."""

    iri: str
    name: str
    """Stable within the dataset: the format, with the role in front where it is not the data (`dictionary-csv`)."""
    title: str
    format: str
    mediatype: str
    role: str
    key: str
    """Object key of the latest address, e.g. `open/09162000/baumkataster/latest/baumkataster.csv`."""
    url: str
    """Absolute address of the same file."""
    bytes: int
    sha256: str
    note: str = ""


class Version(_Frozen):
    """One published version in the history of a dataset."""

    version: str
    modified: datetime
    rows: int
    key: str
    """Object key of its manifest, which lists its files."""


class Dataset(_Frozen):
    """One published dataset in its current version."""

    id: str
    """`<ags>/<slug>` or `land/<slug>`."""
    name: str
    """Its name on a portal, e.g. `09162000-baumkataster`."""
    iri: str
    landing_page: str
    version: str
    title: str
    description: str
    is_invented: bool
    standard: str
    standard_title: str
    standard_version: str
    musterdatensatz: str
    theme: str
    hvd_category: str
    keywords: tuple[str, ...]
    licence: Licence
    publisher: Agent
    contact: Agent
    ags: str
    political_geocoding: str
    political_level: str
    """DCAT-AP.de politicalGeocodingLevelURI; empty where it cannot be told."""
    frequency: str
    issued: datetime
    modified: datetime
    stand: date | None
    temporal_start: date | None
    temporal_end: date | None
    bbox: tuple[float, float, float, float] | None
    """West, south, east, north in WGS84 degrees."""
    source_url: str
    rows: int
    fields: tuple[FieldInfo, ...]
    distributions: tuple[Distribution, ...]
    quality: Quality
    parts: tuple[Part, ...]
    provenance: tuple[str, ...]
    versions: tuple[Version, ...]
    """Newest first; the first is the current one."""

    @property
    def dataset_id(self) -> DatasetId:
        return DatasetId.parse(self.id)

    @property
    def is_statewide(self) -> bool:
        return self.dataset_id.is_statewide

    def distribution(self, fmt: str, role: str = "data") -> Distribution | None:
        """Return the file of this format and role, if there is one."""
        return next((d for d in self.distributions if d.format == fmt and d.role == role), None)


class Catalog(_Frozen):
    """The catalogue: what it is, and its datasets in the order of their ids."""

    title: str
    description: str
    iri: str
    homepage: str
    language: str
    publisher: Agent
    contact: Agent
    contributor_id: str
    modified: datetime | None
    """The newest change of a dataset; empty for an empty catalogue."""
    datasets: tuple[Dataset, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the datasets, for whoever asks about each of thousands."""
        return frozenset(dataset.id for dataset in self.datasets)

    def dataset(self, dataset_id: str) -> Dataset | None:
        """Return the dataset with this id, if it is published."""
        return next((d for d in self.datasets if d.id == dataset_id), None)


__all__ = [
    "Agent",
    "Catalog",
    "Dataset",
    "Distribution",
    "FieldInfo",
    "Licence",
    "Part",
    "Quality",
    "RepairCount",
    "Version",
]
