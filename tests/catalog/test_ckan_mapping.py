"""What a dataset is in CKAN, and the way back; no portal needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from catalog.ckan import CkanConfig, clean
from catalog.ckan.mapping import entries, organization_name, resource_id, to_entry
from catalog.ckan.revision import revise
from catalog.ckan.schema import PackageSchema, foreign_extras
from tests.catalog import samples as sc

PLAIN = PackageSchema()
SCHEMING = PackageSchema(
    frozenset({"theme", "language", "identifier", "publisher", "contact", "temporal_coverage", "spatial_coverage"}),
    frozenset({"language"}),
)


def as_ckan_answers(package: dict[str, Any]) -> dict[str, Any]:
    """A package as CKAN gives it back."""
    return {**package, "organization": {"name": package["owner_org"]}, "id": "p1", "metadata_modified": "2026-01-01"}


def test_content_says_dcat_ap_de() -> None:
    """The fields carry DCAT-AP.de's names and the EU's and German code lists."""
    content = to_entry(sc.dataset(), sc.THREE).content
    assert content["contributorID"] == "http://dcat-ap.de/def/contributors/bayern"
    assert content["politicalGeocodingURI"].endswith("municipalityKey/09162000")
    assert content["theme"] == ["http://publications.europa.eu/resource/authority/data-theme/ENVI"]
    assert content["frequency"] == "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
    assert content["access_rights"] == "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    assert content["license_id"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    assert content["hvd_category"] == ["http://data.europa.eu/bna/c_dd313021"]
    assert content["applicable_legislation"] == ["http://data.europa.eu/eli/reg_impl/2023/138/oj"]
    assert content["spatial"].startswith('{"type": "Polygon"')
    assert (content["temporal_start"], content["temporal_end"]) == ("2026-10-31", "2026-10-31")
    assert content["resources"]["csv"]["hash"] == "ab" * 32
    assert content["organization"] == "ags-09162000"


def test_resource_ids_do_not_depend_on_the_version() -> None:
    """A new version keeps the ids of its resources, and two datasets never share one."""
    first = to_entry(sc.dataset(), sc.THREE).content["resources"]
    second = to_entry(sc.dataset(version="20270101-x"), sc.THREE).content["resources"]
    assert first["csv"]["id"] == second["csv"]["id"] == resource_id("09162000/baumkataster", "csv")
    assert resource_id("09162000/a", "csv") != resource_id("09162000/b", "csv")


def test_invented_data_says_so() -> None:
    """Demo data is labelled in the text and in the keywords."""
    content = to_entry(sc.dataset(is_invented=True), sc.THREE).content
    assert content["notes"].startswith("Erfundene Beispieldaten. ")
    assert "Erfundene Beispieldaten" in content["tags"]


def test_hostile_metadata_is_harmless() -> None:
    """No foreign scheme becomes a link, no control character is kept, no keyword CKAN would refuse is sent."""
    content = to_entry(sc.HOSTILE, sc.THREE).content
    assert "url" not in content
    assert "contact_email" not in content
    # Neither an e-mail address nor a page that could be one: the imprint stands in.
    assert content["contact_url"].endswith("/impressum.html")
    assert "source_url" not in content
    assert "frequency" not in content
    assert not any(c in str(content["title"]) for c in "\x00\n\r")
    assert "\x1b" not in content["notes"]
    assert content["tags"] == ["Erfundene Beispieldaten", "Spiel Platz alle", "doppelt gemoppelt"]


@pytest.mark.parametrize("schema", [PLAIN, SCHEMING], ids=["extras", "scheming"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_package_and_back(schema: PackageSchema, number: int) -> None:
    """What is sent reads back as the same entry, on portals with and without a schema of their own."""
    entry = list(entries(sc.THREE).values())[number]
    assert schema.entry(as_ckan_answers(schema.package(entry))) == entry


def test_a_tombstone_is_private_and_says_why() -> None:
    """A withdrawn entry is sent as private with its reason and read back as withdrawn."""
    entry = to_entry(sc.dataset(), sc.THREE).withdrawn("Fehler in den Daten")
    package = PLAIN.package(entry)
    assert package["private"] is True
    assert PLAIN.entry(as_ckan_answers(package)) == entry


def test_a_dataset_without_our_mark_is_not_ours() -> None:
    """Whatever else it carries, without `allmende_id` nothing is read."""
    package = PLAIN.package(to_entry(sc.dataset(), sc.THREE))
    package["extras"] = [e for e in package["extras"] if e["key"] != "allmende_id"]
    assert PLAIN.entry(package) is None


def test_revision_of_nothing_changes_nothing() -> None:
    """Two equal entries give a call without filter and update."""
    entry = replace(to_entry(sc.dataset(), sc.THREE), token="p1@2026")
    assert revise(entry, entry, PLAIN, ()).keys() == {"match", "include"}


def test_revision_names_only_what_differs() -> None:
    """A new title sends the title; a gone resource is filtered by its id; foreign extras come along."""
    before = replace(to_entry(sc.dataset(), sc.THREE), token="p1@2026")
    one_file = (sc.distribution("09162000/baumkataster"),)
    after = to_entry(sc.dataset(title="Neu", distributions=one_file, theme="TRAN"), sc.THREE)
    foreign = foreign_extras({"extras": [{"key": "fremd", "value": "x"}, {"key": "theme", "value": "y"}]})
    call = revise(before, after, PLAIN, foreign)
    assert call["match"] == {"id": "p1", "metadata_modified": "2026"}
    assert call["update"]["title"] == "Neu"
    assert "notes" not in call["update"]
    assert {"key": "fremd", "value": "x"} in call["update"]["extras"]
    assert f"-resources__{resource_id('09162000/baumkataster', 'geojson')}" in call["filter"]


def test_the_token_is_never_shown() -> None:
    """Settings print, dump and fail without the token."""
    config = CkanConfig(url="https://ckan.example/", token=SecretStr("very-secret"))
    assert config.url == "https://ckan.example"
    assert "very-secret" not in f"{config!r} {config.model_dump_json()}"
    with pytest.raises(ValidationError) as caught:
        CkanConfig(url="ckan.example", token=SecretStr("very-secret"))
    assert "very-secret" not in str(caught.value)
    assert "no web address" in str(caught.value)


def test_organization_names() -> None:
    """One organization per Kommune, named by its AGS; statewide tables have one of their own."""
    assert organization_name("09162000/kitas") == "ags-09162000"
    assert organization_name("land/kitas") == "land"


def test_clean_text_is_stable() -> None:
    """Cleaning what is clean changes nothing, else every plan would show a change that none is."""
    for wild in ("  a\r\n b \x00", "ü\u0308", "\ud800x", "a  b\tc", "x" * 200_000):
        assert clean.text(clean.text(wild)) == clean.text(wild)
        assert clean.line(clean.line(wild)) == clean.line(wild)
        assert clean.tag(clean.tag(wild)) == clean.tag(wild)
