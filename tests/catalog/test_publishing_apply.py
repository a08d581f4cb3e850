"""Applying and taking back, on a portal in memory that fails on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.model import Catalog
from catalog.publishing import (
    Change,
    Entry,
    History,
    HistoryMissing,
    Plan,
    PlanUnreadable,
    PortalChanged,
    PortalError,
    PortalStopped,
    Refused,
    Transient,
    apply,
    plan,
    plan_rollback,
    rollback,
)
from catalog.publishing.retry import Patience


class Killed(BaseException):
    """The process ends here."""


class Memory:
    """A portal in memory. `kill_at` counts every call; `broken` maps ids to what happens to them."""

    parallel = 3
    lag_s = 0.0

    def __init__(self, entries: Mapping[str, Entry] | None = None) -> None:
        self.name = "memory"
        self.entries = dict(entries or {})
        self.calls: list[str] = []
        self.kill_at = 0
        self.is_killed_after = False
        self.broken: dict[str, PortalError] = {}
        self.meeting: threading.Barrier | None = None
        self.forgotten: set[str] = set()
        """Changes to these are answered with yes and not made."""
        self.hidden: dict[str, int] = {}
        """Entries that so many more bulk reads do not show yet."""
        self._lock = threading.Lock()

    def _call(self, what: str, change: Change | None = None) -> None:
        with self._lock:
            self.calls.append(what)
            is_last = len(self.calls) == self.kill_at
        if is_last and not self.is_killed_after:
            raise Killed
        if change is not None:
            if self.meeting:
                self.meeting.wait()
            if change.id in self.broken:
                raise self.broken[change.id]
            assert self.entries.get(change.id) == change.before, "the change is not for what is there"
            if change.id not in self.forgotten:
                self.entries[change.id] = replace(change.after, token=str(len(self.calls)))
        if is_last:
            raise Killed

    def preflight(self) -> None:
        self._call("preflight")

    def desired(self, catalog: Catalog) -> Mapping[str, Entry]:
        raise NotImplementedError

    def actual(self, changes: Collection[Change] | None = None) -> Mapping[str, Entry]:
        self._call("actual")
        wanted = self.entries.keys() if changes is None else {change.id for change in changes}
        seen = {id_: e for id_, e in self.entries.items() if id_ in wanted and not self.hidden.get(id_)}
        for id_ in self.hidden.keys() & self.entries.keys():
            self.hidden[id_] = max(0, self.hidden[id_] - 1)
        return seen

    def look(self, change: Change) -> Entry | None:
        self._call("look")
        return self.entries.get(change.id)

    def create(self, change: Change) -> None:
        self._call("create", change)

    def update(self, change: Change) -> None:
        self._call("update", change)

    def withdraw(self, change: Change) -> None:
        self._call("withdraw", change)

    def finish(self) -> None:
        self._call("finish")


def entry(id_: str, title: str = "alt") -> Entry:
    return Entry(id_, {"title": title})


def by_id(*entries: Entry) -> dict[str, Entry]:
    return {e.id: e for e in entries}


def planned(portal: Memory, *desired: Entry) -> Plan:
    return plan(by_id(*desired), dict(portal.entries), portal.name)


def published(portal: Memory) -> dict[str, Entry]:
    return {id_: e for id_, e in portal.entries.items() if e.is_published}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "publish")


def test_apply_does_what_the_plan_says(history: History) -> None:
    """Created, updated and withdrawn are done and reported; what was not in the plan is not touched."""
    portal = Memory(by_id(entry("b"), entry("c"), entry("d")))
    report = apply(planned(portal, entry("a"), entry("b", "neu"), entry("c")), portal, history)
    assert (report.created, report.updated, report.withdrawn, report.unchanged) == (("a",), ("b",), ("d",), ("c",))
    assert report.is_complete
    assert published(portal) == by_id(entry("a"), entry("b", "neu"), entry("c"))


def test_an_empty_plan_writes_nothing_but_finishes(history: History) -> None:
    """No record is left for nothing; the portal may still tidy up after a killed apply."""
    portal = Memory(by_id(entry("a")))
    report = apply(planned(portal, entry("a")), portal, history)
    assert portal.calls == ["finish"]
    assert (report.apply_id, history.ids("memory")) == ("", [])


def test_history_is_written_before_the_first_change(history: History) -> None:
    """The record holds what is there now for everything that will be touched, and later what came of it."""
    portal = Memory(by_id(entry("b")))
    portal.kill_at = 3
    with pytest.raises(Killed):
        apply(planned(portal, entry("a"), entry("b", "neu")), portal, history)
    record = history.read("memory", history.ids("memory")[0])
    assert record.previous == {"a": None, "b": entry("b")}
    assert record.report is None
    portal.kill_at = 0
    report = apply(planned(portal, entry("a"), entry("b", "neu")), portal, history)
    assert history.read("memory", report.apply_id).report == report.as_json()


def test_apply_refuses_a_changed_portal(history: History) -> None:
    """Where an entry is neither as the plan saw it nor as it shall be, nothing at all is applied."""
    portal = Memory(by_id(entry("a"), entry("b")))
    shown = planned(portal, entry("a", "neu"), entry("b", "neu"), entry("c"))
    portal.entries["b"] = entry("b", "von der Redaktion")
    with pytest.raises(PortalChanged, match="make a new plan") as caught:
        apply(shown, portal, history)
    assert caught.value.ids == ("b",)
    assert "c" not in portal.entries
    assert history.ids("memory") == []


def test_the_same_plan_can_be_taken_up_again(history: History) -> None:
    """What an earlier apply of the plan has done is not done twice."""
    portal = Memory(by_id(entry("b")))
    shown = planned(portal, entry("a"), entry("b", "neu"))
    portal.entries["a"] = entry("a")
    report = apply(shown, portal, history)
    assert (report.created, report.updated, report.unchanged) == ((), ("b",), ("a",))


def test_one_failure_does_not_hold_up_the_others(history: History) -> None:
    """A refused entry is listed with its sentence; the rest is done."""
    portal = Memory()
    portal.broken["b"] = Refused("The portal does not like it.")
    report = apply(planned(portal, entry("a"), entry("b"), entry("c")), portal, history)
    assert report.created == ("a", "c")
    assert [(f.id, f.sentence) for f in report.failed] == [("b", "The portal does not like it.")]
    assert "! b: The portal does not like it." in report.as_text()


def test_a_stopped_portal_ends_the_apply(history: History) -> None:
    """Once nothing can work any more, what is left is not tried, and said so."""
    portal = Memory()
    portal.parallel = 1
    portal.broken["a"] = PortalStopped("the portal is away.")
    wanted = [entry(f"b{n:03}") for n in range(200)]
    report = apply(planned(portal, entry("a"), *wanted), portal, history)
    assert len(report.failed) > 1
    assert any("Not tried" in f.sentence for f in report.failed)
    assert len(report.failed) + len(report.created) == 201


def test_a_portal_that_is_down_is_not_tried_a_thousand_times(history: History) -> None:
    """Three changes in a row without an answer end the apply; single ones in between do not."""
    portal = Memory()
    portal.parallel = 1
    wanted = [entry(f"a{n:03}") for n in range(200)]
    portal.broken = {e.id: Transient("no answer") for e in wanted if e.id > "a100" or e.id[-1] in "56"}
    report = apply(planned(portal, *wanted), portal, history)
    sentences = [f.sentence for f in report.failed]
    assert sentences.count("no answer") == 20 + 3
    assert sum("Not tried" in s for s in sentences) == 200 - 104


def test_one_reason_is_one_line(history: History) -> None:
    """However many changes fail for one reason, the operator reads it once."""
    portal = Memory()
    ids = [f"d{number:04d}" for number in range(1000)]
    portal.broken = dict.fromkeys(ids, Refused("The portal does not like it."))
    text = apply(planned(portal, *(entry(id_) for id_ in ids)), portal, history).as_text()
    assert text.splitlines()[1:] == ["! d0000, d0001, d0002 and 997 more: The portal does not like it."]


def test_what_the_portal_did_not_keep_is_a_failure(history: History) -> None:
    """After the changes the portal is read again: an answer of yes is not believed."""
    portal = Memory(by_id(entry("b")))
    portal.forgotten = {"a", "b"}
    report = apply(planned(portal, entry("a"), entry("b", "neu"), entry("c")), portal, history)
    assert report.created == ("c",)
    assert ["does not have it" in f.sentence for f in report.failed] == [True, False]
    assert "(title)" in report.failed[1].sentence


def test_an_index_that_lags_is_waited_for(history: History) -> None:
    """A search that shows changes late is asked again; one that never does is told apart from a change not made."""
    portal = Memory()
    portal.lag_s = 5.0
    portal.hidden = {"a": 2, "b": 99}
    naps: list[float] = []
    report = apply(planned(portal, entry("a"), entry("b")), portal, history, sleep=naps.append)
    assert report.created == ("a",)
    assert [("search index" in f.sentence, f.id) for f in report.failed] == [(True, "b")]
    assert sum(naps) >= 5.0
    assert naps == sorted(naps)


def test_a_plan_is_kept_in_a_file(history: History) -> None:
    """A plan survives JSON and applies as it was shown; an altered one is refused."""
    portal = Memory(by_id(entry("b"), entry("d")))
    shown = planned(portal, entry("a"), entry("b", "neu"))
    kept = json.loads(json.dumps(shown.as_json()))
    assert Plan.from_json(kept) == shown
    assert apply(Plan.from_json(kept), portal, history).is_complete
    kept["changes"][0]["after"]["content"]["title"] = "etwas anderes"
    for data in (kept, {}, [], {"format": 99}, kept | {"changes": [{}]}, kept | {"changes": None}):
        with pytest.raises(PlanUnreadable):
            Plan.from_json(data)


def test_changes_run_in_parallel_with_a_bound(history: History) -> None:
    """As many changes are on their way at once as the portal allows: three meet, four never would."""
    portal = Memory()
    portal.meeting = threading.Barrier(3, timeout=10)
    assert apply(planned(portal, *(entry(f"a{n}") for n in range(6))), portal, history).is_complete
    portal.meeting = threading.Barrier(4, timeout=0.5)
    with pytest.raises(threading.BrokenBarrierError):
        apply(planned(portal, *(entry(f"b{n}") for n in range(6))), portal, history)


def test_progress_counts_every_change(history: History) -> None:
    """The caller hears of each change once, with the total."""
    heard: list[tuple[int, int]] = []
    portal = Memory()
    apply(planned(portal, entry("a"), entry("b")), portal, history, lambda n, of, _: heard.append((n, of)))
    assert heard == [(1, 2), (2, 2)]


def test_a_plan_is_for_one_portal(history: History) -> None:
    """A plan made for the test portal is not applied to the live one."""
    with pytest.raises(PortalError, match="make a new plan"):
        apply(plan(by_id(entry("a")), {}, "live"), Memory(), history)


@pytest.mark.parametrize("is_after", [False, True])
def test_killed_anywhere_converges(tmp_path: Path, is_after: bool) -> None:
    """Killed before or after any call, the next plan and apply lead to the desired state."""
    goal = (entry("a"), entry("b", "neu"), entry("c"))
    for number in range(1, 50):
        portal = Memory(by_id(entry("b"), entry("c"), entry("d")))
        history = History(tmp_path / str(number))
        portal.kill_at, portal.is_killed_after = number, is_after
        was_killed = False
        try:
            apply(planned(portal, *goal), portal, history)
        except Killed:
            was_killed = True
        portal.kill_at = 0
        assert apply(planned(portal, *goal), portal, history).is_complete
        assert published(portal) == by_id(*goal)
        # the killed apply and the one that took it up are taken back together
        if was_killed and history.ids("memory"):
            rollback(portal, history)
            assert published(portal) == by_id(entry("b"), entry("c"), entry("d"))
        if not was_killed:
            return
    pytest.fail("the apply needs more calls than expected")


def test_a_killed_apply_that_had_done_everything_is_over(tmp_path: Path) -> None:
    """Once nothing is left of a killed apply, the rollback of a later one does not take the killed one back too."""
    portal, history = Memory(), History(tmp_path)
    portal.kill_at, portal.is_killed_after = 3, True  # preflight, actual, create: done, but not written down
    with pytest.raises(Killed):
        apply(plan(by_id(entry("a")), {}, "memory"), portal, history)
    portal.kill_at = 0
    assert apply(planned(portal, entry("a")), portal, history).counts["unchanged"] == 1
    assert apply(planned(portal, entry("a", "neu")), portal, history).is_complete
    rollback(portal, history)
    assert published(portal) == by_id(entry("a"))


def test_rollback_and_back_again(history: History) -> None:
    """Rollback restores what the public saw; its own rollback undoes it; an id goes back further."""
    portal = Memory()
    states = [(entry("a"), entry("b")), (entry("a", "neu"), entry("c")), (entry("c", "drei"),)]
    ids = [apply(planned(portal, *state), portal, history).apply_id for state in states]
    assert plan_rollback(portal, history).counts == {"created": 0, "updated": 2, "withdrawn": 0, "unchanged": 0}
    rollback(portal, history)
    assert published(portal) == by_id(*states[1])
    rollback(portal, history)
    assert published(portal) == by_id(*states[2])
    rollback(portal, history, ids[1])
    assert published(portal) == by_id(*states[0])
    rollback(portal, history, ids[0])
    assert published(portal) == {}


def test_rollback_leaves_alone_what_no_apply_touched(history: History) -> None:
    """What somebody else published of ours meanwhile stays."""
    portal = Memory()
    apply(planned(portal, entry("a")), portal, history)
    portal.entries["z"] = entry("z")
    rollback(portal, history)
    assert published(portal) == by_id(entry("z"))


def test_rollback_of_nothing_says_what_there_is(history: History) -> None:
    """An unknown apply, or none at all, is one clear sentence."""
    with pytest.raises(HistoryMissing, match="nothing was ever applied"):
        rollback(Memory(), history)
    portal = Memory()
    apply(planned(portal, entry("a")), portal, history)
    with pytest.raises(HistoryMissing, match="the last are 2"):
        rollback(portal, history, "20200101T000000000000Z-00000000")
    with pytest.raises(HistoryMissing):
        rollback(portal, history, "../../etc/passwd")


def test_a_damaged_record_is_a_sentence(history: History) -> None:
    """Half a record is told apart from none, without a traceback of JSON."""
    portal = Memory()
    report = apply(planned(portal, entry("a")), portal, history)
    (history.folder / "memory" / f"{report.apply_id}.json").write_text("{")
    with pytest.raises(HistoryMissing, match="damaged"):
        rollback(portal, history)


def test_only_passing_faults_are_tried_again() -> None:
    """`Transient` is repeated with random, growing pauses up to a bound, never sooner than asked; a refusal is not."""
    naps: list[float] = []
    patience = Patience(attempts=4, first_s=1, longest_s=3, sleep=naps.append)
    tries = 0
    with pytest.raises(Transient):  # noqa: PT012
        for attempt in patience.attempts_of():
            with attempt:
                tries += 1
                raise Transient("busy")
    assert (tries, len(naps)) == (4, 3)
    assert all(full / 2 <= nap <= full for nap, full in zip(naps, (1, 2, 3), strict=True))
    with pytest.raises(Refused):  # noqa: PT012
        for attempt in patience.attempts_of():
            with attempt:
                tries += 1
                raise Refused("no")
    assert tries == 5
    naps.clear()
    with pytest.raises(Transient):  # noqa: PT012
        for attempt in patience.attempts_of():
            with attempt:
                raise Transient("too many requests", wait_s=7)
    assert all(7 < nap <= 10 for nap in naps)
