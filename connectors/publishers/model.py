"""What a Kommune's TOML may say. Frozen values with the rules that one file can be checked against alone.

What does not belong here: finding and reading the files, and rules that need the register or the standards (`load`).
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.publishers.licences import DEFAULT_LICENCE, LICENCES
from storage.manifest import Classification
from storage.names import DatasetId, NameInvalid

FREQUENCIES = (
    "CONT", "UPDATE_CONT", "HOURLY", "DAILY", "DAILY_2", "WEEKLY", "WEEKLY_2", "BIWEEKLY", "MONTHLY", "MONTHLY_2",
    "BIMONTHLY", "QUARTERLY", "ANNUAL", "ANNUAL_2", "ANNUAL_3", "BIENNIAL", "TRIENNIAL", "QUADRENNIAL", "QUINQUENNIAL",
    "DECENNIAL", "NEVER", "IRREG", "UNKNOWN",
)  # fmt: skip
"""EU frequency authority table, the codes that municipal data uses."""
FORMATS = ("csv", "tsv", "txt", "xlsx", "xls", "ods", "geojson", "json", "xml", "dbf", "parquet")
_AGS = re.compile(r"\d{8}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _web_address(url: str) -> str:
    """An absolute http(s) address without a password in it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"“{url}” is no web address: write it with https:// and a host name")
    if parts.username or parts.password:
        raise ValueError("the address carries a user name or password: remove them, secrets never stand in this file")
    return url


_WebAddress = Annotated[str, AfterValidator(lambda url: _web_address(url) if url else url)]
"""Empty, or an address as `_web_address` wants it."""


class ContactSpec(_Spec):
    """Whom the public may ask."""

    name: str = ""
    email: str = ""
    url: _WebAddress = ""

    @field_validator("email")
    @classmethod
    def _is_email(cls, email: str) -> str:
        if email and not _EMAIL.fullmatch(email):
            raise ValueError(f"“{email}” is no e-mail address: write name@example.de")
        return email


class _RemoteSource(_Spec):
    allow_insecure: bool = False
    """Fetch over plain http: only where the Kommune's server knows no https."""
    format: Literal[FORMATS] | None = None  # type: ignore[valid-type]
    """What the file is, where neither its name nor its bytes tell."""

    def _secure(self, url: str) -> str:
        _web_address(url)
        if url.startswith("http://") and not self.allow_insecure:
            raise ValueError(f"“{url}” is not encrypted: write https://, or set allow_insecure = true if there is none")
        return url


class HttpSource(_RemoteSource):
    """One file at one address."""

    kind: Literal["http"]
    url: str

    @model_validator(mode="after")
    def _is_secure(self) -> HttpSource:
        self._secure(self.url)
        return self


class CkanSource(_RemoteSource):
    """One resource of one dataset on a CKAN portal; without `resource` the first that fits `format`, tables first."""

    kind: Literal["ckan"]
    portal: str
    dataset: str
    """Id or name of the dataset on the portal."""
    resource: str = ""
    """Id or name of the resource."""

    @model_validator(mode="after")
    def _is_secure(self) -> CkanSource:
        self._secure(self.portal)
        return self


class InboxSource(_Spec):
    """The newest file that fits a pattern below the inbox; without `path`: `<ags>/<slug>/*` or `<ags>/<slug>.*`."""

    kind: Literal["inbox"] = "inbox"
    path: str = ""
    """Glob pattern relative to the inbox (`*` within one folder)."""

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts or "\\" in path:
            raise ValueError(f"“{path}” leaves the inbox: write a path relative to it, e.g. 09461000/baeume*.csv")
        return path


SourceSpec = Annotated[HttpSource | CkanSource | InboxSource, Field(discriminator="kind")]


class DatasetSpec(_Spec):
    """One dataset of a Kommune: what it is, under which terms, and where it comes from."""

    slug: str
    standard: str | None = None
    title: str = ""
    description: str = ""
    licence: str = DEFAULT_LICENCE
    classification: Classification = Classification.OPEN
    frequency: str = "IRREG"
    keywords: tuple[str, ...] = ()
    contact: ContactSpec | None = None
    source: SourceSpec = Field(default_factory=InboxSource)

    @field_validator("slug")
    @classmethod
    def _is_slug(cls, slug: str) -> str:
        try:
            DatasetId("00000000", slug)
        except NameInvalid as error:
            raise ValueError(str(error)) from None
        return slug

    @field_validator("licence")
    @classmethod
    def _is_known_licence(cls, licence: str) -> str:
        if licence not in LICENCES:
            raise ValueError(f"“{licence}” is no licence of the list: choose one of {', '.join(LICENCES)}")
        return licence

    @field_validator("frequency")
    @classmethod
    def _is_known_frequency(cls, frequency: str) -> str:
        if frequency not in FREQUENCIES:
            raise ValueError(f"“{frequency}” is no EU frequency code: choose one of {', '.join(FREQUENCIES)}")
        return frequency


class PublisherSpec(_Spec):
    """One Kommune: who it is and what it publishes. The whole of one TOML file."""

    ags: str
    name: str = ""
    """Empty: the register's name."""
    url: _WebAddress = ""
    description: str = ""
    """Shown beside the name on portals; empty: what the register says."""
    logo: Path | None = None
    """A PNG or JPEG beside this file, shown on portals; None: a neutral plate. Only what the Kommune handed in."""
    contact: ContactSpec = ContactSpec()
    is_invented: bool = False
    """Demo contents; shown wherever the data shows."""
    datasets: tuple[DatasetSpec, ...] = ()

    @field_validator("ags")
    @classmethod
    def _is_ags(cls, ags: str) -> str:
        if not _AGS.fullmatch(ags):
            raise ValueError(f'“{ags}” is no AGS: write its 8 digits in quotes, e.g. "09461000"')
        return ags

    def dataset(self, slug: str) -> DatasetSpec | None:
        return next((dataset for dataset in self.datasets if dataset.slug == slug), None)
