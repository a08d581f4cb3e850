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

# West, south, east, north of each Land in WGS84 degrees, rounded outwards; own reading of the Länder's extreme points.
_LAENDER = {
    "01": (7.8, 53.3, 11.4, 55.1),
    "02": (8.4, 53.3, 10.4, 54.1),
    "03": (6.5, 51.2, 11.7, 54.2),
    "04": (8.4, 52.9, 9.1, 53.7),
    "05": (5.8, 50.3, 9.5, 52.6),
    "06": (7.7, 49.3, 10.3, 51.7),
    "07": (6.0, 48.9, 8.6, 51.0),
    "08": (7.4, 47.5, 10.6, 49.9),
    "09": (8.9, 47.2, 13.9, 50.6),
    "10": (6.3, 49.1, 7.5, 49.7),
    "11": (13.0, 52.3, 13.9, 52.7),
    "12": (11.2, 51.3, 14.8, 53.6),
    "13": (10.5, 53.0, 14.5, 54.8),
    "14": (11.8, 50.1, 15.1, 51.7),
    "15": (10.5, 50.9, 13.3, 53.1),
    "16": (9.8, 50.2, 12.7, 51.7),
}


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
    def title(self) -> str:
        """As one says it: the register's `Altomünster, M` is `Markt Altomünster`, its `Eching` `Gemeinde Eching`."""
        name, comma, addition = self.name.partition(", ")
        if not comma:
            return name if self.is_gemeindefrei else f"{self.art.removeprefix('Kreisfreie ')} {name}"
        if self.art in {"Markt", "Große Kreisstadt"} or addition == "St":
            return f"{self.art} {name}"
        # `Landeshauptstadt`, `Hansestadt` stand in front too; `Freie und Hansestadt`, `gemfr. Gebiet` stay behind.
        return f"{addition} {name}" if addition[:1].isupper() and " " not in addition else self.name


def land_bbox(ags: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the Land an AGS lies in; None where the AGS names none."""
    return _LAENDER.get(ags[:2])


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
        """Whether it is a Gemeinde, or a Landkreis (its five digits and three zeros): both publish."""
        return ags in self._rows or self.is_landkreis(ags)

    def is_landkreis(self, ags: str) -> bool:
        """A kreisfreie Stadt is a Gemeinde, though its AGS ends in three zeros too."""
        return len(ags) == AGS_DIGITS and ags.endswith("000") and ags not in self._rows and ags[:5] in self._kreise

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
        if row is None and self.is_landkreis(ags):
            return self._landkreis(ags[:5])
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

    def title(self, ags: str) -> str:
        """The name with its kind in front: `Stadt Augsburg`, `Markt Altomünster`, `Landkreis Altötting`."""
        gemeinde = self.gemeinde(ags)
        return gemeinde.title if gemeinde else self.name(ags)

    @cached_property
    def _short_names(self) -> dict[str, str]:
        at = self._columns.index("name")
        return {ags: row[at].split(",", 1)[0].casefold() for ags, row in self._rows.items()}

    @cached_property
    def _kreise(self) -> dict[str, str]:
        with (self._folder / "kreise.csv").open(encoding="utf-8", newline="") as lines:
            return {row["ags"]: row["name"] for row in csv.DictReader(lines)}

    def _landkreis(self, kreis_ags: str) -> str:
        """As one says it: `Landkreis Altötting`, but `Heidekreis`."""
        name = self._kreise[kreis_ags]
        return name if "kreis" in name.casefold() or "region" in name.casefold() else f"Landkreis {name}"

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
