"""What CKAN is told: where templates and assets lie, helpers, validators, settings of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ckan import plugins
from ckan.plugins import toolkit
from ckanext.datenallmende import actions, bulk, helpers, nodes, oversight, sessions, tombstones, validators
from ckanext.dcat.interfaces import IDCATURIGenerator
from ckanext.dcat.utils import catalog_uri, dataset_id_from_resource

HERE = Path(__file__).parent


@toolkit.blanket.config_declarations
class DatenallmendePlugin(plugins.SingletonPlugin):
    plugins.implements(plugins.IConfigurer)
    plugins.implements(plugins.ITemplateHelpers)
    plugins.implements(plugins.IValidators)
    plugins.implements(plugins.IActions)
    plugins.implements(plugins.IBlueprint)
    plugins.implements(plugins.IMiddleware, inherit=True)
    plugins.implements(plugins.IFacets, inherit=True)
    plugins.implements(plugins.IPackageController, inherit=True)
    plugins.implements(IDCATURIGenerator, inherit=True)

    def update_config(self, config: Any) -> None:
        toolkit.add_template_directory(config, "templates")
        toolkit.add_public_directory(config, "public")
        toolkit.add_resource("assets", "datenallmende")
        # A path of this package, which no settings file could know.
        config["licenses_group_url"] = config.get("licenses_group_url") or (HERE / "licenses.json").as_uri()
        config["ckan.favicon"] = "/datenallmende/logo.svg"
        config["ckan.site_logo"] = "/datenallmende/logo.svg"

    def get_helpers(self) -> dict[str, Callable[..., Any]]:
        return helpers.all_helpers()

    def get_validators(self) -> dict[str, Callable[..., Any]]:
        return {"da_ags": validators.ags}

    def get_blueprint(self) -> list[Any]:
        return [tombstones.blueprint]

    def make_middleware(self, app: Any, config: Any) -> Any:
        app.wsgi_app = sessions.FreshSession(app.wsgi_app)
        return app

    def get_actions(self) -> dict[str, Callable[..., Any]]:
        found = (
            actions.datenallmende_index_gaps,
            actions.datenallmende_close_index_gaps,
            bulk.package_create,
            oversight.datenallmende_organizations,
            oversight.datenallmende_switches,
        )
        return {action.__name__: action for action in found}

    def dataset_facets(self, facets_dict: dict[str, str], package_type: str) -> dict[str, str]:
        return helpers.facets()

    def organization_facets(
        self, facets_dict: dict[str, str], organization_type: str, package_type: str | None
    ) -> dict[str, str]:
        return {key: title for key, title in helpers.facets().items() if key != "organization"}

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Give the search words that a person would filter by, not the IRIs behind them."""
        dataset = json.loads(pkg_dict["validated_data_dict"])
        pkg_dict["vocab_da_theme"] = helpers.theme_labels(dataset)
        pkg_dict["vocab_da_standard"] = [dataset["standard_title"]] if dataset.get("standard_title") else []
        return pkg_dict

    def dataset_uri(self, dataset_dict: dict[str, Any], default_uri: str) -> str | None:
        """The IRI that a dataset names itself by, if it is one; else its address on this portal."""
        return None if nodes.is_iri(default_uri) else f"{catalog_uri().rstrip('/')}/dataset/{dataset_dict['id']}"

    def resource_uri(self, resource_dict: dict[str, Any], default_uri: str) -> str | None:
        """Likewise for a file."""
        page = f"{catalog_uri().rstrip('/')}/dataset/{dataset_id_from_resource(resource_dict)}"
        return None if nodes.is_iri(default_uri) else f"{page}/resource/{resource_dict['id']}"
