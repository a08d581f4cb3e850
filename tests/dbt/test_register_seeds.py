"""The register: what the script reads from a fixed-width file, and what the committed seeds hold."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "infra" / "register" / "build_seeds.py"
SEEDS = PROJECT / "dbt_project" / "seeds"


def _record(kind: str, code: str, name: str, *, union: str = "", art: str = "", facts: str = "") -> str:
    """One GV100AD record: positions 1-2 kind, 3-10 date, 11-18 code, 19-22 union, 23-72 name, 123-124 kind of unit."""
    return f"{kind}20240131{code:<8}{union:<4}{name:<50}{'':<50}{art:<2}{'':<4}{facts:<92}"


def _facts(hectares: int, people: int, plz: str) -> str:
    return f"{hectares:011d}{people:011d}{0:011d}{'':<4}{plz:<5}"


def _build(register: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, register, out], capture_output=True, text=True, check=False)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_records_become_rows(tmp_path: Path) -> None:
    """Keys keep their zeros, hectares become km², an area outside every Kreis has an empty one."""
    lines = [
        _record("10", "09", "Bayern"),
        _record("20", "091", "Oberbayern"),
        _record("40", "09171", "Altötting", art="44"),
        _record("50", "09171", "VG Emmerting", union="5101", art="50"),
        _record("60", "09171114", "Emmerting", union="5101", art="64", facts=_facts(1234, 4321, "84547")),
        _record("60", "09999999", "See", union="9999", art="66", facts=_facts(7, 0, "")),
    ]
    register = tmp_path / "register.txt"
    register.write_text("\n".join(lines), encoding="utf-8")
    assert _build(register, tmp_path).returncode == 0
    town, lake = _rows(tmp_path / "gemeinden.csv")
    assert town == {
        "ags": "09171114",
        "ars": "091715101114",
        "name": "Emmerting",
        "art": "Gemeinde",
        "plz": "84547",
        "flaeche_km2": "12.34",
        "einwohner": "4321",
        "kreis_ags": "09171",
        "regierungsbezirk_ags": "091",
        "land_ags": "09",
        "is_gemeindefrei": "false",
    }
    assert (lake["kreis_ags"], lake["plz"], lake["is_gemeindefrei"]) == ("", "", "true")
    assert _rows(tmp_path / "kreise.csv") == [{"ags": "09171", "name": "Altötting", "art": "Landkreis"}]


@pytest.mark.parametrize("line", ["ags;name", _record("60", "09171114", "X", art="99", facts=_facts(1, 1, ""))])
def test_other_files_are_refused(tmp_path: Path, line: str) -> None:
    """A file that is no register gives one sentence with the line, exit code 2 and no seeds."""
    register = tmp_path / "register.txt"
    register.write_text(line, encoding="utf-8")
    done = _build(register, tmp_path / "out")
    assert done.returncode == 2
    assert "line 1 is no GV100AD record" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_committed_seeds_are_whole() -> None:
    """All of Germany once, with Bavaria's 2,056 Gemeinden and 172 gemeindefreie Gebiete; 16 Länder, 400 Kreise."""
    gemeinden = _rows(SEEDS / "gemeinden.csv")
    bavaria = [row for row in gemeinden if row["land_ags"] == "09"]
    assert len({row["ags"] for row in gemeinden}) == len(gemeinden) == 10981
    assert sum(row["is_gemeindefrei"] == "false" for row in bavaria) == 2056
    assert sum(row["is_gemeindefrei"] == "true" for row in bavaria) == 172
    assert sum(int(row["einwohner"]) for row in bavaria) == 13369393
    assert len(_rows(SEEDS / "laender.csv")) == 16
    kreise = {row["ags"] for row in _rows(SEEDS / "kreise.csv")}
    assert len(kreise) == 400
    assert {row["kreis_ags"] for row in gemeinden} - kreise == {""}
