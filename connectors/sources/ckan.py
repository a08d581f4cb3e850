"""One resource of a dataset on a CKAN portal: ckanapi says where it lies and when it changed, `http` fetches it.

What does not belong here: publishing on a portal (`catalog`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from connectors.config import FetchConfig
from connectors.publishers import CkanSource
from connectors.sources.base import Fetched, Order, SourceFailed
from connectors.sources.http import HttpFetcher, TryAgain, with_retries

_TABLES_FIRST = ("csv", "xlsx", "ods", "xls", "geojson", "json", "tsv", "txt", "parquet", "dbf", "xml")
_MEDIA_TYPES = {
    "text/csv": "csv",
    "application/json": "json",
    "application/geo+json": "geojson",
    "application/vnd.geo+json": "geojson",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What ckanapi looks at of an answer."""

    status_code: int
    text: str


class _Session:
    """Stands in for a `requests` session, so that ckanapi asks through the guarded client."""

    def __init__(self, http: HttpFetcher) -> None:
        self._http = http

    def get(self, url: str, params: Mapping[str, Any] | None = None, **_: Any) -> _Answer:
        return _Answer(*self._http.get_text(url, {name: str(value) for name, value in (params or {}).items()}))

    def close(self) -> None:
        """The client belongs to the fetcher."""


class CkanFetcher:
    """Fetches resources of CKAN portals."""

    def __init__(self, config: FetchConfig, http: HttpFetcher) -> None:
        self._config = config
        self._http = http

    def fetch(self, order: Order) -> Fetched | None:
        """The resource's file, or None where the portal or the file's server says that nothing changed."""
        source = order.source
        assert isinstance(source, CkanSource)  # noqa: S101 - the caller chose this class by the kind of the source
        package = with_retries(self._config, source.portal, lambda: self._package(source))
        resource = choose_resource(package, source)
        url = urljoin(f"{source.portal.rstrip('/')}/", str(resource.get("url") or ""))
        if not url.startswith("https://") and not source.allow_insecure:
            raise SourceFailed(f"{source.portal} names an unencrypted address, {url}: set allow_insecure = true or ask")
        revision = _revision(package, resource)
        last = order.last if order.last and order.last.source_url == url else None
        if last is not None and last.revision == revision:
            return None
        suffix = source.format or format_of(resource)
        fetched = self._http.fetch_url(order, url, last, suffix=suffix)
        return replace(fetched, revision=revision) if fetched else None

    def _package(self, source: CkanSource) -> dict[str, Any]:
        from ckanapi import RemoteCKAN
        from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

        portal = RemoteCKAN(source.portal, session=_Session(self._http), get_only=True)
        try:
            package: dict[str, Any] = portal.call_action("package_show", {"id": source.dataset})
        except NotFound as error:
            raise SourceFailed(f"{source.portal} has no dataset “{source.dataset}”: check its name") from error
        except NotAuthorized as error:
            raise SourceFailed(f"{source.portal} does not show “{source.dataset}” to everybody") from error
        except CKANAPIError as error:
            raise TryAgain(f"it does not answer as a CKAN portal does ({str(error)[:200]})") from error
        return package


def choose_resource(package: Mapping[str, Any], source: CkanSource) -> Mapping[str, Any]:
    """The resource by id or name, else the first of the wanted format, else the one that is most of a table.

    Raises `SourceFailed` where none fits, with what there is.
    """
    resources: Sequence[Mapping[str, Any]] = [r for r in package.get("resources") or [] if r.get("url")]
    if source.resource:
        fitting = [r for r in resources if source.resource in {r.get("id"), r.get("name")}]
    elif source.format:
        fitting = [r for r in resources if format_of(r) == source.format]
    else:
        tables = [r for r in resources if format_of(r) in _TABLES_FIRST]
        fitting = sorted(tables, key=lambda r: _TABLES_FIRST.index(format_of(r)))
    if not fitting:
        there = ", ".join(f"{r.get('name') or r.get('id')} ({format_of(r) or '?'})" for r in resources) or "none"
        raise SourceFailed(f"{source.portal}: “{source.dataset}” has no such resource; there are: {there}")
    return fitting[0]


def format_of(resource: Mapping[str, Any]) -> str:
    """The resource's format as a file suffix: portals write `CSV`, `.csv`, `text/csv`."""
    text = str(resource.get("format") or resource.get("mimetype") or "").strip().lower()
    return _MEDIA_TYPES.get(text, text.rpartition("/")[2].lstrip("."))


def _revision(package: Mapping[str, Any], resource: Mapping[str, Any]) -> str:
    """Everything the portal says changes with the content; empty where it says nothing."""
    marks = [resource.get("hash"), resource.get("last_modified"), resource.get("metadata_modified")]
    said = [str(mark) for mark in marks if mark] or [str(package.get("metadata_modified") or "")]
    return "|".join([str(resource.get("id") or ""), *said])[:500] if any(said) else ""
