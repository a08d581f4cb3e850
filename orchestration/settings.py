"""Settings: `allmende.toml` and the environment, read here and nowhere else.

Precedence: environment (`ALLMENDE_…`, nested with `__`) over `allmende.toml` over the defaults. Secrets come from the
environment only. Which file: `ALLMENDE_CONFIG`, else `allmende.toml` in the working directory, else the project's own.
With `ALLMENDE_PROFILE=stack` two files that `allmende stack up` wrote stand between both: `<home>/stack/secrets.env`
(variables) and `<home>/stack/allmende.toml`.
What does not belong here: what a setting means to its room (`storage.config`, `catalog.config`, `connectors.config`).
"""

from __future__ import annotations

import os
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args, get_origin

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from catalog.config import CatalogConfig
from connectors.config import FetchConfig
from connectors.register import AGS_DIGITS
from intake.config import IntakeConfig
from storage.admin.config import ProvisionConfig
from storage.config import StorageConfig, StoreConfig
from storage.names import STATEWIDE

PROJECT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT / "dbt_project"
TOML_FILE = "allmende.toml"
SECRETS_FILE = "secrets.env"


class SettingsInvalid(Exception):
    """A setting is wrong; the message names the file or variable, the key and the fix."""


class PortalConfig(BaseModel):
    """A portal that the catalogue is published to. `token` comes from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["static", "ckan"]
    url: str = ""
    token: SecretStr = SecretStr("")
    parallel: int = Field(default=4, ge=1, le=32)
    """CKAN: changes on their way at once."""
    organizations: bool = True
    """CKAN: keep one organization per Kommune as the catalogue says; false: the portal's administrators do."""
    datastore_rows: int = Field(default=100_000, ge=0)
    """CKAN: datasets of at most so many rows get a DataStore table; 0 for none."""
    publishers: tuple[str, ...] = ()
    """Only datasets of these (AGS, the beginning of an AGS, or `land`) go there; empty: of all."""
    standards: tuple[str, ...] = ()
    """Only datasets of these standards go there; empty: all."""
    invented: bool = True
    """Whether datasets with invented contents (demo) go there."""

    @field_validator("publishers")
    @classmethod
    def _are_publishers(cls, publishers: tuple[str, ...]) -> tuple[str, ...]:
        for one in publishers:
            if one != STATEWIDE and not (one.isdecimal() and len(one) <= AGS_DIGITS):
                raise ValueError(f"“{one}” is no publisher: write an AGS, the first digits of one, or “{STATEWIDE}”")
        return publishers

    @model_validator(mode="after")
    def _has_an_address(self) -> PortalConfig:
        if self.kind == "ckan" and not self.url.startswith(("https://", "http://")):
            raise ValueError('a portal of kind “ckan” needs its web address: url = "https://…"')
        return self


class ChecksConfig(BaseModel):
    """When an asset check speaks up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rejects_share: float = Field(default=0.1, ge=0, le=1)
    """Share of rejected rows of a version above which its check warns."""
    row_jump_share: float = Field(default=0.5, ge=0)
    """Change of a statewide table's row count against the run before, as a share, above which its check warns."""


class IntakeSettings(BaseModel):
    """The upload portal. `tokens` (AGS → SHA-256 of its access tokens) and `secret` come from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: dict[str, tuple[SecretStr, ...]] = Field(default_factory=dict)
    secret: SecretStr | None = None
    max_upload_bytes: int = Field(default=100_000_000, gt=0)
    posts_per_minute: int = Field(default=12, ge=1)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")


class DagsterConfig(BaseModel):
    """Where Dagster keeps its runs: `postgres_url` from the environment, else SQLite below the home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    postgres_url: SecretStr | None = None


class StackConfig(BaseModel):
    """Where the servers of `allmende stack` listen on 127.0.0.1; unset: as the last time, else from 9000 on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port_base: int | None = Field(default=None, ge=1, le=65000)
    ports: dict[str, int] = Field(default_factory=dict)


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(
        env_prefix="ALLMENDE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )
    toml_path: ClassVar[Path | None] = None

    profile: Literal["embedded", "stack", "production"] = "embedded"
    home: Path = Path(".allmende")
    """All state of this installation lies here."""
    inbox: Path | None = None
    """Folder the Kommunen drop files into; default `<home>/inbox`."""
    inbox_store: StoreConfig | None = None
    """Bucket the Kommunen drop files into, beside the folder. What it does not say (region, options, secrets) is as for
    the on-premises store."""
    inbox_poll_seconds: int = Field(default=60, ge=1)
    """So often the bucket is looked through, whether an upload was reported or not."""
    provision: ProvisionConfig = Field(default_factory=ProvisionConfig)
    publishers: tuple[Path, ...] = (PROJECT / "connectors" / "publishers",)
    """Folders with one TOML per Kommune; `<home>/publishers` is always read too."""
    standards: tuple[Path, ...] = ()
    """Folders with standards of this installation, one folder each; `<home>/standards` is always read too."""
    storage: StorageConfig = Field(default_factory=StorageConfig)
    fetch: FetchConfig = Field(default_factory=FetchConfig)
    catalog: CatalogConfig = Field(default_factory=CatalogConfig)
    portals: dict[str, PortalConfig] = Field(default_factory=lambda: {"static": PortalConfig(kind="static")})
    checks: ChecksConfig = Field(default_factory=ChecksConfig)
    intake: IntakeSettings = Field(default_factory=IntakeSettings)
    dagster: DagsterConfig = Field(default_factory=DagsterConfig)
    stack: StackConfig = Field(default_factory=StackConfig)
    moment: AwareDatetime | None = None
    """Where set, the clock stands still there: the same files then give the same bytes on any stores. For comparing."""
    scope_land: str = Field(default="09", pattern=r"\d{2}")
    """The Land that coverage counts and statewide tables stand for, as the first two digits of the AGS."""

    @field_validator("inbox_store")
    @classmethod
    def _is_a_bucket(cls, store: StoreConfig | None) -> StoreConfig | None:
        if store is not None and (store.scheme != "s3" or store.is_by_zone):
            raise ValueError('the inbox is an S3 bucket, e.g. url = "s3://allmende-inbox"; for a folder set inbox')
        return store

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_toml_path())
        stack = _stack_folder(init_settings())
        if stack is None:
            return (init_settings, env_settings, toml)
        secrets = DotEnvSettingsSource(settings_cls, env_file=stack / SECRETS_FILE)
        servers = TomlConfigSettingsSource(settings_cls, toml_file=stack / TOML_FILE)
        return (init_settings, env_settings, secrets, servers, toml)

    @field_validator("portals")
    @classmethod
    def _have_names(cls, portals: dict[str, PortalConfig]) -> dict[str, PortalConfig]:
        for name in portals:
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or name == "all":
                raise ValueError(f"“{name}” is no name of a portal: use a-z, 0-9 and single hyphens, and not “all”")
        return portals

    @property
    def inbox_path(self) -> Path:
        return (self.inbox or self.home / "inbox").absolute()

    @property
    def inbox_config(self) -> StoreConfig | None:
        """The bucket that Kommunen drop files into, complete; None where there is none."""
        if self.inbox_store is None:
            return None
        told = {name for name in ("region", "options", "secrets") if getattr(self.inbox_store, name)}
        onprem = self.storage.stores[self.storage.onprem]
        missing = {name: getattr(onprem, name) for name in {"region", "options", "secrets"} - told}
        return self.inbox_store.model_copy(update=missing)

    @property
    def arrivals_path(self) -> Path:
        """Where the receiver notes reported uploads."""
        return self.home.absolute() / "inbox-arrivals.sqlite"

    @property
    def publisher_folders(self) -> tuple[Path, ...]:
        return (*self.publishers, self.home.absolute() / "publishers")

    @property
    def standard_folders(self) -> tuple[Path, ...]:
        return (*self.standards, self.home.absolute() / "standards")

    @property
    def models(self) -> Path:
        """The dbt models of this installation's own standards (`allmende standards scaffold`)."""
        return self.home.absolute() / "models"

    def intake_config(self, fetched_elsewhere: frozenset[str]) -> IntakeConfig:
        """What the upload portal is given; datasets in `fetched_elsewhere` are not taken by hand."""
        told = self.intake.model_dump(exclude_none=True)
        return IntakeConfig(
            **told,
            inbox=self.inbox_path,
            work=self.home.absolute() / "intake",
            standards=self.standard_folders,
            title=self.catalog.title,
            fetched_elsewhere=fetched_elsewhere,
            portal_url=self.catalog.base_url,
            contact=self.catalog.contact_email,
        )

    @property
    def work(self) -> Path:
        """What may be deleted at any time: databases, dlt and dbt working folders."""
        return self.home.absolute() / "work"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises `SettingsInvalid` with one sentence that names where, which key and the fix."""
    path = _toml_path()
    try:
        return Settings(**overrides)
    except tomllib.TOMLDecodeError as error:
        raise SettingsInvalid(f"{path}: this is not valid TOML ({error}). Correct that line.") from error
    except ValidationError as error:
        raise SettingsInvalid(_explain(error, path)) from error


def _toml_path() -> Path:
    told = os.environ.get("ALLMENDE_CONFIG")
    if told:
        if not Path(told).is_file():
            raise SettingsInvalid(f"ALLMENDE_CONFIG names {told}, which does not exist. Correct the path or unset it.")
        return Path(told)
    here = Path("allmende.toml")
    return here if here.is_file() else PROJECT / "allmende.toml"


def _stack_folder(told: dict[str, Any]) -> Path | None:
    """Where the stack's settings lie, if they are asked for. Raises `SettingsInvalid` where there are none."""
    if told.get("profile", os.environ.get("ALLMENDE_PROFILE")) != "stack":
        return None
    home = told.get("home") or os.environ.get("ALLMENDE_HOME")
    home = home or tomllib.loads(_toml_path().read_text()).get("home", ".allmende")
    folder = Path(home).absolute() / "stack"
    if not (folder / TOML_FILE).is_file():
        raise SettingsInvalid(
            f"The profile is stack, but there is no {folder / TOML_FILE}. Run `allmende stack up` with this home first."
        )
    return folder


def _explain(error: ValidationError, path: Path) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
    if first["type"] == "extra_forbidden":
        near = get_close_matches(str(first["loc"][-1]), _keys(first["loc"][:-1]), n=1)
        fix = f"did you mean “{near[0]}”?" if near else f"known keys: {', '.join(_keys(first['loc'][:-1]))}."
        return f"{path}: unknown setting “{key}”; {fix}"
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    return f"{path} or environment: “{key}”: {message}{more}"


def _keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand at this place; below a table with free names those of its entries."""
    model: Any = Settings
    for part in location:
        field = getattr(model, "model_fields", {}).get(part)
        entry = get_args(model)[1:] if get_origin(model) is dict else ()
        model = field.annotation if field is not None else next(iter(entry), None)
    return sorted(getattr(model, "model_fields", {}))
