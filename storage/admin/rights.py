"""Who may do what, as policies in the language that S3, MinIO and others share. Pure: nothing is asked or set here.

A component gets the verbs that its work needs, on the zones it works in, and nothing else. Two things are denied to
all of them outright, so that a policy which somebody attaches beside ours opens neither: the server's administration,
and whatever would loosen the lock on `landing/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.config import StoreConfig
from storage.drops import ANSWERS
from storage.layout import Zone
from storage.s3 import bucket_of

KOMMUNEN = "kommunen"
FULL = "kommunen-voll"
"""The groups of Kommunen, and the policies of the same names."""

Policy = dict[str, Any]

_READ = ("s3:GetObject",)
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_DELETE = ("s3:DeleteObject",)
_LIST = ("s3:ListBucket", "s3:GetBucketLocation")
_LOOSENING = (
    "s3:BypassGovernanceRetention",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:PutBucketObjectLockConfiguration",
    "s3:DeleteObjectVersion",
    "s3:ForceDeleteBucket",
)

_OWN_ACCOUNT = (
    "admin:CreateUser",
    "admin:CreateServiceAccount",
    "admin:UpdateServiceAccount",
    "admin:RemoveServiceAccount",
    "admin:ListServiceAccounts",
)
"""What MinIO allows every user with its own account unless it is denied."""


class Component(StrEnum):
    """A part of the platform with a login of its own."""

    PIPELINE = "pipeline"
    """Everything in one process: what `allmende run` and a single Dagster need. The sum of the next three."""
    INGEST = "ingest"
    """Fetches, lands, converts: inbox, `landing/`, `raw/`."""
    TRANSFORM = "transform"
    """dbt and the exporter: `raw/` in, `curated/` and `open/` out. Reads what was received, never writes it."""
    PUBLISH = "publish"
    """Portal publisher and replicator: knows `open/` and `portal/` and nothing that is internal by its zone."""
    INTAKE = "intake"
    """The clerks' portal: puts files into the inbox and sees none."""
    STEWARD = "steward"
    """Counts what lies in the inbox and switches a Kommune off whose space is full."""

    @property
    def user(self) -> str:
        return f"allmende-{self}"


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs (letters of `rwdl`: read, write, delete, list) on a zone."""

    zone: Zone
    verbs: str


_GRANTS: Mapping[Component, Sequence[Grant]] = {
    Component.INGEST: (Grant(Zone.LANDING, "rwl"), Grant(Zone.RAW, "rwdl")),
    Component.TRANSFORM: (
        Grant(Zone.LANDING, "rl"),
        Grant(Zone.RAW, "rl"),
        Grant(Zone.CURATED, "rwdl"),
        Grant(Zone.OPEN, "rwdl"),
    ),
    Component.PUBLISH: (Grant(Zone.OPEN, "rwl"), Grant(Zone.PORTAL, "rwdl")),
    Component.PIPELINE: (
        Grant(Zone.LANDING, "rwl"),
        *(Grant(zone, "rwdl") for zone in (Zone.RAW, Zone.CURATED, Zone.OPEN, Zone.PORTAL)),
        Grant(Zone.QUARANTINE, "rwl"),
    ),
    Component.INTAKE: (),
    Component.STEWARD: (),
}


def component_policy(component: Component, onprem: StoreConfig, inbox: StoreConfig | None) -> Policy:
    """What a component may do on the on-premises store and in the inbox."""
    statements = [statement for grant in _GRANTS[component] for statement in _on_zone(onprem, grant)]
    if inbox is not None:
        statements += _on_inbox(component, *bucket_of(inbox))
    return _policy([*statements, *_denied(component, onprem)])


def kommune_policy(inbox: StoreConfig) -> Policy:
    """One policy for all Kommunen: the server puts the name of the user, its AGS, into the key.

    Below its own prefix a Kommune hands in, looks, and takes back what it sent by mistake; `landing/` keeps what was
    taken in already. It manages no keys of its own: they would outlive a rotated secret.
    """
    bucket, prefix = bucket_of(inbox)
    own = f"{prefix}${{aws:username}}/"
    return _policy(
        [
            _allow([*_READ, *_WRITE, *_DELETE], [f"{bucket}/{own}*"]),
            _allow(["s3:ListBucket"], [bucket], {"StringLike": {"s3:prefix": [f"{own}*"]}}),
            _NO_ADMINISTRATION,
        ]
    )


def full_policy(inbox: StoreConfig) -> Policy:
    """For a Kommune whose space is full, beside `kommune_policy`: nothing more comes in."""
    bucket, prefix = bucket_of(inbox)
    return _policy([_deny(["s3:PutObject"], [f"{bucket}/{prefix}*"])])


def _on_zone(store: StoreConfig, grant: Grant) -> list[Policy]:
    bucket, prefix = bucket_of(store.of_zone(grant.zone))
    below = f"{prefix}{grant.zone}"
    verbs = [action for letter, actions in _VERBS.items() if letter in grant.verbs for action in actions]
    statements = [_allow(verbs, [f"{bucket}/{below}/*"])]
    if "l" in grant.verbs:
        # A bucket of its own may be listed as a whole; in a shared one only the zone's part.
        only = {} if store.is_by_zone else {"StringLike": {"s3:prefix": [below, f"{below}/*"]}}
        statements += [_allow(["s3:ListBucket"], [bucket], only), _allow(["s3:GetBucketLocation"], [bucket])]
    return statements


_VERBS = {"r": _READ, "w": _WRITE, "d": _DELETE}


def _on_inbox(component: Component, bucket: str, prefix: str) -> list[Policy]:
    files, answers = f"{bucket}/{prefix}*", f"{bucket}/{prefix}*/{ANSWERS}/*"
    look = [_allow([*_LIST], [bucket])]
    match component:
        case Component.PIPELINE | Component.INGEST:
            return [*look, _allow([*_READ], [files]), _allow(["s3:PutObject"], [answers])]
        case Component.INTAKE:
            return [_allow([*_WRITE], [files]), _deny(["s3:PutObject"], [answers])]
        case Component.STEWARD:
            return [*look, _allow(["s3:PutObject", *_DELETE], [answers])]
        case _:
            return []


def _denied(component: Component, onprem: StoreConfig) -> list[Policy]:
    bucket, prefix = bucket_of(onprem.of_zone(Zone.LANDING))
    lock = _deny([*_LOOSENING], [bucket, f"{bucket}/{prefix}{Zone.LANDING}/*"])
    if component is Component.STEWARD:
        # Membership of groups: it can stop a Kommune and let it go on, and no group of ours gives more than that.
        members = ["admin:AddUserToGroup", "admin:RemoveUserFromGroup", "admin:GetGroup"]
        return [{"Effect": "Allow", "Action": members}, _deny([*_OWN_ACCOUNT], []), lock]
    return [_NO_ADMINISTRATION, lock]


def _allow(actions: list[str], resources: list[str], condition: Policy | None = None) -> Policy:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{one}" for one in resources], **more}


def _deny(actions: list[str], resources: list[str]) -> Policy:
    where = {"Resource": [f"arn:aws:s3:::{one}" for one in resources]} if resources else {}
    return {"Effect": "Deny", "Action": actions, **where}


_NO_ADMINISTRATION: Policy = {"Effect": "Deny", "Action": ["admin:*"]}


def _policy(statements: list[Policy]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}
