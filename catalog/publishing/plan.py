"""What would change on a portal: a pure, frozen value that can be shown, kept in a file, tested and applied.

What does not belong here: how it is shown to people (`catalog.publishing.text`), talking to a portal, except for the
convenience `plan_for`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.model import Catalog
from catalog.publishing.entry import Entry, Thing, same
from catalog.publishing.portal import Portal
from catalog.publishing.tables import table_changes

NO_LONGER = "nicht mehr im Katalog"
_FORMAT = 1


class Kind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


class PlanUnreadable(ValueError):
    """A file is no plan of ours; the message is one sentence without the file's name."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one entry, old → new; `None` is a field that is not there. Nested fields are joined by a dot."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to one entry, from what the plan saw (`before`) to what shall be (`after`)."""

    kind: Kind
    before: Entry | None
    after: Entry

    @property
    def id(self) -> str:
        return self.after.id

    @property
    def thing(self) -> Thing:
        return self.after.thing

    @property
    def title(self) -> str:
        return self.after.title or (self.before.title if self.before else "")

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What an update changes, field by field; empty for the other kinds."""
        if self.kind is not Kind.UPDATED or self.before is None:
            return ()
        changes = tuple(_differences(self.before.content, self.after.content))
        if self.before.state is self.after.state:
            return changes
        return (FieldChange("state", str(self.before.state), str(self.after.state)), *changes)

    @property
    def tables(self) -> tuple[str, ...]:
        """What becomes of tables beside the metadata, in a sentence each."""
        return tuple(table_changes(self.before, self.after))

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": str(self.kind),
            "thing": str(self.thing),
            "id": self.id,
            "title": self.title,
        }
        if self.kind is Kind.UPDATED:
            data["fields"] = [{"field": f.field, "old": f.old, "new": f.new} for f in self.fields]
        if self.kind is Kind.WITHDRAWN:
            data["reason"] = self.after.reason
        if self.tables:
            data["tables"] = list(self.tables)
        return data | {"before": self.before.as_json() if self.before else None, "after": self.after.as_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Change:
        """Read what `as_json` wrote; raises `KeyError` or `ValueError`."""
        before = Entry.from_json(data["before"]) if data["before"] else None
        return cls(Kind(data["kind"]), before, Entry.from_json(data["after"]))


@dataclass(frozen=True, slots=True)
class Plan:
    """The differences between what a portal shall say and what it says: organizations first, then by id."""

    portal: str
    changes: tuple[Change, ...]
    unchanged: tuple[str, ...]
    """Ids of datasets."""
    unchanged_organizations: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.changes

    def of(self, kind: Kind, thing: Thing = Thing.DATASET) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is kind and change.thing is thing)

    @property
    def counts(self) -> dict[str, int]:
        """Number of datasets `created`, `updated`, `withdrawn`, `unchanged`."""
        return {str(kind): len(self.of(kind)) for kind in Kind} | {"unchanged": len(self.unchanged)}

    @property
    def organization_counts(self) -> dict[str, int]:
        """Number of organizations `created`, `updated`, `unchanged`; none is ever withdrawn."""
        kinds = {str(kind): len(self.of(kind, Thing.ORGANIZATION)) for kind in (Kind.CREATED, Kind.UPDATED)}
        return kinds | {"unchanged": len(self.unchanged_organizations)}

    @property
    def digest(self) -> str:
        """SHA-256 of what the plan does: two plans with the same digest do the same."""
        lines = [
            [c.id, c.before.fingerprint if c.before else "", c.after.fingerprint, c.after.reason] for c in self.changes
        ]
        return hashlib.sha256(json.dumps([self.portal, lines]).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the plan with every value in full; `from_json` reads it back."""
        return {
            "format": _FORMAT,
            "portal": self.portal,
            "digest": self.digest,
            "counts": self.counts,
            "organization_counts": self.organization_counts,
            "changes": [change.as_json() for change in self.changes],
            "unchanged": list(self.unchanged),
            "unchanged_organizations": list(self.unchanged_organizations),
        }

    @classmethod
    def from_json(cls, data: Any) -> Plan:
        """Read what `as_json` wrote; raises `PlanUnreadable` for anything else, also for a plan that was altered."""
        try:
            if data["format"] != _FORMAT:
                raise PlanUnreadable("was written by another version of this program: make a new plan")
            changes = tuple(Change.from_json(change) for change in data["changes"])
            unchanged, organizations = (tuple(map(str, data[k])) for k in ("unchanged", "unchanged_organizations"))
            read = cls(str(data["portal"]), changes, unchanged, organizations)
            is_whole = read.digest == data["digest"]
        except (AttributeError, KeyError, TypeError) as error:
            raise PlanUnreadable("is no plan: write one with `publish plan -o FILE`") from error
        except ValueError as error:
            raise error if isinstance(error, PlanUnreadable) else PlanUnreadable("is a damaged plan") from error
        if not is_whole:
            raise PlanUnreadable("is not as it was written, its digest differs: make a new plan")
        return read


def plan(
    desired: Mapping[str, Entry],
    actual: Mapping[str, Entry],
    portal: str,
    reasons: Mapping[str, str] | None = None,
) -> Plan:
    """Return what must change on `portal` so that `actual` becomes `desired`.

    An entry of ours that is not desired is withdrawn, for the reason in `reasons` (by id, German, shown to the public)
    if there is one; a tombstone that is not desired stays one. A desired entry may be a tombstone itself. An
    organization that is not desired stays as it is: tombstones and addresses live in it.
    """
    reasons = reasons or {}
    changes: list[Change] = []
    unchanged: dict[Thing, list[str]] = {thing: [] for thing in Thing}
    for id_ in sorted(desired.keys() | actual.keys()):
        before, after = actual.get(id_), desired.get(id_)
        if after is None and before is not None and before.thing is Thing.DATASET:
            after = before.withdrawn(reasons.get(id_) or NO_LONGER)
        if after is None:
            continue
        kind = _kind(before, after)
        if kind is not None:
            changes.append(Change(kind, before, after))
        elif after.is_published:
            unchanged[after.thing].append(id_)
    changes.sort(key=lambda change: change.thing is Thing.DATASET)
    return Plan(portal, tuple(changes), tuple(unchanged[Thing.DATASET]), tuple(unchanged[Thing.ORGANIZATION]))


def plan_for(portal: Portal, catalog: Catalog, reasons: Mapping[str, str] | None = None) -> Plan:
    """Read the portal in bulk and return the plan that makes it show `catalog`; changes nothing.

    `reasons` says why datasets were withdrawn, by id. Raises `PortalError` where the portal cannot be read.
    """
    return plan(portal.desired(catalog), portal.actual(), portal.name, reasons)


def _kind(before: Entry | None, after: Entry) -> Kind | None:
    if before is None:
        return Kind.CREATED if after.is_published else None
    if same(before, after):
        return None
    return Kind.UPDATED if after.is_published else Kind.WITHDRAWN


def _differences(old: Any, new: Any, path: str = "") -> Iterator[FieldChange]:
    old, new = _named(old), _named(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif old != new:
        yield FieldChange(path, old, new)


def _named(value: Any) -> Any:
    """A list of things with a `name` each as a mapping by it, so that they are compared one by one."""
    if isinstance(value, list) and value and all(isinstance(item, Mapping) and item.get("name") for item in value):
        by_name = {str(item["name"]): item for item in value}
        return by_name if len(by_name) == len(value) else value
    return value
