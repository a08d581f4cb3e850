"""Which sites there are and what policy lets them hold, validated as a whole.

What does not belong here: reading files or the environment. The caller passes values; a secret arrives as a value in
`StoreConfig.secrets` and is never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from storage.layout import Zone
from storage.manifest import Classification
from storage.names import slug

ONPREM = "onprem"
ALL_SITES = "*"
SCHEMES = ("file", "s3", "az", "gs")
ENDPOINT_KEYS = ("endpoint", "endpoint_url", "aws_endpoint", "aws_endpoint_url", "base_url", "google_base_url")

# Rows of every classification lie side by side in the raw tables, and landed bytes were not looked at yet: a
# statement about one dataset's classification says nothing about them.
NEVER_OFF_PREMISES = (Zone.LANDING, Zone.RAW, Zone.QUARANTINE)

ZONE_MARK = "{zone}"
"""In the bucket's name of a store: a bucket for each zone. Keys stay whole, so `raw/x` lies in `…-raw` as `raw/x`."""

Placements = dict[Zone, dict[Classification, tuple[str, ...]]]


class StoreConfig(BaseModel):
    """One site. `url`: `file:///abs`, a folder (relative to the home), `s3://bucket/prefix`, `az://…`, `gs://…`.

    `s3://name-{zone}` is a bucket for each zone: locks, lifecycles and rights are then given by zone.
    `options` go to obstore as they are (`endpoint`, `virtual_hosted_style_request`, …); `secrets` likewise, hidden.
    `public_url` is where the public reads this site, without a trailing slash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    public_url: str = ""
    region: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, SecretStr] = Field(default_factory=dict)
    is_onprem: bool | None = None
    """Whether the site stands on our own premises; unset: the site called `onprem` does."""

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not url.strip():
            raise ValueError("a store needs a url: a folder, file:///…, s3://bucket, az://container or gs://bucket")
        if separator and scheme not in SCHEMES:
            raise ValueError(f"“{url}” is no store: use a folder or one of {', '.join(f'{s}://' for s in SCHEMES)}")
        if separator and not rest.strip("/"):
            raise ValueError(f"“{url}” names no folder or bucket")
        if separator and ("@" in rest.partition("/")[0] or "?" in rest):
            raise ValueError("a store's url carries no password and no parameters: put them into options or secrets")
        if ".." in PurePosixPath(rest if separator else url).parts:
            raise ValueError(f"“{url}” must not contain “..”")
        bucket = rest.partition("/")[0] if separator and scheme != "file" else ""
        if "{" in url.replace(ZONE_MARK, "") or url.count(ZONE_MARK) != bucket.count(ZONE_MARK):
            raise ValueError(f"“{url}”: {ZONE_MARK} may stand in a bucket's name only, e.g. s3://allmende-{ZONE_MARK}")
        return url

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def scheme(self) -> str:
        scheme, separator, _ = self.url.partition("://")
        return scheme if separator else "file"

    @property
    def is_by_zone(self) -> bool:
        """Whether each zone has a bucket of its own."""
        return ZONE_MARK in self.url

    def of_zone(self, zone: Zone) -> StoreConfig:
        """The same store with the bucket of this zone; itself where all zones share one."""
        return self.model_copy(update={"url": self.url.replace(ZONE_MARK, zone)}) if self.is_by_zone else self

    @property
    def endpoint(self) -> str:
        """The address of the server where it is not the provider's own; empty otherwise."""
        return next((self.options[key] for key in ENDPOINT_KEYS if self.options.get(key)), "")

    @property
    def place(self) -> tuple[str, str, str]:
        """(scheme, server, path): two stores with the same place hold the same bytes."""
        if self.scheme == "file":
            return "file", "", normpath(self.url.removeprefix("file://"))
        parts = urlsplit(self.url)
        return self.scheme, self.endpoint.rstrip("/"), f"{parts.netloc}/{parts.path.strip('/')}".rstrip("/")


def default_stores() -> dict[str, StoreConfig]:
    """The embedded profile: three sites as folders of the home."""
    return {site: StoreConfig(url=f"sites/{site}") for site in (ONPREM, "cloud-a", "cloud-b")}


def default_placement(onprem: str, sites: Iterable[str]) -> Placements:
    """Everything stays on-premises, but what is open: that lies everywhere, as does the portal."""
    placement: Placements = {zone: dict.fromkeys(Classification, (onprem,)) for zone in Zone}
    for zone in (Zone.OPEN, Zone.PORTAL):
        placement[zone] = {**placement[zone], Classification.OPEN: tuple(sites)}
    return placement


class StorageConfig(BaseModel):
    """The sites and the placement policy. What `placement` does not name follows `default_placement`.

    In `placement.<zone>.<classification>` a list of sites; `"*"` stands for all of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: dict[str, StoreConfig] = Field(default_factory=default_stores)
    placement: dict[Zone, dict[Classification, tuple[str, ...]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _as_a_whole(self) -> StorageConfig:
        problems = list(_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def onprem(self) -> str:
        """The name of the site on our own premises."""
        return _onprem_sites(self.stores)[0]

    def sites(self, zone: Zone, classification: Classification) -> tuple[str, ...]:
        """The sites that hold a zone's objects of this classification, on-premises first."""
        named = self.placement.get(zone, {}).get(classification)
        if named is None:
            named = default_placement(self.onprem, self.stores)[zone][classification]
        if ALL_SITES in named:
            named = tuple(self.stores)
        return tuple(sorted(set(named), key=lambda site: (site != self.onprem, site)))


def _onprem_sites(stores: Mapping[str, StoreConfig]) -> list[str]:
    return [site for site, store in stores.items() if (site == ONPREM if store.is_onprem is None else store.is_onprem)]


def _problems(config: StorageConfig) -> Iterator[str]:
    yield from _store_problems(config.stores)
    onprem = _onprem_sites(config.stores)
    if len(onprem) != 1:
        found = ", ".join(onprem) if onprem else "none"
        yield (
            f"stores: exactly one site must stand on-premises, found {found}: call it “onprem” or set is_onprem = true"
        )
        return
    yield from _overlaps(config.stores)
    for zone, by_classification in config.placement.items():
        for classification, sites in by_classification.items():
            yield from _rule_problems(config, zone, classification, sites, onprem[0])


def _store_problems(stores: Mapping[str, StoreConfig]) -> Iterator[str]:
    for site, store in stores.items():
        if not _is_site_name(site):
            yield f"stores.{site}: a site is named with a-z, 0-9 and hyphens, e.g. cloud-a"
        if site in _onprem_sites(stores) and store.scheme != "file" and not store.endpoint:
            yield (
                f"stores.{site}: the on-premises site points at a public cloud ({store.url}): "
                "set options.endpoint to your own server"
            )


def _is_site_name(site: str) -> bool:
    try:
        return slug(site) == site
    except ValueError:
        return False


def _overlaps(stores: Mapping[str, StoreConfig]) -> Iterator[str]:
    """Two sites in one place would put on-premises data into a cloud's bucket unseen."""
    places = sorted({(store.of_zone(zone).place, site) for site, store in stores.items() for zone in Zone})
    told: set[tuple[str, str]] = set()
    for index, ((scheme, server, path), site) in enumerate(places):
        for (other_scheme, other_server, other_path), other in places[index + 1 :]:
            same_server = (scheme, server) == (other_scheme, other_server)
            if site != other and (site, other) not in told and same_server and f"{other_path}/".startswith(f"{path}/"):
                told.add((site, other))
                yield f"stores: {site} and {other} lie in the same place: give each its own folder or prefix"


def _rule_problems(
    config: StorageConfig, zone: Zone, classification: Classification, sites: tuple[str, ...], onprem: str
) -> Iterator[str]:
    where = f"placement.{zone}.{classification}"
    unknown = [site for site in sites if site != ALL_SITES and site not in config.stores]
    if unknown:
        yield f"{where}: unknown site {', '.join(unknown)}: known are {', '.join(config.stores)}"
    named = set(config.stores) if ALL_SITES in sites else set(sites)
    outside = sorted(named - {onprem} - set(unknown))
    if onprem not in named:
        yield f"{where}: the first copy lies on-premises: add “{onprem}”"
    if outside and classification is not Classification.OPEN:
        yield (
            f"{where}: {classification} data never leaves the premises: remove {', '.join(outside)} "
            f"and leave [“{onprem}”]"
        )
    elif outside and zone in NEVER_OFF_PREMISES:
        yield (
            f"{where}: {zone}/ holds data of every classification and stays on-premises: remove {', '.join(outside)}"
        )
