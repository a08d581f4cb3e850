"""What every apply found before it changed anything: one JSON file per apply, written before the first change.

What does not belong here: the way back (`catalog.publishing.rollback`).
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.publishing.entry import Entry
from catalog.publishing.plan import Plan

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APPLY_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}")


class HistoryMissing(LookupError):
    """There is no such record; the message says which ones there are."""


@dataclass(frozen=True, slots=True)
class Record:
    """One apply: the plan and, for everything it was going to touch, the entry before (`None`: there was none)."""

    apply_id: str
    portal: str
    started: datetime
    plan: Mapping[str, Any]
    previous: Mapping[str, Entry | None]
    report: Mapping[str, Any] | None = None
    """What came of it; `None` where the apply was killed."""

    def as_json(self) -> dict[str, Any]:
        return {
            "apply_id": self.apply_id,
            "portal": self.portal,
            "started": self.started.isoformat(),
            "plan": dict(self.plan),
            "previous": {id_: entry.as_json() if entry else None for id_, entry in self.previous.items()},
            "report": dict(self.report) if self.report is not None else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        return cls(
            apply_id=data["apply_id"],
            portal=data["portal"],
            started=datetime.fromisoformat(data["started"]),
            plan=data["plan"],
            previous={id_: Entry.from_json(entry) if entry else None for id_, entry in data["previous"].items()},
            report=data["report"],
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """One apply in a list; without `counts` it was killed."""

    apply_id: str
    started: datetime
    counts: Mapping[str, int] | None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class History:
    """The records under `<folder>/<portal>/<apply-id>.json`; an apply id sorts by time."""

    folder: Path
    clock: Callable[[], datetime] = _now

    def begin(self, plan: Plan, previous: Mapping[str, Entry | None]) -> Record:
        """Write down the plan and what is there now; must succeed before the first change. Raises `OSError`."""
        started = self.clock().astimezone(UTC)
        apply_id = f"{started:%Y%m%dT%H%M%S%f}Z-{plan.digest[:8]}"
        record = Record(apply_id, plan.portal, started, plan.as_json(), dict(previous))
        self._write(record)
        return record

    def end(self, record: Record, report: Mapping[str, Any]) -> None:
        """Add what came of it."""
        self._write(
            Record(record.apply_id, record.portal, record.started, record.plan, record.previous, report=dict(report))
        )

    def settle(self, portal: str) -> None:
        """Note that nothing is left to do of the killed applies at the end; a later one is taken back without them."""
        for id_ in reversed(self.ids(portal)):
            record = self.read(portal, id_)
            if record.report is not None:
                return
            self.end(record, {"settled": self.clock().astimezone(UTC).isoformat()})

    def ids(self, portal: str) -> list[str]:
        """Ids of the recorded applies, oldest first."""
        return sorted(p.stem for p in self._of(portal).glob("*.json") if _APPLY_ID.fullmatch(p.stem))

    def summaries(self, portal: str) -> list[Summary]:
        """The recorded applies, newest first; raises `HistoryMissing` for a damaged record."""
        records = (self.read(portal, id_) for id_ in reversed(self.ids(portal)))
        return [Summary(r.apply_id, r.started, (r.report or {}).get("counts")) for r in records]

    def read(self, portal: str, apply_id: str) -> Record:
        """Read one record; raises `HistoryMissing`."""
        known = self.ids(portal)
        if apply_id not in known:
            there = f"the last are {', '.join(known[-3:])}" if known else "nothing was ever applied there"
            wanted = f" “{apply_id}”" if apply_id else ""
            raise HistoryMissing(f"Portal “{portal}” has no recorded apply{wanted} to go back before: {there}.")
        path = self._of(portal) / f"{apply_id}.json"
        try:
            return Record.from_json(json.loads(path.read_bytes()))
        except (KeyError, TypeError, ValueError) as error:
            raise HistoryMissing(f"The record {path.name} of portal “{portal}” is damaged: choose another.") from error

    def since(self, portal: str, apply_id: str | None) -> list[Record]:
        """The records from `apply_id` to now, newest first; raises `HistoryMissing`.

        The default is the last apply, together with the killed ones it took up again.
        """
        known = self.ids(portal)
        if apply_id is not None or not known:
            self.read(portal, apply_id or "")
            return [self.read(portal, id_) for id_ in reversed(known) if id_ >= str(apply_id)]
        records = [self.read(portal, known[-1])]
        for id_ in reversed(known[:-1]):
            earlier = self.read(portal, id_)
            if earlier.report is not None:
                break
            records.append(earlier)
        return records

    def _of(self, portal: str) -> Path:
        if not _NAME.fullmatch(portal):
            raise ValueError(f"“{portal}” is no name of a portal: use a-z, 0-9 and single hyphens")
        return self.folder / portal

    def _write(self, record: Record) -> None:
        folder = self._of(record.portal)
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(record.as_json(), file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(folder / f"{record.apply_id}.json")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
