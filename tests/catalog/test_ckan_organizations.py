"""Organizations as plain values: what they say, what is compared, what a plate looks like."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from ckanapi.errors import NotFound, ValidationError
from PIL import Image

from catalog.ckan import Logo, Organization
from catalog.ckan.config import CkanConfig
from catalog.ckan.logo import logo_in
from catalog.ckan.organizations import read_entry
from catalog.ckan.portal import CkanPortal
from catalog.publishing import Entry, History, Kind, State, Thing, apply, plan
from catalog.publishing.retry import Patience


def _entry(title: str, **more: str) -> Entry:
    return Organization("09761000", title, Logo("ags-09761000", title), **more).entry()


def test_what_ckan_says_back_equals_what_was_said() -> None:
    """With fields of a schema or with extras, and with the name that CKAN gives the uploaded picture."""
    wanted = _entry("Stadt Augsburg", description="Daten", homepage="https://a.example/")
    there = {
        "name": "ags-09761000",
        "title": "Stadt Augsburg",
        "description": "Daten",
        "image_url": f"2026-11-28-010722.903083{wanted.content['logo']}",
    }
    values = {"allmende_id": "ags-09761000", "ags": "09761000", "homepage": "https://a.example/"}
    plain = {**there, "extras": [{"key": key, "value": value} for key, value in values.items()]}
    assert read_entry(plain) == read_entry({**there, **values}) == wanted


def test_without_our_mark_it_is_not_ours() -> None:
    """Neither an organization without it nor one that carries another's."""
    assert read_entry({"name": "ags-09761000", "title": "t"}) is None
    forged = {"name": "x", "title": "t", "extras": [{"key": "allmende_id", "value": "ags-09761000"}]}
    assert read_entry(forged) is None


def test_organizations_stay_and_come_first() -> None:
    """One that is not desired any more is left; the others stand before the datasets in the plan."""
    old, new = _entry("Augsburg"), _entry("Stadt Augsburg")
    dataset = Entry("09162000/a", {"title": "A"})
    left = Entry("ags-09999999", {"title": "weg"}, thing=Thing.ORGANIZATION)
    shown = plan({new.id: new, dataset.id: dataset}, {old.id: old, left.id: left}, "test")
    assert [(c.id, c.kind) for c in shown.changes] == [("ags-09761000", Kind.UPDATED), ("09162000/a", Kind.CREATED)]
    assert [f.field for f in shown.changes[0].fields] == ["title"], "both plates show an A"
    assert Entry.from_json(left.as_json()) == left
    assert left.state is State.PUBLISHED


def test_a_plate_is_a_picture_with_its_letter() -> None:
    """A PNG of moderate size; its name says what it shows and changes with the letter only; umlauts have their dots."""
    augsburg, again, oetting = (Logo("ags-09761000", t) for t in ("Stadt Augsburg", "Markt Au", "Markt Ötting"))
    assert augsburg.file_name == again.file_name != oetting.file_name
    assert logo_in(f"https://ckan.example/uploads/group/2026-{augsburg.file_name}") == augsburg.file_name
    assert logo_in("https://ckan.example/wappen.png") == ""
    pictures = [Image.open(BytesIO(logo.picture())) for logo in (oetting, Logo("ags-09761000", "Markt Otting"))]
    assert all(picture.size == (400, 400) and picture.format == "PNG" for picture in pictures)
    dots = [picture.crop((150, 55, 250, 90)).convert("L").getextrema()[1] for picture in pictures]
    assert dots[0] > 200 > dots[1]


class _Ckan:
    """Keeps organizations as CKAN does; answers of the calls named in `lost` never come, though they are done."""

    def __init__(self, lost: list[str]) -> None:
        self.lost = lost
        self.there: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []

    def call_action(self, action: str, data_dict: Any = None, files: Any = None, **_: Any) -> Any:
        self.calls.append(action)
        answer = getattr(self, action, self.unknown)(data_dict, files)
        if action in self.lost:
            self.lost.remove(action)
            raise requests.ConnectionError
        return answer

    def organization_create(self, data: dict[str, Any], _: Any) -> None:
        if data["name"] in self.there:
            raise ValidationError({"name": ["taken"]})
        self.there[data["name"]] = {**data, "id": data["name"], "state": "active"}

    def organization_patch(self, data: dict[str, Any], files: Any) -> None:
        picture = {"image_url": f"2026-{files['image_upload'][0]}"} if files else {}
        self.there[data["id"]] |= {**data, **picture}

    def organization_show(self, data: dict[str, Any], _: Any) -> dict[str, Any]:
        if data["id"] not in self.there:
            raise NotFound
        return self.there[data["id"]]

    def organization_list(self, data: dict[str, Any], _: Any) -> list[dict[str, Any]]:
        return sorted(self.there.values(), key=lambda one: one["name"])[data["offset"] :][:25]

    def user_show(self, *_: Any) -> dict[str, Any]:
        return {"name": "us", "sysadmin": True}

    def package_search(self, *_: Any) -> dict[str, Any]:
        return {"results": [], "count": 0}

    def package_list(self, *_: Any) -> list[str]:
        return []

    def unknown(self, *_: Any) -> None:
        raise NotFound


@pytest.mark.parametrize("lost", [[], ["organization_create"], ["organization_patch"], ["organization_create"] * 2])
def test_a_lost_answer_makes_no_second_organization(lost: list[str], tmp_path: Path) -> None:
    """Created once, with its picture, whichever answer never came; and read back as planned, over several pages."""
    ckan = _Ckan(list(lost))
    config = CkanConfig.model_validate(
        {"name": "t", "url": "https://ckan.example", "token": "t", "parallel": 1, "lag_s": 0}
    )

    def about(owner: str) -> Organization:
        return Organization(owner, f"Stadt {owner}", Logo(f"ags-{owner}", "Stadt"))

    target = CkanPortal(ckan, config, Patience(3, sleep=lambda _: None), about)
    wanted = target.organizations.desired([f"09{number:06}" for number in range(27)])
    made = plan(wanted, target.organizations.actual(), "t")
    report = apply(made, target, History(tmp_path))
    assert report.is_complete, report.as_text()
    assert len(report.organizations) == len(ckan.there) == 27
    assert ckan.calls.count("organization_create") == 27
    assert plan(wanted, target.organizations.actual(), "t").is_empty


def test_a_half_made_organization_is_completed() -> None:
    """After a kill between the two calls the next plan has the picture, and nothing else."""
    wanted = _entry("Stadt Augsburg")
    bare = Entry(wanted.id, {k: v for k, v in wanted.content.items() if k != "logo"}, thing=Thing.ORGANIZATION)
    (change,) = plan({wanted.id: wanted}, {bare.id: bare}, "t").changes
    assert [(f.field, f.old) for f in change.fields] == [("logo", None)]
