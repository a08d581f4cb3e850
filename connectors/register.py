"""The register of all German Gemeinden, read from the seeds that dbt joins to as well.

What does not belong here: where the register comes from (`dbt_project/seeds`), who publishes what (`publishers/`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"
AGS_DIGITS = 8
_SUGGESTIONS = 3
_GOOD_ENOUGH = 60.0


class RegisterMissing(Exception):
    """The register's files are not where they should be."""


@dataclass(frozen=True, slots=True)
class Gemeinde:
    """One Gemeinde of the official register (Gemeindeverzeichnis). Areas in km², codes as strings."""

    ags: str
    ars: str
    name: str
    art: str
    plz: str
    flaeche_km2: float | None
    einwohner: int | None
    kreis_ags: str
    regierungsbezirk_ags: str
    land_ags: str
    is_gemeindefrei: bool

    @property
    def short_name(self) -> str:
        """The name without its kind: `Bamberg` for `Bamberg, Stadt`."""
        return self.name.split(",", 1)[0].strip()


class Register:
    """Every Gemeinde by its AGS. Rows become `Gemeinde` only when asked for: all of them load in about 30 ms."""

    def __init__(self, folder: Path = SEEDS) -> None:
        path = folder / "gemeinden.csv"
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines)
                self._columns = next(rows)
                self._rows = {row[0]: row for row in rows if row}
        except (OSError, StopIteration) as error:
            raise RegisterMissing(f"{path}: the register of Gemeinden cannot be read ({error})") from error
        self._folder = folder

    def __contains__(self, ags: str) -> bool:
        return ags in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Gemeinde]:
        return (self._gemeinde(row) for row in self._rows.values())

    def gemeinde(self, ags: str) -> Gemeinde | None:
        row = self._rows.get(ags)
        return self._gemeinde(row) if row else None

    def name(self, ags: str) -> str:
        """The official name, or the AGS itself where the register does not have it."""
        row = self._rows.get(ags)
        return row[self._columns.index("name")] if row else ags

    def suggest(self, text: str, limit: int = _SUGGESTIONS) -> list[Gemeinde]:
        """The Gemeinden that `text` (a name, or an AGS with a slip in it) most probably means, best first."""
        from rapidfuzz import fuzz, process

        word = text.split(",", 1)[0].strip()
        if word.isdigit():
            choices = {ags: ags for ags in self._rows}
            found = process.extract(word, choices, scorer=fuzz.ratio, limit=limit, score_cutoff=_GOOD_ENOUGH)
        else:
            found = process.extract(
                word.casefold(), self._short_names, scorer=fuzz.ratio, limit=limit, score_cutoff=_GOOD_ENOUGH
            )
        return [self._gemeinde(self._rows[ags]) for _, _, ags in found]

    def kreis(self, kreis_ags: str) -> str:
        """The name of a Kreis, empty where unknown."""
        return self._kreise.get(kreis_ags, "")

    @cached_property
    def _short_names(self) -> dict[str, str]:
        at = self._columns.index("name")
        return {ags: row[at].split(",", 1)[0].casefold() for ags, row in self._rows.items()}

    @cached_property
    def _kreise(self) -> dict[str, str]:
        with (self._folder / "kreise.csv").open(encoding="utf-8", newline="") as lines:
            return {row["ags"]: row["name"] for row in csv.DictReader(lines)}

    def _gemeinde(self, row: list[str]) -> Gemeinde:
        cell = dict(zip(self._columns, row, strict=True))
        return Gemeinde(
            ags=cell["ags"],
            ars=cell["ars"],
            name=cell["name"],
            art=cell["art"],
            plz=cell["plz"],
            flaeche_km2=float(cell["flaeche_km2"]) if cell["flaeche_km2"] else None,
            einwohner=int(cell["einwohner"]) if cell["einwohner"] else None,
            kreis_ags=cell["kreis_ags"],
            regierungsbezirk_ags=cell["regierungsbezirk_ags"],
            land_ags=cell["land_ags"],
            is_gemeindefrei=cell["is_gemeindefrei"] == "true",
        )


@lru_cache(maxsize=4)
def load_register(folder: Path = SEEDS) -> Register:
    """The register, read once per process. Raises `RegisterMissing`."""
    return Register(folder)
