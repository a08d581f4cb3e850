"""boto3 for a store: what obstore does not do, which is settings of buckets and keys that strangers chose.

What does not belong here: what is asked with it (`storage.admin`, `storage.drops`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from storage.config import StoreConfig
from storage.errors import ConfigInvalid


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


def code_of(error: Any) -> str:
    """The code of a boto3 `ClientError`."""
    return str(error.response.get("Error", {}).get("Code", ""))
