"""What waits for a person: held files, corrected rejects files, repairs taken back, judging again under new rules."""

from __future__ import annotations

import polars as pl
import pytest
from deltalake import write_deltalake

from connectors import loadrun
from connectors.facts import FactsBook
from connectors.ingest import convert_and_load, ingest_files
from connectors.raw import current_rows, current_versions
from connectors.raw.reading import scan
from connectors.releases import decide
from connectors.waiting import NotHeldError, decide_held, held, rejects, replay, write_waiting
from standards.definition import Standard
from standards.facts import facts_of
from storage.manifest import Classification
from storage.names import DatasetId

AGS = "09461000"
BAEUME = DatasetId(AGS, "baeume")
BAD = "Baumnummer;Höhe (m);Bemerkung\n1;3,5;a\n2;99;=b\n3;12;c\n4;quer;d\n"
TWICE = "1;3,5;a\n"
PERSONAL = "Baumnummer;Höhe (m)\n1;3,5\nHerr Müller gießt ihn;4\n"


@pytest.fixture
def hand_in(sites, publishers_of, tmp_path):
    def ingest(text: str, name: str = "baeume.csv", **how: object) -> None:
        path = tmp_path / "given" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        ingest_files([path], AGS, sites=sites, publishers=publishers_of(), standard="baeume", dataset="baeume", **how)

    return ingest


@pytest.fixture
def platform(sites, publishers_of, standards):
    return sites, publishers_of(), standards


@pytest.fixture
def load(platform, monkeypatch):
    """Everything due into raw, without dlt around it."""

    def run(_pipeline, source):
        for name, resource in source.resources.items():
            for batch in resource:
                write_deltalake(platform[0].onprem.uri(f"raw/{name}"), batch, mode="append")

    monkeypatch.setattr(loadrun, "run", run)
    return lambda standards=None: convert_and_load(platform[0], platform[1], standards or platform[2])


def raw_text(sites) -> str:
    """Every cell of every raw table as one text."""
    tables = (scan(sites.onprem, name).collect() for name in ("baeume", "baeume_rejects", "versions", "pointers"))
    return "\n".join(str(row) for table in tables for row in table.iter_rows())


def tall(standards: dict[str, Standard]) -> dict[str, Standard]:
    """The same standard, version and all, but trees may be taller."""
    fields = tuple(
        field.model_copy(update={"maximum": 100.0}) if field.name == "hoehe_m" else field
        for field in standards["baeume"].all_fields
    )
    data = standards["baeume"].model_dump(exclude={"all_fields"}) | {"fields": fields}
    return {"baeume": Standard.model_validate(data)}


def test_nothing_of_a_held_file_is_in_raw_until_a_person_releases_it(platform, hand_in, load) -> None:
    """The file waits with a reason that holds no value; released it is current, and who, when and why is kept."""
    sites = platform[0]
    hand_in(PERSONAL)
    report = load()[str(BAEUME)]
    assert (report.status, report.rows_total) == ("held", 2)
    assert "Müller" not in raw_text(sites)
    assert current_versions(sites.onprem).is_empty()
    (waiting,) = held(*platform)
    assert "Zeile 3" in waiting.reasons[0]
    assert not load().is_changed
    decide_held(*platform, BAEUME, "released", by="Eva Prüfer", reason="Künstlername")
    assert load()[str(BAEUME)].status == "new"
    assert current_rows(sites.onprem, "baeume", BAEUME)["nr"].to_list() == ["1", "Herr Müller gießt ihn"]
    assert "Eva Prüfer" in current_versions(sites.onprem)["decision"].item()
    assert held(*platform) == []
    assert not load().is_changed
    with pytest.raises(NotHeldError, match="No file"):
        decide_held(*platform, BAEUME, "released", by="a", reason="b")


def test_a_held_file_may_be_released_without_its_rows_or_refused(platform, hand_in, load) -> None:
    """Refused, the last good version stays; released without them, the personal rows are rejected and wait."""
    sites = platform[0]
    hand_in("Baumnummer;Höhe (m)\n9;9\n")
    load()
    hand_in(PERSONAL)
    assert load()[str(BAEUME)].status == "held"
    decide_held(*platform, BAEUME, "refused", by="Eva", reason="gehört nicht hierher")
    assert load()[str(BAEUME)].status == "refused"
    assert current_rows(sites.onprem, "baeume", BAEUME)["nr"].to_list() == ["9"]
    hand_in(PERSONAL + "5;5\n")
    load()
    decide_held(*platform, BAEUME, "released_without_rows", by="Eva", reason="Rest ist gut")
    report = load()[str(BAEUME)]
    assert (report.status, report.rows_accepted, report.rows_rejected) == ("new", 2, 1)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_corrected_rejects_file_is_merged_into_its_dataset(platform, hand_in, load, tmp_path, suffix) -> None:
    """Corrected rows join the accepted ones under their numbers; none is handled less strictly than before."""
    sites = platform[0]
    hand_in(BAD, classification=Classification.INTERNAL)
    assert load()[str(BAEUME)].rows_rejected == 2
    assert write_waiting(*platform, BAEUME, tmp_path / f"zurueck.{suffix}") == 2
    read = pl.read_csv if suffix == "csv" else pl.read_excel
    rows = read(tmp_path / f"zurueck.{suffix}", infer_schema_length=0)
    assert rows.columns == ["Zeile", "Grund", "Baumnummer", "Höhe (m)", "Bemerkung"]
    corrected = rows.with_columns(pl.col("Höhe (m)").replace("99", "9,9"))
    hand_in(corrected.write_csv(separator=";"), "zurueck.csv")
    report = load()[str(BAEUME)]
    assert (report.status, report.rows_accepted, report.rows_rejected) == ("new", 3, 1)
    assert current_rows(sites.onprem, "baeume", BAEUME).select("_row", "nr", "hoehe_m").rows() == [
        (2, "1", 3.5), (3, "2", 9.9), (4, "3", 12.0),
    ]  # fmt: skip
    assert not load().is_changed
    hand_in(corrected.with_columns(pl.col("Höhe (m)").replace("quer", "4")).tail(1).write_csv(separator=";"), "z.csv")
    assert (load()[str(BAEUME)].rows_accepted, rejects(*platform)) == (4, [])
    assert not load().is_changed
    assert current_versions(sites.onprem)["classification"].to_list() == ["internal"]


def test_a_row_that_comes_back_as_it_was_is_not_let_in(platform, hand_in, load, tmp_path) -> None:
    """What repeats another row of the dataset does so also where that row is not in the corrected file."""
    hand_in(BAD + TWICE)
    assert load()[str(BAEUME)].rows_rejected == 3
    write_waiting(*platform, BAEUME, tmp_path / "z.csv")
    rows = pl.read_csv(tmp_path / "z.csv", infer_schema=False).with_columns(pl.col("Höhe (m)").replace("3,5", "3.50"))
    hand_in(rows.with_columns(pl.col("Höhe (m)").replace("99", "9,9")).write_csv(separator=";"), "z.csv")
    report = load()[str(BAEUME)]
    assert (report.rows_accepted, report.rows_rejected) == (3, 2)


def test_a_corrected_file_of_nothing_is_refused(hand_in, load) -> None:
    """Without the file that the rows come from it is no dataset of its own."""
    hand_in("Zeile;Grund;Baumnummer;Höhe (m)\n3;In Zeile 3 steht etwas.;2;9,9\n")
    report = load()[str(BAEUME)]
    assert report.status == "refused"
    assert "--dataset" in report.message_de


def test_a_repair_that_is_taken_back_stays_so_for_the_dataset(platform, hand_in, load) -> None:
    """The comma is not mended now, nor in the next file, until somebody says so."""
    sites = platform[0]
    hand_in(BAD, undo=["decimal_comma"])
    assert load()[str(BAEUME)].rows_accepted == 1
    hand_in(BAD + "5;7,5;e\n6;8;f\n")
    load()
    assert current_rows(sites.onprem, "baeume", BAEUME)["nr"].to_list() == ["3", "6"]
    hand_in(BAD + "5;7,5;e\n6;8;f\n", undo=[])
    assert load()[str(BAEUME)].rows_accepted == 4


def test_replay_judges_what_waits_under_todays_rules(platform, hand_in, load, monkeypatch) -> None:
    """Nothing new writes nothing; a wider rule brings the rows in without the file coming again, and it stays so."""
    sites, publishers, standards = platform
    hand_in(BAD)
    load()
    assert [(one.dataset, one.rows_rejected) for one in rejects(*platform)] == [(str(BAEUME), 2)]
    assert not replay(*platform).is_changed
    wider = tall(standards)
    report = replay(sites, publishers, wider)
    assert [(one.dataset, one.rows_accepted) for one in report.datasets] == [(str(BAEUME), 3)]
    assert current_rows(sites.onprem, "baeume", BAEUME)["hoehe_m"].to_list() == [3.5, 99.0, 12.0]
    assert not replay(sites, publishers, wider).is_changed
    assert not load(wider).is_changed
    assert replay(sites, publishers, standards).datasets[0].rows_accepted == 2
    assert not load().is_changed


def test_a_decision_needs_a_name_and_a_reason(platform, hand_in, load) -> None:
    """Nobody releases anything without saying who and why."""
    from connectors.receipts import LandingLog

    hand_in(PERSONAL)
    receipt = LandingLog.load(platform[0].onprem, BAEUME).latest_content(BAEUME)
    with pytest.raises(ValueError, match="reason"):
        decide(platform[0], receipt, "released", by="Eva", reason="", held=())


def test_a_file_is_compared_with_what_stands(platform, hand_in, load) -> None:
    """Half the rows gone is asked about in the ledger and by a check; the rows are current all the same."""
    sites, _, standards = platform
    many = [f"{number};{number % 20 + 1}" for number in range(60)]
    hand_in("\n".join(["Baumnummer;Höhe (m)", *many]))
    load()
    hand_in("\n".join(["Baumnummer;Höhe (m)", *many[:20]]))
    assert load()[str(BAEUME)].rows_accepted == 20
    assert "Statt 60 Zeilen" in current_versions(sites.onprem)["findings"].item()
    rows = current_rows(sites.onprem, "baeume", BAEUME).head(9)
    (asked,) = FactsBook(sites.onprem).of_file(standards["baeume"], facts_of(rows, standards["baeume"]), AGS, "x")
    assert (asked.code, "20 Zeilen" in asked.message_de) == ("rows_changed", True)
