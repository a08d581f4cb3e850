"""Plans are pure values: what would change, field by field, fit to be shown to people and machines."""

from __future__ import annotations

import json

from catalog.publishing import Entry, FieldChange, Kind, State, plan, plan_text


def entry(id_: str, **content: object) -> Entry:
    return Entry(id_, {"title": id_, **content})


def by_id(*entries: Entry) -> dict[str, Entry]:
    return {e.id: e for e in entries}


def test_plan_tells_created_updated_unchanged_withdrawn_apart() -> None:
    """Each id is in exactly one group, in the order of the ids."""
    desired = by_id(entry("a"), entry("b", x=2), entry("c"))
    actual = by_id(entry("b", x=1), entry("c"), entry("d"))
    shown = plan(desired, actual, "p")
    assert [(c.kind, c.id) for c in shown.changes] == [
        (Kind.CREATED, "a"),
        (Kind.UPDATED, "b"),
        (Kind.WITHDRAWN, "d"),
    ]
    assert shown.unchanged == ("c",)
    assert shown.counts == {"created": 1, "updated": 1, "withdrawn": 1, "unchanged": 1}


def test_nothing_to_do_is_an_empty_plan() -> None:
    """Equal states give an empty plan that says so; a tombstone nobody wants stays out of it."""
    same = by_id(entry("a"))
    shown = plan(same, {**same, **by_id(entry("t").withdrawn("weg"))}, "p")
    assert shown.is_empty
    assert "Nothing to do" in plan_text(shown)


def test_fields_are_compared_one_by_one() -> None:
    """Nested fields are named by their path, lists of named things by the name; what is gone is old → None."""
    old = entry("a", place={"lat": 1, "lon": 2}, files=[{"name": "csv", "size": 1}, {"name": "x", "size": 9}], gone="y")
    new = entry("a", place={"lat": 1, "lon": 3}, files=[{"name": "csv", "size": 2}, {"name": "x", "size": 9}], come="z")
    (change,) = plan(by_id(new), by_id(old), "p").changes
    assert set(change.fields) == {
        FieldChange("place.lon", 2, 3),
        FieldChange("files.csv.size", 1, 2),
        FieldChange("come", None, "z"),
        FieldChange("gone", "y", None),
    }


def test_a_tombstone_that_is_wanted_again_is_an_update_of_its_state() -> None:
    """Publishing again brings the same entry back instead of making a second one."""
    (change,) = plan(by_id(entry("a")), by_id(entry("a").withdrawn("weg")), "p").changes
    assert change.kind is Kind.UPDATED
    assert change.fields == (FieldChange("state", "withdrawn", "published"),)


def test_a_desired_tombstone_gives_the_reason() -> None:
    """Where the catalogue says why a dataset went, the plan says it too; one that never was is not created for it."""
    wanted = by_id(entry("a").withdrawn("Urheberrecht"), entry("b").withdrawn("nie da gewesen"))
    (change,) = plan(wanted, by_id(entry("a")), "p").changes
    assert (change.kind, change.after.reason) == (Kind.WITHDRAWN, "Urheberrecht")


def test_reasons_of_withdrawal_are_told() -> None:
    """The caller's reason goes with the withdrawal; without one the entry is simply no longer in the catalogue."""
    shown = plan({}, by_id(entry("a"), entry("b")), "p", {"a": "Personenbezug"})
    assert [c.after.reason for c in shown.changes] == ["Personenbezug", "nicht mehr im Katalog"]
    assert "(Personenbezug)" in plan_text(shown)


def test_text_is_harmless_in_a_terminal() -> None:
    """Metadata from outside steers no terminal and breaks no line."""
    shown = plan_text(plan(by_id(entry("a", title="\x1b[31m\nrot" + "x" * 100)), {}, "p"))
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 2
    assert all(len(line) < 120 for line in shown.splitlines())


def test_long_values_are_shortened_to_where_they_differ() -> None:
    """Of a long text the place of the change is shown, of a list what came and went, of a file what it is."""
    long = "Der Datensatz enthält Lage, Art und Zustand der erfassten Objekte im Gebiet der Stadt, "
    old = entry("a", notes=long + "Stand 2025. " + long, tags=["Baum", "Park"], files={})
    file = {"format": "CSV", "url": "https://x.example/a.csv", "hash": "a" * 64}
    new = entry("a", notes=long + "Stand 2026. " + long, tags=["Baum", "Allee"], files={"csv": file}, sum="b" * 64)
    lines = plan_text(plan(by_id(new), by_id(old), "p")).splitlines()[2:]
    assert len(lines[0]) < 150
    assert lines[0].startswith("    notes: …der Stadt, Stand 2025")
    assert " → …der Stadt, Stand 2026. Der" in lines[0]
    assert lines[1:] == [
        "    tags: −Park, +Allee",
        "    files.csv: ∅ → CSV, https://x.example/a.csv",
        "    sum: ∅ → bbbbbbbb…",
    ]


def test_a_thousand_changes_begin_with_a_summary() -> None:
    """Of many changes the counts and the fields come first, then the beginning of each kind; all on demand."""
    old = by_id(*(entry(f"b{n:04}", version="1", x=n) for n in range(1000)))
    new = by_id(
        *(entry(f"b{n:04}", version="2", x=n + n % 2) for n in range(1000)), *(entry(f"a{n}") for n in range(3))
    )
    shown = plan(new, old, "p")
    lines = plan_text(shown).splitlines()
    assert lines[0] == "Portal “p”: 3 created, 1,000 updated, 0 withdrawn, 0 unchanged"
    assert lines[1] == "Fields updated: version 1,000×, x 500×"
    assert sum(line.startswith("+ ") for line in lines) == 3
    assert len(lines) < 80
    assert "990 more updated" in lines[-1]
    assert sum(line.startswith("~ ") for line in plan_text(shown, show_all=True).splitlines()) == 1000


def test_json_is_complete_and_plain() -> None:
    """The JSON holds counts and every field old → new, and nothing that is no JSON."""
    data = json.loads(json.dumps(plan(by_id(entry("a", x=2)), by_id(entry("a", x=1)), "p").as_json()))
    assert data["counts"]["updated"] == 1
    assert data["changes"][0]["fields"] == [{"field": "x", "old": 1, "new": 2}]


def test_the_token_is_no_difference() -> None:
    """What a portal needs for its own locking is not part of what the public sees."""
    assert plan(by_id(Entry("a", {}, token="1")), by_id(Entry("a", {}, token="2")), "p").is_empty


def test_entry_survives_json() -> None:
    """An entry reads back from its JSON as the same value."""
    gone = entry("a", x=[1, {"y": None}]).withdrawn("weg")
    assert Entry.from_json(json.loads(json.dumps(gone.as_json()))) == gone
    assert gone.state is State.WITHDRAWN


def test_plan_digest_names_what_is_done() -> None:
    """Equal plans have equal digests; another portal or another value has another."""
    one = plan(by_id(entry("a", x=1)), {}, "p")
    assert one.digest == plan(by_id(entry("a", x=1)), {}, "p").digest
    assert one.digest != plan(by_id(entry("a", x=2)), {}, "p").digest
    assert one.digest != plan(by_id(entry("a", x=1)), {}, "q").digest
