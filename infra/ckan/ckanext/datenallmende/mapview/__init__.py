"""A map of a resource's places: Leaflet from this server, no tiles, nobody else is asked for anything.

`datenallmende_map` shows a DataStore table with the columns `lat` and `lon`, `datenallmende_geojson` a GeoJSON file
through CKAN's own resource proxy. What does not belong here: which resource gets a view (`ckan.views.default_views`).
"""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
from ckan.plugins import toolkit

PLACE = frozenset({"lat", "lon"})
"""WGS84, decimal degrees."""


class _MapView(p.SingletonPlugin):
    p.implements(p.IConfigurer, inherit=True)
    p.implements(p.IResourceView, inherit=True)

    def update_config(self, config: Any) -> None:
        toolkit.add_template_directory(config, "templates")
        toolkit.add_resource("assets", "ckanext-datenallmende-map")

    def view_template(self, context: Any, data_dict: dict[str, Any]) -> str:
        return "datenallmende/map_view.html"


class TableMapPlugin(_MapView):
    """The map of a table."""

    def info(self) -> dict[str, Any]:
        return {
            "name": "datenallmende_map",
            "title": "Karte",
            "default_title": "Karte",
            "icon": "map-location-dot",
            "requires_datastore": True,
            "preview_enabled": False,
        }

    def can_view(self, data_dict: dict[str, Any]) -> bool:
        resource = data_dict["resource"]
        if not resource.get("datastore_active"):
            return False
        try:
            told = {"id": resource["id"], "include_meta": False, "include_fields_schema": False}
            info = toolkit.get_action("datastore_info")({"ignore_auth": True}, told)
        except toolkit.ObjectNotFound:
            return False
        return {field["id"] for field in info["fields"]} >= PLACE

    def setup_template_variables(self, context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
        return {"map_table": data_dict["resource"]["id"], "map_file": ""}


class FileMapPlugin(_MapView):
    """The map of a GeoJSON file."""

    def info(self) -> dict[str, Any]:
        return {
            "name": "datenallmende_geojson",
            "title": "Karte",
            "default_title": "Karte",
            "icon": "map-location-dot",
            "preview_enabled": False,
        }

    def can_view(self, data_dict: dict[str, Any]) -> bool:
        is_geojson = str(data_dict["resource"].get("format", "")).lower().rpartition("/")[2] == "geojson"
        return is_geojson and p.plugin_loaded("resource_proxy")

    def setup_template_variables(self, context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
        from ckanext.resourceproxy import plugin as proxy

        return {"map_table": "", "map_file": proxy.get_proxified_resource_url(data_dict)}
