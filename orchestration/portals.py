"""The portals the settings name, as publication targets. What a portal does: `catalog.publishing`, `catalog.ckan`."""

from __future__ import annotations

from catalog.build import load_catalog
from catalog.model import Catalog
from catalog.publishing import History, Plan, Portal, plan_for
from orchestration.platform import Platform
from storage.index import read_index
from storage.layout import Zone


class PortalUnknown(Exception):
    """No portal of that name in the settings."""


def portal(platform: Platform, name: str) -> Portal:
    """Return the portal called `name`; raises `PortalUnknown`."""
    config = platform.settings.portals.get(name)
    if config is None:
        known = ", ".join(platform.settings.portals) or "none"
        raise PortalUnknown(
            f"There is no portal “{name}” in the settings; known: {known}. Add [portals.{name}] to allmende.toml."
        )
    if config.kind == "ckan":
        from catalog.ckan import CkanConfig, open_ckan

        return open_ckan(CkanConfig(name=name, url=config.url, token=config.token))
    from catalog.publishing.static import StaticPortal

    return StaticPortal(name=name, sites=platform.sites, config=platform.settings.catalog)


def history(platform: Platform) -> History:
    return History(platform.settings.home.absolute() / "publish")


def plan(platform: Platform, target: Portal) -> Plan:
    """What an apply would change; withdrawn entries carry the reason the Kommune gave."""
    index = read_index(platform.sites.onprem)
    reasons = {name: stone.reason for name, stone in index.withdrawn.items()}
    return plan_for(target, catalogue(platform), reasons)


def catalogue(platform: Platform) -> Catalog:
    """The desired state: what the open zone's manifests say."""
    return load_catalog(platform.sites.onprem, platform.settings.catalog)


def start_page(platform: Platform, name: str) -> str:
    """Where a person looks at the portal: a path in the embedded profile, else an address."""
    config = platform.settings.portals[name]
    if config.kind == "ckan":
        return config.url
    return platform.settings.catalog.base_url or platform.sites.onprem.uri(f"{Zone.PORTAL}/index.html")
