"""From landing to raw: exactly once, pointers last, one bad file holds up nobody, and what was killed is made whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from connectors import loadrun
from connectors.checking import check_file
from connectors.copies import FileRefused
from connectors.ingest import asset_source, convert_and_load, ingest_files, load_run, restore, withdraw
from connectors.outcomes import stand_of
from connectors.pending import version_id
from connectors.publishers import DatasetSpec, PublisherSpec
from connectors.raw import (
    RawSchemaConflict,
    current_pointers,
    current_rows,
    current_versions,
    ensure_tables,
    pointer_fingerprint,
)
from connectors.raw.reading import scan
from connectors.raw.spool import Rows, Spool
from storage.manifest import Classification
from storage.names import DatasetId

AGS = "09461000"
BAEUME = DatasetId(AGS, "baeume")
CSV = "Baumnummer;Höhe (m);Zeitpunkt\n1;3,5;01.07.2024 12:00\n2;99;\n3;12;\n"


@pytest.fixture
def hand_in(sites, publishers_of, tmp_path):
    """Write a file and hand it in for Bamberg."""

    def ingest(text: str | bytes = CSV, name: str = "baeume.csv", **how: object):
        path = tmp_path / "given" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("cp1252"))
        how.setdefault("standard", "baeume")
        return ingest_files([path], AGS, sites=sites, publishers=publishers_of(), **how)

    return ingest


@pytest.fixture
def dlt_load(sites, publishers_of, standards):
    """The real way into the raw zone."""
    return lambda *specs: convert_and_load(sites, publishers_of(*specs), standards)


@pytest.fixture
def load(sites, dlt_load, monkeypatch):
    """The same resources appended to the same tables without dlt around them: for tests of what is loaded, not how."""

    def run(_pipeline, source):
        for name, resource in source.resources.items():
            for batch in resource:
                write_deltalake(sites.onprem.uri(f"raw/{name}"), batch, mode="append")

    monkeypatch.setattr(loadrun, "run", run)
    return dlt_load


def state(sites) -> dict[str, list[tuple]]:
    """What the raw zone says, without times: to compare two ways to the same end."""
    versions = current_versions(sites.onprem).select("_dataset", "_version", "rows_accepted", "rows_rejected")
    return {
        "versions": versions.rows(),
        "rows": scan(sites.onprem, "baeume").sort("_dataset", "_version", "_row").collect().rows(),
        "rejects": scan(sites.onprem, "baeume_rejects").sort("_dataset", "_version", "_row").collect().rows(),
    }


def test_a_file_becomes_typed_rows_and_rejects_with_reasons(sites, hand_in, dlt_load) -> None:
    """Accepted and rejected rows stand in their tables, the ledger counts them, local time has no zone."""
    hand_in()
    report = dlt_load()[str(BAEUME)]
    assert (report.status, report.rows_total, report.rows_accepted, report.rows_rejected) == ("new", 3, 2, 1)
    rows = current_rows(sites.onprem, "baeume", BAEUME)
    assert rows.select("_row", "nr", "hoehe_m").rows() == [(2, "1", 3.5), (4, "3", 12.0)]
    assert rows.schema["zeitpunkt"] == pl.Datetime("us")
    assert str(rows["zeitpunkt"][0]) == "2024-07-01 12:00:00"
    (reject,) = scan(sites.onprem, "baeume_rejects").collect().rows(named=True)
    assert (reject["_row"], reject["_dataset"]) == (3, str(BAEUME))
    assert json.loads(reject["record"])["Baumnummer"] == "2"
    (version,) = current_versions(sites.onprem).rows(named=True)
    assert (version["status"], version["rows_total"], version["filename"]) == ("accepted", 3, "baeume.csv")
    assert sum(json.loads(version["reject_reasons"]).values()) == 1
    assert [match["field"] for match in json.loads(version["mapping"])]


def test_nothing_new_writes_nothing(sites, hand_in, dlt_load) -> None:
    """The second run leaves every file of the site as it was and says so."""
    hand_in()
    dlt_load()
    before = {path: path.stat().st_mtime_ns for path in sites.onprem.folder.rglob("*")}
    assert not hand_in()[0].is_new
    report = dlt_load()
    assert (report.is_changed, report[str(BAEUME)].status) == (False, "unchanged")
    assert before == {path: path.stat().st_mtime_ns for path in sites.onprem.folder.rglob("*")}


def test_back_to_an_earlier_content_moves_the_pointer_only(sites, hand_in, load) -> None:
    """A, B, A: two versions, three moves, and the first version's rows are current again."""
    hand_in()
    first = load()[str(BAEUME)].version
    hand_in(CSV + "4;5;\n")
    assert load()[str(BAEUME)].rows_accepted == 3
    hand_in()
    report = load()[str(BAEUME)]
    assert (report.status, report.version) == ("again", first)
    assert current_rows(sites.onprem, "baeume", BAEUME).height == 2
    assert scan(sites.onprem, "versions").collect().height == 2
    assert scan(sites.onprem, "pointers").collect().height == 3


def test_withdrawal_moves_the_pointer_away_and_history_stays(sites, hand_in, load) -> None:
    """Withdrawn: no current version, rows still there; restored: current again; each changes the fingerprint."""
    hand_in()
    load()
    prints = [pointer_fingerprint(sites.onprem)]
    withdraw(sites, BAEUME, "Personenbezug")
    assert load()[str(BAEUME)].status == "withdrawn"
    prints.append(pointer_fingerprint(sites.onprem))
    assert current_versions(sites.onprem).is_empty()
    assert current_rows(sites.onprem, "baeume", BAEUME).is_empty()
    assert scan(sites.onprem, "baeume").collect().height == 2
    assert current_pointers(sites.onprem)["reason"].to_list() == ["Personenbezug"]
    assert not load().is_changed
    restore(sites, BAEUME)
    assert load()[str(BAEUME)].status == "again"
    assert current_rows(sites.onprem, "baeume", BAEUME).height == 2
    prints.append(pointer_fingerprint(sites.onprem))
    assert prints[0] == prints[2] != prints[1]


@pytest.mark.parametrize(
    ("content", "standard", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "baeume", ""),
        ("Baumnummer;Höhe (m)\n1;77\n2;88\n", "baeume", "Keine der 2 Zeilen"),
        ("Foo;Bar\nx;y\n", None, "geht nicht hervor"),
        (CSV, "unsinn", "nicht bekannt"),
    ],
)
def test_a_refused_file_leaves_the_last_good_version(sites, hand_in, load, content, standard, says) -> None:  # noqa: PLR0917
    """Unreadable, nothing accepted, no standard: a version row with one sentence, the pointer stays."""
    hand_in()
    good = load()[str(BAEUME)].version
    hand_in(content, standard=standard)
    report = load()[str(BAEUME)]
    assert report.status == "refused"
    assert report.message_de
    assert says in report.message_de
    assert current_versions(sites.onprem)["_version"].to_list() == [good]
    refused = scan(sites.onprem, "versions").filter(pl.col("status") == "refused").collect()
    assert refused["message_de"].to_list() == [report.message_de]
    again = load()
    assert (again.is_changed, again[str(BAEUME)].status) == (False, "refused")


def test_rows_of_a_refused_file_wait_in_rejects(sites, hand_in, load) -> None:
    """A file none of whose rows fits keeps them all in quarantine."""
    hand_in("Baumnummer;Höhe (m)\n1;77\n2;88\n")
    load()
    assert scan(sites.onprem, "baeume_rejects").collect().height == 2


def test_the_standard_is_found_from_the_columns(hand_in, load) -> None:
    """A file handed in without a standard gets the one its columns tell."""
    hand_in(standard=None)
    assert load()[str(BAEUME)].standard == "baeume"


def test_the_stricter_classification_holds_and_can_be_changed(sites, hand_in, load) -> None:
    """The Kommune's file makes an open hand-in internal, by a move of the pointer without a new version."""
    hand_in()
    load()
    spec = DatasetSpec(slug="baeume", classification=Classification.INTERNAL)
    assert load(PublisherSpec(ags=AGS, datasets=(spec,)))[str(BAEUME)].status == "again"
    assert current_versions(sites.onprem)["classification"].to_list() == ["internal"]
    assert scan(sites.onprem, "versions").collect().height == 1


def test_one_file_that_breaks_the_engine_holds_up_nobody(sites, hand_in, load, monkeypatch) -> None:
    """The engine fails on one file: that one is refused with a sentence, the other is loaded."""
    from standards import engine

    judge_many = engine.judge_many

    def fragile(tables, standard):
        if any(table.filename == "boese.csv" for table in tables):
            raise RuntimeError("boom")
        return judge_many(tables, standard)

    monkeypatch.setattr(engine, "judge_many", fragile)
    hand_in()
    hand_in(CSV + "9;1;\n", name="boese.csv")
    report = load()
    assert (report[str(BAEUME)].status, report[f"{AGS}/boese"].status) == ("new", "refused")
    assert "Fehler von uns" in report[f"{AGS}/boese"].message_de


def test_damaged_bytes_are_noticed(sites, hand_in, load) -> None:
    """Content that no longer has its hash is refused, not published."""
    receipt = hand_in()[0].receipt
    Path(sites.onprem.uri(receipt.content_key)).write_text("Baumnummer\n1\n")
    assert "beschädigt" in load()[str(BAEUME)].message_de


@pytest.mark.parametrize("step", ["convert", "make_pipeline", "first", "second"])
def test_an_interrupted_run_is_made_whole_by_the_next(  # noqa: PLR0917
    sites, hand_in, dlt_load, standards, publishers_of, monkeypatch, step
) -> None:
    """Interrupted before, between or after the loads: the next run ends where an undisturbed one does."""
    hand_in()
    real = loadrun.run
    calls = []

    def interrupted(pipeline, source):
        calls.append(source)
        if step == "first":
            raise KeyboardInterrupt
        if step == "second" and len(calls) == 2:
            raise KeyboardInterrupt
        real(pipeline, source)

    with monkeypatch.context() as patch:
        patch.setattr(loadrun, "run", interrupted)
        if step in {"convert", "make_pipeline"}:
            patch.setattr(loadrun, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            dlt_load()
    assert current_versions(sites.onprem).is_empty()
    assert dlt_load()[str(BAEUME)].rows_accepted == 2
    found = state(sites)
    assert [row[2:] for row in found["versions"]] == [(2, 1)]
    assert (len(found["rows"]), len(found["rejects"])) == (2, 1)
    assert not dlt_load().is_changed


@pytest.mark.parametrize("written", [("baeume",), ("versions",), ("baeume_rejects", "versions", "receipts")])
def test_tables_that_were_written_are_not_written_twice(  # noqa: PLR0917
    sites, hand_in, dlt_load, standards, publishers_of, written
) -> None:
    """A run that died after some tables' commits is completed: each table ends with each row once."""
    hand_in()
    with load_run(sites, publishers_of(), standards) as prepared:
        source = prepared.rows().with_resources(*written)
        prepared.pipeline.run(source).raise_on_failed_jobs()
    assert current_versions(sites.onprem).is_empty()
    dlt_load()
    found = state(sites)
    assert (len(found["versions"]), len(found["rows"]), len(found["rejects"])) == (1, 2, 1)
    counts = [scan(sites.onprem, table).collect().height for table in ("versions", "receipts", "pointers")]
    assert counts == [1, 1, 1]


LOADER = """
import sys
from pathlib import Path
from connectors.ingest import convert_and_load
from connectors.publishers import Publishers
from connectors.register import load_register
from standards.registry import load_standards
from storage.config import StorageConfig
from storage.sites import open_sites
print("ready", flush=True)
standards = load_standards(Path(sys.argv[2]))
convert_and_load(open_sites(StorageConfig(), Path(sys.argv[1])), Publishers({}, load_register()), standards)
"""


def test_a_run_killed_at_random_points_converges(sites, hand_in, dlt_load, standards_folder) -> None:
    """SIGKILL at a few moments of a real process; the run after that leaves every row exactly once."""
    for at in range(20):
        hand_in(f"Baumnummer;Höhe (m)\n{at};3\n{at + 100};99\n", name=f"b{at}.csv")
    chance = random.Random(7)  # noqa: S311 - the same moments each time
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(sites.home), str(standards_folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.3, 4.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    dlt_load()
    found = state(sites)
    assert (len(found["versions"]), len(found["rows"]), len(found["rejects"])) == (20, 20, 20)
    assert scan(sites.onprem, "receipts").collect().height == 20
    assert not dlt_load().is_changed


def test_handing_in_checks_everything_before_the_first_byte(sites, publishers_of, tmp_path) -> None:
    """Unknown AGS, a missing file, two files of one name, a name for two files: one sentence, nothing landed."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("a;b\n1;2\n")
    files = [tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv"]
    for paths, ags, how, says in (
        (files[:1], "0946100", {}, "kein Gemeindeschlüssel"),
        ([tmp_path / "fehlt.csv"], AGS, {}, "gibt es nicht"),
        (files, AGS, {}, "denselben Datensatz"),
        (files, AGS, {"dataset": "x"}, "einzeln"),
        (files[:1], AGS, {"dataset": "Größe"}, "no dataset name"),
    ):
        with pytest.raises(FileRefused, match=says):
            ingest_files(paths, ags, sites=sites, publishers=publishers_of(), **how)
    assert not list(sites.onprem.list("landing"))


def test_empty_tables_stand_from_the_start_and_grow_columns(sites, standards) -> None:
    """Every source of dbt exists before any data; a new field becomes a column, another type is refused."""
    ensure_tables(sites, standards)
    ensure_tables(sites, standards)
    assert scan(sites.onprem, "baeume").collect().is_empty()
    old = standards["baeume"]
    height = old.all_fields[1]

    def with_fields(*fields):
        return old.__class__.model_validate(old.model_dump(by_alias=True) | {"fields": fields})

    more = with_fields(*old.all_fields, height.model_copy(update={"name": "umfang_cm"}))
    ensure_tables(sites, {"baeume": more})
    assert "umfang_cm" in scan(sites.onprem, "baeume").collect_schema().names()
    other = with_fields(old.all_fields[0], height.model_copy(update={"type": "string"}))
    with pytest.raises(RawSchemaConflict, match="hoehe_m"):
        ensure_tables(sites, {"baeume": other})


def test_the_spool_keeps_its_bound_and_loses_nothing(tmp_path) -> None:
    """Beyond its bound rows wait in files; all come out once, with their owner in front."""
    spool = Spool(tmp_path / "spool", in_memory=1000)
    for at in range(5):
        frame = pl.DataFrame({"_row": range(100), "x": ["text"] * 100})
        spool.add_rows("t", [Rows(BAEUME, f"v{at}", frame)])
    assert len(list((tmp_path / "spool").iterdir())) == 5
    rows = pl.concat([pl.from_arrow(batch) for batch in spool.batches("t")])
    assert rows.columns == ["_ags", "_dataset", "_version", "_row", "x"]
    assert rows.group_by("_version").len().get_column("len").to_list() == [100] * 5
    spool.clear()
    assert not (tmp_path / "spool").exists()


def test_a_version_is_named_by_what_decides_its_content() -> None:
    """Content, standard, its version and told answers each make another version; the same make the same."""
    one = version_id("a", "s", "1")
    assert one == version_id("a", "s", "1", {})
    others = {version_id("b", "s", "1"), version_id("a", "t", "1"), version_id("a", "s", "2")}
    assert len({one, *others, version_id("a", "s", "1", {"x": "y"})}) == 5
    assert len(one) == 13


def test_the_day_that_a_file_describes_is_read() -> None:
    """`Stand:` beside the table becomes a date, whichever way it is written; nonsense does not."""
    assert str(stand_of({"Stand": "31.12.2024"})) == "2024-12-31"
    assert str(stand_of({"stand": "zum 2024-01-05"})) == "2024-01-05"
    assert stand_of({"Stand": "31.02.2024"}) is None
    assert stand_of({"Quelle": "01.01.2024"}) is None


def test_check_file_judges_without_keeping(standards, tmp_path) -> None:
    """The command `check` gets reading and judgement of a file and nothing lands."""
    path = tmp_path / "b.csv"
    path.write_bytes(CSV.encode("cp1252"))
    reading, judgement = check_file(path, standards["baeume"])
    assert (reading.report.delimiter, judgement.rows_accepted, judgement.rows_rejected) == (";", 2, 1)


def test_asset_source_has_one_resource_per_table(standards) -> None:
    """Dagster's assets are defined from the same names that a run loads."""
    names = set(asset_source(standards).resources)
    assert names == {"baeume", "baeume_rejects", "versions", "pointers", "receipts"}
