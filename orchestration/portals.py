"""The portals the settings name, as publication targets. What a portal does: `catalog.publishing`, `catalog.ckan`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from catalog.build import load_catalog
from catalog.model import Catalog, Dataset
from catalog.publishing import History, Plan, Portal, PortalChanged, PortalError, Thing, plan_for
from catalog.publishing import plan as plan_between
from orchestration.platform import Platform
from orchestration.settings import PortalConfig
from storage.index import read_index
from storage.layout import Zone

if TYPE_CHECKING:
    from catalog.ckan import CkanConfig


NOT_HERE = "wird auf diesem Portal nicht mehr veröffentlicht"
_PLANS, _REST_S = 4, 1.0
"""So often a plan is made before a portal that keeps changing is told as such, with a rest in between."""

_Done = TypeVar("_Done")


class PortalUnknown(Exception):
    """No portal of that name in the settings."""


def portal(platform: Platform, name: str) -> Portal:
    """Return the portal called `name`; raises `PortalUnknown`."""
    config = _config(platform, name)
    if config.kind == "ckan":
        from catalog.ckan import open_ckan
        from orchestration.organizations import directory

        organizations = directory(platform) if config.organizations else None
        return open_ckan(ckan_config(platform, name), organizations, platform.sites.onprem)
    from catalog.publishing.static import StaticPortal

    return StaticPortal(name=name, sites=platform.sites, config=platform.settings.catalog)


def ckan_config(platform: Platform, name: str) -> CkanConfig:
    """Return how to speak to the CKAN portal called `name`; raises `PortalUnknown`, also for one of another kind."""
    from catalog.ckan import CkanConfig

    config = _config(platform, name)
    if config.kind != "ckan":
        others = [other for other, its in platform.settings.portals.items() if its.kind == "ckan"]
        hint = f"there are {', '.join(others)}" if others else "there is none in the settings"
        raise PortalUnknown(f"“{name}” is a {config.kind} portal: this needs one of kind ckan; {hint}.")
    return CkanConfig(
        name=name,
        url=config.url,
        token=config.token,
        parallel=config.parallel,
        datastore_rows=config.datastore_rows,
        logos=history(platform).folder / "logos",
    )


def _config(platform: Platform, name: str) -> PortalConfig:
    config = platform.settings.portals.get(name)
    if config is None:
        known = ", ".join(platform.settings.portals) or "none"
        raise PortalUnknown(
            f"There is no portal “{name}” in the settings; known: {known}. Add [portals.{name}] to allmende.toml."
        )
    return config


@dataclass(frozen=True, slots=True)
class PortalView:
    """One portal at a glance. `to_do`: changes an apply would make. `problem`: why it could not be read."""

    name: str
    kind: str
    address: str
    user: str = ""
    published: int | None = None
    withdrawn: int | None = None
    to_do: int | None = None
    problem: str = ""

    @property
    def state(self) -> str:
        return "cannot be read" if self.problem else "differs" if self.to_do else "as planned"


def overview(platform: Platform) -> list[PortalView]:
    """Look at every portal of the settings; one that is down hides no other."""
    return [_view(platform, name) for name in platform.settings.portals]


def _view(platform: Platform, name: str) -> PortalView:
    view = PortalView(name, platform.settings.portals[name].kind, start_page(platform, name))
    target = portal(platform, name)
    try:
        target.preflight()
        now = target.actual()
        wanted, reasons = catalogue(platform, name)
        shown = plan_between(target.desired(wanted), now, name, reasons)
        user = _user(platform, name)
    except PortalError as error:
        return replace(view, problem=str(error))
    datasets = [entry for entry in now.values() if entry.thing is Thing.DATASET]
    published = sum(entry.is_published for entry in datasets)
    return replace(view, user=user, published=published, withdrawn=len(datasets) - published, to_do=len(shown.changes))


def _user(platform: Platform, name: str) -> str:
    """Whom a CKAN portal takes our token for; nobody elsewhere."""
    if platform.settings.portals[name].kind != "ckan":
        return ""
    from catalog.ckan.client import open_client

    return str(open_client(ckan_config(platform, name)).call("user_show")["name"])


def history(platform: Platform) -> History:
    return History(platform.settings.home.absolute() / "publish")


def plan(platform: Platform, target: Portal) -> Plan:
    """What an apply would change; withdrawn entries carry the reason the Kommune gave."""
    return plan_for(target, *catalogue(platform, target.name))


def make_so(platform: Platform, target: Portal, do: Callable[[Plan], _Done]) -> _Done:
    """Plan and let `do` apply; plans again where the portal changed in between.

    A request of an apply that was killed may still be at work there, or an editor. Raises `PortalChanged` where the
    portal does not come to rest.
    """
    for _ in range(_PLANS - 1):
        try:
            return do(plan(platform, target))
        except PortalChanged:
            time.sleep(_REST_S)
    return do(plan(platform, target))


def difference(platform: Platform, name: str, other: str) -> Plan:
    """What would make the portal `name` show what the portal `other` shows, as far as its settings let it go there."""
    if _config(platform, name).kind != _config(platform, other).kind:
        raise PortalUnknown(f"“{name}” and “{other}” are portals of two kinds: compare two of one kind.")
    left, right = portal(platform, other), portal(platform, name)
    for target in (left, right):
        target.preflight()
    here = right.actual()
    wanted = right.desired(catalogue(platform, name)[0]).keys() | here.keys()
    there = {id_: entry for id_, entry in left.actual().items() if entry.is_published and id_ in wanted}
    return plan_between(there, here, name, dict.fromkeys(here, f"nicht auf „{other}“"))


def catalogue(platform: Platform, name: str) -> tuple[Catalog, dict[str, str]]:
    """The desired state of the portal called `name`: what the open zone's manifests say, as far as it goes there.

    With it, by dataset, why others are not there (any more): in the words of the Kommune that withdrew it, or ours.
    """
    every, config = load_catalog(platform.sites.onprem, platform.settings.catalog), platform.settings.portals[name]
    here = tuple(dataset for dataset in every.datasets if goes_to(config, dataset))
    reasons = {dataset.id: NOT_HERE for dataset in every.datasets}
    reasons |= {id_: stone.reason for id_, stone in read_index(platform.sites.onprem).withdrawn.items()}
    return every.model_copy(update={"datasets": here}), reasons


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
