"""One bucket on any S3, by boto3: object lock, versioning, lifecycle, public reading, notification.

Changes nothing that is right already. What does not belong here: what MinIO alone has (`minio`), objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from storage.admin.steps import CannotBeSet, Report, Step
from storage.config import StoreConfig
from storage.errors import ConfigInvalid, StoreUnreachable
from storage.layout import Zone
from storage.s3 import bucket_of, code_of, s3_client

PUBLIC_ZONES = (Zone.OPEN, Zone.PORTAL)
RULE = "allmende"
EVENTS = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
_UNKNOWN = {"NotImplemented", "MethodNotAllowed", "InvalidArgument", "MalformedXML", "XNotImplemented"}


@dataclass(frozen=True, slots=True)
class Lock:
    """Object lock; it can only be given when the bucket is made. `mode`: `GOVERNANCE` or `COMPLIANCE`."""

    mode: str
    days: int


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """How a bucket should be. 0 days: never. `is_versioned` None: as it is.

    `is_public` lets everybody read (not list) `open/` and `portal/`. Not for the on-premises site: its `open/` may hold
    internal datasets too.
    """

    is_versioned: bool | None = True
    abort_uploads_after_days: int = 7
    expire_replaced_after_days: int = 0
    expire_after_days: int = 0
    is_public: bool = False
    lock: Lock | None = None
    notify: str = ""
    """ARN of the server's target that hears of new and deleted objects."""


def ensure_bucket(config: StoreConfig, settings: BucketSettings, *, client: Any = None) -> Report:
    """Make the bucket of a store as `settings` say; returns what was changed and what the server cannot do.

    Raises `ConfigInvalid` for a store that is no bucket or an on-premises one that would be public,
    `StoreUnreachable` where the server refuses or is down.
    """
    report = Report()
    s3 = client or s3_client(config)
    with translated(bucket_of(config)[0]):
        report.take(bucket_steps(s3, config, settings, report.cannot))
    return report


@contextmanager
def translated(where: str) -> Iterator[None]:
    """What boto3 raises, as a sentence of ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnreachable(f"{where}: the bucket cannot be set up: {error}") from error


def bucket_steps(s3: Any, config: StoreConfig, settings: BucketSettings, cannot: list[str]) -> Iterator[Step]:
    """What is to be changed, in an order that works. Settings that cannot even be asked for go to `cannot`."""
    bucket, prefix = bucket_of(config)
    if settings.is_public and config.is_onprem:
        raise ConfigInvalid(f"{config.url}: the on-premises bucket is not made public: it may hold internal datasets")
    is_there = _exists(s3, bucket)
    if not is_there:
        yield Step(bucket, "created", partial(_create, s3, bucket, config.region, settings.lock))
    if settings.lock:
        yield from _lock_steps(s3, bucket, settings.lock, is_there=is_there)
    if settings.is_versioned:
        state = s3.get_bucket_versioning(Bucket=bucket).get("Status") if is_there else None
        # Object lock has switched it on.
        if state != "Enabled" and not (settings.lock and not is_there):
            yield Step(bucket, "versioning on", partial(_put_versioning, s3, bucket))
    asked: list[Callable[[], Iterator[Step]]] = [
        lambda: _lifecycle_steps(s3, bucket, settings, is_there=is_there),
        lambda: _public_steps(s3, bucket, prefix, is_there=is_there) if settings.is_public else iter(()),
        lambda: _notify_steps(s3, bucket, prefix, settings.notify, is_there=is_there) if settings.notify else iter(()),
    ]
    for each in asked:
        try:
            yield from each()
        except CannotBeSet as reason:
            cannot.append(f"{bucket}: {reason}")


def public_policy(bucket: str, prefix: str) -> dict[str, Any]:
    """Everybody may read, nobody may list: what is public is said by the index."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": RULE,
                "Effect": "Allow",
                "Principal": {"AWS": ["*"]},
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/{prefix}{zone}/*" for zone in PUBLIC_ZONES],
            }
        ],
    }


def _exists(s3: Any, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) not in {"404", "NoSuchBucket"}:
            raise
        return False
    return True


def _create(s3: Any, bucket: str, region: str, lock: Lock | None) -> None:
    from botocore.exceptions import ClientError

    # us-east-1 is the one region that must not be named.
    more: dict[str, Any] = (
        {"CreateBucketConfiguration": {"LocationConstraint": region}} if region not in {"", "us-east-1"} else {}
    )
    if lock:
        more["ObjectLockEnabledForBucket"] = True
    try:
        s3.create_bucket(Bucket=bucket, **more)
    except ClientError as error:
        if code_of(error) != "BucketAlreadyOwnedByYou":
            raise


def _put_versioning(s3: Any, bucket: str) -> None:
    with _or_cannot("versioning"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _lock_steps(s3: Any, bucket: str, lock: Lock, *, is_there: bool) -> Iterator[Step]:
    wanted = {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": lock.mode, "Days": lock.days}},
    }
    present = _asked(
        partial(s3.get_object_lock_configuration, Bucket=bucket), "object lock", "ObjectLockConfigurationNotFoundError"
    )
    if is_there and (found := present()) is None:
        raise ConfigInvalid(
            f"{bucket} exists without object lock, which can only be given at creation: use a new bucket"
        )
    if not is_there or found["ObjectLockConfiguration"].get("Rule") != wanted["Rule"]:
        put = partial(s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration=wanted)
        yield Step(bucket, f"locked for {lock.days} days ({lock.mode.lower()})", _doing(put, "object lock"))


def _lifecycle_steps(s3: Any, bucket: str, settings: BucketSettings, *, is_there: bool) -> Iterator[Step]:
    """Our rules among those of others, which stay. That on stale uploads goes last: not every server knows it."""
    ask = _asked(
        partial(s3.get_bucket_lifecycle_configuration, Bucket=bucket), "lifecycle", "NoSuchLifecycleConfiguration"
    )
    found = ask() if is_there else None
    present = found.get("Rules", []) if found else []
    ours = [rule for rule in present if str(rule.get("ID", "")).startswith(RULE)]
    others = [rule for rule in present if rule not in ours]
    stale = [rule for rule in ours if "AbortIncompleteMultipartUpload" in rule]
    kept = [rule for rule in ours if rule not in stale]
    wanted, wanted_stale = _lifecycle_rules(settings), _stale_rules(settings)
    if _plain(kept) != _plain(wanted):
        put = partial(_put_lifecycle, s3, bucket, [*others, *stale, *wanted])
        yield Step(bucket, "lifecycle set", _doing(put, "lifecycle"))
    if _plain(stale) != _plain(wanted_stale):
        put = partial(_put_lifecycle, s3, bucket, [*others, *wanted, *wanted_stale])
        yield Step(bucket, "stale uploads cleared", _doing(put, "a rule on stale uploads"))


def _put_lifecycle(s3: Any, bucket: str, rules: list[dict[str, Any]]) -> None:
    if rules:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _lifecycle_rules(settings: BucketSettings) -> list[dict[str, Any]]:
    """One rule for each thing: MinIO drops a part it does not know from a rule without a word."""
    rules: list[dict[str, Any]] = []
    if settings.expire_after_days:
        rules.append({"ID": f"{RULE}-old", "Expiration": {"Days": settings.expire_after_days}})
    if settings.expire_replaced_after_days:
        noncurrent = {"NoncurrentDays": settings.expire_replaced_after_days}
        rules.append({"ID": f"{RULE}-replaced", "NoncurrentVersionExpiration": noncurrent})
    return [_on_all(rule) for rule in rules]


def _stale_rules(settings: BucketSettings) -> list[dict[str, Any]]:
    if not settings.abort_uploads_after_days:
        return []
    days = {"DaysAfterInitiation": settings.abort_uploads_after_days}
    return [_on_all({"ID": f"{RULE}-uploads", "AbortIncompleteMultipartUpload": days})]


def _on_all(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "Status": "Enabled", "Filter": {"Prefix": ""}}


def _plain(rules: list[dict[str, Any]]) -> str:
    """Rules in a form that does not differ by order or by how a server spells an empty filter."""
    spelled = {"Filter", "Prefix"}
    plain = [{name: rule[name] for name in sorted(set(rule) - spelled)} for rule in rules]
    return json.dumps(sorted(plain, key=lambda rule: str(rule["ID"])))


def _public_steps(s3: Any, bucket: str, prefix: str, *, is_there: bool) -> Iterator[Step]:
    wanted = public_policy(bucket, prefix)
    ask = _asked(partial(s3.get_bucket_policy, Bucket=bucket), "a bucket policy", "NoSuchBucketPolicy")
    found = ask() if is_there else None
    if found is None or spelled_alike(json.loads(found["Policy"])) != spelled_alike(wanted):
        put = partial(s3.put_bucket_policy, Bucket=bucket, Policy=json.dumps(wanted))
        yield Step(bucket, "public reading set", _doing(put, "a bucket policy"))


def _notify_steps(s3: Any, bucket: str, prefix: str, arn: str, *, is_there: bool) -> Iterator[Step]:
    """Our notification among those of others, which stay."""
    ask = _asked(partial(s3.get_bucket_notification_configuration, Bucket=bucket), "notifications")
    found = {k: v for k, v in (ask() or {}).items() if k != "ResponseMetadata"} if is_there else {}
    present = found.get("QueueConfigurations", [])
    wanted: dict[str, Any] = {"Id": RULE, "QueueArn": arn, "Events": list(EVENTS)}
    if prefix:
        wanted["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
    ours = [one for one in present if one.get("Id") == RULE]
    if [(one["QueueArn"], sorted(one["Events"])) for one in ours] != [(arn, sorted(EVENTS))]:
        others = [one for one in present if one.get("Id") != RULE]
        told = {**found, "QueueConfigurations": [*others, wanted]}
        put = partial(s3.put_bucket_notification_configuration, Bucket=bucket, NotificationConfiguration=told)
        yield Step(bucket, "uploads are reported", _doing(put, "notifications"))


def spelled_alike(policy: dict[str, Any]) -> list[str]:
    """Who may do what where, in a form that does not differ by a server's spelling."""

    def listed(value: Any) -> list[str]:
        if isinstance(value, dict):
            value = value.get("AWS", value)
        return sorted(map(str, value)) if isinstance(value, list) else [str(value)]

    said = ("Effect", "Action", "Resource", "Principal")
    return sorted(
        json.dumps([*(listed(rule.get(name, [])) for name in said), _conditions(rule.get("Condition", {}))])
        for rule in policy.get("Statement", [])
    )


def _conditions(conditions: dict[str, Any]) -> dict[str, Any]:
    return {
        operator: {
            name: sorted(values) if isinstance(values, list) else [values] for name, values in sorted(named.items())
        }
        for operator, named in sorted(conditions.items())
    }


def _asked(ask: Callable[[], Any], what: str, none_code: str = "") -> Callable[[], Any]:
    """`ask`, with None for a setting that was never made and `CannotBeSet` for one that the server does not know."""
    from botocore.exceptions import ClientError

    def asking() -> Any:
        try:
            return ask()
        except ClientError as error:
            if code_of(error) == none_code:
                return None
            if code_of(error) in _UNKNOWN:
                raise CannotBeSet(f"the server knows no {what.removeprefix('a ')} ({code_of(error)})") from error
            raise

    return asking


def _doing(put: Callable[[], Any], what: str) -> Callable[[], None]:
    """`put`, with `CannotBeSet` where the server does not know the setting."""

    def doing() -> None:
        with _or_cannot(what):
            put()

    return doing


@contextmanager
def _or_cannot(what: str) -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if code_of(error) in _UNKNOWN:
            raise CannotBeSet(f"the server knows no {what.removeprefix('a ')} ({code_of(error)})") from error
        raise
