"""The bucket that Kommunen drop files into: list, read what was listed, answer. Standard S3, by boto3.

Not a site: the keys are strangers' (any character, any depth), so nothing of ours is read or written through it but
answers. obstore refuses a whole listing for one key with a control character, which would let one Kommune stop the
inbox of all; boto3 does not. What does not belong here: which file is which dataset (`connectors.sources.inbox`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from storage.config import StoreConfig
from storage.errors import ObjectChanged, ObjectMissing, StoreUnreachable
from storage.s3 import bucket_of, code_of, s3_client
from storage.stores import CHUNK, ObjectInfo

ANSWERS = "_antworten"
"""Folder in a Kommune's inbox that we write into; no dataset can have this name."""


class Drops:
    """One bucket, or a prefix of one. Keys are relative to it. Every method may raise `StoreUnreachable`."""

    def __init__(self, config: StoreConfig, *, client: Any = None) -> None:
        self.bucket, self._prefix = bucket_of(config)
        self.url = config.url
        self._s3 = client or s3_client(config)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with `prefix`."""
        with self._translated(prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=f"{self._prefix}{prefix}"
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self._prefix)
                    yield ObjectInfo(key, entry["Size"], entry["LastModified"], entry["ETag"])

    def folders(self) -> tuple[str, ...]:
        """The first parts of all keys."""
        with self._translated(""):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._prefix, Delimiter="/"
            )
            found = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ())]
        return tuple(one.removeprefix(self._prefix).rstrip("/") for one in found)

    def stream(self, key: str, etag: str) -> Iterator[bytes]:
        """The bytes that had this etag when they were listed. Raises `ObjectMissing`, or `ObjectChanged`."""
        with self._translated(key):
            body = self._s3.get_object(Bucket=self.bucket, Key=f"{self._prefix}{key}", IfMatch=etag)["Body"]
            with closing(body):
                yield from body.iter_chunks(CHUNK)

    def put(self, key: str, data: bytes, mediatype: str) -> None:
        with self._translated(key):
            self._s3.put_object(Bucket=self.bucket, Key=f"{self._prefix}{key}", Body=data, ContentType=mediatype)

    def delete(self, key: str) -> None:
        with self._translated(key):
            self._s3.delete_object(Bucket=self.bucket, Key=f"{self._prefix}{key}")

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except ClientError as error:
            code = code_of(error)
            if code in {"NoSuchKey", "404"}:
                raise ObjectMissing(f"{self.bucket}: there is no {key!r}") from error
            if code in {"PreconditionFailed", "412"}:
                raise ObjectChanged(f"{self.bucket}: {key!r} was replaced since it was listed") from error
            if code == "NoSuchBucket":
                raise StoreUnreachable(
                    f"there is no bucket {self.bucket}: run `allmende stores provision`, or correct inbox_store.url"
                ) from error
            raise StoreUnreachable(f"{self.bucket}: {key!r} is refused ({code}): check inbox_store's login") from error
        except (BotoCoreError, HTTPClientError) as error:
            raise StoreUnreachable(f"{self.bucket}: the inbox does not answer: {str(error)[:200]}") from error
