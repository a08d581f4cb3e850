"""A new standard needs no Python: a folder in the home works with every command, and its statewide table with dbt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOILETS = """
name = "toiletten"
version = "1.0.0"
title_de = "Öffentliche Toiletten"
title_en = "Public toilets"
description_de = "Öffentliche Toiletten mit Lage."
description_en = "Public toilets with place."
theme = "HEAL"
musterdatensatz = "https://musterdatenkatalog.de/def/musterdatensatz/gesundheit/oeffentlicheToilette"
key = ["name"]
file_words = ["toilette", "wc"]
use = ["adresse", "lage"]
more_synonyms = { adresse = ["Standplatz"] }

[[fields]]
name = "name"
type = "string"
required = true
title_de = "Bezeichnung der Toilette"
description_de = "Name der Toilette."
description_en = "Name of the toilet."
synonyms = ["toilette", "wc-anlage"]
example = "WC am Markt"

[[fields]]
name = "gebuehr_eur"
type = "number"
unit = "eur"
minimum = 0
maximum = 5
title_de = "Gebühr"
description_de = "Gebühr in Euro."
description_en = "Fee in euros."
synonyms = ["entgelt"]
example = "0,50"

[[plausibility]]
name = "gebuehr_klein"
check = "gebuehr_eur <= 2"
question_de = "{count} von {total} Toiletten kosten mehr als 2 Euro ({example}). Stimmt das?"
"""


@pytest.fixture
def own(home: Path) -> Path:
    """A home with one standard of its own, and a file for it."""
    folder = home / "standards" / "toiletten"
    folder.mkdir(parents=True)
    (folder / "standard.toml").write_text(TOILETS, encoding="utf-8")
    file = home / "wc.csv"
    file.write_text("WC-Anlage;Entgelt;Standplatz\nWC am Markt;0,50 €;Marktplatz\n;1;Park\nWC Nord;3;Ring 1\n", "utf-8")
    return file


def test_a_folder_is_a_standard_for_every_command(cli, own: Path, tmp_path: Path) -> None:
    """List, show, schema, template and check know it; a row without its name is rejected, shared fields are there."""
    listed = {one["name"]: one for one in cli("standards", "list", "--json").document}
    assert listed["toiletten"]["statewide"] is False
    assert "Gebühr in Euro." in cli("standards", "show", "toiletten").stdout
    schema = cli("standards", "show", "toiletten", "--table-schema").document
    assert schema["fields"][0]["constraints"] == {"required": True}
    assert schema["primaryKey"] == ["name"]
    assert cli("standards", "template", "toiletten", "-o", tmp_path / "vorlage.xlsx").code == 0
    fixed = tmp_path / "fixed.csv"
    judged = cli("check", own, "--fixed", fixed, "--json").document
    assert (judged["standard"], judged["rows_accepted"], judged["rows_rejected"]) == ("toiletten", 2, 1)
    lines = fixed.read_text("utf-8-sig").splitlines()
    assert lines[:2] == ["name,gebuehr_eur,adresse,lat,lon", "WC am Markt,0.5,Marktplatz,,"]
    assert [f["code"] for f in judged["findings"] if "2 Euro" in f["message_de"]] != []


def test_its_statewide_table_is_written_and_dbt_reads_it(own: Path, home: Path) -> None:
    """`scaffold` puts two models into the home; dbt's manifest has the table under contract, beside all others."""
    command = [str(Path(sys.executable).with_name("allmende")), "standards", "scaffold", "toiletten"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 files written" in done.stdout
    manifest = json.loads((home / "work" / "dbt" / "target" / "manifest.json").read_text())
    mart = manifest["nodes"]["model.datenallmende.toiletten"]
    assert (mart["schema"], mart["access"], mart["contract"]["enforced"]) == ("curated", "public", True)
    arrived = manifest["nodes"]["test.datenallmende.every_accepted_row_arrived"]["depends_on"]["nodes"]
    assert "model.datenallmende.toiletten" in arrived
    assert {"source.datenallmende.raw.toiletten", "source.datenallmende.raw.versions"} <= set(manifest["sources"])
