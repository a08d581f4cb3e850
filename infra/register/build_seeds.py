# ruff: noqa: INP001 - a script beside its purpose, no package
"""Turn the official German municipality register (GV100AD) into the seeds of the dbt project.

Usage: `python infra/register/build_seeds.py GV100AD_301123.txt [OUT_DIR]`, by hand, once per edition of the register.

Source: Statistisches Bundesamt (Destatis), Gemeindeverzeichnis-Informationssystem GV-ISys, fixed-width file GV100AD,
one date per record; the committed seeds are of 2023-11-30. Licence: dl-de/by-2-0.

What belongs here: where each fact stands in a record. What does not: any correction of the register, and its use (the
connectors read the CSV files, dbt loads them).
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import ClassVar, Literal

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"

LAND, REGIERUNGSBEZIRK, KREIS, GEMEINDE = "10", "20", "40", "60"
"""Satzart: which kind of record a line is (30 Region and 50 Gemeindeverband are not used)."""

KREIS_ART = {"41": "Kreisfreie Stadt", "42": "Stadtkreis", "43": "Kreis", "44": "Landkreis", "45": "Regionalverband"}
GEMEINDE_ART = {
    "60": "Markt",
    "61": "Kreisfreie Stadt",
    "62": "Stadtkreis",
    "63": "Stadt",
    "64": "Gemeinde",
    "65": "Gemeindefreies Gebiet (bewohnt)",
    "66": "Gemeindefreies Gebiet (unbewohnt)",
    "67": "Große Kreisstadt",
}
"""Textkennzeichen of the GV100AD record description."""
GEMEINDEFREI = {"65", "66"}


class RegisterInvalid(Exception):
    """The file is no GV100AD register; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Land:
    seed: ClassVar[str] = "laender"
    ags: str
    name: str


@dataclass(frozen=True, slots=True)
class Regierungsbezirk:
    seed: ClassVar[str] = "regierungsbezirke"
    ags: str
    name: str


@dataclass(frozen=True, slots=True)
class Kreis:
    seed: ClassVar[str] = "kreise"
    ags: str
    name: str
    art: str


@dataclass(frozen=True, slots=True)
class Gemeinde:
    """A Gemeinde or a gemeindefreies Gebiet. Empty is what the register does not have.

    `flaeche_km2` keeps the register's precision (1 ha); `plz` is the one of the town hall. Two areas (the border river
    with Luxembourg, coastal waters) lie in no Kreis, and most Länder have no Regierungsbezirke.
    """

    seed: ClassVar[str] = "gemeinden"
    ags: str
    ars: str
    name: str
    art: str
    plz: str
    flaeche_km2: str
    einwohner: int
    kreis_ags: str
    regierungsbezirk_ags: str
    land_ags: str
    is_gemeindefrei: Literal["true", "false"]


Unit = Land | Regierungsbezirk | Kreis | Gemeinde


def read_register(lines: Iterable[str]) -> Iterator[Unit]:
    """Yield every unit of the register in file order; raises `RegisterInvalid` naming the line."""
    known: set[str] = set()
    for number, line in enumerate(lines, start=1):
        try:
            unit = _unit(line, known)
        except (KeyError, ValueError) as error:
            raise RegisterInvalid(f"line {number} is no GV100AD record: {error}") from error
        if unit is not None:
            known.add(unit.ags)
            yield unit


def _unit(line: str, known: set[str]) -> Unit | None:
    kind, code, name = line[:2], line[10:18].strip(), line[22:72].strip()
    if not (kind.isdigit() and line[2:10].isdigit()):
        raise ValueError("it does not begin with a record type and a date")
    if kind == LAND:
        return Land(code, name)
    if kind == REGIERUNGSBEZIRK:
        return Regierungsbezirk(code, name)
    if kind == KREIS:
        return Kreis(code, name, KREIS_ART[line[122:124]])
    return _gemeinde(line, code, name, known) if kind == GEMEINDE else None


def _gemeinde(line: str, ags: str, name: str, known: set[str]) -> Gemeinde:
    art = line[122:124]
    return Gemeinde(
        ags=ags,
        ars=ags[:5] + line[18:22] + ags[5:],
        name=name,
        art=GEMEINDE_ART[art],
        plz=line[165:170].strip(),
        flaeche_km2=f"{int(line[128:139]) / 100:.2f}",
        einwohner=int(line[139:150]),
        kreis_ags=ags[:5] if ags[:5] in known else "",
        regierungsbezirk_ags=ags[:3] if ags[:3] in known else "",
        land_ags=ags[:2],
        is_gemeindefrei="true" if art in GEMEINDEFREI else "false",
    )


def write_seeds(units: Iterable[Unit], folder: Path) -> dict[str, int]:
    """Write one CSV per kind of unit, sorted by AGS; return the number of rows per file name."""
    by_kind: dict[type[Unit], list[Unit]] = {Land: [], Regierungsbezirk: [], Kreis: [], Gemeinde: []}
    for unit in units:
        by_kind[type(unit)].append(unit)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in by_kind.items():
        with (folder / f"{kind.seed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(kind)], lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(unit) for unit in sorted(rows, key=lambda row: row.ags))
    return {f"{kind.seed}.csv": len(rows) for kind, rows in by_kind.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Register GV100AD → seeds of the dbt project")
    parser.add_argument("register", type=Path, help="the fixed-width text file, UTF-8")
    parser.add_argument("out", type=Path, nargs="?", default=SEEDS, help="where the CSV files go")
    arguments = parser.parse_args()
    try:
        with arguments.register.open(encoding="utf-8") as lines:
            written = write_seeds(list(read_register(lines)), arguments.out)
    except (OSError, UnicodeDecodeError, RegisterInvalid) as error:
        sys.stderr.write(f"{arguments.register}: {error}\n")
        return 2
    sys.stdout.writelines(f"{name}: {rows} rows\n" for name, rows in written.items())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
