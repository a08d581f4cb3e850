"""Previews of a resource with a DataStore table: table and map, as the portal's own settings name them.

CKAN makes the views that need no table when it makes the resource; for those that do it has to be asked once the table
is there. Which ones: `ckan.views.default_views` of the portal. A view that somebody arranged by hand is kept.

What does not belong here: how a view looks (the portal's plugins).
"""

from __future__ import annotations

from catalog.ckan.client import Client, Missing

NEED_A_TABLE = frozenset({"datatables_view", "recline_view", "datenallmende_map"})


def ensure(client: Client, resource_id: str) -> None:
    """Make the portal's default views that this resource does not have yet."""
    resource = client.call("resource_show", id=resource_id)
    client.call(
        "resource_create_default_resource_views",
        resource={**resource, "datastore_active": True},
        create_datastore_views=True,
    )


def remove(client: Client, resource_id: str) -> None:
    """Remove the views that would be empty without the table."""
    try:
        there = client.call("resource_view_list", id=resource_id)
    except Missing:
        return
    for view in there:
        if view["view_type"] in NEED_A_TABLE:
            try:
                client.call("resource_view_delete", id=view["id"])
            except Missing:
                continue
