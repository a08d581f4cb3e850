"""The settings of one CKAN portal. What does not belong here: reading them, which the settings of the project do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator


class CkanConfig(BaseModel):
    """`name` is how plans and the history call the portal. The token comes from the environment and is never shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = "ckan"
    url: str
    token: SecretStr
    parallel: Annotated[int, Field(ge=1, le=32)] = 4
    """Changes on their way at once."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Datasets in one answer of the bulk read; CKAN gives 1,000 at most."""
    datastore_rows: Annotated[int, Field(ge=0)] = 100_000
    """Datasets of at most so many rows get a DataStore table; 0 for none."""
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 60.0
    lag_s: float = 10.0
    """How long the portal's search may take to show a change: CKAN can leave that to Solr (`solr_commit=false`)."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 8
    """Calls in all, where the portal is busy or its answer does not come."""

    logos: Path | None = None
    """Where logos that were uploaded are kept, for the way back (`rollback`); None: nowhere."""

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
            raise ValueError(f"“{value}” is no web address of a portal: write https://…")
        return value.rstrip("/")
