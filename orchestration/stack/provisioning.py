"""What the stack's stores hold before anybody writes: buckets and containers, by the settings of the stack profile.

Called by `allmende stack up` when the servers answer, by infra/compose.yaml as `python -m
orchestration.stack.provisioning`; a second time changes nothing. What a bucket is like (versions,
locks, rights, notifications) is decided in `storage.admin`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from orchestration.provisioning import provision as provision_s3
from orchestration.settings import Settings, load_settings
from orchestration.stack.place import StackFailed
from orchestration.stack.profile import write_profile
from orchestration.stack.service import ServiceStatus
from orchestration.stack.stack import Stack
from storage.config import StoreConfig

_AZURE_VERSION = "2021-12-02"
STORES = ("minio", "versitygw", "azurite", "gcs")


def settle(home: Path, found: Sequence[ServiceStatus]) -> None:
    """Write the profile of the stack in `home`; where all its stores run, make their buckets."""
    place = Stack(home).place
    write_profile(place)
    if set(STORES) <= {one.name for one in found if one.state == "running"}:
        provision(load_settings(profile="stack", home=home))


def provision(settings: Settings) -> None:
    """Make what is missing on every store of the stack. Raises `StackFailed` or what the stores say."""
    provision_s3(settings)
    for store in settings.storage.stores.values():
        bucket = store.url.partition("://")[2].partition("/")[0]
        if store.scheme == "az":
            _azure_container(store, bucket)
        elif store.scheme == "gs":
            _gcs_bucket(store, bucket)


def _gcs_bucket(store: StoreConfig, bucket: str) -> None:
    answer = httpx.post(f"{store.endpoint}/storage/v1/b", params={"project": "allmende"}, json={"name": bucket})
    _made("gcs", bucket, answer)


def _azure_container(store: StoreConfig, container: str) -> None:
    """One request, signed with the account's key as Azure's Blob service wants it (“Shared Key”)."""
    headers = {
        "x-ms-blob-public-access": "blob",
        "x-ms-date": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "x-ms-version": _AZURE_VERSION,
    }
    account = store.options["account_name"]
    signed = [
        "PUT",
        *[""] * 11,  # standard headers, none of which is sent
        *(f"{name}:{value}" for name, value in headers.items()),
        f"/{account}/{account}/{container}",
        "restype:container",
    ]
    key = base64.b64decode(store.secrets["account_key"].get_secret_value())
    signature = base64.b64encode(hmac.new(key, "\n".join(signed).encode(), hashlib.sha256).digest()).decode()
    answer = httpx.put(
        f"{store.endpoint}/{container}",
        params={"restype": "container"},
        headers={**headers, "Authorization": f"SharedKey {account}:{signature}"},
    )
    _made("azurite", container, answer)


def _made(server: str, name: str, answer: httpx.Response) -> None:
    if not (answer.is_success or answer.status_code == httpx.codes.CONFLICT):  # conflict: it is there already
        raise StackFailed(f"{server} refuses to make “{name}”: {answer.status_code} {answer.text[:200]}")


if __name__ == "__main__":
    provision(load_settings(profile="stack"))
