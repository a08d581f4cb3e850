"""`--json` prints one JSON document on stdout with the fields that the design promises to other programs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

TEXT = "Baumkataster der Stadt\n\nBaumnummer;Baumart;Höhe in m\n1;Linde;12,5\n2;Eiche;hoch\n3;Ahorn;k.A.\n"


@pytest.fixture
def file(home: Path) -> Path:
    """A tree register with title lines, a decimal comma, a word for nothing and one row that cannot be mended."""
    path = home.parent / "baeume.csv"
    path.write_bytes(TEXT.encode("cp1252"))
    return path


def test_read(cli, file: Path) -> None:
    """How it was read, and a CSV with every cell's text as it stood."""
    ended = cli("read", file, "-o", "out.csv", "--json")
    assert (ended.code, ended.stderr) == (0, "")
    report = ended.document
    assert set(report) >= {
        *("encoding", "delimiter", "quotechar", "header_row", "preamble_rows", "footer_rows", "sheet"),
        *("columns", "rows", "notes"),
    }
    assert (report["delimiter"], report["header_row"], report["rows"]) == (";", 3, 3)
    assert report["columns"] == ["Baumnummer", "Baumart", "Höhe in m"]
    with Path("out.csv").open(encoding="utf-8", newline="") as out:
        assert list(csv.reader(out))[1:] == [["1", "Linde", "12,5"], ["2", "Eiche", "hoch"], ["3", "Ahorn", "k.A."]]


def test_read_several(cli, file: Path) -> None:
    """One that cannot be read does not hold up the others; exit 1 says so."""
    Path("kaputt.csv").write_bytes(b"%PDF-1.7\n\xe2\xe3\n")
    ended = cli("read", file, "kaputt.csv", "-o", "folder", "--json")
    assert ended.code == 1
    assert [Path(one["file"]).name for one in ended.document["files"]] == ["baeume.csv"]
    assert [one["file"] for one in ended.document["failed"]] == ["kaputt.csv"]
    assert ended.document["failed"][0].keys() >= {"file", "code", "message_de"}


def test_check(cli, file: Path) -> None:
    """Mapping, counts, repairs and findings; exit 1 because a row waits for somebody."""
    ended = cli(
        *("check", file, "--standard", "baumkataster", "--publisher", "09461000", "--json"),
        *("--fixed", "fixed.csv", "--rejects", "rejects.csv"),
    )
    assert (ended.code, ended.stderr) == (1, "")
    told = ended.document
    assert told["reading"]["header_row"] == 3
    assert (told["rows_total"], told["rows_accepted"], told["rows_rejected"]) == (3, 2, 1)
    assert {one["field"]: one["column"] for one in told["mapping"]}["hoehe_m"] == "Höhe in m"
    assert all(set(one) >= {"column", "field", "how", "confidence"} for one in told["mapping"])
    assert all(set(one) >= {"kind", "column", "count"} for one in told["repairs"])
    assert all(set(one) >= {"severity", "row", "column", "code", "message_de"} for one in told["findings"])
    assert {one["code"] for one in told["findings"] if one["severity"] == "error"} == {"not_a_number"}
    with Path("fixed.csv").open(encoding="utf-8", newline="") as fixed:
        rows = list(csv.DictReader(fixed))
    assert [(row["baum_nr"], row["hoehe_m"]) for row in rows] == [("1", "12.5"), ("3", "")]
    assert "hoch" in Path("rejects.csv").read_text(encoding="utf-8")


def test_standards(cli) -> None:
    """The list names every package; `show` gives the fields with type, unit and meaning."""
    listed = cli("standards", "list", "--json")
    assert (listed.code, listed.stderr) == (0, "")
    names = {one["name"] for one in listed.document}
    assert names >= {
        *("baumkataster", "spielplaetze", "parkraum", "radverkehrszaehlung", "haushalt", "wochenmaerkte"),
    }
    assert all(set(one) >= {"name", "title_de", "version", "fields"} for one in listed.document)
    shown = cli("standards", "show", "baumkataster", "--json").document
    fields = {field["name"]: field for field in shown["fields"]}
    assert list(fields)[:5] == ["baum_nr", "art_botanisch", "art_deutsch", "pflanzjahr", "hoehe_m"]
    assert (fields["hoehe_m"]["type"], fields["hoehe_m"]["unit"]) == ("number", "m")


def test_publishers_check(cli, home: Path) -> None:
    """The number of Kommunen and every problem as file, key and message."""
    folder = home / "publishers"
    folder.mkdir(parents=True)
    (folder / "09461000.toml").write_text('ags = "09461000"\n')
    before = cli("publishers", "check", "--json")
    assert before.code == 0
    assert before.document["problems"] == []
    assert before.document["publishers"] >= 1
    (folder / "09461000.toml").write_text('ags = "09461000"\n[[datasets]]\nslug = "a"\nlicence = "frei"\n')
    after = cli("publishers", "check", "--json")
    assert after.code == 1
    (problem,) = after.document["problems"]
    assert (problem["file"], problem["key"]) == ("09461000.toml", "datasets[0].licence")


def test_stores_status(cli) -> None:
    """Every site of the profile answers, also in a home where nothing lies yet."""
    ended = cli("stores", "status", "--json")
    assert (ended.code, ended.stderr) == (0, "")
    assert [site["site"] for site in ended.document["sites"]] == ["onprem", "cloud-a", "cloud-b"]
    assert ended.document["datasets"] == []


def test_stores_verify_and_replicate(cli) -> None:
    """An empty home has no problem and nothing to copy."""
    assert cli("stores", "verify", "--json").document["is_fine"]
    assert cli("stores", "replicate", "--json").code == 0


def test_publish_plan(cli) -> None:
    """Nothing is published and nothing shall be: an empty plan with its counts, exit 0."""
    ended = cli("publish", "plan", "--json")
    assert (ended.code, ended.stderr) == (0, "")
    plan = ended.document
    assert set(plan) >= {"portal", "digest", "counts", "changes", "unchanged"}
    assert (plan["portal"], plan["changes"]) == ("static", [])
    assert plan["counts"] == {"created": 0, "updated": 0, "withdrawn": 0, "unchanged": 0}


def test_ingest_reports_each_dataset(cli, file: Path) -> None:
    """New, then unchanged; the counts are the same both times and add up."""
    command = ("ingest", file, "--publisher", "09461000", "--standard", "baumkataster", "--json")
    first, second = cli(*command), cli(*command)
    (new,), (same,) = first.document["datasets"], second.document["datasets"]
    assert (new["dataset"], new["status"], same["status"]) == ("09461000/baeume", "new", "unchanged")
    assert new["version"] == same["version"]
    for told in (new, same):
        assert (told["rows_total"], told["rows_accepted"], told["rows_rejected"]) == (3, 2, 1)
    assert first.code == 1
