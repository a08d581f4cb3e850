"""Who may write for a Kommune on a CKAN portal: its editors, and the tokens of programs.

An editor is member of exactly one organization, with the capacity `editor`: it may write the datasets of that one and
see its private ones, and nothing else. Everything may be done again: what is so already is left so. A token is handed
over once and appears in no message. What does not belong here: what an organization looks like (`organizations`).
"""

from __future__ import annotations

import json
import re
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from catalog.ckan.client import Client, Invalid, Missing
from catalog.publishing.portal import Refused

EDITOR = "editor"
_USER = re.compile(r"[a-z0-9_-]{2,100}")
EXPIRES = "expire_api_token"
"""CKAN's plugin that gives tokens an end."""
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Member:
    """A user of an organization. `capacity` is CKAN's word: admin, editor or member."""

    name: str
    full_name: str
    capacity: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a portal says of a token; the token itself it does not keep. Times are ISO 8601, UTC; empty: never used."""

    id: str
    user: str
    name: str
    created: str
    last_used: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. `expires` is ISO 8601, UTC; empty: it does not end."""

    user: str
    name: str
    token: str = field(repr=False)

    @property
    def expires(self) -> str:
        """As the token itself says: CKAN's tokens are JSON web tokens."""
        payload = self.token.split(".")[1]
        until = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("exp")
        return datetime.fromtimestamp(until, UTC).isoformat() if until else ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command changed; an empty `changed` says that everything was so already."""

    user: str
    organization: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts on one portal; the token in use must be a system administrator's."""

    client: Client

    def editors(self, organization: str) -> list[Member]:
        """The users of an organization, by name. Raises `Refused` where there is no such organization."""
        try:
            answer = self.client.call("organization_show", id=organization, include_users=True)
        except Missing as error:
            raise Refused(
                f"There is no organization {organization} on {self.client.where}: publish a dataset of it first."
            ) from error
        found = (Member(u["name"], u.get("fullname") or "", u["capacity"]) for u in answer.get("users") or ())
        return sorted(found, key=lambda member: member.name)

    def add_editor(self, organization: str, user: str, email: str = "", full_name: str = "") -> Done:
        """Make `user` editor of this organization and of no other; creates the user where there is none."""
        changed: list[str] = []
        members = {member.name: member for member in self.editors(organization)}
        known = self._user(user)
        if known is None:
            self._create_user(user, email, full_name)
            changed.append("user created")
        else:
            self._must_be_free(known, organization)
        capacity = members[user].capacity if user in members else ""
        if capacity == "admin":
            raise Refused(
                f"{user} is administrator of {organization} on {self.client.where}, which is more than an editor: "
                "remove the user there first if that is not meant."
            )
        if capacity != EDITOR:
            self.client.call("organization_member_create", id=organization, username=user, role=EDITOR)
            changed.append("made editor")
        return Done(user, organization, tuple(changed))

    def remove_editor(self, organization: str, user: str) -> Done:
        """Take the rights in this organization from `user`; the account stays. Its tokens then open nothing here."""
        if all(member.name != user for member in self.editors(organization)):
            return Done(user, organization, ())
        self.client.call("organization_member_delete", id=organization, username=user)
        return Done(user, organization, ("removed",))

    def tokens(self, user: str) -> list[Token]:
        """The tokens of a user, oldest first. Raises `Refused` where there is no such user."""
        if self._user(user) is None:
            raise Refused(f"There is no user {user} on {self.client.where}: see `allmende portal editors list`.")
        return [_token(user, item) for item in self.client.call("api_token_list", user_id=user)]

    def create_token(self, user: str, name: str, days: int | None = None, *, replace: bool = False) -> NewToken:
        """Make a token called `name` for an editor and return it: the portal never shows it again.

        `days` is how long it is good for, where the portal can end tokens; None: a year there, for ever elsewhere.
        With `replace` tokens of the same name end once the new one is there. Raises `Refused` where there is one
        already, and for a user who is no editor of an organization of ours.
        """
        self._must_be_editor(user)
        before = [token for token in self.tokens(user) if token.name == name]
        if before and not replace:
            raise Refused(
                f"{user} has a token “{name}” on {self.client.where} since {before[0].created[:10]}, which cannot be "
                "shown again: use it, or make a new one with --replace."
            )
        made = self._create_token(user, name, self._lifetime(days), {token.id for token in before})
        for token in before:
            self.client.call("api_token_revoke", jti=token.id)
        return NewToken(user, name, made)

    def revoke(self, user: str, wanted: Callable[[Token], bool]) -> list[Token]:
        """End those tokens of a user that are `wanted`; returns them. None left is no error."""
        meant = [token for token in self.tokens(user) if wanted(token)]
        for token in meant:
            self.client.call("api_token_revoke", jti=token.id)
        return meant

    def _user(self, name: str) -> Mapping[str, Any] | None:
        if not _USER.fullmatch(name):
            raise Refused(f"“{name}” is no name of a user: use a-z, 0-9, - and _, 2 to 100 of them.")
        try:
            found = self.client.call("user_show", id=name)
        except Missing:
            return None
        if found.get("state") == "deleted":
            raise Refused(f"The user {name} was deleted on {self.client.where}: revive it there, or take another name.")
        return dict(found)

    def _create_user(self, name: str, email: str, full_name: str) -> None:
        """Create an account that nobody knows the password of: people set one through the portal's reset mail."""
        if not email:
            raise Refused(
                f"There is no user {name} on {self.client.where}: give --email, so that the account can be created."
            )
        try:
            self.client.call(
                "user_create", name=name, email=email, fullname=full_name, password=secrets.token_urlsafe(32)
            )
        except Invalid as error:
            # the name is taken: a call before us had made it, only its answer was lost
            if "name" not in error.errors:
                raise

    def _must_be_free(self, user: Mapping[str, Any], organization: str) -> None:
        """Raise `Refused` for a user who could then write in two organizations, or everywhere."""
        name = user["name"]
        if user.get("sysadmin"):
            raise Refused(f"{name} is system administrator on {self.client.where}: an editor needs an own account.")
        others = [other for other in self._organizations_of(name) if other != organization]
        if others:
            raise Refused(
                f"{name} is in {', '.join(others)} on {self.client.where}; an editor belongs to one organization: "
                "use another account, or remove the user there first."
            )

    def _must_be_editor(self, user: str) -> None:
        known = self._user(user)
        if known is None or known.get("sysadmin") or not self._organizations_of(user):
            raise Refused(
                f"{user} is no editor on {self.client.where}: tokens are made for editors only "
                "(`allmende portal editors add`)."
            )

    def _organizations_of(self, user: str) -> list[str]:
        return [one["name"] for one in self.client.call("organization_list_for_user", id=user, permission="read")]

    def _lifetime(self, days: int | None) -> dict[str, int]:
        can_end = EXPIRES in (self.client.call("status_show").get("extensions") or ())
        if not can_end and days is not None:
            raise Refused(f"Tokens on {self.client.where} do not end: leave --days out, or enable plugin {EXPIRES}.")
        return {"expires_in": days or 365, "unit": _DAY_S} if can_end else {}

    def _create_token(self, user: str, name: str, lifetime: Mapping[str, Any], before: set[str]) -> str:
        for attempt in self.client.patience.attempts_of():
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    # its answer was lost, and with it the token: nobody can use that one
                    self.revoke(user, lambda token: token.name == name and token.id not in before)
                made = self.client.once("api_token_create", **{"user": user, "name": name, **lifetime})
                return str(made["token"])
        raise AssertionError("unreachable: the last attempt raises")


def _token(user: str, item: Mapping[str, Any]) -> Token:
    return Token(
        id=item["id"],
        user=user,
        name=item["name"],
        created=item.get("created_at") or "",
        last_used=item.get("last_access") or "",
    )
