"""Variables of the cloud tools (`AWS_…`) in the environment, which every S3 library mixes into what it is told.

A session token of another account, another endpoint, bucket names as hosts: each breaks a store that has credentials of
its own, and each library fails in another way. What does not belong here: our own settings (`settings`).
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from storage.config import StoreConfig

_PREFIX = "AWS_"
_KEPT = frozenset({"AWS_CA_BUNDLE"})
"""About the network, not about who we are or where the store is."""


def forget_ambient(stores: Mapping[str, StoreConfig], environment: MutableMapping[str, str]) -> tuple[str, ...]:
    """Take the variables out of the environment, for us and the programs we start; returns their names.

    Only where every S3 store names its own credentials: one without lives on what the environment or the machine says.
    """
    buckets = [store for store in stores.values() if store.scheme == "s3"]
    if not buckets or not all(_has_credentials(store) for store in buckets):
        return ()
    found = tuple(name for name in environment if name.startswith(_PREFIX) and name not in _KEPT)
    for name in found:
        del environment[name]
    return found


def _has_credentials(store: StoreConfig) -> bool:
    return any(name.endswith("access_key_id") for name in (*store.secrets, *store.options))
