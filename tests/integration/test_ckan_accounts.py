"""Organizations, editors and tokens on a real CKAN: who may do what, and nothing beyond it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from catalog.ckan import CkanConfig, CkanPortal, Logo, Organization, open_ckan, organization_of
from catalog.ckan.accounts import Accounts
from catalog.ckan.check import check
from catalog.ckan.client import open_client
from catalog.ckan.tombstones import Purging
from catalog.publishing import Entry, History, Refused, apply, plan, rollback
from orchestration.stack import Stack, servers
from orchestration.stack.servers.ckan import SYSADMIN

pytestmark = pytest.mark.integration
OURS, THEIRS, EMPTY = "09775111", "09775115", "09775116"
"""Kommunen that no other integration test publishes for."""
NOT_INSTALLED = frozenset({"datastore_search_sql"})
"""Attempts that count only where the portal has the action: this one is off by default."""


@dataclass(frozen=True)
class Ckan:
    """A CKAN and the token of its system administrator."""

    url: str
    token: str

    def config(self, token: str = "") -> CkanConfig:
        return CkanConfig(name="accounts", url=self.url, token=SecretStr(token or self.token), attempts=2)

    def ask(self, token: str, action: str, **data: Any) -> tuple[int, Any]:
        """Status and answer of one action, as a program without our client would ask."""
        answer = requests.post(
            f"{self.url}/api/3/action/{action}",
            json=data,
            headers={"Authorization": token} if token else {},
            timeout=60,
        )
        body = answer.json()
        return answer.status_code, body.get("result", body.get("error")) if isinstance(body, dict) else body

    def must(self, action: str, **data: Any) -> Any:
        status, result = self.ask(self.token, action, **data)
        assert status == 200, (action, result)
        return result


@pytest.fixture(scope="module")
def ckan(stack: Stack) -> Ckan:
    """The session's CKAN, with a system administrator's token."""
    stack.up("ckan")
    server = servers.Ckan(stack.place)
    return Ckan(server.address, server.token(SYSADMIN))


@pytest.fixture(scope="module")
def accounts(ckan: Ckan) -> Accounts:
    return Accounts(open_client(ckan.config()))


def about(owner: str, title: str = "") -> Organization:
    name = organization_of(owner)
    return Organization(
        owner, title or f"Stadt {owner}", Logo(name, title or owner), "Offene Daten.", "https://a.example/"
    )


def open_portal(ckan: Ckan, **titles: str) -> CkanPortal:
    return open_ckan(ckan.config(), lambda owner: about(owner, titles.get(f"t{owner}", "")))


def shown(portal: CkanPortal, *owners: str) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """What the organizations of these owners shall be, and what they are."""
    desired = portal.organizations.desired(owners)
    actual = portal.organizations.actual()
    return desired, {name: entry for name, entry in actual.items() if name in desired}


def publish(portal: CkanPortal, tmp_path: Path, *owners: str) -> dict[str, int]:
    made = plan(*shown(portal, *owners), portal.name)
    report = apply(made, portal, History(tmp_path))
    assert report.is_complete, report.as_text()
    return made.organization_counts


@pytest.fixture(scope="module")
def two(ckan: Ckan, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two Kommunen have their organizations."""
    publish(open_portal(ckan), tmp_path_factory.mktemp("history"), OURS, THEIRS)


def test_organizations_are_desired_state(ckan: Ckan, tmp_path: Path) -> None:
    """Created with all fields and a logo, unchanged the second time, updated field by field, strangers' extras kept."""
    name = organization_of(EMPTY)
    ckan.ask(ckan.token, "organization_purge", id=name)
    assert publish(open_portal(ckan), tmp_path, EMPTY) == {"created": 1, "updated": 0, "unchanged": 0}
    assert publish(open_portal(ckan), tmp_path, EMPTY) == {"created": 0, "updated": 0, "unchanged": 1}

    there = ckan.must("organization_show", id=name)
    assert (there["title"], there["description"]) == (f"Stadt {EMPTY}", "Offene Daten.")
    picture = requests.get(there["image_display_url"], timeout=30)
    assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")

    ckan.must(
        "organization_patch", id=name, description="von Hand", extras=[*there["extras"], {"key": "k", "value": "v"}]
    )
    portal = open_portal(ckan, **{f"t{EMPTY}": "Markt Neu"})
    (change,) = plan(*shown(portal, EMPTY), portal.name).changes
    fields = {f.field: (f.old, f.new) for f in change.fields}
    assert fields["title"] == (f"Stadt {EMPTY}", "Markt Neu")
    assert fields["description"] == ("von Hand", "Offene Daten.")
    assert publish(portal, tmp_path, EMPTY)["updated"] == 1
    after = ckan.must("organization_show", id=name)
    assert (after["id"], after["title"]) == (there["id"], "Markt Neu")
    assert {"key": "k", "value": "v"} in after["extras"]
    assert publish(portal, tmp_path, EMPTY)["unchanged"] == 1


def test_an_organization_goes_back_with_its_logo(ckan: Ckan, tmp_path: Path) -> None:
    """Rollback brings back title and picture, also a picture that is not in the publisher's file any more."""
    name, picture = organization_of(EMPTY), Logo(organization_of(EMPTY), "Bild").picture()
    ckan.ask(ckan.token, "organization_purge", id=name)
    handed_in = replace(about(EMPTY), logo=Logo(name, "", picture + b"\0"))
    config = ckan.config().model_copy(update={"logos": tmp_path / "logos"})
    first = open_ckan(config, lambda _: handed_in)
    publish(first, tmp_path, EMPTY)
    later = open_ckan(config, lambda _: about(EMPTY, "Markt Neu"))
    publish(later, tmp_path, EMPTY)
    assert publish(later, tmp_path, EMPTY)["unchanged"] == 1
    assert rollback(later, History(tmp_path)).organizations == (name,)
    there = ckan.must("organization_show", id=name)
    assert (there["title"], there["image_url"].endswith(handed_in.logo.file_name)) == (handed_in.title, True)
    assert requests.get(there["image_display_url"], timeout=30).content == handed_in.logo.data
    assert rollback(later, History(tmp_path)).organizations == (name,), "and forth again: a plate is drawn anew"


def test_a_strangers_organization_is_left_alone(ckan: Ckan, tmp_path: Path) -> None:
    """An organization that has our name but not our mark is not changed, and the sentence says how to hand it over."""
    name = organization_of(EMPTY)
    ckan.ask(ckan.token, "organization_purge", id=name)
    before = ckan.must("organization_create", name=name, title="Fremd")
    try:
        portal = open_portal(ckan)
        report = apply(plan(*shown(portal, EMPTY), portal.name), portal, History(tmp_path))
        assert "not ours" in report.failed[0].sentence
        assert ckan.must("organization_show", id=name)["title"] == before["title"]
        gone = replace(shown(portal, OURS)[0][organization_of(OURS)], id="ags-00000000")
        assert plan({}, {gone.id: gone}, portal.name).is_empty, "an organization without datasets stays"
    finally:
        ckan.must("organization_purge", id=name)


@dataclass(frozen=True)
class World:
    """An editor of one Kommune, and what another one has."""

    token: str
    own: dict[str, Any]
    public: dict[str, Any]
    private: dict[str, Any]
    other_user: str
    other_token_id: str


@pytest.fixture(scope="module")
def world(ckan: Ckan, accounts: Accounts, two: None) -> Iterator[World]:
    mine, others = organization_of(OURS), organization_of(THEIRS)
    for user, organization in (("ed-ours", mine), ("ed-theirs", others)):
        accounts.add_editor(organization, user, f"{user}@example.org")
    token = accounts.create_token("ed-ours", "test", replace=True).token
    accounts.create_token("ed-theirs", "test", replace=True)
    made = [
        _dataset(ckan, mine, "own", private=False),
        _dataset(ckan, others, "public", private=False),
        _dataset(ckan, others, "private", private=True),
    ]
    yield World(token, *made, "ed-theirs", accounts.tokens("ed-theirs")[0].id)
    for package in made:
        ckan.must("dataset_purge", id=package["id"])


def _dataset(
    ckan: Ckan, organization: str, label: str, *, private: bool, name: str = "", extras: dict[str, str] | None = None
) -> dict[str, Any]:
    full = name or f"accounts-{organization}-{label}"
    ckan.ask(ckan.token, "dataset_purge", id=full)
    package = ckan.must(
        "package_create", name=full, title=full, notes=full, owner_org=organization, private=private,
        resources=[{"name": "a", "url": "https://a.example/a.csv", "format": "CSV"}],
        extras=[{"key": key, "value": value} for key, value in (extras or {}).items()],
    )  # fmt: skip
    ckan.must(
        "datastore_create", resource_id=package["resources"][0]["id"], force=True,
        fields=[{"id": "a", "type": "text"}], primary_key=["a"], records=[{"a": "1"}],
    )  # fmt: skip
    return dict(ckan.must("package_show", id=package["id"]))


def attempts(world: World) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: PLR0915 - a list of requests
    """Everything that an editor might try on another Kommune's things, or to get more rights."""
    mine, others = organization_of(OURS), organization_of(THEIRS)
    own_id = world.own["id"]
    resource = {"name": "b", "url": "https://b.example/b.csv"}
    for theirs in (world.public, world.private):
        id_, file = theirs["id"], theirs["resources"][0]["id"]
        yield "package_update", {**theirs, "title": "taken"}
        yield "package_update", {**theirs, "owner_org": mine}
        yield "package_patch", {"id": id_, "title": "taken"}
        yield "package_patch", {"id": id_, "owner_org": mine}
        yield "package_revise", {"match": {"id": id_}, "update": {"title": "taken"}}
        yield "package_owner_org_update", {"id": id_, "organization_id": mine}
        yield "package_resource_reorder", {"id": id_, "order": [file]}
        yield "package_delete", {"id": id_}
        yield "dataset_purge", {"id": id_}
        yield "package_collaborator_create", {"id": id_, "user_id": "ed-ours", "capacity": "editor"}
        yield "resource_create", {"package_id": id_, **resource}
        yield "resource_update", {"id": file, **resource}
        yield "resource_patch", {"id": file, "url": "https://b.example/"}
        yield "resource_delete", {"id": file}
        yield "resource_view_create", {"resource_id": file, "title": "t", "view_type": "text_view"}
        yield "resource_create_default_resource_views", {"resource": theirs["resources"][0]}
        yield "package_create_default_resource_views", {"package": theirs}
        yield "datastore_create", {"resource_id": file, "force": True, "fields": [{"id": "x", "type": "text"}]}
        yield (
            "datastore_create",
            {"resource": {"package_id": id_, "name": "d"}, "fields": [{"id": "x", "type": "text"}]},
        )
        yield "datastore_upsert", {"resource_id": file, "force": True, "records": [{"a": "9"}]}
        yield "datastore_delete", {"resource_id": file, "force": True}
        yield "datastore_records_delete", {"resource_id": file, "force": True, "filters": {}}
        columns = {"fields": [{"id": "a", "type": "text"}], "primary_key": ["a"]}
        yield "datenallmende_datastore_replace", {"resource_id": file, **columns}
        yield "bulk_update_public", {"org_id": others, "datasets": [id_]}
        yield "bulk_update_private", {"org_id": others, "datasets": [id_]}
        yield "bulk_update_delete", {"org_id": others, "datasets": [id_]}
        yield "bulk_update_delete", {"org_id": mine, "datasets": [id_]}
        yield "bulk_update_private", {"org_id": mine, "datasets": [id_]}
        yield "member_create", {"id": mine, "object": id_, "object_type": "package", "capacity": "public"}
        yield "member_delete", {"id": others, "object": id_, "object_type": "package"}
        yield "package_relationship_create", {"subject": own_id, "object": id_, "type": "parent_of"}
    hidden, file = world.private["id"], world.private["resources"][0]["id"]
    yield "package_show", {"id": hidden}
    yield "package_show", {"id": world.private["name"]}
    yield "resource_show", {"id": file}
    yield "resource_view_list", {"id": file}
    yield "datastore_search", {"resource_id": file}
    yield "datastore_search_sql", {"sql": f'SELECT * FROM "{file}"'}  # noqa: S608 - an attempt
    yield "datastore_info", {"id": file}
    yield "package_activity_list", {"id": hidden}
    yield "package_create", {"name": "accounts-smuggled", "title": "t", "notes": "t", "owner_org": others}
    yield "package_patch", {"id": own_id, "owner_org": others}
    yield "package_owner_org_update", {"id": own_id, "organization_id": others}
    yield "package_revise", {"match": {"id": own_id}, "update": {"owner_org": others}}
    for organization in (mine, others):
        for action in ("member_create", "organization_member_create"):
            yield action, {
                "id": organization, "object": "ed-ours", "object_type": "user", "capacity": "admin",
                "username": "ed-ours", "role": "admin",
            }  # fmt: skip
        yield "organization_member_delete", {"id": organization, "username": "ed-theirs"}
        yield "member_delete", {"id": organization, "object": world.other_user, "object_type": "user"}
        yield "organization_patch", {"id": organization, "title": "taken"}
        yield "organization_update", {"id": organization, "name": organization, "title": "taken"}
        yield "organization_delete", {"id": organization}
        yield "organization_purge", {"id": organization}
        yield "user_invite", {"email": "x@example.org", "group_id": organization, "role": "editor"}
    yield "organization_create", {"name": "accounts-taken"}
    yield "group_create", {"name": "accounts-taken"}
    yield "user_create", {"name": "accounts-taken", "email": "t@example.org", "password": "x" * 12}
    yield "user_patch", {"id": world.other_user, "fullname": "taken"}
    yield "user_delete", {"id": world.other_user}
    yield "api_token_create", {"user": world.other_user, "name": "taken"}
    yield "api_token_list", {"user_id": world.other_user}
    yield "api_token_revoke", {"jti": world.other_token_id}
    yield "datenallmende_switches", {}
    yield "config_option_update", {"ckan.site_title": "taken"}


def test_an_editor_is_confined_to_its_kommune(ckan: Ckan, world: World) -> None:
    """No action lets an editor write, see what is private, or hand out rights in another Kommune's organization."""
    before = _everything_of(ckan, THEIRS, world)
    not_refused = []
    for action, data in attempts(world):
        status, result = ckan.ask(world.token, action, **data)
        is_refused = status == 403 or (status == 409 and "owner_org" in result)
        if not is_refused and action not in NOT_INSTALLED:
            not_refused.append((action, data, status, result))
        assert "taken" not in json.dumps(result), action
    assert not_refused == []
    assert _everything_of(ckan, THEIRS, world) == before
    seen = ckan.ask(world.token, "package_search", include_private=True, rows=1000)[1]["results"]
    assert world.private["id"] not in {package["id"] for package in seen}
    assert ckan.ask(world.token, "user_show")[1]["sysadmin"] is False


def test_an_editor_sees_no_page_of_another_kommune_that_the_public_does_not(ckan: Ckan, world: World) -> None:
    """The pages for editing, members and rights, and all that is private, are closed; its own are open."""
    mine, others = organization_of(OURS), organization_of(THEIRS)
    hidden, file = world.private, world.private["resources"][0]["id"]
    closed = [
        f"dataset/{hidden['name']}", f"dataset/{hidden['id']}.ttl", f"dataset/{hidden['name']}/resource/{file}",
        f"datastore/dump/{file}", f"dataset/activity/{hidden['id']}", f"dataset/edit/{world.public['id']}",
        f"dataset/resources/{world.public['id']}", f"dataset/{world.public['id']}/resource/new",
        f"organization/edit/{others}", f"organization/members/{others}", f"organization/member_new/{others}",
        f"organization/bulk_process/{others}", f"organization/edit/{mine}", f"organization/member_new/{mine}",
        "organization/new", "group/new", "ckan-admin/", f"user/edit/{world.other_user}",
    ]  # fmt: skip
    found = {path: _page(ckan, world, path) for path in (*closed, f"dataset/edit/{world.own['id']}")}
    assert found.pop(f"dataset/edit/{world.own['id']}") == 200
    assert {path: status for path, status in found.items() if status not in {401, 403, 404}} == {}


def _page(ckan: Ckan, world: World, path: str) -> int:
    address, headers = f"{ckan.url}/{path}", {"Authorization": world.token}
    return requests.get(address, headers=headers, allow_redirects=False, timeout=60).status_code


def test_our_mark_is_no_way_into_another_kommune(ckan: Ckan, world: World) -> None:
    """A dataset that an editor marks as another Kommune's, or as a second one of its own, is not taken for ours."""
    portal, mine = open_portal(ckan), organization_of(OURS)
    own = _dataset(ckan, mine, "marked", private=False, name=f"{OURS}-marked", extras={"allmende_id": f"{OURS}/marked"})
    forged = []
    for number, claimed in enumerate((f"{THEIRS}/forged", f"{OURS}/marked", "land/forged", "../forged")):
        status, made = ckan.ask(
            world.token, "package_create", name=f"a-forged-{number}", title="t", notes="t", owner_org=mine,
            extras=[{"key": "allmende_id", "value": claimed}],
        )  # fmt: skip
        assert status == 200, made
        forged.append(made["id"])
    try:
        there = {id_: entry.token.partition("@")[0] for id_, entry in portal.actual().items()}
        assert not set(there.values()) & set(forged)
        assert there[f"{OURS}/marked"] == own["id"]
    finally:
        for id_ in (*forged, own["id"]):
            ckan.must("dataset_purge", id=id_)


def test_an_editor_works_in_its_kommune(ckan: Ckan, world: World) -> None:
    """The same token writes its own datasets: the refusals above are not those of a token that may nothing."""
    id_, file = world.own["id"], world.own["resources"][0]["id"]
    for action, data in (
        ("package_patch", {"id": id_, "title": "ours"}),
        ("resource_patch", {"id": file, "description": "ours"}),
        ("datastore_upsert", {"resource_id": file, "force": True, "records": [{"a": "2"}]}),
    ):
        status, result = ckan.ask(world.token, action, **data)
        assert status == 200, result


def _everything_of(ckan: Ckan, owner: str, world: World) -> Any:
    """All that an attempt could change at this owner, without the times of last use."""
    organization = ckan.must("organization_show", id=organization_of(owner), include_users=True)
    members = sorted((user["name"], user["capacity"]) for user in organization["users"])
    packages = [ckan.must("package_show", id=package["id"]) for package in (world.public, world.private)]
    rows = [ckan.must("datastore_search", resource_id=p["resources"][0]["id"])["records"] for p in packages]
    views = [ckan.must("resource_view_list", id=p["resources"][0]["id"]) for p in packages]
    tokens = [token["id"] for token in ckan.must("api_token_list", user_id=world.other_user)]
    return organization["title"], organization["package_count"], members, packages, rows, views, tokens


def test_editors_and_tokens_by_command(ckan: Ckan, accounts: Accounts, world: World) -> None:
    """Done twice is done once; an editor belongs to one Kommune; a token ends where it is revoked or replaced."""
    mine = organization_of(OURS)
    assert accounts.add_editor(mine, "ed-ours").changed == ()
    with pytest.raises(Refused, match="belongs to one organization"):
        accounts.add_editor(mine, "ed-theirs")
    with pytest.raises(Refused, match="cannot be shown again"):
        accounts.create_token("ed-ours", "test")
    with pytest.raises(Refused, match="no editor"):
        accounts.create_token(ckan.must("user_show")["name"], "test")

    accounts.add_editor(mine, "ed-leaves", "ed-leaves@example.org")
    accounts.revoke("ed-leaves", lambda _: True)
    first = accounts.create_token("ed-leaves", "a").token
    second = accounts.create_token("ed-leaves", "a", replace=True).token
    assert [ckan.ask(token, "user_show")[0] == 200 for token in (first, second)] == [False, True]
    assert accounts.remove_editor(mine, "ed-leaves").changed == ("removed",)
    assert accounts.remove_editor(mine, "ed-leaves").changed == ()
    assert ckan.ask(second, "package_patch", id=world.own["id"], title="taken")[0] == 403
    assert len(accounts.revoke("ed-leaves", lambda _: True)) == 1
    assert ckan.ask(second, "user_show")[0] in {403, 404}, "the token is nobody's any more"


def test_a_tombstone_says_why_and_is_purged_on_demand_only(ckan: Ckan, two: None) -> None:
    """Its page answers 410 with the reason; only a withdrawn dataset of ours can be purged, its tables go with it."""
    organization, dataset = organization_of(OURS), f"{OURS}/purged"
    name = f"{OURS}-purged"
    ckan.ask(ckan.token, "dataset_purge", id=name)
    package = _dataset(ckan, organization, name, private=False, name=name, extras={"allmende_id": dataset})
    file = package["resources"][0]["id"]
    purging = Purging(open_client(ckan.config()), ckan.url)
    with pytest.raises(Refused, match="not withdrawn"):
        purging.purge(dataset, name)
    ckan.must(
        "package_patch", id=name, private=True,
        extras=[{"key": "allmende_id", "value": dataset}, {"key": "allmende_withdrawn", "value": "Grund der Kommune"}],
    )  # fmt: skip
    for address in (f"dataset/{name}", f"dataset/{name}.ttl", f"dataset/{name}/resource/{file}"):
        page = requests.get(f"{ckan.url}/{address}", timeout=30)
        assert (page.status_code, "Grund der Kommune" in page.text) == (410, True), address
    with pytest.raises(Refused, match="is not our dataset"):
        purging.loss(f"{THEIRS}/purged", name)
    loss = purging.loss(dataset, name)
    assert loss is not None
    assert (loss.files, loss.tables) == (1, 1)
    assert purging.purge(dataset, name)
    assert not purging.purge(dataset, name)
    assert [ckan.ask(ckan.token, a, **d)[0] for a, d in (
        ("package_show", {"id": name}), ("datastore_search", {"resource_id": file})
    )] == [404, 404]  # fmt: skip
    assert requests.get(f"{ckan.url}/dataset/{name}", timeout=30).status_code == 404


def test_a_portal_is_checked_before_it_is_published_to(ckan: Ckan, world: World) -> None:
    """An administrator's token is fit; an editor's is, with a warning; a wrong one and a wrong address are not."""

    def levels(config: CkanConfig) -> tuple[set[str], str]:
        found = check(open_client(config), open_client(config, anonymous=True), config.url)
        assert found.is_fit is all(remark.level != "stop" for remark in found.remarks)
        return {r.level for r in found.remarks}, " ".join(r.sentence for r in found.remarks)

    assert "stop" not in levels(ckan.config())[0]
    found, sentences = levels(ckan.config(world.token))
    assert "stop" not in found
    assert "no system administrator" in sentences
    assert "every user may create" not in sentences
    assert "does not accept the token" in levels(ckan.config("wrong"))[1]
    assert "stop" in levels(replace_url(ckan.config(), "http://127.0.0.1:9"))[0]


def replace_url(config: CkanConfig, url: str) -> CkanConfig:
    return config.model_copy(update={"url": url, "attempts": 1})
