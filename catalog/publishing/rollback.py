"""The way back to the state before an apply: a plan from what is there now to what the history recorded, then applied.

Only what the recorded applies touched is touched. A dataset that did not exist before becomes a tombstone: nothing is
purged, and its address stays ours; an organization that did not exist before stays. What does not belong here: undoing
data; versions in `open/` are immutable.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalog.publishing.apply import ApplyReport, Progress, apply
from catalog.publishing.entry import Entry, Thing
from catalog.publishing.history import History
from catalog.publishing.plan import Plan, plan
from catalog.publishing.portal import Portal

TAKEN_BACK = "Veröffentlichung zurückgenommen"


def plan_rollback(portal: Portal, history: History, apply_id: str | None = None) -> Plan:
    """Return the plan that leads back to the state before `apply_id` (default: the last apply); changes nothing.

    Several applies are undone at once where `apply_id` is not the last. Raises `HistoryMissing`.
    """
    previous: dict[str, Entry | None] = {}
    for record in history.since(portal.name, apply_id):
        previous |= record.previous
    actual = portal.actual()
    return plan(_before(actual, previous), actual, portal.name)


def rollback(
    portal: Portal, history: History, apply_id: str | None = None, on_progress: Progress | None = None
) -> ApplyReport:
    """Go back to the state before `apply_id`; itself recorded, so that it can be taken back too."""
    return apply(plan_rollback(portal, history, apply_id), portal, history, on_progress)


def _before(actual: Mapping[str, Entry], previous: Mapping[str, Entry | None]) -> dict[str, Entry]:
    desired = dict(actual)
    for id_, entry in previous.items():
        if entry is not None:
            desired[id_] = entry
        elif id_ in actual and actual[id_].is_published and actual[id_].thing is Thing.DATASET:
            desired[id_] = actual[id_].withdrawn(TAKEN_BACK)
    return desired
