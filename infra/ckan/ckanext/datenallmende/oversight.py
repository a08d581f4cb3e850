"""What CKAN's API tells only one by one, or not at all, about organizations and rights.

`organization_list` builds every organization by itself (6 ms each; a Land has 2,000 Kommunen), and no action says which
rights the settings give to strangers. What does not belong here: changing anything.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.common import config
from ckan.plugins import toolkit

MARK = "allmende_id"
_SWITCHES = (
    "anon_create_dataset",
    "create_dataset_if_not_in_organization",
    "create_unowned_dataset",
    "create_user_via_api",
    "create_user_via_web",
    "user_create_groups",
    "user_create_organizations",
    "user_delete_groups",
    "user_delete_organizations",
)
"""Of ckan.auth: each gives a right to strangers, or to everybody with an account."""


@toolkit.side_effect_free
def datenallmende_organizations(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001 - CKAN's
    """Return the active organizations that carry our mark, with their extras: what everybody may read of them."""
    toolkit.check_access("organization_list", context, {})
    group = model.Group
    ours = model.Session.query(group).filter(
        group.is_organization.is_(True), group.state == "active", group.extras.has_key(MARK)
    )
    return [
        {
            "name": one.name,
            "title": one.title,
            "description": one.description,
            "image_url": one.image_url,
            "extras": [{"key": key, "value": value} for key, value in one.extras.items()],
        }
        for one in ours.order_by(group.name)
    ]


@toolkit.side_effect_free
def datenallmende_switches(context: Any, data_dict: dict[str, Any]) -> list[str]:  # noqa: ARG001 - CKAN's signature
    """Return the switches of `ckan.auth` that give rights to strangers or to every user, as far as they are on."""
    toolkit.check_access("sysadmin", context, {})
    return [name for name in _SWITCHES if toolkit.asbool(config.get(f"ckan.auth.{name}"))]
