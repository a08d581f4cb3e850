"""What would change on a portal: a pure, frozen value that can be shown, tested and applied.

What does not belong here: talking to a portal, except for the convenience `plan_for`.
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

NO_LONGER = "nicht mehr im Katalog"
_CELL = 60


class Kind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


_SIGNS = {Kind.CREATED: "+", Kind.UPDATED: "~", Kind.WITHDRAWN: "-"}


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
        return data


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
        return {
            "portal": self.portal,
            "digest": self.digest,
            "counts": self.counts,
            "organization_counts": self.organization_counts,
            "changes": [change.as_json() for change in self.changes],
            "unchanged": list(self.unchanged),
            "unchanged_organizations": list(self.unchanged_organizations),
        }

    def as_text(self) -> str:
        """Return the plan for a terminal: `+` created, `~` updated with its fields old → new, `-` withdrawn."""
        counts = ", ".join(f"{number} {kind}" for kind, number in self.counts.items())
        lines = [f"Portal “{self.portal}”: {counts}"]
        if any(self.organization_counts.values()):
            lines[0] += "; organizations: " + ", ".join(f"{n} {kind}" for kind, n in self.organization_counts.items())
        if self.is_empty:
            return lines[0] + ". Nothing to do."
        width = max(len(change.id) for change in self.changes)
        for change in self.changes:
            reason = f"  ({printable(change.after.reason)})" if change.kind is Kind.WITHDRAWN else ""
            lines.append(f"{_SIGNS[change.kind]} {change.id:<{width}}  {printable(change.title)}{reason}")
            lines.extend(f"    {f.field}: {printable(f.old)} → {printable(f.new)}" for f in change.fields)
        return "\n".join(lines)


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


def printable(value: Any) -> str:
    """Return `value` on one line without control characters: metadata from outside must not steer a terminal."""
    if value is None:
        return "∅"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    clean = "".join(c if c.isprintable() else " " for c in text)
    clean = " ".join(clean.split()) or "∅"
    return clean if len(clean) <= _CELL else clean[: _CELL - 1] + "…"
