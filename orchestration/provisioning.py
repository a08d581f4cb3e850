"""The object store of this installation, as its settings say: set up, with a login for each component.

The secret of a login is made once and kept in `<home>/keys/<component>.env`, for this user's eyes only, as the variable
that a process of this component is started with. What does not belong here: what a bucket and a right are
(`storage.admin`), which servers run (`orchestration.stack`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from orchestration.private import write_private
from orchestration.settings import Settings
from storage.admin.kommunen import Kommunen, new_secret
from storage.admin.minio import MinioServer
from storage.admin.provision import Provisioned, as_administrator
from storage.admin.provision import provision as set_up
from storage.admin.quota import Quotas
from storage.admin.rights import Component
from storage.config import StoreConfig
from storage.drops import Drops
from storage.errors import ConfigInvalid

_IN_INBOX = (Component.INTAKE, Component.STEWARD)
"""Components that work in the inbox alone; the others' login is that of the on-premises store."""


def provision(settings: Settings, *, is_plan: bool = False) -> Provisioned:
    """Set up the on-premises store, the clouds' buckets and the logins; a second time changes nothing.

    Secrets are kept before the server hears of them: a killed run goes on with the same.
    """
    keys: Mapping[Component, str] = {}
    if settings.storage.stores[settings.storage.onprem].scheme == "s3":
        onprem = settings.storage.onprem
        keys = component_keys(settings.home, onprem, settings.provision.keys, is_plan=is_plan)
    return set_up(settings.storage, settings.provision, inbox=settings.inbox_config, keys=keys, is_plan=is_plan)


def component_keys(
    home: Path, onprem: str = "onprem", told: Mapping[Component, SecretStr] | None = None, *, is_plan: bool = False
) -> dict[Component, str]:
    """The secret of each component's login, as told or as kept; made where there is none yet, empty in a plan."""
    keys = {component: secret.get_secret_value() for component, secret in (told or {}).items()}
    for component in Component:
        path = key_file(home, component)
        if component not in keys:
            keys[component] = "" if is_plan and not path.is_file() else _kept(path, component, onprem)
    return keys


def key_file(home: Path, component: Component) -> Path:
    return home.absolute() / "keys" / f"{component}.env"


def kommunen(settings: Settings) -> Kommunen:
    """The accounts of Kommunen. Raises `ConfigInvalid` where there is no inbox bucket."""
    return Kommunen(MinioServer(as_administrator(_inbox(settings), settings.provision)))


def quotas(settings: Settings) -> Quotas | None:
    """The counting of the inbox with the steward's own login; None where it was not set up."""
    key = component_keys(settings.home, told=settings.provision.keys, is_plan=True)[Component.STEWARD]
    if settings.inbox_config is None or not key:
        return None
    store = with_login(settings.inbox_config, Component.STEWARD, key)
    return Quotas(MinioServer(store), Drops(store), settings.provision)


def with_login(store: StoreConfig, component: Component, secret: str) -> StoreConfig:
    """The store as this component sees it."""
    login = {"access_key_id": component.user, "secret_access_key": secret}
    return StoreConfig.model_validate({**store.model_dump(), "secrets": login})


def _inbox(settings: Settings) -> StoreConfig:
    if settings.inbox_config is None:
        raise ConfigInvalid('there is no inbox bucket: set inbox_store = { url = "s3://allmende-inbox" }')
    return settings.inbox_config


def _kept(path: Path, component: Component, onprem: str) -> str:
    if path.is_file():
        return _secret(path)
    secret = new_secret()
    secrets: dict[str, Any] = {"secrets": {"access_key_id": component.user, "secret_access_key": secret}}
    in_inbox = component in _IN_INBOX
    variable = "ALLMENDE_INBOX_STORE" if in_inbox else "ALLMENDE_STORAGE__STORES"
    told: dict[str, Any] = secrets if in_inbox else {onprem: secrets}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, f"{variable}='{json.dumps(told)}'\n")
    return secret


def _secret(path: Path) -> str:
    try:
        told = json.loads(path.read_text().partition("=")[2].strip().strip("'"))
        inner = told if "secrets" in told else next(iter(told.values()))
        return str(inner["secrets"]["secret_access_key"])
    except (ValueError, KeyError, StopIteration, AttributeError) as error:
        raise ConfigInvalid(f"{path} is damaged: delete it and give the login a new secret by provisioning") from error
