"""`diff` and `trace`: what changed between versions, and where a row comes from, asked as a user would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

HEAD = "Baumnummer;Baumart deutsch;Höhe in m;Breite;Länge\n"
FIRST = HEAD + "1;Linde;12,5;48,137;11,575\n2;Ahorn;9;48,138;11,576\n3;Eiche;viel;48,139;11,577\n"
SECOND = HEAD + "1;Linde;13;48,137;11,575\n4;Buche;4,0;48,139;11,578\n"
TREES = "09162000/baeume"


@pytest.fixture
def handed_in(cli: Any, home: Path) -> Any:
    """One file, another, the first again."""
    file = home.parent / "bäume.csv"
    for text in (FIRST, SECOND, FIRST):
        file.write_text(text, encoding="utf-8")
        cli("ingest", file, "--publisher", "09162000", "--standard", "baumkataster", "--dataset", "baeume", "--json")
    return cli


def test_from_version_to_version_and_back_to_the_file(handed_in: Any) -> None:
    """The last change by default, any two versions by name, what was withdrawn as gone; a row leads to its receipt."""
    cli = handed_in
    last = cli("diff", TREES, "--json")
    told = last.document["difference"]
    assert last.code == 1
    assert (told["unchanged"], told["changed"], told["added"], told["removed"]) == (0, 1, 1, 1)
    assert told["changed_rows"][0]["fields"] == [{"field": "hoehe_m", "old": 13.0, "new": 12.5}]
    first, second = (last.document[side].split()[0] for side in ("new", "old"))
    same = cli("diff", TREES, first, first)
    assert same.code == 0
    assert "Nichts hat sich geändert: 2 Zeilen" in same.stdout
    assert "1 Zeile neu, 1 weg, 1 geändert, 0 gleich." in cli("diff", TREES, first[:6], second).stdout
    wrong = cli("diff", TREES, "v000000000000")
    assert wrong.code == 2
    assert first in wrong.sentence

    way = cli("trace", "--ags", "09162000", "--standard", "baumkataster", "--row", 2, "--json").document["trace"]
    assert (way["receipt"]["filename"], way["is_intact"], way["is_current"]) == ("bäume.csv", True, True)
    cells = {cell["column"]: (cell["text"], cell["field"], cell["value"], cell["is_repaired"]) for cell in way["cells"]}
    assert cells["Höhe in m"] == ("12,5", "hoehe_m", 12.5, True)
    assert cells["Baumart deutsch"] == ("Linde", "art_deutsch", "Linde", False)
    rejected = cli("trace", "--dataset", TREES, "--row", 4)
    assert "3" in rejected.stdout
    assert "Zurückgestellt: " in rejected.stdout
    assert cli("trace", "--dataset", TREES, "--row", 99).code == 2
    Path("offen.csv").write_text("Zeile;Grund;" + HEAD + "4;;3;Eiche;11;48,139;11,577\n", encoding="utf-8")
    cli("ingest", "offen.csv", "--publisher", "09162000", "--dataset", "baeume")
    for row, filename in ((4, "offen.csv"), (2, "bäume.csv")):
        way = cli("trace", "--dataset", TREES, "--row", row, "--json").document["trace"]
        assert (way["receipt"]["filename"], len(way["accepted"])) == (filename, 1)
    assert cli("diff", TREES, "--json").document["difference"]["added"] == 1

    cli("withdraw", TREES, "--reason", "Irrtum")
    gone = cli("diff", TREES, "--json").document
    assert (gone["new"], gone["difference"]["removed"]) == ("nichts veröffentlicht", 3)
