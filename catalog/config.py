"""What the operator says about the catalogue as a whole: a value, filled from `allmende.toml` by the settings.

What does not belong here: anything about one dataset (that stands in its manifest), secrets, reading the environment.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

DEFAULT_NAMESPACE = "https://allmende.example/"


class CatalogConfig(BaseModel):
    """Title, publisher and addresses of the catalogue.

    `base_url` is where the static portal is reachable (its start page), `public_url` the root of the public site, under
    which `open/` lies; both may be empty in the embedded profile. Identifiers in the feed are built on `namespace`, not
    on the addresses, so that moving to another host does not rename a single dataset.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = "Datenallmende Bayern"
    description: str = (
        "Offene Daten bayerischer Kommunen: geprüft, vereinheitlicht und zu landesweiten Tabellen zusammengeführt."
    )
    publisher: str = "Datenallmende"
    publisher_uri: str = ""
    publisher_url: str = ""
    base_url: str = ""
    public_url: str = ""
    namespace: str = DEFAULT_NAMESPACE
    contributor_id: str = "http://dcat-ap.de/def/contributors/openDataBayern"
    """DCAT-AP.de contributorID, handed out by GovData: an IRI."""
    language: str = "de"
    contact_name: str = ""
    contact_email: str = ""
    contact_url: str = ""
    imprint: str = ""
    """The text of the imprint; an empty line starts a new paragraph."""
    dcat_ap_de: Literal["3.0", "2.0"] = "3.0"
    page_size: int = 500
    """Datasets on one page of the feed (Hydra paging beyond it)."""

    @field_validator("namespace", "base_url", "public_url")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        if not value:
            return value
        if not value.startswith(("https://", "http://")) or any(c in value for c in ' <>"{}|\\^`\n'):
            raise ValueError(f"“{value}” is no web address: write https://… or leave it empty")
        return value.rstrip("/") + "/"

    @field_validator("namespace")
    @classmethod
    def _has_a_namespace(cls, value: str) -> str:
        return value or DEFAULT_NAMESPACE

    @property
    def portal_base(self) -> str:
        """Absolute base of portal pages as the feed names them, with a final `/`."""
        return self.base_url or f"{self.files_base}portal/"

    @property
    def files_base(self) -> str:
        """Absolute base under which the keys of the open zone are addresses, with a final `/`."""
        return self.public_url or self.namespace
