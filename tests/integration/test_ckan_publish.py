"""Publishing to a real CKAN: every sentence about plan, apply and rollback, on the servers users run."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from ckanapi import RemoteCKAN, errors

from catalog.ckan.mapping import package_id
from catalog.model import Agent
from catalog.publishing import (
    History,
    Kind,
    Plan,
    PortalChanged,
    PortalStopped,
    Refused,
    apply,
    plan,
    plan_for,
    plan_rollback,
    rollback,
)
from orchestration.stack import Stack
from orchestration.stack.servers.ckan import SYSADMIN, Ckan
from tests.catalog.samples import HOSTILE, THREE, catalog, dataset, distribution
from tests.integration.ckan_stage import Killed, Line, Stage

pytestmark = pytest.mark.integration
TREES, KITAS, FURTHER = "09162000/baumkataster", "09162000/kitas", "09471000/kitas"
ANONYMOUS = ""


@pytest.fixture(scope="module")
def ckan(stack: Stack) -> tuple[str, str]:
    """Address and an administrator's token."""
    stack.up("ckan")
    server = Ckan(stack.place)
    return server.address, server.token(SYSADMIN)


@pytest.fixture
def stage(ckan: tuple[str, str], tmp_path: Path) -> Stage:
    fresh = Stage(*ckan, History(tmp_path))
    fresh.reset()
    return fresh


def test_first_publication_and_again(stage: Stage) -> None:
    """Everything is created side by side; the second time nothing is written and what strangers wrote does not drift.

    The read is in bulk: pages of the search and where it errs, no dataset by itself.
    """
    line = Line()
    shown, report = stage.publish(THREE, line, parallel=3)
    assert [(c.kind, c.id) for c in shown.changes] == [(Kind.CREATED, d.id) for d in THREE.datasets]
    assert (len(report.created), line.counts["package_create"]) == (3, 3)
    line = Line()
    portal = stage.portal(line)
    again = plan_for(portal, THREE)
    assert apply(again, portal, stage.history).counts["unchanged"] == 3
    assert line.counts == {
        "scheming_dataset_schema_show": 1,
        "package_search": 2,
        "datenallmende_index_gaps": 2,
    }
    package = stage.show("09162000-baumkataster", token=ANONYMOUS)
    assert package["organization"]["title"] == "Stadt 09162000"
    assert package["id"] == package_id(TREES)
    assert {r["format"] for r in package["resources"]} == {"CSV", "GeoJSON"}


def test_an_update_sends_what_changed(stage: Stage) -> None:
    """One call, field by field as planned; ids and addresses stay, and what others added to our dataset stays too."""
    stage.publish(catalog(dataset()))
    before = stage.show("09162000-baumkataster")
    by_hand = {"key": "von_hand", "value": "bleibt"}
    stage.call("package_patch", id=before["id"], extras=[*before["extras"], by_hand], maintainer="Redaktion")
    changed = dataset(
        title="Baumkataster München",
        keywords=("Baum", "Allee"),
        theme="TRAN",
        hvd_category="",
        provenance=(),
        contact=Agent(name="Baureferat", url="https://www.stadt.example/bau"),
        distributions=(distribution(TREES, bytes=4321), distribution(TREES, "xlsx")),
    )
    line = Line()
    shown, _ = stage.publish(catalog(changed), line)
    assert line.writes == {"package_revise": 1}
    fields = {f.field: (f.old, f.new) for f in shown.changes[0].fields}
    assert fields["title"] == ("Baumkataster 09162000", "Baumkataster München")
    assert fields.keys() >= {"tags", "theme", "hvd_category", "provenance", "resources.csv.size", "resources.xlsx"}
    after = stage.show("09162000-baumkataster")
    assert (after["id"], after["name"], after["maintainer"]) == (before["id"], before["name"], "Redaktion")
    assert by_hand in after["extras"]
    ids = {r["format"]: r["id"] for r in before["resources"]}
    assert {r["format"]: r["id"] for r in after["resources"]} | {"XLSX": ""} == {"CSV": ids["CSV"], "XLSX": ""}


def test_withdrawn_is_a_tombstone_and_comes_back(stage: Stage) -> None:
    """A withdrawn dataset turns private and says why; published again it is the same one at the same address."""
    stage.publish(THREE)
    before = stage.show("09162000-baumkataster")
    portal, fewer = stage.portal(), catalog(*THREE.datasets[1:])
    shown = plan_for(portal, fewer, {TREES: "Personenbezug"})
    assert [(c.kind, c.id) for c in shown.changes] == [(Kind.WITHDRAWN, TREES)]
    assert apply(shown, portal, stage.history).is_complete
    with pytest.raises((errors.NotAuthorized, errors.NotFound)):
        stage.show("09162000-baumkataster", token=ANONYMOUS)
    tombstone = stage.show("09162000-baumkataster")
    assert tombstone["private"] is True
    said = {e["key"]: e["value"] for e in tombstone["extras"]} | tombstone
    assert said["allmende_withdrawn"] == "Personenbezug"
    assert plan_for(stage.portal(), fewer).is_empty
    shown, _ = stage.publish(THREE)
    assert [f.field for f in shown.changes[0].fields] == ["state"]
    after = stage.show("09162000-baumkataster", token=ANONYMOUS)
    assert (after["id"], [r["id"] for r in after["resources"]]) == (
        before["id"],
        [r["id"] for r in before["resources"]],
    )
    assert not after.get("allmende_withdrawn")


def test_rollback_to_before_an_older_apply(stage: Stage) -> None:
    """What was created since is withdrawn, what was withdrawn comes back, what was changed is as it was; and again."""
    stages = [
        catalog(dataset(), dataset(KITAS)),
        catalog(dataset(title="Neu"), dataset(FURTHER)),
        catalog(dataset(title="Neuer"), dataset(KITAS, title="Wieder")),
    ]
    states, ids = [], []
    for one in stages:
        ids.append(stage.publish(one)[1].apply_id)
        states.append(stage.published())
    portal = stage.portal()
    back = plan_rollback(portal, stage.history, ids[1])
    assert {(c.kind, c.id) for c in back.changes} == {(Kind.UPDATED, TREES), (Kind.UPDATED, KITAS)}
    report = apply(back, portal, stage.history)
    assert report.is_complete
    assert stage.published() == states[0]
    assert rollback(stage.portal(), stage.history).is_complete
    assert stage.published() == states[2]
    assert rollback(stage.portal(), stage.history, ids[0]).is_complete
    assert stage.published() == {}
    assert {e.reason for e in stage.portal().actual().values()} == {
        "Veröffentlichung zurückgenommen",
        "nicht mehr im Katalog",
    }


def test_foreign_datasets_are_left_alone(stage: Stage) -> None:
    """What is not ours is in no plan and stays as it is: with our name, in our organization, with a name like ours."""
    stage.publish(catalog(dataset()))
    names = ("09162000-kitas", "09162000-baumkataster-2", "fremd")
    foreign = [
        stage.call("package_create", name=name, title="Kitas", notes="stage foreign", owner_org="ags-09162000")
        for name in names
    ]
    portal = stage.portal()
    shown = plan_for(portal, catalog(dataset(KITAS), dataset("09162000/spielplaetze")))
    assert {c.id for c in shown.changes} == {TREES, KITAS, "09162000/spielplaetze"}
    report = apply(shown, portal, stage.history)
    assert (report.created, report.withdrawn) == (("09162000/spielplaetze",), (TREES,))
    assert "not ours" in report.failed[0].sentence
    assert rollback(stage.portal(), stage.history).is_complete
    assert [stage.show(name) for name in names] == foreign


def test_a_changed_portal_stops_the_apply(stage: Stage) -> None:
    """Changed since the plan: nothing is applied. Changed in the very moment: CKAN itself refuses."""
    stage.publish(catalog(dataset()))
    line = Line()
    portal = stage.portal(line)
    kept = json.dumps(plan_for(portal, catalog(dataset(title="Unser Titel"), dataset(KITAS))).as_json())
    shown = Plan.from_json(json.loads(kept))
    stage.call("package_patch", id="09162000-baumkataster", title="Titel der Redaktion")
    with pytest.raises(PortalChanged, match="make a new plan"):
        apply(shown, portal, stage.history)
    assert not line.writes
    shown = plan_for(portal, catalog(dataset(title="Unser Titel"), dataset(KITAS)))

    def somebody(action: str) -> None:
        if action == "package_revise":
            line.meanwhile = lambda _: None
            stage.call("package_patch", id="09162000-baumkataster", title="Noch ein Titel")

    line.meanwhile = somebody
    report = apply(shown, portal, stage.history)
    assert report.created == (KITAS,)
    assert "while the plan was applied" in report.failed[0].sentence
    assert stage.show("09162000-baumkataster")["title"] == "Noch ein Titel"


def test_only_who_says_so_leaves_the_index_for_later(stage: Stage) -> None:
    """To us CKAN answers with the id at once and lists the dataset when asked for gaps; to others it is as ever."""
    stage.publish(catalog(dataset()))
    said = {"title": "Fremd", "notes": "stage foreign", "owner_org": "ags-09162000"}
    as_ever = stage.call("package_create", name="wie-immer", **said)
    assert as_ever["name"] == "wie-immer"
    with RemoteCKAN(stage.url, apikey=stage.token, session=Line()) as ours:
        id_ = ours.call_action("package_create", {"name": "spaeter", **said})
        assert stage.show("spaeter")["id"] == id_
        assert ours.call_action("datenallmende_index_gaps", {}) == []
        found = ours.call_action("package_search", {"fq": "name:(spaeter OR wie-immer)", "facet": False})
    assert {package["id"] for package in found["results"]} == {id_, as_ever["id"]}


def test_lost_answers_are_looked_into(stage: Stage) -> None:
    """A create or an update whose answer is lost is looked at, not done twice."""
    line = Line(lose=("organization_create", "package_create", "package_revise"))
    stage.publish(catalog(dataset()), line)
    assert line.writes["package_create"] == 1
    stage.publish(catalog(dataset(title="Neu")), line)
    assert line.lose == []
    assert stage.published().keys() == {TREES}


def test_a_dataset_in_the_trash_comes_back(stage: Stage) -> None:
    """A dataset of ours that an editor put into CKAN's trash is published again as the same dataset."""
    stage.publish(catalog(dataset()))
    stage.call("package_delete", id=package_id(TREES))
    shown, _ = stage.publish(catalog(dataset(title="Wieder da")))
    assert shown.changes[0].kind is Kind.CREATED
    after = stage.show(package_id(TREES), token=ANONYMOUS)
    assert (after["name"], after["title"], after["state"]) == ("09162000-baumkataster", "Wieder da", "active")


def test_a_purged_dataset_has_its_old_address(stage: Stage) -> None:
    """Even what was purged is published again under the same ids."""
    stage.publish(catalog(dataset()))
    before = stage.show("09162000-baumkataster")
    stage.call("dataset_purge", id=before["id"])
    stage.publish(catalog(dataset()))
    after = stage.show(before["id"], token=ANONYMOUS)
    assert {r["id"] for r in after["resources"]} == {r["id"] for r in before["resources"]}


@pytest.mark.parametrize(("number", "is_after"), [(1, True), (2, False), (3, True)])
def test_killed_and_taken_up_again(stage: Stage, number: int, is_after: bool) -> None:
    """Killed at a write, before or after CKAN has done it, the next apply converges; both are taken back together."""
    start, goal = catalog(dataset(), dataset(KITAS)), catalog(dataset(title="Neu"), dataset(FURTHER))
    stage.publish(start)
    before = stage.published()
    portal = stage.portal(Line(kill_at=number, is_after=is_after), parallel=1)
    with pytest.raises(Killed):
        apply(plan_for(portal, goal), portal, stage.history)
    stage.publish(goal)
    assert stage.published().keys() == {TREES, FURTHER}
    assert rollback(stage.portal(), stage.history).is_complete
    assert stage.published() == before


def test_a_refused_dataset_does_not_hold_up_the_others(stage: Stage) -> None:
    """What CKAN's validation refuses is one failed entry with the field in its sentence; the others go on."""
    portal = stage.portal()
    desired = dict(portal.desired(catalog(dataset(), HOSTILE)))
    bad = desired[TREES]
    desired[bad.id] = replace(bad, content={**bad.content, "version": "x" * 101})
    report = apply(plan(desired, portal.actual(), portal.name), portal, stage.history)
    assert report.created == (HOSTILE.id,)
    assert "version: " in report.failed[0].sentence


def test_a_wrong_token_is_found_before_anything_is_changed(stage: Stage) -> None:
    """CKAN takes a wrong token for an anonymous visitor: preflight asks who we are."""
    line = Line()
    portal = stage.portal(line, token="no-such-token")
    with pytest.raises(PortalStopped, match="does not accept the token"):
        apply(plan_for(portal, THREE), portal, stage.history)
    assert not line.writes
    assert stage.history.ids("ckan") == []


def test_an_editor_publishes_in_its_own_organization(stage: Stage) -> None:
    """Without an administrator's rights: own datasets yes, with ids that CKAN makes; where none may, who can help."""
    stage.publish(catalog(dataset()))
    name = f"editor-{secrets.token_hex(4)}"
    stage.call("user_create", name=name, email=f"{name}@example.org", password=secrets.token_urlsafe(16))
    token = stage.call("api_token_create", user=name, name="test", expires_in=1, unit=86_400)["token"]
    stage.call("organization_member_create", id="ags-09162000", username=name, role="editor")
    portal = stage.portal(token=token)
    shown = plan_for(portal, catalog(dataset(title="Vom Redakteur"), dataset(KITAS), dataset(FURTHER)))
    report = apply(shown, portal, stage.history)
    assert (report.updated, report.created) == ((TREES,), (KITAS,))
    assert "have an administrator create it" in report.failed[0].sentence
    with pytest.raises(Refused, match="does not allow"):
        portal.create(shown.of(Kind.CREATED)[1])
