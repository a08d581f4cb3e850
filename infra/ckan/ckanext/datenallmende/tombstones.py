"""What the public is told at the address of a dataset that was withdrawn: that it is gone (410), and why.

A withdrawn dataset is private, so that search, API and the catalogue that harvesters read no longer have it; its page
would be the same 404 as one that never was. What does not belong here: withdrawing, which the publisher does.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit
from flask import Blueprint

REASON = "allmende_withdrawn"
_ENDPOINTS = frozenset({"dataset.read", "dataset_resource.read", "dataset_resource.download", "dcat.read_dataset"})

blueprint = Blueprint("datenallmende_tombstones", __name__)


@blueprint.before_app_request
def say_that_it_is_gone() -> Any:
    """Answer for the address of a withdrawn dataset; nothing for any other, and for who may still see it."""
    if toolkit.request.endpoint not in _ENDPOINTS:
        return None
    arguments = toolkit.request.view_args or {}
    package = model.Package.get(arguments.get("id") or arguments.get("_id") or "")
    reason = package.extras.get(REASON) if package else None
    if package is None or not package.private or package.state != "active" or not reason or _may_see(package.id):
        return None
    organization = model.Group.get(package.owner_org) if package.owner_org else None
    said = {"title": package.title or package.name, "reason": reason, "organization": organization}
    return toolkit.render("datenallmende/withdrawn.html", said), 410


def _may_see(package_id: str) -> bool:
    context = {"user": toolkit.current_user.name, "auth_user_obj": toolkit.current_user}
    try:
        toolkit.check_access("package_show", context, {"id": package_id})
    except toolkit.NotAuthorized:
        return False
    return True
