"""The settings of the stack profile: what `allmende stack up` tells every other command about its servers.

Two files in `<home>/stack`: `allmende.toml`, and `secrets.env` for this user's eyes only. `ALLMENDE_PROFILE=stack`
makes the settings read both. What does not belong here: reading them (`orchestration.settings`).
"""

from __future__ import annotations

import json
from typing import Any

from intake.receiver import PATH
from orchestration.private import write_private
from orchestration.provisioning import component_keys
from orchestration.settings import SECRETS_FILE, TOML_FILE
from orchestration.stack.place import Place
from orchestration.stack.servers.azurite import ACCOUNT, Azurite
from orchestration.stack.servers.ckan import SYSADMIN, Ckan
from orchestration.stack.servers.dagster import dagster_url
from orchestration.stack.servers.minio import Minio
from orchestration.stack.servers.versitygw import VersityGW
from storage.admin.rights import Component

BUCKET = "allmende"
REGION = "us-east-1"
ADMINISTRATOR = "ALLMENDE_PROVISION__SECRETS"
"""The login of MinIO's administrator: for `allmende stores provision` and `stores kommune`, not for the pipeline."""


def write_profile(place: Place) -> None:
    """Write both files anew; CKAN's token is in it once CKAN was prepared."""
    write_private(place.folder / SECRETS_FILE, "".join(f"{k}='{v}'\n" for k, v in secret_variables(place).items()))
    (place.folder / TOML_FILE).write_text(settings_text(place))


def settings_text(place: Place) -> str:
    """The TOML of the stack's settings; infra/compose/allmende.toml says the same for containers."""
    ports = place.ports
    return f"""# Written by `allmende stack up`; read with ALLMENDE_PROFILE=stack. Secrets: secrets.env beside it.
profile = "stack"

[storage.stores.onprem]
url = "s3://{BUCKET}-{{zone}}"   # MinIO, a bucket for each zone
region = "{REGION}"
options = {{ endpoint = "{place.url("minio")}" }}
is_onprem = true

[storage.stores.cloud-a]
url = "s3://{BUCKET}"   # VersityGW
region = "{REGION}"
options = {{ endpoint = "{place.url("versitygw")}" }}
public_url = "{place.url("versitygw")}/{BUCKET}"

[storage.stores.cloud-b]
url = "az://{BUCKET}"   # Azurite
options = {{ endpoint = "{place.url("azurite")}/{ACCOUNT}", account_name = "{ACCOUNT}" }}

[storage.stores.cloud-c]
url = "gs://{BUCKET}"   # fake-gcs-server behind the XML front
options = {{ base_url = "{place.url("gcs")}" }}

[inbox_store]
url = "s3://{BUCKET}-inbox"   # MinIO, what Kommunen hand in by S3

[provision]
webhook = "{place.url("webhook")}{PATH}"
webhook_queue = "{Minio(place).queue}"

[portals.static]
kind = "static"

[portals.ckan]
kind = "ckan"
url = "{place.url("ckan")}"

[catalog]
base_url = "{place.url("portal")}/portal/"
public_url = "{place.url("portal")}/"

[intake]
allowed_hosts = ["127.0.0.1", "localhost", "127.0.0.1:{ports["intake"]}"]
"""


def secret_variables(place: Place) -> dict[str, str]:
    """The variables that carry the stack's secrets."""
    minio, versity, azurite = Minio(place).credentials(), VersityGW(place).credentials(), Azurite(place)
    emulator = {
        "gcs_base_url": place.url("gcs"),
        "disable_oauth": True,  # nobody is asked who we are
        "client_email": "",
        "private_key": "",
        "private_key_id": "",
    }
    stores = {
        "onprem": _keys(Component.PIPELINE.user, component_keys(place.folder.parent)[Component.PIPELINE]),
        "cloud-a": _keys(versity["ROOT_ACCESS_KEY"], versity["ROOT_SECRET_KEY"]),
        "cloud-b": {"secrets": {"account_key": azurite.account_key()}},
        "cloud-c": {"secrets": {"service_account_key": json.dumps(emulator)}},
    }
    variables = {
        "ALLMENDE_STORAGE__STORES": json.dumps(stores),
        # Another home on these servers has the same logins.
        "ALLMENDE_PROVISION__KEYS": json.dumps(component_keys(place.folder.parent)),
        ADMINISTRATOR: json.dumps(_keys(minio["MINIO_ROOT_USER"], minio["MINIO_ROOT_PASSWORD"])["secrets"]),
        "ALLMENDE_PROVISION__WEBHOOK_TOKEN": place.secrets("webhook", TOKEN="")["TOKEN"],
        "ALLMENDE_DAGSTER__POSTGRES_URL": dagster_url(place),
        "ALLMENDE_INTAKE__SECRET": place.secrets("intake", SECRET="")["SECRET"],
    }
    token = Ckan(place).token(SYSADMIN)
    if token:
        variables["ALLMENDE_PORTALS__CKAN__TOKEN"] = token
    return variables


def _keys(access_key_id: str, secret_access_key: str) -> dict[str, Any]:
    return {"secrets": {"access_key_id": access_key_id, "secret_access_key": secret_access_key}}
