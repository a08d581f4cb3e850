"""One dataset, or one organization that datasets belong to, on one portal as a plain, comparable value.

What does not belong here: what the content of an entry looks like; each target says that (`catalog.ckan.mapping`,
`catalog.publishing.static`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Whether the public sees the entry; a withdrawn one stays behind as a tombstone."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Thing(StrEnum):
    """What an entry is about. Organizations come before their datasets, and are never withdrawn."""

    ORGANIZATION = "organization"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a portal says, or shall say, about one of our datasets or organizations.

    `content` holds JSON types only, in the vocabulary of the target. `reason` says why it was withdrawn. `token` is
    what the portal needs to notice a change in between (CKAN: `metadata_modified`); it is no part of the comparison.
    """

    id: str
    content: Mapping[str, Any]
    state: State = State.PUBLISHED
    reason: str = ""
    token: str = field(default="", compare=False)
    thing: Thing = Thing.DATASET

    @property
    def title(self) -> str:
        return str(self.content.get("title", ""))

    @property
    def is_published(self) -> bool:
        return self.state is State.PUBLISHED

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the public sees; of a tombstone only that it is one."""
        seen = dict(self.content) if self.is_published else {}
        text = json.dumps([self.state, seen], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def withdrawn(self, reason: str) -> Entry:
        """Return this entry as the tombstone that `reason` makes of it."""
        return replace(self, state=State.WITHDRAWN, reason=reason)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "thing": str(self.thing),
            "state": str(self.state),
            "reason": self.reason,
            "content": dict(self.content),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """Read what `as_json` wrote; raises `KeyError` or `ValueError`."""
        return cls(
            id=data["id"],
            content=data["content"],
            state=State(data["state"]),
            reason=str(data.get("reason", "")),
            thing=Thing(data.get("thing", Thing.DATASET)),
        )


def same(left: Entry | None, right: Entry | None) -> bool:
    """Whether the public sees no difference; a dataset that never was and a tombstone are two things."""
    if left is None or right is None:
        return left is right
    # what the fingerprints say, but without writing down thousands of entries that are equal
    return left.state is right.state and (not left.is_published or left.content == right.content)
