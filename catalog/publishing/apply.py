"""Make a plan true on its portal: only what it says, in parallel with a bound, resumable, every failure a sentence.

Afterwards the portal is read again: what is not as planned is a failure, whatever the portal had answered. What does
not belong here: deciding what to change (`catalog.publishing.plan`), retries (each portal knows which calls may be
repeated).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from catalog.publishing.entry import Entry, Thing, same
from catalog.publishing.history import History, Record
from catalog.publishing.plan import Change, Kind, Plan
from catalog.publishing.portal import Portal, PortalChanged, PortalError, PortalStopped, Refused, Transient

Progress = Callable[[int, int, Change], None]
"""Called after each change with how many are done, how many there are, and the change."""

_IN_A_ROW = 3
"""So many changes in a row (or as many as run in parallel) for which a portal has no answer: it is down."""
_NAMED = 3
"""So many ids are named for one reason of failures."""
_LOOKS = 50
"""So many entries are looked at one by one after an apply; of more that differ the bulk read must do."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A change that did not happen, and why, in one sentence."""

    id: str
    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What an apply did. `apply_id` names its record in the history; empty where nothing had to be changed."""

    portal: str
    apply_id: str
    created: tuple[str, ...]
    updated: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unchanged: tuple[str, ...]
    """Datasets that were, or by now are, as they shall be."""
    failed: tuple[Failure, ...]
    organizations: tuple[str, ...] = ()
    """Organizations that were created or updated."""

    @property
    def is_complete(self) -> bool:
        return not self.failed

    @property
    def counts(self) -> dict[str, int]:
        names = ("created", "updated", "withdrawn", "unchanged", "failed")
        return {name: len(getattr(self, name)) for name in names}

    def as_json(self) -> dict[str, Any]:
        return {
            "portal": self.portal,
            "apply_id": self.apply_id,
            "counts": self.counts,
            "created": list(self.created),
            "updated": list(self.updated),
            "withdrawn": list(self.withdrawn),
            "organizations": list(self.organizations),
            "failed": [{"id": f.id, "kind": str(f.kind), "sentence": f.sentence} for f in self.failed],
        }

    def as_text(self) -> str:
        """Return one line of counts and one line for each reason of failures, however many share it."""
        counts = ", ".join(f"{number} {kind}" for kind, number in self.counts.items())
        if self.organizations:
            counts += f"; {len(self.organizations)} organizations created or updated"
        by_sentence: dict[str, list[str]] = {}
        for failure in self.failed:
            by_sentence.setdefault(failure.sentence, []).append(failure.id)
        return "\n".join([f"Portal “{self.portal}”: {counts}", *(_line(ids, s) for s, ids in by_sentence.items())])


def _line(ids: Sequence[str], sentence: str) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"! {', '.join(ids[:_NAMED])}{more}: {sentence}"


def apply(
    plan: Plan,
    portal: Portal,
    history: History,
    on_progress: Progress | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> ApplyReport:
    """Do what `plan` says on `portal`, after writing to `history` what is there now.

    A change that already happened (an earlier apply was killed) is skipped. Raises `PortalChanged`, with nothing
    applied, where the portal is neither as the plan saw it nor as it shall be, and `PortalStopped` where the portal is
    away or does not know us. What fails later is listed in the report.
    """
    if plan.portal != portal.name:
        raise PortalError(f"This plan is for portal “{plan.portal}”, not for “{portal.name}”: make a new plan.")
    if plan.is_empty:
        portal.finish()
        history.settle(portal.name)
        return _report(plan, None, (), plan.unchanged, ())
    portal.preflight()
    waiting, done = _what_is_left(plan, portal.actual(plan.changes))
    record = history.begin(plan, {change.id: change.before for change in waiting}) if waiting else None
    succeeded, failed = _run(waiting, portal, on_progress)
    failed = [*failed, *(_finish(portal, succeeded) or _verify(portal, succeeded, sleep))]
    bad = {failure.id for failure in failed}
    report = _report(plan, record, [c for c in succeeded if c.id not in bad], (*plan.unchanged, *done), failed)
    if record:
        history.end(record, report.as_json())
    elif report.is_complete:
        history.settle(portal.name)
    return report


def _what_is_left(plan: Plan, actual: Mapping[str, Entry]) -> tuple[list[Change], list[str]]:
    """Split the plan into changes to make, with the entry as it is this moment, and ids that are there already."""
    waiting: list[Change] = []
    done: list[str] = []
    changed: list[str] = []
    for change in plan.changes:
        now = actual.get(change.id)
        if same(now, change.after):
            done += [change.id] if change.thing is Thing.DATASET else []
        elif same(now, change.before):
            waiting.append(replace(change, before=now))
        else:
            changed.append(change.id)
    if changed:
        raise PortalChanged(plan.portal, changed)
    return waiting, done


@dataclass
class _Fuse:
    """Blows when a portal is down, so that the rest is not tried, each with all patience."""

    limit: int
    in_a_row: int = 0
    has_blown: bool = False
    _lock: Lock = field(default_factory=Lock)

    def note(self, error: BaseException | None) -> None:
        """Take down what came of one change."""
        with self._lock:
            self.in_a_row = self.in_a_row + 1 if isinstance(error, Transient) else 0
            is_lasting = error is not None and not isinstance(error, Refused | Transient)
            self.has_blown = self.has_blown or is_lasting or self.in_a_row >= self.limit


def _run(changes: Sequence[Change], portal: Portal, on_progress: Progress | None) -> tuple[list[Change], list[Failure]]:
    doers = {Kind.CREATED: portal.create, Kind.UPDATED: portal.update, Kind.WITHDRAWN: portal.withdraw}
    fuse = _Fuse(max(_IN_A_ROW, portal.parallel))

    def do(change: Change) -> None:
        if fuse.has_blown:
            raise PortalStopped(f"Not tried: portal “{portal.name}” had stopped working; apply again.")
        try:
            doers[change.kind](change)
        except BaseException as error:
            # noted here, not by the waiting thread, which would come too late for the next change in the queue
            fuse.note(error)
            raise
        fuse.note(None)

    succeeded: list[Change] = []
    failed: list[Failure] = []
    with ThreadPoolExecutor(max(1, portal.parallel)) as pool:
        try:
            for change, future in _in_waves(pool, do, changes):
                try:
                    future.result()
                    succeeded.append(change)
                except PortalError as error:
                    failed.append(Failure(change.id, change.kind, str(error)))
                if on_progress:
                    on_progress(len(succeeded) + len(failed), len(changes), change)
        except BaseException:
            # a killed apply must not go on in the background
            fuse.has_blown = True
            pool.shutdown(cancel_futures=True)
            raise
    return succeeded, failed


def _in_waves(
    pool: ThreadPoolExecutor, do: Callable[[Change], None], changes: Sequence[Change]
) -> Iterator[tuple[Change, Future[None]]]:
    """Start the changes, organizations before datasets, and give back each as it ends."""
    for thing in Thing:
        waiting = {pool.submit(do, change): change for change in changes if change.thing is thing}
        for future in as_completed(waiting):
            yield waiting[future], future


def _finish(portal: Portal, succeeded: Sequence[Change]) -> list[Failure]:
    try:
        portal.finish()
    except PortalError as error:
        return [Failure(change.id, change.kind, str(error)) for change in succeeded]
    return []


def _verify(portal: Portal, succeeded: Sequence[Change], sleep: Callable[[float], None]) -> list[Failure]:
    """Read again what was changed; waits as long as the portal's own index may lag behind."""
    left = list(succeeded)
    waited, pause = 0.0, 0.25
    try:
        while left:
            actual = portal.actual(left)
            left = [change for change in left if not same(actual.get(change.id), change.after)]
            if not left or waited >= portal.lag_s:
                break
            sleep(pause)
            waited, pause = waited + pause, pause * 2
        return [Failure(c.id, c.kind, _why(portal, c, actual.get(c.id), is_few=len(left) <= _LOOKS)) for c in left]
    except PortalError as error:
        return [Failure(c.id, c.kind, f"Done, but could not be looked at afterwards: {error}") for c in left]


def _why(portal: Portal, change: Change, now: Entry | None, *, is_few: bool) -> str:
    seen = portal.look(change) if is_few else now
    if is_few and same(seen, change.after):
        return (
            f"It is on portal “{portal.name}” as planned, but its search does not show it so: have the search index "
            "rebuilt."
        )
    if seen is None:
        return f"Portal “{portal.name}” said it was done, but does not have it: make a new plan."
    fields = Change(Kind.UPDATED, change.after, seen).fields
    names = ", ".join(f.field for f in fields[:3]) or "state"
    return f"Portal “{portal.name}” keeps it otherwise than planned ({names}): make a new plan and look at it."


def _report(
    plan: Plan, record: Record | None, done: Sequence[Change], unchanged: Sequence[str], failed: Sequence[Failure]
) -> ApplyReport:
    def ids(kind: Kind) -> tuple[str, ...]:
        return tuple(sorted(change.id for change in done if change.kind is kind and change.thing is Thing.DATASET))

    return ApplyReport(
        portal=plan.portal,
        apply_id=record.apply_id if record else "",
        created=ids(Kind.CREATED),
        updated=ids(Kind.UPDATED),
        withdrawn=ids(Kind.WITHDRAWN),
        unchanged=tuple(sorted(unchanged)),
        failed=tuple(sorted(failed, key=lambda failure: failure.id)),
        organizations=tuple(sorted(change.id for change in done if change.thing is Thing.ORGANIZATION)),
    )
