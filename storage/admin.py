"""Buckets as code, idempotent: versioning, lifecycle, public-read policy (boto3, any S3) and what only MinIO has.

Changes nothing that is right already and says what it changed. The `minio` SDK does what standard S3 cannot: users
and policies per municipality; object lock is set at creation, where MinIO wants it. What does not belong here: objects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from storage.config import StoreConfig
from storage.errors import ConfigInvalid, StorageError, StoreUnreachable
from storage.layout import Zone

PUBLIC_ZONES = (Zone.OPEN, Zone.PORTAL)
_RULE = "allmende"


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """How a bucket should be. 0 days: never.

    `is_public` lets everybody read (not list) `open/` and `portal/`. Not for the on-premises site: its `open/` may hold
    internal datasets too.
    """

    is_versioned: bool = True
    abort_uploads_after_days: int = 7
    expire_replaced_after_days: int = 0
    is_public: bool = False


def bucket_of(config: StoreConfig) -> tuple[str, str]:
    """Bucket and prefix (empty or with a trailing slash) of an `s3://` store; raises `ConfigInvalid` for others."""
    if config.scheme != "s3":
        raise ConfigInvalid(f"{config.url} is no S3 bucket: only s3:// stores have settings to be made from here")
    parts = urlsplit(config.url)
    prefix = parts.path.strip("/")
    return parts.netloc, f"{prefix}/" if prefix else ""


def s3_client(config: StoreConfig) -> Any:
    """A boto3 client for the store's server. No request is made."""
    import boto3
    from botocore.config import Config

    secrets = {name.removeprefix("aws_"): value.get_secret_value() for name, value in config.secrets.items()}
    return boto3.client(
        "s3",
        region_name=config.region or "us-east-1",
        endpoint_url=config.endpoint or None,
        aws_access_key_id=secrets.get("access_key_id"),
        aws_secret_access_key=secrets.get("secret_access_key"),
        aws_session_token=secrets.get("session_token"),
        config=Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"}),
    )


def ensure_bucket(config: StoreConfig, settings: BucketSettings, *, client: Any = None) -> tuple[str, ...]:
    """Make the bucket of a store as `settings` say; returns what was changed (empty: nothing).

    Raises `ConfigInvalid` for a store that is no bucket or an on-premises one that would be public,
    `StoreUnreachable` where the server refuses or is down.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = bucket_of(config)
    if settings.is_public and config.is_onprem:
        raise ConfigInvalid(f"{config.url}: the on-premises bucket is not made public: it may hold internal datasets")
    s3 = client or s3_client(config)
    try:
        steps = (
            _ensure_exists(s3, bucket, config.region),
            _ensure_versioning(s3, bucket) if settings.is_versioned else "",
            _ensure_lifecycle(s3, bucket, settings),
            _ensure_public(s3, bucket, prefix) if settings.is_public else "",
        )
    except (BotoCoreError, ClientError) as error:
        raise StoreUnreachable(f"{bucket}: the bucket cannot be set up: {error}") from error
    return tuple(step for step in steps if step)


def public_policy(bucket: str, prefix: str) -> dict[str, Any]:
    """Everybody may read, nobody may list: what is public is said by the index."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": _RULE,
                "Effect": "Allow",
                "Principal": {"AWS": ["*"]},
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/{prefix}{zone}/*" for zone in PUBLIC_ZONES],
            }
        ],
    }


def drop_policy(bucket: str, prefix: str) -> dict[str, Any]:
    """What a municipality may do with its own prefix: hand in and look, never delete."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/{prefix}*"],
            },
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}"],
                "Condition": {"StringLike": {"s3:prefix": [f"{prefix}*"]}},
            },
        ],
    }


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _ensure_exists(s3: Any, bucket: str, region: str) -> str:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _code(error) not in {"404", "NoSuchBucket"}:
            raise
    else:
        return ""
    # us-east-1 is the one region that must not be named.
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region not in {"", "us-east-1"} else {}
    try:
        s3.create_bucket(Bucket=bucket, **place)
    except ClientError as error:
        if _code(error) != "BucketAlreadyOwnedByYou":
            raise
        return ""
    return "created"


def _ensure_versioning(s3: Any, bucket: str) -> str:
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return ""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return "versioning on"


def _ensure_lifecycle(s3: Any, bucket: str, settings: BucketSettings) -> str:
    """Our rules among those of others, which stay."""
    from botocore.exceptions import ClientError

    try:
        present = s3.get_bucket_lifecycle_configuration(Bucket=bucket).get("Rules", [])
    except ClientError as error:
        if _code(error) != "NoSuchLifecycleConfiguration":
            raise
        present = []
    ours = [rule for rule in present if str(rule.get("ID", "")).startswith(_RULE)]
    others = [rule for rule in present if rule not in ours]
    wanted = _lifecycle_rules(settings)
    if _plain(ours) == _plain(wanted):
        return ""
    try:
        _put_lifecycle(s3, bucket, others + wanted)
    except ClientError as error:
        # MinIO clears away stale uploads by itself and knows no rule for it.
        wanted = _lifecycle_rules(replace(settings, abort_uploads_after_days=0))
        if _code(error) not in {"InvalidArgument", "MalformedXML", "NotImplemented"}:
            raise
        if _plain(ours) == _plain(wanted):
            return ""
        _put_lifecycle(s3, bucket, others + wanted)
    return "lifecycle set"


def _put_lifecycle(s3: Any, bucket: str, rules: list[dict[str, Any]]) -> None:
    if rules:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _lifecycle_rules(settings: BucketSettings) -> list[dict[str, Any]]:
    """One rule for each thing: MinIO drops a part it does not know from a rule without a word."""
    rules: list[dict[str, Any]] = []
    if settings.abort_uploads_after_days:
        days = {"DaysAfterInitiation": settings.abort_uploads_after_days}
        rules.append({"ID": f"{_RULE}-uploads", "AbortIncompleteMultipartUpload": days})
    if settings.expire_replaced_after_days:
        noncurrent = {"NoncurrentDays": settings.expire_replaced_after_days}
        rules.append({"ID": f"{_RULE}-replaced", "NoncurrentVersionExpiration": noncurrent})
    return [{**rule, "Status": "Enabled", "Filter": {"Prefix": ""}} for rule in rules]


def _plain(rules: list[dict[str, Any]]) -> str:
    """Rules in a form that does not differ by how a server spells an empty filter."""
    spelled = {"Filter", "Prefix"}
    return json.dumps([{name: rule[name] for name in sorted(set(rule) - spelled)} for rule in rules])


def _ensure_public(s3: Any, bucket: str, prefix: str) -> str:
    from botocore.exceptions import ClientError

    wanted = public_policy(bucket, prefix)
    try:
        present = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if _code(error) != "NoSuchBucketPolicy":
            raise
        present = None
    if present is not None and _resources(present) == _resources(wanted):
        return ""
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(wanted))
    return "public reading set"


def _resources(policy: dict[str, Any]) -> list[tuple[str, ...]]:
    """Who may do what where, in a form that does not differ by a server's spelling."""

    def listed(value: Any) -> tuple[str, ...]:
        return tuple(sorted(value)) if isinstance(value, list) else (str(value),)

    return sorted(
        (rule.get("Effect", ""), *listed(rule.get("Action")), *listed(rule.get("Resource")))
        for rule in policy.get("Statement", [])
    )


class MinioAdministration:
    """What MinIO alone has. Everything that would change with another on-premises server is in this class."""

    def __init__(self, config: StoreConfig, *, http_client: Any = None) -> None:
        from minio import Minio, MinioAdmin
        from minio.credentials.providers import StaticProvider

        if not config.endpoint:
            raise ConfigInvalid(f"{config.url} has no options.endpoint: MinIO is a server of our own")
        server = urlsplit(config.endpoint)
        secrets = {name.removeprefix("aws_"): value.get_secret_value() for name, value in config.secrets.items()}
        keys = secrets.get("access_key_id", ""), secrets.get("secret_access_key", "")
        secure = server.scheme == "https"
        self.bucket, self.prefix = bucket_of(config)
        self._region = config.region
        self._client = Minio(server.netloc, *keys, secure=secure, region=config.region or None, http_client=http_client)
        self._admin = MinioAdmin(
            endpoint=server.netloc,
            credentials=StaticProvider(*keys),
            region=config.region,
            secure=secure,
            http_client=http_client,
        )

    def ensure_locked_bucket(self, retention_days: int) -> bool:
        """Create the bucket with object lock: nothing in it can be deleted or replaced for so many days, by anybody.

        Returns whether it was created. Raises `StorageError` for one that exists without object lock: it cannot be
        added later.
        """
        from minio.commonconfig import COMPLIANCE
        from minio.error import S3Error
        from minio.objectlockconfig import DAYS, ObjectLockConfig

        is_new = not self._client.bucket_exists(self.bucket)
        if is_new:
            self._client.make_bucket(self.bucket, location=self._region or None, object_lock=True)
        try:
            present = self._client.get_object_lock_config(self.bucket)
        except S3Error as error:
            raise StorageError(
                f"{self.bucket} exists without object lock, which can only be given at creation: use a new bucket"
            ) from error
        if (present.mode, present.duration, present.duration_unit) != (COMPLIANCE, retention_days, DAYS):
            self._client.set_object_lock_config(self.bucket, ObjectLockConfig(COMPLIANCE, retention_days, DAYS))
        return is_new

    def ensure_drop_user(self, name: str, secret: str, prefix: str) -> None:
        """A user that may hand in below one prefix and see nothing else. Doing it again renews the secret."""
        from minio.error import MinioAdminException

        policy = f"drop-{name}"
        self._admin.policy_add(policy, policy=drop_policy(self.bucket, f"{self.prefix}{prefix}"))
        self._admin.user_add(name, secret)
        try:
            self._admin.attach_policy([policy], user=name)
        except MinioAdminException as error:
            if "already in effect" not in str(error):
                raise StorageError(f"user {name} does not get the policy {policy}: {error}") from error
