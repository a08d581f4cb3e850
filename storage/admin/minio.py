"""What MinIO alone has: users, groups, policies, the webhook. The only module that speaks its administration.

With another on-premises server (VersityGW, Ceph, Garage) this class is what has to be written anew; buckets and objects
stay standard S3. What does not belong here: what the policies say (`rights`), whom they are for (`kommunen`).
"""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import time
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from storage.config import StoreConfig
from storage.errors import ConfigInvalid, StorageError, StoreUnreachable

TARGET = "ALLMENDE"
ARN = f"arn:minio:sqs::{TARGET}:webhook"
_READY_SECONDS = 30.0
_TOLD_APART_SECONDS = 2
_MANY = 3
"""From so many users on they are sent together: each alone costs 0.1 s, for the key of its encrypted message."""


@dataclass(frozen=True, slots=True)
class User:
    """What the server says about a user."""

    is_enabled: bool
    policies: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    members: frozenset[str]
    policies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the server reports what happens in the inbox; `queue` keeps reports while nobody listens."""

    endpoint: str
    queue: str
    token: str = field(repr=False)

    @property
    def told(self) -> dict[str, str]:
        """What the server says again when asked. It hides the token, so a mark of it stands in the comment."""
        mark = hashlib.sha256(self.token.encode()).hexdigest()[:12]
        return {"endpoint": self.endpoint, "queue_dir": self.queue, "comment": f"token-{mark}"}


class MinioServer:
    """The administration of one server. Every method may raise `StoreUnreachable`."""

    def __init__(self, config: StoreConfig, *, http_client: Any = None) -> None:
        from minio import MinioAdmin
        from minio.credentials.providers import StaticProvider

        if not config.endpoint:
            raise ConfigInvalid(f"{config.url} has no options.endpoint: MinIO is a server of our own")
        secrets = {name.removeprefix("aws_"): value.get_secret_value() for name, value in config.secrets.items()}
        self._keys = secrets.get("access_key_id", ""), secrets.get("secret_access_key", "")
        self.endpoint = config.endpoint.rstrip("/")
        self._server = urlsplit(config.endpoint)
        self._region = config.region or "us-east-1"
        self._admin = MinioAdmin(
            endpoint=self._server.netloc,
            credentials=StaticProvider(*self._keys),
            region=config.region,
            secure=self._server.scheme == "https",
            http_client=http_client,
        )
        self.requests = 0
        """How many were made so far."""

    def users(self) -> dict[str, User]:
        told = json.loads(self._ask(self._admin.user_list))
        return {
            name: User(
                is_enabled=said.get("status") == "enabled",
                policies=_names(said.get("policyName", "")),
                groups=frozenset(said.get("memberOf") or ()),
            )
            for name, said in told.items()
        }

    def put_users(self, secrets: Mapping[str, str]) -> None:
        """Make users, or give those that there are a new secret."""
        if len(secrets) < _MANY or not self._is_private:
            for name, secret in secrets.items():
                self._ask(self._admin.user_add, access_key=name, secret_key=secret)
            return
        told = {name: {"secretKey": secret, "status": "enabled"} for name, secret in secrets.items()}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("iam-assets/users.json", json.dumps(told))
        answer = json.loads(self._signed("PUT", "import-iam-v2", packed.getvalue()))
        failed = (answer.get("failed") or {}).get("users") or []
        if failed:
            raise StorageError(f"{self.endpoint}: {len(failed)} users were not made, the first: {failed[0]}")

    def end_sessions(self, name: str) -> None:
        """End every session that the user opened. MinIO lets them outlive a new secret, and even the user itself."""
        self._signed("POST", f"revoke-tokens/builtin?{urlencode({'fullRevoke': 'true', 'user': name})}")

    def remove_user(self, name: str) -> None:
        """The user and its memberships, not its sessions; one that is not there is fine."""
        self._ask(self._admin.user_remove, access_key=name, fine="XMinioAdminNoSuchUser")

    def policies(self) -> dict[str, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = json.loads(self._ask(self._admin.policy_list))
        return told

    def put_policy(self, name: str, policy: Mapping[str, Any]) -> None:
        self._ask(self._admin.policy_add, policy_name=name, policy=dict(policy))

    def set_policy(self, policy: str, *, user: str | None = None, group: str | None = None) -> None:
        """Give a user or a group this policy and take every other from it."""
        self._ask(self._admin.policy_set, policy_name=policy, user=user, group=group)

    def group(self, name: str) -> Group | None:
        told = self._ask(self._admin.group_info, group_name=name, fine="XMinioAdminNoSuchGroup")
        if not told:
            return None
        said = json.loads(told)
        return Group(frozenset(said.get("members") or ()), _names(said.get("policy", "")))

    def join(self, group: str, members: Collection[str]) -> None:
        """Add users to a group; without any the group is made, or stays."""
        self._ask(self._admin.group_add, group_name=group, members=sorted(members))

    def leave(self, group: str, members: Collection[str]) -> None:
        """Take users out of a group. Nobody is not everybody: without members MinIO would remove the group."""
        if members:
            self._ask(self._admin.group_remove, group_name=group, members=sorted(members))

    def has_webhook(self, webhook: Webhook) -> bool:
        """Whether the server reports to our target as it should, by its configuration or by its environment."""
        if ARN not in self._targets():
            return False
        lines = self._ask(self._admin.config_get, key="notify_webhook").splitlines()
        if any(f"MINIO_NOTIFY_WEBHOOK_ENDPOINT_{TARGET}={webhook.endpoint}" in line for line in lines):
            return True
        ours = next((line for line in lines if line.startswith(f"notify_webhook:{TARGET} ")), "")
        told = {f"{name}={value}" for name, value in webhook.told.items()}
        return told <= set(shlex.split(ours))

    def set_webhook(self, webhook: Webhook) -> None:
        """Name our target. MinIO wants to reach it, then restarts (3 s) and takes it into service."""
        settings = {"enable": "on", "auth_token": webhook.token, **webhook.told}
        quoted = {name: f'"{value}"' for name, value in settings.items()}
        try:
            self._ask(self._admin.config_set, key=f"notify_webhook:{TARGET}", config=quoted)
        except StoreUnreachable as error:
            if "connection refused" not in str(error):
                raise
            raise StoreUnreachable(
                f"{webhook.endpoint}: nobody listens there, and MinIO names no receiver that it cannot reach: "
                "start `allmende intake listen` first"
            ) from error
        self._restart()

    def _restart(self) -> None:
        """Restart the server and wait for it. Uptimes are told in whole seconds: a process younger than two of them
        could not be told from the one that follows it.
        """
        while min(self._uptimes(), default=_TOLD_APART_SECONDS) < _TOLD_APART_SECONDS:
            time.sleep(0.2)
        asked = time.monotonic()
        self._ask(self._admin.service_restart)
        while not self._is_back(time.monotonic() - asked):
            if time.monotonic() - asked > _READY_SECONDS:
                raise StoreUnreachable(f"{self.endpoint}: does not come back after the restart: see its log")
            time.sleep(0.2)

    def _is_back(self, elapsed: float) -> bool:
        """Whether every process started less than `elapsed` seconds ago, and our target is in service."""
        try:
            return max(self._uptimes(), default=0) <= elapsed and ARN in self._targets()
        except StoreUnreachable:
            return False

    def _uptimes(self) -> list[int]:
        """For how long each process of the server has run, in whole seconds as it says."""
        servers = json.loads(self._ask(self._admin.info)).get("servers") or ()
        return [int(one.get("uptime", 0)) for one in servers]

    def _targets(self) -> list[str]:
        return json.loads(self._ask(self._admin.info)).get("sqsARN") or []

    @property
    def _is_private(self) -> bool:
        """Whether nobody on the way could read what is sent in the clear."""
        return self._server.scheme == "https" or self._server.hostname in {"127.0.0.1", "localhost", "::1"}

    def _ask(self, call: Callable[..., Any], *, fine: str = "", **how: Any) -> str:
        """Make one request; an answer with the code `fine` counts as an empty one."""
        from minio.error import MinioAdminException

        self.requests += 1
        try:
            with _translated(self.endpoint):
                return str(call(**how))
        except MinioAdminException as error:
            code, reason = _told(error)
            if fine and code == fine:
                return ""
            raise StoreUnreachable(f"{self.endpoint}: the administration refuses: {reason}") from error

    def _signed(self, method: str, path: str, body: bytes = b"") -> bytes:
        """A request that the SDK does not know."""
        import urllib3
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        self.requests += 1
        url = f"{self.endpoint}/minio/admin/v3/{path}"
        headers = {"x-amz-content-sha256": hashlib.sha256(body).hexdigest()}
        request = AWSRequest(method, url, headers=headers, data=body)
        SigV4Auth(Credentials(*self._keys), "s3", self._region).add_auth(request)
        with _translated(self.endpoint):
            answer = urllib3.request(method, url, body=body, headers=dict(request.headers.items()), timeout=300)
        if answer.status not in {200, 204}:
            reason = answer.data[:300].decode(errors="replace")
            raise StoreUnreachable(f"{self.endpoint}: the administration refuses: {reason}")
        return answer.data


@contextmanager
def _translated(endpoint: str) -> Iterator[None]:
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (HTTPError, OSError) as error:
        raise StoreUnreachable(f"{endpoint}: MinIO does not answer: {str(error)[:200]}") from error
    except ValueError as error:
        # the SDK's word for an answer that it cannot decrypt: it was made with another secret
        raise StoreUnreachable(f"{endpoint}: the administration's answer cannot be read: {str(error)[:200]}") from error


def _told(error: Any) -> tuple[str, str]:
    """Code and sentence of a refusal; the SDK keeps both in the text of the exception."""
    text = str(error)
    start, end = text.find("{"), text.rfind("}")
    try:
        said = json.loads(text[start : end + 1])
    except ValueError:
        return "", text[:300]
    return str(said.get("Code", "")), f"{said.get('Code', '')}: {said.get('Message', '')}"


def _names(listed: str) -> frozenset[str]:
    return frozenset(name for name in listed.split(",") if name)
