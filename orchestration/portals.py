"""The portals the settings name, as publication targets. What a portal does: `catalog.publishing`, `catalog.ckan`."""

from __future__ import annotations

from catalog.build import load_catalog
from catalog.model import Catalog, Dataset
from catalog.publishing import History, Plan, Portal, plan_for
from orchestration.platform import Platform
from orchestration.settings import PortalConfig
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
        from orchestration.organizations import directory

        told = CkanConfig(name=name, url=config.url, token=config.token, parallel=config.parallel)
        return open_ckan(told, directory(platform) if config.organizations else None)
    from catalog.publishing.static import StaticPortal

    return StaticPortal(name=name, sites=platform.sites, config=platform.settings.catalog)


def history(platform: Platform) -> History:
    return History(platform.settings.home.absolute() / "publish")


def plan(platform: Platform, target: Portal) -> Plan:
    """What an apply would change; withdrawn entries carry the reason the Kommune gave."""
    index = read_index(platform.sites.onprem)
    reasons = {name: stone.reason for name, stone in index.withdrawn.items()}
    return plan_for(target, catalogue(platform, target.name), reasons)


def catalogue(platform: Platform, name: str) -> Catalog:
    """The desired state of the portal called `name`: what the open zone's manifests say, as far as it goes there."""
    every = load_catalog(platform.sites.onprem, platform.settings.catalog)
    wanted = platform.settings.portals[name]
    return every.model_copy(update={"datasets": tuple(d for d in every.datasets if goes_to(wanted, d))})


def goes_to(portal: PortalConfig, dataset: Dataset) -> bool:
    """Whether the settings of a portal let the dataset go there."""
    owner = dataset.dataset_id.owner
    return (
        (not portal.publishers or any(owner.startswith(one) for one in portal.publishers))
        and (not portal.standards or dataset.standard in portal.standards)
        and (portal.invented or not dataset.is_invented)
    )


def start_page(platform: Platform, name: str) -> str:
    """Where a person looks at the portal: a path in the embedded profile, else an address."""
    config = platform.settings.portals[name]
    if config.kind == "ckan":
        return config.url
    return platform.settings.catalog.base_url or platform.sites.onprem.uri(f"{Zone.PORTAL}/index.html")
