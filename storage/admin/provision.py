"""The whole object store of the premises as code, and what a cloud's bucket gets of it.

Reads everything first (a bucket's settings, users, policies, groups: 5 requests a bucket and a handful for the rest),
then changes what differs, in an order in which a killed run can be started again. What does not belong here: where
logins are written (`orchestration`), accounts of Kommunen (`kommunen`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from storage.admin.buckets import BucketSettings, Lock, bucket_steps, spelled_alike, translated
from storage.admin.config import LockMode, ProvisionConfig
from storage.admin.minio import ARN, MinioServer, User, Webhook
from storage.admin.rights import (
    FULL,
    KOMMUNEN,
    Component,
    Policy,
    component_policy,
    full_policy,
    kommune_policy,
)
from storage.admin.steps import Report, Step
from storage.config import StorageConfig, StoreConfig
from storage.errors import ConfigInvalid
from storage.layout import Zone
from storage.s3 import code_of, s3_client

_NOBODY = User(is_enabled=False, policies=frozenset(), groups=frozenset())


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was changed (in a plan: would be), what a server cannot do, how many requests it took."""

    changed: tuple[str, ...]
    cannot: tuple[str, ...]
    requests: int


def provision(
    storage: StorageConfig,
    config: ProvisionConfig,
    *,
    inbox: StoreConfig | None = None,
    keys: Mapping[Component, str] | None = None,
    is_plan: bool = False,
) -> Provisioned:
    """Make the on-premises server and the clouds' buckets as the settings say; a second time changes nothing.

    `keys`: the secret of each component's login; an empty one is not known yet (in a plan). Raises `ConfigInvalid`,
    `StoreUnreachable`.
    """
    report = Report()
    counter = _Counter()
    onprem = as_administrator(storage.stores[storage.onprem], config)
    if onprem.scheme == "s3":
        server = MinioServer(onprem)
        s3 = counter.client(onprem)
        if config.webhook:
            report.take(_webhook_steps(server, config), is_plan=is_plan)
        for place, settings in _onprem_buckets(onprem, config, inbox):
            with translated(place.url):
                report.take(bucket_steps(s3, place, settings, report.cannot), is_plan=is_plan)
        with translated(onprem.url):
            report.take(_rights_steps(server, onprem, inbox, keys or {}), is_plan=is_plan)
        counter.requests += server.requests
    for site, store in storage.stores.items():
        if site != storage.onprem and store.scheme == "s3":
            cloud = BucketSettings(is_public=True, expire_replaced_after_days=config.replaced_days)
            s3 = counter.client(store)
            for zone in (Zone.OPEN, Zone.PORTAL) if store.is_by_zone else (Zone.OPEN,):
                with translated(store.url):
                    report.take(bucket_steps(s3, store.of_zone(zone), cloud, report.cannot), is_plan=is_plan)
    return Provisioned(tuple(report.changed), tuple(report.cannot), counter.requests)


def as_administrator(store: StoreConfig, config: ProvisionConfig) -> StoreConfig:
    """The store with the login that may set it up."""
    return store.model_copy(update={"secrets": config.secrets}) if config.secrets else store


def _onprem_buckets(
    onprem: StoreConfig, config: ProvisionConfig, inbox: StoreConfig | None
) -> Iterator[tuple[StoreConfig, BucketSettings]]:
    """Every bucket of the premises and how it should be. MinIO clears stale uploads by itself, after a day."""
    for zone in Zone if onprem.is_by_zone else (Zone.LANDING,):
        yield onprem.of_zone(zone), _zone_settings(zone, config, is_shared=not onprem.is_by_zone)
    if inbox is not None:
        yield (
            inbox,
            # Not versioned: what a Kommune takes back is gone, and what it replaces does not fill its space.
            BucketSettings(
                is_versioned=None,
                abort_uploads_after_days=0,
                expire_after_days=config.inbox_days,
                notify=ARN if config.webhook else "",
            ),
        )


def _zone_settings(zone: Zone, config: ProvisionConfig, *, is_shared: bool) -> BucketSettings:
    if is_shared:
        # One bucket for all zones has no lock: it would keep raw tables and portal pages too.
        return BucketSettings(abort_uploads_after_days=0, expire_replaced_after_days=config.replaced_days)
    if zone is Zone.LANDING:
        lock = (
            None if config.landing_lock is LockMode.OFF else Lock(config.landing_lock.upper(), config.landing_lock_days)
        )
        return BucketSettings(abort_uploads_after_days=0, lock=lock)
    return BucketSettings(
        abort_uploads_after_days=0,
        expire_replaced_after_days=config.replaced_days,
        expire_after_days=config.quarantine_days if zone is Zone.QUARANTINE else 0,
    )


def _webhook_steps(server: MinioServer, config: ProvisionConfig) -> Iterator[Step]:
    token = config.webhook_token.get_secret_value()
    if not token or not config.webhook_queue:
        raise ConfigInvalid(
            "provision.webhook needs provision.webhook_queue (a folder on MinIO's machine) and "
            "ALLMENDE_PROVISION__WEBHOOK_TOKEN in the environment"
        )
    webhook = Webhook(config.webhook, config.webhook_queue, token)
    if not server.has_webhook(webhook):
        yield Step(server.endpoint, f"reports uploads to {config.webhook}", partial(server.set_webhook, webhook))


def _rights_steps(
    server: MinioServer, onprem: StoreConfig, inbox: StoreConfig | None, keys: Mapping[Component, str]
) -> Iterator[Step]:
    """Policies before those who have them: nobody is without bounds at any moment."""
    users, present = server.users(), server.policies()
    wanted: dict[str, Policy] = {one.user: component_policy(one, onprem, inbox) for one in Component}
    if inbox is not None:
        wanted |= {KOMMUNEN: kommune_policy(inbox), FULL: full_policy(inbox)}
    for name, policy in wanted.items():
        if name not in present or spelled_alike(present[name]) != spelled_alike(policy):
            yield Step(f"policy {name}", "set", partial(server.put_policy, name, policy))
    yield from _login_steps(server, onprem, users, keys)
    for name in (KOMMUNEN, FULL) if inbox is not None else ():
        group = server.group(name)
        if group is None:
            yield Step(f"group {name}", "made", partial(server.join, name, ()))
        if group is None or group.policies != {name}:
            yield Step(f"group {name}", "gets its policy and no other", partial(server.set_policy, name, group=name))


def _login_steps(
    server: MinioServer, onprem: StoreConfig, users: Mapping[str, User], keys: Mapping[Component, str]
) -> Iterator[Step]:
    new = {one.user: secret for one, secret in keys.items() if one.user not in users}
    if new:
        yield Step(f"logins {', '.join(sorted(new))}", "made", partial(server.put_users, new))
    for one, secret in keys.items():
        if one.user in users and secret and not _logs_in(onprem, one.user, secret):
            put = partial(server.put_users, {one.user: secret})
            yield Step(f"login {one.user}", "gets the secret of this installation", put)
    for name in (one.user for one in keys):
        if users.get(name, _NOBODY).policies != {name}:
            yield Step(f"login {name}", "gets its policy and no other", partial(server.set_policy, name, user=name))


def _logs_in(store: StoreConfig, user: str, secret: str) -> bool:
    """Whether the server knows the user by this secret; what it may do is another question."""
    from botocore.exceptions import ClientError

    login = {"access_key_id": user, "secret_access_key": secret}
    try:
        s3_client(StoreConfig.model_validate({**store.model_dump(), "secrets": login})).list_buckets()
    except ClientError as error:
        return code_of(error) not in {"SignatureDoesNotMatch", "InvalidAccessKeyId"}
    return True


class _Counter:
    """Counts the requests of boto3's clients."""

    def __init__(self) -> None:
        self.requests = 0

    def client(self, store: StoreConfig) -> Any:
        s3 = s3_client(store)
        s3.meta.events.register("before-send.s3", self._count)
        return s3

    def _count(self, **_: object) -> None:
        self.requests += 1
