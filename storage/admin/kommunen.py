"""Accounts of Kommunen in the inbox: one user each, named by its AGS, and one policy for all of them.

A secret is made here, handed to the caller once and kept nowhere. What does not belong here: which AGS there are
(`connectors.register`), how a secret reaches the Kommune (`orchestration`).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from storage.admin.minio import MinioServer
from storage.admin.rights import KOMMUNEN
from storage.errors import StorageError

_SECRET_BYTES = 24


@dataclass(frozen=True, slots=True)
class Access:
    """What a Kommune needs to hand in by S3. Shown once."""

    ags: str
    secret: str = field(repr=False)


def new_secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


class Kommunen:
    """The accounts on one server. Raises `StorageError` with the way out, `StoreUnreachable` where it is down."""

    def __init__(self, server: MinioServer) -> None:
        self._server = server

    def registered(self) -> frozenset[str]:
        """The AGS that have an account with the rights of a Kommune."""
        group = self._server.group(KOMMUNEN)
        return group.members if group else frozenset()

    def missing(self, ags: Collection[str]) -> list[str]:
        """Those of `ags` that have no account, or one without rights: of an addition that was killed."""
        return sorted(set(ags) - self.registered())

    def add(self, ags: Collection[str], kept: Mapping[str, str] | None = None) -> list[Access]:
        """Make an account for each that has none; returns only the new ones. `kept`: secrets made earlier for them.

        Users first, membership last: whoever is in the group is whole, whoever is not is made again.
        """
        new = self.missing(ags)
        if not new:
            return []
        made = {one: (kept or {}).get(one) or new_secret() for one in new}
        self._require_group()
        self._server.put_users(made)
        self._server.join(KOMMUNEN, new)
        return [Access(one, secret) for one, secret in made.items()]

    def rotate(self, ags: str) -> Access:
        """A new secret; the old one, and every session that was opened with it, is worth nothing from now on."""
        self._require_group()
        if ags not in self._server.users():
            raise StorageError(f"{ags} has no account: `allmende stores kommune add {ags}` makes one")
        access = Access(ags, new_secret())
        self._shut_out(access)
        self._server.join(KOMMUNEN, [ags])
        return access

    def revoke(self, ags: str) -> bool:
        """Take the account away, with every session; what was handed in stays. Returns whether there was one."""
        if ags not in self._server.users():
            return False
        self._shut_out(Access(ags, new_secret()))
        self._server.remove_user(ags)
        return True

    def _shut_out(self, access: Access) -> None:
        """Secret first: a session that the old one opens in between is ended with the others."""
        self._server.put_users({access.ags: access.secret})
        self._server.end_sessions(access.ags)

    def _require_group(self) -> None:
        group = self._server.group(KOMMUNEN)
        if group is None or KOMMUNEN not in group.policies:
            raise StorageError(f"{self._server.endpoint}: the inbox is not set up: run `allmende stores provision`")
