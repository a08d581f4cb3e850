"""The whole way on the demo data, as a user walks it: demo, again, changes, back again.

One home goes through four stages; each stage is walked once and kept as a copy of the sites, so that the tests may look
at any of them in any order. Expectations come from the generator's answer key and from the files themselves.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import polars as pl
import pytest

from connectors.demo import answer_key, demo_datasets
from connectors.reading import read_table
from tests.orchestration.homes import (
    CLOUDS,
    State,
    allmende,
    changed,
    delta,
    entries,
    files,
    half_done,
    index,
    package,
    sha256,
    state,
    text_of,
)

pytestmark = [pytest.mark.xdist_group("whole_way"), pytest.mark.timeout(1200)]

KEY = answer_key()
INTERNAL = next(name for name, expected in KEY.items() if expected.classification != "open")
OPEN = {name for name, expected in KEY.items() if expected.classification == "open" and expected.is_readable}
RENAMED, WITHDRAWN, AGAIN = "09461000/baumkataster", "09362000/haushalt", "09161000/parkraum"
NEW_TITLE = "Alle Bäume der Stadt Bamberg"


@dataclass(frozen=True)
class Stage:
    """What a stage's last run said, what lay in the home after it, and a copy of the sites."""

    summary: dict[str, Any]
    state: State
    sites: Path
    raw: dict[str, pl.DataFrame]

    @property
    def onprem(self) -> Path:
        return self.sites / "onprem"

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        return {line["dataset"]: line for line in self.summary["datasets"]}

    @property
    def portal(self) -> dict[str, Any]:
        (portal,) = self.summary["portals"]
        return portal


def _stage(home: Path, summary: dict[str, Any], name: str) -> Stage:
    copy = home.parent / name
    shutil.copytree(home / "sites", copy)
    return Stage(summary, state(home), copy, {t: delta(copy / "onprem", t) for t in ("versions", "pointers")})


@pytest.fixture(scope="session")
def home(demo_home: Path) -> Path:
    return demo_home


@pytest.fixture(scope="session")
def first(home: Path, demo_summary: dict[str, Any]) -> Stage:
    """After `allmende demo` in an empty home."""
    return _stage(home, demo_summary, "first")


@pytest.fixture(scope="session")
def second(home: Path, first: Stage) -> Stage:
    """After `allmende run` with nothing new."""
    return _stage(home, allmende(home, "run", "--json").document, "second")


@pytest.fixture(scope="session")
def third(home: Path, second: Stage) -> Stage:
    """After a new title, a withdrawal and the same bytes handed in again, all in one run."""
    spec = home / f"publishers/{RENAMED.partition('/')[0]}.toml"
    told = spec.read_text(encoding="utf-8")
    title = next(one.title for one in demo_datasets() if one.id == RENAMED)
    assert title in told
    spec.write_text(told.replace(title, NEW_TITLE), encoding="utf-8")
    allmende(home, "withdraw", WITHDRAWN, "--reason", "Wird überarbeitet.", "--json")
    same = _hand_in(home, AGAIN)
    assert same["status"] == "unchanged"
    return _stage(home, allmende(home, "run", "--json").document, "third")


@pytest.fixture(scope="session")
def fourth(home: Path, third: Stage) -> Stage:
    """After the withdrawn dataset was handed in again."""
    assert _hand_in(home, WITHDRAWN)["status"] == "again"
    return _stage(home, allmende(home, "run", "--json").document, "fourth")


def _hand_in(home: Path, dataset: str) -> dict[str, Any]:
    """Hand the demo file of a dataset in by hand."""
    ags, slug = dataset.split("/")
    (file,) = (home / "inbox" / ags).glob(f"{slug}.*")
    command = ("ingest", file, "--publisher", ags, "--dataset", slug, "--json")
    (told,) = allmende(home, *command, expect=(0, 1)).document["datasets"]
    assert told["dataset"] == dataset
    return told


# --- first run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", sorted(KEY))
def test_every_dataset_is_counted_as_the_answer_key_says(first: Stage, dataset: str) -> None:
    """Rows read and rejected, by code, as planted; the invariant holds; what cannot be read is refused in German."""
    expected, line = KEY[dataset], first.datasets[dataset]
    assert line["rows_total"] == line["rows_accepted"] + line["rows_rejected"]
    assert (line["rows_total"], line["rows_rejected"]) == (expected.rows_total, expected.rows_rejected)
    assert line["standard"] in {expected.standard, ""}
    if not expected.is_readable:
        assert line["state"] == "refused"
        assert line["message_de"].endswith(".")
        return
    rejects = delta(first.onprem, f"{expected.standard}_rejects").filter(pl.col("_dataset") == dataset)
    assert Counter(rejects["code"]) == Counter(expected.rejected)
    assert rejects["message_de"].str.len_chars().min() or rejects.is_empty()


@pytest.mark.parametrize("dataset", sorted(name for name in KEY if KEY[name].is_readable))
def test_accepted_rows_add_up(first: Stage, dataset: str) -> None:
    """Sums and empty cells of the accepted rows are those that the generator counted; places lie in the town."""
    expected = KEY[dataset]
    rows = delta(first.onprem, expected.standard).filter(pl.col("_dataset") == dataset)
    assert rows.height == expected.rows_accepted
    for field, total in expected.sums.items():
        assert rows[field].sum() == pytest.approx(total, abs=0.01), field
    for field, count in expected.nulls.items():
        assert rows[field].null_count() == count, field
    if expected.bbox:
        west, south, east, north = expected.bbox
        placed = rows.drop_nulls(["lat", "lon"])
        assert placed.height
        assert placed["lon"].is_between(west - 1e-5, east + 1e-5).all()
        assert placed["lat"].is_between(south - 1e-5, north + 1e-5).all()


def test_the_summary_says_where_everything_lies(first: Stage) -> None:
    """Open data on every site, internal data on-premises only; every published dataset has its portal entry."""
    assert first.summary["is_changed"]
    assert first.summary["problems"] == []
    for name, line in first.datasets.items():
        assert set(line["sites"]) == ({"onprem", *CLOUDS} if name in OPEN or "land/" in name else {"onprem"}), name
    published = {name for name in first.datasets if name in OPEN or name.startswith("land/")}
    assert set(index(first.onprem)["datasets"]) == published
    assert {name for name, entry in entries(first.onprem).items() if entry["state"] == "published"} == published
    assert first.portal["created"] == len(published)
    assert (first.portal["updated"], first.portal["withdrawn"], first.portal["failed"]) == (0, 0, 0)


def test_statewide_tables_hold_the_rows_of_all_kommunen(first: Stage) -> None:
    """Each mart has exactly the accepted open rows, joined to the right name; at least three have two publishers."""
    mixed = 0
    for standard in {expected.standard for expected in KEY.values()}:
        parts = [name for name in OPEN if KEY[name].standard == standard]
        table = pl.read_parquet(first.onprem / f"curated/{standard}.parquet")
        assert dict(table["dataset"].value_counts().iter_rows()) == {name: KEY[name].rows_accepted for name in parts}
        assert table["land"].unique().to_list() == ["Bayern"]
        assert table["gemeinde"].null_count() == 0
        mixed += table["ags"].n_unique() >= 2
        csv = next((first.onprem / f"open/land/{standard}/latest").glob(f"{standard}.csv"))
        assert pl.read_csv(csv, infer_schema=False).height == table.height
    assert mixed >= 3


def test_coverage_says_what_the_answer_key_says(first: Stage) -> None:
    """Kommune by standard with accepted and rejected rows; internal data is not counted among it."""
    coverage = pl.read_parquet(first.onprem / "curated/abdeckung.parquet")
    told = {row["dataset"]: (row["rows_accepted"], row["rows_rejected"]) for row in coverage.iter_rows(named=True)}
    assert told == {name: (KEY[name].rows_accepted, KEY[name].rows_rejected) for name in OPEN}


def _secrets() -> set[str]:
    """Cells that stand in the internal file and in no other demo file."""
    held = {one.id: one for one in demo_datasets()}
    mine = read_table(held[INTERNAL].content, filename=held[INTERNAL].filename).frame
    values = {text for column in mine.get_columns() for text in column.to_list() if text and len(text) >= 8}
    readable = [one for name, one in held.items() if KEY[name].is_readable and name != INTERNAL]
    others = [read_table(one.content, filename=one.filename).frame for one in readable]
    seen = {text for frame in others for column in frame.get_columns() for text in column.to_list() if text}
    plain = {text for text in values - seen if not re.fullmatch(r"[\d.,: -]+", text)}
    return plain | {*KEY[INTERNAL].forbidden, INTERNAL, INTERNAL.partition("/")[2], held[INTERNAL].title}


def test_not_one_cell_of_the_internal_dataset_left_the_premises(first: Stage) -> None:
    """Neither its cells nor its name lie on a cloud site or in any public zone, Parquet and XLSX looked into."""
    secrets = _secrets()
    assert len(secrets) >= 20
    public = [first.sites / cloud for cloud in CLOUDS] + [first.onprem / zone for zone in ("open", "curated", "portal")]
    looked = 0
    for path in (path for folder in public for path in files(folder)):
        text = text_of(path) + str(path.relative_to(first.sites))
        found = [secret for secret in secrets if secret in text]
        assert not found, f"{path}: {found}"
        looked += 1
    assert looked > 500
    raw = delta(first.onprem, KEY[INTERNAL].standard).filter(pl.col("_dataset") == INTERNAL)
    kept = {text for column in raw.get_columns() for text in column.to_list() if isinstance(text, str)}
    assert secrets & kept, "the search would find nothing at all"


def test_personal_data_never_gets_out(first: Stage) -> None:
    """A name and a telephone number in a column of an open file reach no public file."""
    words = {word for expected in KEY.values() for word in expected.forbidden}
    assert words
    for path in (path for zone in ("open", "curated", "portal") for path in files(first.onprem / zone)):
        text = text_of(path)
        assert not [word for word in words if word in text], path


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_site_holds_the_same_open_files(first: Stage, cloud: str) -> None:
    """Same keys, same bytes, and nothing else: no landing, raw or curated zone outside the premises."""

    def held(site: str) -> dict[str, str]:
        root = first.sites / site
        return {str(path.relative_to(root)): sha256(path) for zone in ("open", "portal") for path in files(root / zone)}

    assert held(cloud) == held("onprem")
    assert {path.name for path in (first.sites / cloud).iterdir()} == {"open", "portal"}


def test_every_package_is_what_its_manifest_says(first: Stage, home: Path) -> None:
    """Hashes, sizes, row counts and `latest` of every dataset on every site."""
    assert half_done(home) == []
    for site in ("onprem", *CLOUDS):
        root = first.sites / site
        for dataset, entry in index(root)["datasets"].items():
            told = package(root, dataset)
            formats = {resource["format"] for resource in told["resources"]}
            assert formats >= {"csv", "parquet", "xlsx"}
            latest = root / "open" / dataset / "latest"
            for resource in told["resources"]:
                for folder in (latest, latest.with_name(entry["version"])):
                    assert f"sha256:{sha256(folder / resource['path'])}" == resource["hash"]
            assert sha256(latest / "datapackage.json") == entry["manifest_sha256"]
            parquet = next(latest.glob("*.parquet"))
            assert pl.read_parquet(parquet).height == told["allmende"]["rows"]


class _Links(HTMLParser):
    """Collects what a page points to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - html.parser's
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


@pytest.mark.parametrize("site", ["onprem", "cloud-b"])
def test_every_link_of_the_portal_resolves(first: Stage, site: str) -> None:
    """From a folder, on-premises and in a cloud: pages, scripts, and every file that a dataset page offers."""
    portal = first.sites / site / "portal"
    pages = sorted(portal.rglob("*.html"))
    assert portal / "index.html" in pages
    offered = 0
    for page in pages:
        links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        for link in links.found:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            target = (page.parent / unquote(parts.path)).resolve()
            assert target.is_file(), f"{page.relative_to(portal)}: {link}"
            offered += "open" in target.relative_to(portal.parent).parts[:1]
    assert offered > 4 * len(OPEN)


def test_the_start_page_that_the_summary_names_is_there(first: Stage, home: Path) -> None:
    """The path at the end of the demo leads to a page that says that the contents are invented."""
    page = Path(first.portal["start_page"])
    assert page.is_relative_to(home)
    assert page.is_file()
    for name in OPEN:
        told = (first.onprem / f"portal/datensatz/{name}.html").read_text(encoding="utf-8")
        assert "erfunden" in told.lower(), name


# --- second run -------------------------------------------------------------------------------------------------


def test_a_run_with_nothing_new_writes_nothing(first: Stage, second: Stage) -> None:
    """It says so, and not one file but logs, databases and locks has another byte or time."""
    assert second.summary["is_changed"] is False
    assert second.state == first.state
    assert second.portal["unchanged"] == first.portal["created"]
    for name, line in second.datasets.items():
        assert (line["rows_total"], line["version"]) == (
            first.datasets[name]["rows_total"],
            first.datasets[name]["version"],
        )


# --- third run: a title, a withdrawal, the same bytes -------------------------------------------------------------


def _datasets(paths: set[str], zone: str) -> set[str]:
    """The datasets whose folders on-premises these paths lie in."""
    found = (re.match(rf"sites/onprem/{zone}/([^/]+/[^/]+)/", path) for path in paths)
    return {match.group(1) for match in found if match}


def test_a_new_title_changes_the_words_and_no_row(second: Stage, third: Stage) -> None:
    """A new version with the new title and the same data files; raw and landing do not move."""
    before, after = package(second.onprem, RENAMED), package(third.onprem, RENAMED)
    assert (after["title"], entries(third.onprem)[RENAMED]["content"]["title"]) == (NEW_TITLE, NEW_TITLE)
    assert after["version"] != before["version"]
    data = [
        {r["path"]: r["hash"] for r in told["resources"] if r["format"] in {"csv", "parquet"}}
        for told in (before, after)
    ]
    assert data[0] == data[1]
    assert third.raw["versions"].height == second.raw["versions"].height
    old = second.sites / "onprem/open" / RENAMED / before["version"] / "datapackage.json"
    assert sha256(third.onprem / "open" / RENAMED / before["version"] / "datapackage.json") == sha256(old)


def test_only_what_names_the_changed_datasets_is_written_again(second: Stage, third: Stage) -> None:
    """No package of another Kommune changes; statewide tables only where a part, its title or the coverage did."""
    touched = _datasets(changed(second.state, third.state), "open")
    assert touched == {
        *(RENAMED, WITHDRAWN, "land/baumkataster", "land/haushalt"),
        *("land/abdeckung", "land/abdeckung-bayern"),
    }
    assert third.datasets[WITHDRAWN]["state"] == "withdrawn"


def test_only_the_changed_entries_of_the_portal_change(second: Stage, third: Stage) -> None:
    """One entry withdrawn, those of changed packages updated, all others as they were, page and entry."""
    before, after = entries(second.onprem), entries(third.onprem)
    differing = {name for name in before | after if before.get(name) != after.get(name)}
    touched = _datasets(changed(second.state, third.state), "open")
    assert {name for name in differing if before[name]["content"] != after[name]["content"]} == touched
    assert third.portal["withdrawn"] == 1
    assert third.portal["updated"] == len(touched) - 1
    assert third.portal["created"] == 0


def test_a_withdrawn_dataset_is_gone_from_every_public_place(third: Stage) -> None:
    """Not in marts, packages, clouds, feed or lists; its page says since when and why."""
    assert WITHDRAWN not in pl.read_parquet(third.onprem / "curated/haushalt.parquet")["dataset"].to_list()
    assert WITHDRAWN not in pl.read_parquet(third.onprem / "curated/abdeckung.parquet")["dataset"].to_list()
    for site in ("onprem", *CLOUDS):
        root = third.sites / site
        assert WITHDRAWN not in index(root)["datasets"]
        assert not files(root / "open" / WITHDRAWN)
        assert entries(root)[WITHDRAWN]["state"] == "withdrawn"
        assert "Wird überarbeitet." in (root / f"portal/datensatz/{WITHDRAWN}.html").read_text(encoding="utf-8")
        for name in ("feed.ttl", "feed.rdf", "feed.jsonld"):
            assert f"open/{WITHDRAWN}" not in (root / "portal" / name).read_text(encoding="utf-8")
    statewide = pl.read_csv(third.onprem / "open/land/haushalt/latest/haushalt.csv", infer_schema=False)
    assert statewide["dataset"].unique().to_list() == ["09363000/haushalt"]


def test_the_history_of_a_withdrawn_dataset_stays(second: Stage, third: Stage) -> None:
    """Bytes, receipts and rows are all there; the pointer says that it was withdrawn, and why."""
    kept = [path for path in second.state if path.startswith(f"sites/onprem/landing/{WITHDRAWN}/")]
    assert kept
    assert all(third.state[path] == second.state[path] for path in kept)
    rows = delta(third.onprem, "haushalt").filter(pl.col("_dataset") == WITHDRAWN)
    assert rows.height == KEY[WITHDRAWN].rows_accepted
    last = third.raw["pointers"].filter(pl.col("_dataset") == WITHDRAWN).sort("seq").row(-1, named=True)
    assert (last["_version"], last["reason"]) == (None, "Wird überarbeitet.")


def test_the_same_bytes_again_are_no_new_version(second: Stage, third: Stage) -> None:
    """Neither a receipt nor a version nor a row comes with a file that is there already."""
    prefix = f"sites/onprem/landing/{AGAIN}/"
    assert {p for p in third.state if p.startswith(prefix)} == {p for p in second.state if p.startswith(prefix)}
    versions = third.raw["versions"].filter(pl.col("_dataset") == AGAIN)
    assert versions.height == 1


# --- fourth run: back again, and rollback -------------------------------------------------------------------------


def test_a_withdrawn_dataset_comes_back(first: Stage, fourth: Stage) -> None:
    """The same bytes are the same version: nothing is converted twice, and everything public is as it was."""
    assert fourth.datasets[WITHDRAWN]["version"] == first.datasets[WITHDRAWN]["version"]
    assert fourth.raw["versions"].height == first.raw["versions"].height
    rows = delta(fourth.onprem, "haushalt").filter(pl.col("_dataset") == WITHDRAWN)
    assert rows.height == KEY[WITHDRAWN].rows_accepted
    assert WITHDRAWN not in index(fourth.onprem)["withdrawn"]
    for site in ("onprem", *CLOUDS):
        root = fourth.sites / site
        assert entries(root)[WITHDRAWN]["state"] == "published"
        csv = root / "open" / WITHDRAWN / "latest/haushalt.csv"
        assert sha256(csv) == sha256(first.sites / site / "open" / WITHDRAWN / "latest/haushalt.csv")
    mart = pl.read_parquet(fourth.onprem / "curated/haushalt.parquet")
    assert mart.equals(pl.read_parquet(first.onprem / "curated/haushalt.parquet"))
    assert package(fourth.onprem, WITHDRAWN)["allmende"]["is_invented"]


def test_a_rollback_takes_the_last_apply_back_and_an_apply_makes_it_again(home: Path, fourth: Stage) -> None:
    """The portal goes back to what it said before; the plan then shows the difference; an apply closes it."""
    site = home / "sites/onprem"
    allmende(home, "publish", "rollback", "--json")
    assert entries(site)[WITHDRAWN]["state"] == "withdrawn"
    assert not half_done(home)
    plan = allmende(home, "publish", "plan", "--json", expect=(1,)).document
    assert WITHDRAWN in {change["id"] for change in plan["changes"]}
    kept = home / "plan.json"
    assert allmende(home, "publish", "plan", "-o", str(kept), "--json", expect=(1,)).document == plan
    allmende(home, "publish", "apply", "--plan", str(kept), "--json")
    assert entries(site) == entries(fourth.onprem)
    newest, before = allmende(home, "publish", "history", "--json").document[:2]
    assert before["counts"]["withdrawn"] == 1
    assert newest["counts"]["updated"] == len(plan["changes"])
    assert allmende(home, "publish", "plan", "--json").document["changes"] == []


def test_the_sites_pass_their_own_inspection(home: Path, fourth: Stage) -> None:
    """`stores verify --deep` and `stores status` find nothing wrong at the end of the way."""
    allmende(home, "stores", "replicate", "--json")
    assert allmende(home, "stores", "verify", "--deep", "--json").document["problems"] == []
    assert allmende(home, "stores", "status", "--json").code == 0


def test_the_summary_is_the_only_thing_on_stdout(first: Stage) -> None:
    """The document is JSON with the fields that other programs rely on."""
    assert first.summary.keys() >= {"run_id", "is_changed", "datasets", "portals", "problems"}
    assert json.loads(json.dumps(first.summary)) == first.summary
