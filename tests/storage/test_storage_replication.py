"""Copying to the other sites, finding damage and healing it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from storage.errors import IndexLost, StoreUnreachable
from storage.index import read_index
from storage.names import DatasetId
from storage.replication import Trouble, apply, drill, plan, repair, status, verify
from storage.replication_apply import CONCURRENCY
from storage.sites import Sites
from storage.withdrawal import withdraw

DATASET = "09461000/baeume"


def tree(sites: Sites, site: str) -> dict[str, str]:
    """Every file of a folder site with its hash, staging included."""
    root = sites.store(site).folder
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def replicate(sites: Sites) -> None:
    report = apply(sites, plan(sites))
    assert report.is_complete, report


def test_every_cloud_gets_the_same_bytes(sites, publish, put_portal):
    """After replication each cloud holds exactly what is published on-premises."""
    publish()
    publish("09162000/baeume")
    put_portal({"index.html": b"<html>", "d/a.html": b"a"})
    replicate(sites)
    assert tree(sites, "cloud-a") == tree(sites, "cloud-b") == tree(sites, "onprem")
    assert status(sites).is_fine
    assert verify(sites, deep=True).is_fine


def test_nothing_to_do_writes_and_lists_nothing(sites, publish, put_portal, monkeypatch):
    """A second plan is empty and reads only indexes and portal manifests."""
    for number in range(5):
        publish(f"0946100{number}/baeume")
    put_portal({"index.html": b"<html>"})
    replicate(sites)
    monkeypatch.setattr("storage.stores.Store.list", lambda *_: pytest.fail("listed"))
    reads = []
    original = type(sites.onprem).read
    monkeypatch.setattr("storage.stores.Store.read", lambda self, key: reads.append(key) or original(self, key))
    again = plan(sites)
    assert again.is_empty
    assert set(reads) == {"open/index.json", "portal/_manifest.json"}
    assert len(reads) <= 6
    assert "nothing to do" in str(again)


def test_internal_datasets_stay_at_home(sites, publish):
    """Replication copies no internal dataset, and the clouds' index does not even name it."""
    publish()
    publish("09162000/personal", classification="internal", title="Personalliste")
    replicate(sites)
    assert not any("09162000" in key for key in tree(sites, "cloud-a"))
    assert b"Personalliste" not in sites.store("cloud-a").read("open/index.json")
    found = status(sites)
    assert found.is_fine
    assert {dataset.id: dataset.wanted for dataset in found.datasets}["09162000/personal"] == ("onprem",)


def test_reclassified_dataset_leaves_the_clouds(sites, publish):
    """Open today, internal tomorrow: the next replication removes every object from the clouds."""
    publish()
    replicate(sites)
    publish(classification="internal")
    assert not status(sites).is_fine
    replicate(sites)
    assert not any(DATASET in key for key in tree(sites, "cloud-a"))
    assert verify(sites, deep=True).is_fine


def test_reclassified_between_plan_and_apply_is_not_copied(sites, publish):
    """What was planned as open and became internal in the meantime is refused at the write, and others go on."""
    publish()
    publish("09162000/baeume")
    planned = plan(sites)
    publish(classification="internal")
    report = apply(sites, planned)
    assert not report.is_complete
    assert "internal" in report.sites[0].errors[DATASET]
    assert not any(DATASET in key for key in tree(sites, "cloud-a"))
    assert set(read_index(sites.store("cloud-a")).datasets) == {"09162000/baeume"}


def test_new_version_without_places_drops_the_old_map_file(sites, publish, trees):
    """`latest` at a cloud offers no file that the new version does not have; the old version stays whole."""
    first = publish()
    replicate(sites)
    publish(frame=trees.with_columns(lat=pl.lit(None, pl.Float64)))
    replicate(sites)
    keys = tree(sites, "cloud-a")
    assert f"open/{DATASET}/latest/baeume.geojson" not in keys
    assert f"open/{DATASET}/{first}/baeume.geojson" in keys
    assert verify(sites, deep=True).is_fine


def test_withdrawn_dataset_is_gone_everywhere(sites, publish):
    """Withdrawing removes files and entries at every site, leaves the reason, and twice changes nothing."""
    publish()
    publish("09162000/baeume")
    replicate(sites)
    withdraw(sites, DatasetId.parse(DATASET), "Enthielt Namen")
    before = {site: tree(sites, site) for site in sites.names}
    withdraw(sites, DatasetId.parse(DATASET), "Enthielt Namen")
    for site in sites.names:
        assert not any(DATASET in key for key in before[site])
        assert read_index(sites.store(site)).withdrawn[DATASET].reason == "Enthielt Namen"
        assert tree(sites, site) == before[site]
    assert plan(sites).is_empty


def test_site_down_does_not_hold_up_the_others_and_catches_up(sites, publish, monkeypatch):
    """A dead site is reported, the other one is served, and the next run brings the dead one up to date."""
    publish()
    original = type(sites.onprem).read

    def read(store, key):
        if store.site == "cloud-a":
            raise StoreUnreachable("cloud-a: no route")
        return original(store, key)

    with monkeypatch.context() as patched:
        patched.setattr("storage.stores.Store.read", read)
        report = apply(sites, plan(sites))
        assert not report.is_complete
        assert [site.site for site in report.sites if site.unreachable] == ["cloud-a"]
        withdraw(sites, DatasetId.parse("09162000/weg"), "Test")
    assert tree(sites, "cloud-b")
    replicate(sites)
    assert status(sites).is_fine


def test_a_store_that_stops_answering_is_not_waited_for_by_every_dataset(sites, publish, monkeypatch):
    """After a round of datasets without an answer the site's replication stops; the next run does the rest."""
    for number in range(40):
        publish(f"{9_000_000 + number:08d}/baeume")
    asked = []

    def write(self, site, key, data, original=Sites.write, **how):
        if site == "cloud-a":
            asked.append(key)
            raise StoreUnreachable("cloud-a: no answer")
        return original(self, site, key, data, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Sites, "write", write)
        report = next(site for site in apply(sites, plan(sites)).sites if site.site == "cloud-a")
    assert report.unreachable == "cloud-a: no answer"
    assert len(asked) <= 2 * CONCURRENCY
    replicate(sites)
    assert status(sites).is_fine


def test_killed_at_any_write_leaves_no_half_version_and_converges(sites, publish, put_portal, monkeypatch):
    """Replication stopped after each single write: what a cloud's index names is whole, the next run finishes."""
    publish()
    publish("09162000/baeume")
    put_portal({"index.html": b"<html>"})
    original = Sites.write
    for survived in range(30):
        left = [survived]

        def write(self, site, key, data, left=left, **how):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return original(self, site, key, data, **how)

        with monkeypatch.context() as patched:
            patched.setattr(Sites, "write", write)
            patched.setattr("storage.replication_apply.CONCURRENCY", 1)
            with suppress(KeyboardInterrupt):
                apply(sites, plan(sites))
        report = verify(sites, deep=True)
        bad = {Trouble.MISSING, Trouble.TRUNCATED, Trouble.ALTERED, Trouble.MISPLACED}
        assert not [p for p in report.problems if p.trouble in bad and p.key != "open/index.json"]
        assert not [p for p in report.problems if p.trouble is Trouble.SURPLUS and "/v" in p.key]
    replicate(sites)
    assert verify(sites, deep=True).is_fine


def test_altered_source_is_not_copied(sites, publish):
    """A file that was changed on-premises behind our back goes nowhere: the error names it."""
    version = publish()
    (sites.onprem.folder / f"open/{DATASET}/{version}/baeume.csv").write_bytes(b"x" * 10)
    report = apply(sites, plan(sites))
    assert "baeume.csv" in report.sites[0].errors[DATASET]
    assert not any(key.endswith(".csv") for key in tree(sites, "cloud-a"))
    assert not read_index(sites.store("cloud-a")).datasets


def test_lost_index_deletes_nothing(sites, publish):
    """With the on-premises index gone, planning refuses rather than empty every cloud; repair rebuilds the index."""
    publish()
    publish("09162000/intern", classification="internal")
    replicate(sites)
    before = tree(sites, "cloud-a")
    index = read_index(sites.onprem)
    (sites.onprem.folder / "open/index.json").unlink()
    with pytest.raises(IndexLost, match="repair"):
        plan(sites)
    assert repair(sites).is_index_rebuilt
    assert set(read_index(sites.onprem).datasets) == set(index.datasets)
    assert set(tree(sites, "cloud-a")) == set(before)


@pytest.mark.parametrize("site", ["onprem", "cloud-a"])
@pytest.mark.parametrize(
    "file", ["latest/baeume.csv", "latest/datapackage.json", "{}/baeume.csv", "{}/datapackage.json"]
)
@pytest.mark.parametrize("damage", ["delete", "truncate", "alter"])
def test_any_damage_is_found_and_healed(sites, publish, site, file, damage):
    """A file deleted, cut or altered at any site is found by a deep look and healed from a good copy."""
    version = publish()
    replicate(sites)
    good = {name: tree(sites, name) for name in sites.names}
    path = sites.store(site).folder / f"open/{DATASET}" / file.format(version)
    content = path.read_bytes()
    if damage == "delete":
        path.unlink()
    elif damage == "truncate":
        path.write_bytes(content[:-5])
    else:
        path.write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])
    assert not verify(sites, deep=True).is_fine
    if damage != "alter":
        assert not verify(sites).is_fine
    report = repair(sites)
    assert report.is_fine, (report.failed, report.after)
    assert {name: tree(sites, name) for name in sites.names} == good


def test_never_healed_from_a_bad_copy(sites, publish):
    """Where every copy is bad, nothing is overwritten: the report says there is no good one."""
    version = publish()
    replicate(sites)
    for number, site in enumerate(sites.names):
        for place in ("latest", version):
            path = sites.store(site).folder / f"open/{DATASET}/{place}/baeume.csv"
            path.write_bytes(path.read_bytes()[:-1] + bytes([65 + number]))
    before = {site: tree(sites, site) for site in sites.names}
    report = repair(sites)
    assert not report.is_fine
    assert len(report.failed) == 6
    assert not report.healed
    assert {site: tree(sites, site) for site in sites.names} == before


def test_unknown_objects_wait_then_go_to_quarantine_at_home(sites, publish):
    """A stranger's object is left alone while young, later moved on-premises byte for byte; misplaced ones at once."""
    publish()
    replicate(sites)
    cloud = sites.store("cloud-a").folder
    (cloud / "open/fremd.txt").write_bytes(b"wer?")
    (cloud / "raw").mkdir()
    (cloud / "raw/geheim.parquet").write_bytes(b"geheim")
    kinds = {problem.key: problem.trouble for problem in verify(sites).problems}
    assert kinds == {"open/fremd.txt": Trouble.SURPLUS, "raw/geheim.parquet": Trouble.MISPLACED}
    report = repair(sites)
    assert report.waiting == ["cloud-a:open/fremd.txt"]
    assert report.quarantined == ["cloud-a:raw/geheim.parquet"]
    assert repair(sites, grace=timedelta(0)).is_fine
    kept = {path.name: path.read_bytes() for path in (sites.onprem.folder / "quarantine/cloud-a").rglob("*.*")}
    assert kept == {"fremd.txt": b"wer?", "geheim.parquet": b"geheim"}
    assert not (cloud / "raw/geheim.parquet").exists()


@pytest.mark.parametrize("damage", [b"{", None])
def test_damaged_cloud_index_is_written_anew(sites, publish, damage):
    """A site whose index is broken or gone gets it back without its files being copied again."""
    publish()
    replicate(sites)
    good = tree(sites, "cloud-a")
    path = sites.store("cloud-a").folder / "open/index.json"
    path.unlink() if damage is None else path.write_bytes(damage)
    assert not verify(sites).is_fine
    assert repair(sites).is_fine
    assert tree(sites, "cloud-a") == good


def test_drill_says_what_survives(sites, publish, put_portal):
    """With on-premises down open datasets and the portal are readable elsewhere, internal ones are named as lost."""
    publish()
    publish("09162000/intern", classification="internal")
    put_portal({"index.html": b"<html>"})
    assert not drill(sites, "onprem").index_at
    replicate(sites)
    report = drill(sites, "onprem")
    assert report.readable == {DATASET: ("cloud-a", "cloud-b")}
    assert set(report.lost) == {"09162000/intern"}
    assert report.portal_at == ("cloud-a", "cloud-b")
    assert report.would_not_work
    (sites.store("cloud-b").folder / f"open/{DATASET}/latest/baeume.csv").unlink()
    assert drill(sites, "onprem").readable == {DATASET: ("cloud-a",)}
    assert drill(sites, "cloud-a").is_fine


def test_removed_portal_page_disappears(sites, put_portal):
    """A page that is rendered no more is deleted at the clouds after the portal's new manifest stands."""
    put_portal({"index.html": b"1", "alt.html": b"2"})
    replicate(sites)
    put_portal({"index.html": b"1b"})
    replicate(sites)
    cloud = sites.store("cloud-a").folder / "portal"
    assert (cloud / "index.html").read_bytes() == b"1b"
    assert not (cloud / "alt.html").exists()


def test_large_files_stream(sites, publish, put_portal, tmp_path: Path):
    """A file above the size held in memory arrives byte for byte."""
    big = bytes(range(256)) * 80_000  # 20 MB
    put_portal({"gross.bin": big})
    replicate(sites)
    assert sites.store("cloud-a").sha256("portal/gross.bin") == hashlib.sha256(big).hexdigest()
