"""Organizations as plain values: what they say, what is compared, what a plate looks like."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from catalog.ckan import Logo, Organization
from catalog.ckan.logo import logo_in
from catalog.ckan.organizations import read_entry
from catalog.publishing import Entry, Kind, State, Thing, plan


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
