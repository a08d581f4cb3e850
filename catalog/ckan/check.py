"""Whether a CKAN portal is fit to be published to, asked before anything is published: facts and findings.

Nothing is changed. A switch of the portal that cannot be read is tried out with a request that is refused in any case:
for want of rights where all is well, for want of a name where not. What does not belong here: the quick look before
each apply (`portal.CkanPortal.preflight`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog.ckan.client import Client, Forbidden, Invalid, Missing, Unknown
from catalog.ckan.schema import ID
from catalog.publishing.portal import PortalError, Refused, Transient

PLUGINS = {
    "datenallmende": "our dataset schema, DCAT-AP.de profile and theme",
    "scheming_datasets": "the fields of DCAT-AP.de (ours become loose extras)",
    "scheming_organizations": "the fields of an organization (ours become loose extras)",
    "dcat": "/catalog.ttl and /dataset/<id>.ttl, which harvesters read",
    "datastore": "tables that can be queried",
    "datenallmende_datastore": "tables replaced in one step (CKAN's own actions take several)",
    "datatables_view": "the preview of tables",
    "datenallmende_map": "the map of places",
    "activity": "the record of who changed what",
    "expire_api_token": "an end of tokens (they are good for ever)",
}
"""Plugins that we count on, and what is missing without them."""
OLDEST = (2, 10)
Level = Literal["stop", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a portal. `stop`: publishing will not work; `warning`: it will, but; `note`: to know."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a portal is and whether it is fit: no remark of level `stop`."""

    url: str
    version: str = ""
    plugins: tuple[str, ...] = ()
    user: str = ""
    is_sysadmin: bool = False
    organizations: int = 0
    """In how many organizations the token's user may create datasets."""
    datasets: int = 0
    """Public datasets that the search index lists, ours and others'."""
    remarks: tuple[Remark, ...] = field(default=())

    @property
    def is_fit(self) -> bool:
        return all(remark.level != "stop" for remark in self.remarks)


def check(ours: Client, anonymous: Client, url: str) -> Fitness:
    """Ask the portal at `url` with the token in use and without one. Raises nothing for what the portal does wrong."""
    try:
        status = anonymous.call("status_show")
    except PortalError as error:
        return Fitness(url, remarks=(Remark("stop", str(error)),))
    plugins = tuple(status.get("extensions") or ())
    user = _user(ours)
    is_sysadmin = bool(user.get("sysadmin"))
    organizations = _organizations(ours) if user else 0
    datasets, about_index = _index(anonymous)
    version = str(status.get("ckan_version") or (_version(ours) if user else ""))
    remarks = [
        *_about_version(version),
        *_about_user(user, organizations),
        *about_index,
        *_about_address(url, str(status.get("site_url") or "")),
        *_about_plugins(plugins),
        *_about_switches(ours, anonymous, is_known=bool(user), is_sysadmin=is_sysadmin),
    ]
    return Fitness(
        url, version, plugins, str(user.get("name", "")), is_sysadmin, organizations, datasets, tuple(remarks)
    )


def _user(ours: Client) -> Mapping[str, Any]:
    """Whom the portal takes the token for; nothing for anonymous: CKAN does not refuse a wrong token."""
    try:
        return dict(ours.call("user_show"))
    except (Missing, Forbidden, Transient):
        return {}


def _version(ours: Client) -> str:
    return str(ours.call("status_show").get("ckan_version") or "")


def _organizations(ours: Client) -> int:
    return len(ours.call("organization_list_for_user", permission="create_dataset"))


def _about_version(version: str) -> Iterator[Remark]:
    if not version:
        yield Remark("note", "the portal hides its version from this token's user.")
    elif tuple(int(n) for n in version.split(".")[:2] if n.isdigit()) < OLDEST:
        yield Remark("stop", f"CKAN {version} is too old: publishing needs {'.'.join(map(str, OLDEST))} or newer.")


def _about_user(user: Mapping[str, Any], organizations: int) -> Iterator[Remark]:
    if not user:
        yield Remark("stop", "the portal does not accept the token: make a new one there and set it.")
    elif not user.get("sysadmin") and not organizations:
        yield Remark("stop", f"{user['name']} may create datasets in no organization: make the user editor of one.")
    elif not user.get("sysadmin"):
        yield Remark(
            "warning",
            f"{user['name']} is no system administrator: organizations, editors and tokens cannot be kept with it; set "
            "`organizations = false` for this portal, or a token of an administrator.",
        )


def _index(anonymous: Client) -> tuple[int, list[Remark]]:
    """How many public datasets the search lists, against how many there are."""
    try:
        listed = int(anonymous.call("package_search", rows=0)["count"])
        there = len(anonymous.call("package_list"))
        anonymous.call("package_search", rows=0, fq=f"extras_{ID}:*")
    except PortalError as error:
        return 0, [Remark("stop", str(error))]
    if listed == there:
        return listed, []
    return listed, [
        Remark(
            "warning",
            f"the search index lists {listed:,} of {there:,} public datasets: rebuild it (ckan search-index rebuild).",
        )
    ]


def _about_plugins(plugins: Collection[str]) -> Iterator[Remark]:
    for name, what in PLUGINS.items():
        if name not in plugins:
            yield Remark("warning", f"plugin {name} is missing, and with it {what}.")


def _about_address(told: str, own: str) -> Iterator[Remark]:
    if own and own.rstrip("/") != told:
        yield Remark("warning", f"the portal calls itself {own}: set ckan.site_url there, or url = here, to the same.")


def _about_switches(ours: Client, anonymous: Client, *, is_known: bool, is_sysadmin: bool) -> Iterator[Remark]:
    """Rights that CKAN may give to strangers, or to every user."""
    if is_sysadmin and (on := _switches(ours)) is not None:
        for switch in on:
            yield Remark("warning", f"{_RIGHTS.get(switch, switch)}: set ckan.auth.{switch} = false there.")
        return
    for action, switch in (("user_create", "create_user_via_api"), ("package_create", "anon_create_dataset")):
        if _is_allowed(anonymous, action):
            yield Remark("warning", f"{_RIGHTS[switch]}: set ckan.auth.{switch} = false there.")
    if is_sysadmin:
        yield Remark(
            "note",
            "whether every user may create organizations and groups cannot be seen with an administrator's token: see "
            "that ckan.auth.user_create_organizations and …user_create_groups are false there.",
        )
    elif is_known:
        for what in ("organization", "group"):
            if _is_allowed(ours, f"{what}_create"):
                yield Remark(
                    "warning", f"every user may create {what}s: set ckan.auth.user_create_{what}s = false there."
                )


def _switches(ours: Client) -> list[str] | None:
    """The dangerous switches that are on, as our plugin tells an administrator; None where it is not there."""
    try:
        return [str(one) for one in ours.call("datenallmende_switches")]
    except (Unknown, Missing):
        return None


_RIGHTS = {
    "anon_create_dataset": "anybody may create datasets",
    "create_dataset_if_not_in_organization": "every user may create datasets",
    "create_unowned_dataset": "datasets may belong to no organization",
    "create_user_via_api": "anybody may create accounts",
    "create_user_via_web": "anybody may sign up",
    "user_create_groups": "every user may create groups",
    "user_create_organizations": "every user may create organizations",
    "user_delete_groups": "administrators of groups may delete them",
    "user_delete_organizations": "administrators of organizations may delete them",
}


def _is_allowed(client: Client, action: str) -> bool:
    """Whether this user may do it, asked with a name that no portal takes."""
    try:
        client.call(action, name="!")
    except Invalid:
        return True
    except (Forbidden, Missing, Unknown):
        return False
    except Refused:
        return False
    return True
