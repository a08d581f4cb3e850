"""A question about a column is answered once: kept for its publisher, used for the next file, taken back when asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors import answers
from connectors.answers import told_for
from connectors.landing import land
from connectors.receipts import LandingLog
from orchestration.platform import Platform
from storage.names import DatasetId

BAMBERG, FUERTH = "09461000", "09563000"
ROWS = "1;95;rund\n2;80;rund\n3;90;spitz\n"
CHECK = ("check", "trees.csv", "--standard", "baumkataster", "--json")


@pytest.fixture(autouse=True)
def trees(home: Path) -> None:
    """A file with a column that nobody can know."""
    Path("trees.csv").write_text("Baumnr;Umf. 1;Form\n" + ROWS, encoding="utf-8")


def mapped(document: dict[str, list[dict[str, str]]]) -> dict[str, tuple[str, str]]:
    return {one["field"]: (one["column"], one["how"]) for one in document["mapping"]}


def test_an_answer_is_used_for_the_next_file_of_the_same_publisher_only(cli) -> None:
    """The header may be written otherwise next time; another Kommune is not affected; forgotten is forgotten."""
    first = cli(*CHECK, "--publisher", BAMBERG, "--map", "Umf. 1=stammumfang_cm").document
    assert mapped(first)["stammumfang_cm"] == ("Umf. 1", "told")
    Path("trees.csv").write_text("BAUMNR;Form;UMF 1\n1;rund;95\n2;rund;80\n3;spitz;70\n", encoding="utf-8")
    assert mapped(cli(*CHECK, "--publisher", BAMBERG).document)["stammumfang_cm"] == ("UMF 1", "told")
    assert "stammumfang_cm" not in mapped(cli(*CHECK, "--publisher", FUERTH).document)
    held = cli("answers", "list", "--publisher", BAMBERG, "--json").document
    assert [(one["standard"], one["column"], one["field"]) for one in held] == [
        ("baumkataster", "Umf. 1", "stammumfang_cm")
    ]
    assert cli("answers", "forget", "umf1", "--publisher", BAMBERG).code == 0
    assert "stammumfang_cm" not in mapped(cli(*CHECK, "--publisher", BAMBERG).document)


def test_a_column_said_to_be_none_is_left_alone(cli) -> None:
    """`Spalte=-` wins over a name that would match."""
    document = cli(*CHECK, "--map", "Baumnr=-").document
    assert "baum_nr" not in mapped(document)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Umfang=stammumfang_cm", "Die Spalte „Umfang“"),
        ("Form=wuchs", "Das Feld „wuchs“"),
        ("Form", "„Form“ ist keine"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused_in_a_sentence(cli, given: str, words: str) -> None:
    """Exit 2, one sentence, nothing is kept."""
    ended = cli(*CHECK, "--publisher", BAMBERG, "--map", given)
    assert (ended.code, ended.sentence.startswith(words)) == (2, True)
    assert cli("answers", "list", "--publisher", BAMBERG, "--json").document == []


def test_kept_answers_stand_in_the_receipt_of_what_lands_later(home: Path) -> None:
    """Landing takes them from the log, so that the version of a file says by which answers it was read."""
    sites = Platform.load().sites
    answers.keep(sites, BAMBERG, "baumkataster", {"Umf. 1": "stammumfang_cm"})
    name = DatasetId(BAMBERG, "trees")
    receipt = land(sites, name, ROWS.encode(), filename="trees.csv", source_kind="cli").receipt
    assert receipt.told == {"baumkataster:Umf. 1": "stammumfang_cm"}
    assert told_for(receipt.told, "baumkataster", {"baumkataster", "kitas"}) == {"Umf. 1": "stammumfang_cm"}
    assert told_for(receipt.told, "kitas", {"baumkataster", "kitas"}) == {}
    assert json.loads(sites.onprem.read(LandingLog.load(sites.onprem).keys[name][-1]))["told"] == receipt.told
    answers.keep(sites, BAMBERG, "baumkataster", {"umf 1": None})
    again = land(sites, name, ROWS.encode(), filename="trees.csv", source_kind="cli")
    assert (again.is_new, again.receipt.told) == (True, {})


def test_answers_hold_for_the_files_of_a_folder(cli) -> None:
    """Kept ones and new ones; a folder's answers name their standard."""
    Path("folder").mkdir()
    Path("trees.csv").rename("folder/trees.csv")
    whole = ("check", "folder", "--publisher", BAMBERG, "--fixed", "fixed.csv", "--standard", "baumkataster", "--json")
    cli(*whole, "--map", "Umf. 1=stammumfang_cm")
    for _ in range(2):
        assert [line.split(",")[7] for line in Path("fixed.csv").read_text().splitlines()[:2]] == [
            "stammumfang_cm",
            "95.0",
        ]
        cli(*whole)
    assert cli("check", "folder", "--map", "Umf. 1=stammumfang_cm").code == 2
