"""The static portal as a target, on real folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.config import CatalogConfig
from catalog.publishing import History, PortalError, PortalStopped, apply, plan_for, rollback
from catalog.publishing.static import StaticPortal
from storage.config import StorageConfig
from storage.sites import Sites, open_sites
from tests.catalog import samples as sc

PAGE = "portal/datensatz/09162000/baumkataster.html"
START = sc.catalog(sc.dataset(), sc.dataset("09162000/kitas"))
GOAL = sc.catalog(sc.dataset(title="Neuer Titel"), sc.dataset("09471000/kitas"))


class Killed(BaseException):
    """The process ends here."""


class Counting:
    """Sites that count what is written, and may kill the process at a write."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self.onprem = sites.onprem
        self.lock = sites.lock
        self.written: list[str] = []
        self.calls = 0
        self.kill_at = 0

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.kill_at:
            raise Killed

    def write(self, site: str, key: str, data: Any, **settings: Any) -> Any:
        self._call()
        self.written.append(key)
        return self._sites.write(site, key, data, **settings)

    def delete(self, site: str, key: str) -> None:
        self._call()
        self._sites.delete(site, key)


@pytest.fixture
def sites(tmp_path: Path) -> Counting:
    return Counting(open_sites(StorageConfig(), tmp_path))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "publish")


def lay(sites: Counting, catalog: Any) -> None:
    """Put the files of every dataset where export would have put them."""
    contents = {"csv": b"art,hoehe_m\nLinde,12\n", "geojson": b'{"type":"FeatureCollection","features":[]}'}
    for dataset in catalog.datasets:
        for file in dataset.distributions:
            path = sites.onprem.folder / file.key.replace("/latest/", f"/{dataset.version}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents[file.format])


def publish(sites: Counting, catalog: Any, history: History, **config: Any) -> Any:
    lay(sites, catalog)
    portal = StaticPortal(sites, CatalogConfig(**config))
    return apply(plan_for(portal, catalog), portal, history)


def files(sites: Counting) -> dict[str, bytes]:
    return {info.key: sites.onprem.read(info.key) for info in sites.onprem.list("portal/")}


def test_publishes_pages_state_and_list_of_files_last(sites: Counting, history: History) -> None:
    """The pages are there, the list of files names every file with its hash and is the last thing of them all."""
    report = publish(sites, START, history)
    assert report.created == ("09162000/baumkataster", "09162000/kitas")
    assert "Baumkataster 09162000" in sites.onprem.read(PAGE).decode()
    listed = json.loads(sites.onprem.read("portal/_manifest.json"))
    assert {f"portal/{path}" for path in listed} | {"portal/_manifest.json"} == set(files(sites))
    assert sites.written[-2:] == ["portal/catalog.json", "portal/_manifest.json"]


def test_nothing_new_writes_nothing(sites: Counting, history: History) -> None:
    """The second apply finds everything unchanged and touches no file."""
    publish(sites, START, history)
    sites.written.clear()
    report = publish(sites, START, history)
    assert report.counts == {"created": 0, "updated": 0, "withdrawn": 0, "unchanged": 2, "failed": 0}
    assert sites.written == []


def test_one_change_renders_one_dataset_page(sites: Counting, history: History) -> None:
    """Only the page of the changed dataset is written anew, with the pages of the site that name it."""
    publish(sites, START, history)
    sites.written.clear()
    publish(sites, sc.catalog(sc.dataset(title="Neuer Titel"), START.datasets[1]), history)
    assert [key for key in sites.written if key.startswith("portal/datensatz/")] == [PAGE]
    assert "Neuer Titel" in sites.onprem.read("portal/feed.ttl").decode()


def test_a_withdrawn_dataset_leaves_a_notice_and_nothing_else(sites: Counting, history: History) -> None:
    """Its address says that it went and why; list, feed and state hold nothing of its contents any more."""
    publish(sites, START, history)
    report = publish(sites, sc.catalog(START.datasets[1]), history)
    assert report.withdrawn == ("09162000/baumkataster",)
    page = sites.onprem.read(PAGE).decode()
    assert "nicht mehr im Katalog" in page
    assert "gartenamt@stadt.example" not in page
    assert "datensatz/09162000/baumkataster" not in sites.onprem.read("portal/feed.ttl").decode()
    state = json.loads(sites.onprem.read("portal/catalog.json"))
    assert state["entries"]["09162000/baumkataster"]["content"] == {"title": "Baumkataster 09162000"}


def test_rollback_restores_every_file(sites: Counting, history: History) -> None:
    """Back to the state before an apply the portal is byte for byte what it was, tombstones of new datasets aside."""
    publish(sites, START, history)
    first = files(sites)
    publish(sites, sc.catalog(sc.dataset(title="Neuer Titel")), history)
    second = files(sites)
    portal = StaticPortal(sites, CatalogConfig())
    assert rollback(portal, history).is_complete
    assert files(sites) == first
    assert rollback(portal, history).is_complete
    assert (
        json.loads(files(sites)["portal/catalog.json"])["entries"].keys()
        == json.loads(second["portal/catalog.json"])["entries"].keys()
    )
    assert files(sites)[PAGE] == second[PAGE]


def test_a_new_setting_renders_anew_without_any_change(sites: Counting, history: History) -> None:
    """An empty plan still brings the pages up to date where the site's own text changed."""
    publish(sites, START, history)
    report = publish(sites, START, history, imprint="Amt für Probe, Musterstraße 1")
    assert report.counts["unchanged"] == 2
    assert "Musterstraße 1" in sites.onprem.read("portal/impressum.html").decode()


def test_killed_anywhere_converges(tmp_path: Path) -> None:
    """Killed at any write or delete, the next plan and apply give the very files of an undisturbed run."""
    clean = Counting(open_sites(StorageConfig(), tmp_path / "clean"))
    publish(clean, START, History(tmp_path / "h0"))
    before = clean.calls
    publish(clean, GOAL, History(tmp_path / "h0"))
    wanted, steps = files(clean), clean.calls - before
    assert steps > 10
    for number in range(1, steps + 1):
        sites = Counting(open_sites(StorageConfig(), tmp_path / str(number)))
        history = History(tmp_path / f"h{number}")
        publish(sites, START, history)
        sites.kill_at = sites.calls + number
        with pytest.raises(Killed):
            publish(sites, GOAL, history)
        sites.kill_at = 0
        assert publish(sites, GOAL, history).is_complete
        assert files(sites) == wanted, f"killed at step {number}"


def test_killed_and_then_another_goal(tmp_path: Path) -> None:
    """Pages that a killed apply wrote do not survive where the next one wants the old state again."""
    clean = Counting(open_sites(StorageConfig(), tmp_path / "clean"))
    publish(clean, START, History(tmp_path / "h0"))
    wanted = files(clean)
    sites = Counting(open_sites(StorageConfig(), tmp_path / "killed"))
    history = History(tmp_path / "h1")
    publish(sites, START, history)
    sites.kill_at = sites.calls + 4
    with pytest.raises(Killed):
        publish(sites, GOAL, history)
    sites.kill_at = 0
    publish(sites, START, history)
    assert files(sites) == wanted


def test_a_dataset_without_its_files_is_refused_alone(sites: Counting, history: History) -> None:
    """What was not exported is not published; the others are, and the sentence names the file."""
    missing = sc.dataset("09471000/kitas")
    lay(sites, START)
    portal = StaticPortal(sites, CatalogConfig())
    report = apply(plan_for(portal, sc.catalog(*START.datasets, missing)), portal, history)
    assert len(report.created) == 2
    assert "open/09471000/kitas/20261101-abcdef123456/daten.csv is not on onprem" in report.failed[0].sentence


def test_files_that_went_later_cost_the_preview_only(sites: Counting, history: History) -> None:
    """Where a page is rendered anew and the data is gone, the portal is still written."""
    publish(sites, START, history)
    for path in sites.onprem.folder.glob("open/**/*.csv"):
        path.unlink()
    portal = StaticPortal(sites, CatalogConfig(imprint="Neu"))
    assert apply(plan_for(portal, START), portal, history).is_complete
    assert "Neu" in sites.onprem.read("portal/impressum.html").decode()


def test_two_applies_at_once_do_not_mix(sites: Counting, history: History) -> None:
    """Whoever comes second, with a plan made before, is told to plan again."""
    lay(sites, START)
    portal = StaticPortal(sites, CatalogConfig())
    shown = plan_for(portal, START)
    portal.preflight()
    portal.actual()
    for change in shown.changes:
        portal.create(change)
    publish(sites, GOAL, history)
    with pytest.raises(PortalError, match="another apply"):
        portal.finish()


def test_a_damaged_state_is_a_sentence(sites: Counting, history: History) -> None:
    """A `catalog.json` that is none stops the plan and says what to do."""
    publish(sites, START, history)
    sites.onprem.folder.joinpath("portal/catalog.json").write_text("{")
    with pytest.raises(PortalStopped, match="damaged: remove it"):
        StaticPortal(sites, CatalogConfig()).actual()
