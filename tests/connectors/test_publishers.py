"""Publisher files: what is right loads with names filled in, what is wrong is named by file, key and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.publishers import PUBLISHERS, PublisherInvalid, check_publishers, load_publishers
from connectors.publishers.licences import LICENCES
from connectors.register import RegisterMissing, load_register
from storage.names import DatasetId

STANDARDS = ("baumkataster", "spielplaetze", "wochenmaerkte")
EXAMPLE = (PUBLISHERS / "beispiel.toml.example").read_text(encoding="utf-8")


@pytest.fixture
def problems_of(tmp_path: Path):
    def check(content: str, name: str = "09461000.toml") -> list[str]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        found = check_publishers([tmp_path], register=load_register(), standards=STANDARDS)
        return [str(problem) for problem in found]

    return check


def test_the_example_loads_as_it_is(tmp_path: Path) -> None:
    """The commented example is valid, takes its name from the register and knows three kinds of source."""
    (tmp_path / "09461000.toml").write_text(EXAMPLE, encoding="utf-8")
    publishers = load_publishers([tmp_path], register=load_register(), standards=STANDARDS)
    (publisher,) = publishers
    assert publisher.name == load_register().name("09461000")
    assert [dataset.source.kind for dataset in publisher.datasets] == ["http", "ckan", "inbox"]


def test_the_example_is_not_loaded_and_shipped_files_are_right() -> None:
    """The room's own folder has no problem, and the example in it is no publisher."""
    assert check_publishers(register=load_register(), standards=STANDARDS) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("licence =", "lizence =", "datasets[0].lizence: unknown key, did you mean “licence”?"),
        ('kind = "http"', 'kind = "htp"', "datasets[0].source.kind: a source needs kind = one of http, ckan, inbox"),
        ("portal =", "portl =", "datasets[1].source.portl: unknown key, did you mean “portal”?"),
        ('"spielplaetze"\nst', '"baumkataster"\nst', "datasets[0].slug: “baumkataster” names 2 datasets"),
        ('standard = "spielplaetze"', 'standard = "spielplatz"', "“spielplatz” is no standard, did you mean"),
        ('"dl-de/by-2-0"', '"dl-de-by"', "datasets[0].licence: “dl-de-by” is no licence of the list"),
        ('"ANNUAL"', '"yearly"', "datasets[0].frequency: “yearly” is no EU frequency code"),
        ('url = "https://www.example.de/o', 'url = "http://www.example.de/o', "is not encrypted: write https://"),
        ('"https://www.example.de/o', '"https://me:pw@www.example.de/o', "carries a user name or password"),
        ('"https://www.example.de/o', '"ftp://www.example.de/o', "is no web address"),
        ('ags = "09461000"', "ags = 9461000", "ags: 9461000 is no text: write it in quotes"),
        ('ags = "09461000"', 'ags = "0946100"', "“0946100” is no AGS: write its 8 digits"),
        ('ags = "09461000"', 'ags = "09462000"', "the file is called 09461000.toml but says 09462000"),
        ('email = "opendata@example.de"', 'email = "opendata"', "contact.email: “opendata” is no e-mail address"),
        ("[contact]", "[contact", "the file is no valid TOML"),
        ('slug = "baumkataster"', 'slug = "Bäume"', "datasets[0].slug: “Bäume” is no dataset name"),
        ("# classification", 'classification = "geheim" #', "datasets[0].classification"),
    ],
)
def test_each_mistake_is_named_with_its_fix(problems_of, old: str, new: str, expected: str) -> None:
    """File, key and what to do stand in the one problem that a mistake makes."""
    assert old in EXAMPLE
    problems = problems_of(EXAMPLE.replace(old, new, 1))
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("09461000.toml") for problem in problems)


def test_an_unknown_ags_gets_the_nearest_gemeinden(problems_of) -> None:
    """An AGS that no Gemeinde has is answered with those that were probably meant."""
    content = EXAMPLE.replace('ags = "09461000"', 'ags = "09461999"').replace("# name = ", "name = ")
    assert "Bamberg" in problems_of(content, "09461999.toml")[0]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Two broken files give the problems of both, in one exception."""
    for ags in ("09461000", "09462000"):
        (tmp_path / f"{ags}.toml").write_text(f'ags = "{ags}"\nfoo = 1\n', encoding="utf-8")
    with pytest.raises(PublisherInvalid) as caught:
        load_publishers([tmp_path], register=load_register(), standards=STANDARDS)
    assert [problem.file for problem in caught.value.problems] == ["09461000.toml", "09462000.toml"]


def test_an_inbox_path_cannot_leave_the_inbox(problems_of) -> None:
    """A pattern with `..` or from the root is refused."""
    source = '[datasets.source]\nkind = "inbox"\npath = "../x"\n'
    assert "leaves the inbox" in problems_of(f'ags = "09461000"\n[[datasets]]\nslug = "x"\n{source}')[0]


def test_a_kommune_without_a_file_has_defaults(publishers_of) -> None:
    """Any Gemeinde of the register is known, a stranger is not."""
    publishers = publishers_of()
    assert publishers.get("09162000").name == load_register().name("09162000")
    spec = publishers.dataset(DatasetId("09162000", "baeume"))
    assert (spec.standard, spec.classification, spec.source.kind) == (None, "open", "inbox")
    assert publishers.get("99999999") is None


def test_licences_have_their_dcat_uri() -> None:
    """Every licence points into the DCAT-AP.de vocabulary."""
    assert LICENCES["dl-de/by-2-0"].path == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    assert all(licence.path.startswith("http://dcat-ap.de/def/licenses/") for licence in LICENCES.values())


def test_the_register_is_whole_and_finds_names_with_slips() -> None:
    """All of Bavaria's 2,056 Gemeinden are there, keys stay strings, a slip finds its town."""
    register = load_register()
    bavarian = [g for g in register if g.land_ags == "09" and not g.is_gemeindefrei]
    assert len(bavarian) == 2056
    bamberg = register.gemeinde("09461000")
    assert bamberg is not None
    assert (bamberg.name, bamberg.kreis_ags) == ("Bamberg", "09461")
    assert register.suggest("Bambreg")[0].ags == "09461000"
    assert register.gemeinde("99999999") is None
    assert "99999000" not in register


def test_a_landkreis_may_publish(publishers_of) -> None:
    """It is known by its five digits and three zeros; a kreisfreie Stadt stays a Gemeinde."""
    register = load_register()
    assert register.name("09171000") == "Landkreis Altötting"
    assert not register.is_landkreis("09162000")
    assert publishers_of().get("09171000").name == "Landkreis Altötting"


def test_a_missing_register_is_said_plainly(tmp_path: Path) -> None:
    """Without the seeds there is one clear error instead of an empty register."""
    with pytest.raises(RegisterMissing, match=r"gemeinden\.csv"):
        load_register(tmp_path)
