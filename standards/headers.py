"""Headers as municipalities write them, brought to a form that can be compared. No standard is known here."""
# ruff: noqa: E501  tables of units read better in rows

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DBASE = re.compile(r",\s*[CNDLFM]\s*,\s*\d+(\s*,\s*\d+)?\s*$")
_PATH = re.compile(r"[.:/](?=[^\d\s])")
_COUNTED = re.compile(r"(?:[_ ]\(?\d{1,2}\)?)$")
_UNIT_IN_BRACKETS = re.compile(r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,12}?)\s*[)\]]")
_UNIT_AT_END = re.compile(
    r"(?:[_\s,]|\bin\s)+(mm|cm|m|km|qm|m2|m²|ha|km2|(?:tsd\.? ?|tausend |mio\.? ?|1\.?000 ?)?(?:eur|euro|€)|t€|teur|min|std|h|metern?|zentimetern?|quadratmetern?|hektar|minuten|k[wW]|kilowatt|(?<=in\s)[wW]|(?<=in\s)watt)\.?$",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"(?<![mM])[⁰¹²³⁴-⁹]{1,2}\)?(?!\w)|(?<=[^\W\d_])\.?\s?\*{1,3}\)?(?=\s|$)|(?<=[^\W\d_])\s?\d\)(?=\s|$)"
)
"""`Bevölkerung¹`, `Ausländer 2)`, `Einwohner *)`: a mark that leads to a footnote. `m²` is none."""
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "²": "2", "³": "3", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)

UNITS: dict[str, str] = {
    "mm": "mm", "millimeter": "mm", "cm": "cm", "zentimeter": "cm", "dm": "dm", "m": "m", "meter": "m", "metern": "m",
    "km": "km", "qm": "m2", "m2": "m2", "quadratmeter": "m2", "quadratmetern": "m2", "ha": "ha", "hektar": "ha", "ar": "a",
    "km2": "km2", "eur": "eur", "euro": "eur", "€": "eur", "t€": "teur", "teur": "teur", "tsdeur": "teur", "tsd€": "teur",
    "tausendeuro": "teur", "tausend€": "teur", "tausendeur": "teur", "tsdeuro": "teur", "1000€": "teur", "1000eur": "teur", "1000euro": "teur", "mioeuro": "mioeur", "mio€": "mioeur", "mioeur": "mioeur", "min": "min", "minuten": "min", "std": "h", "h": "h",
    "w": "W", "watt": "W", "kw": "kW", "kilowatt": "kW", "mw": "MW", "megawatt": "MW", "stunden": "h", "s": "s", "sekunden": "s",
}  # fmt: skip
"""Unit words (folded) → unit code."""

_SCALE: dict[str, tuple[str, float]] = {
    "mm": ("length", 0.001), "cm": ("length", 0.01), "dm": ("length", 0.1), "m": ("length", 1.0), "km": ("length", 1000.0),
    "m2": ("area", 1.0), "a": ("area", 100.0), "ha": ("area", 10_000.0), "km2": ("area", 1_000_000.0),
    "eur": ("money", 1.0), "teur": ("money", 1000.0), "mioeur": ("money", 1_000_000.0),
    "W": ("power", 0.001), "kW": ("power", 1.0), "MW": ("power", 1000.0),
    "s": ("time", 1 / 60), "min": ("time", 1.0), "h": ("time", 60.0),
}  # fmt: skip


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, umlauts written out, accents and everything but letters and digits dropped: `Höhe (m)` → `hoehem`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_UMLAUTS))
    return re.sub(r"[^a-z0-9€]", "", plain.lower())


@lru_cache(maxsize=65536)
def unmarked(text: str) -> str:
    """The text without marks that lead to footnotes; a bracket that was opened in it is no mark."""
    return _FOOTNOTE.sub("", text) if "(" not in text else re.sub(r"(?<![mM])[⁰¹²³⁴-⁹]{1,2}(?!\w)", "", text)


@lru_cache(maxsize=65536)
def unit_of(header: str) -> str | None:
    """The unit a header names (`Höhe (m)`, `hoehe_cm`, `Fläche in ha`), as a code of `UNITS`."""
    bracket = _UNIT_IN_BRACKETS.search(header)
    found = bracket or _UNIT_AT_END.search(_DBASE.sub("", header).strip())
    return UNITS.get(fold(found.group(1))) if found else None


@lru_cache(maxsize=65536)
def forms(header: str) -> tuple[tuple[str, float], ...]:
    """All comparable forms of a header, best first, each with how much certainty is lost by using it (0…0.1)."""
    bare = _DBASE.sub("", unmarked(header.strip().strip('"\ufeff'))).replace("\n", " ").replace("\xad", "")
    path = _PATH.split(bare)
    if len(path) > 1 and path[-1].lower() == "value":
        path = path[:-1]
    last, depth = path[-1], 0.02 * len(path)
    unhyphened = re.sub(r"-\s*(?=[a-zäöü])", "", bare)
    candidates = [(bare, 0.0), (_without_unit(bare), 0.0), (unhyphened, 0.0), (_without_brackets(bare), 0.02)]
    if last != bare:
        candidates += [(last, depth), (_without_unit(last), depth)]
    candidates.append((_COUNTED.sub("", bare), 0.1))
    seen: dict[str, float] = {}
    for text, loss in candidates:
        key = fold(text)
        if key:
            seen.setdefault(key, loss)
    return tuple(seen.items())


@lru_cache(maxsize=1024)
def forms_in(columns: tuple[str, ...], noise: str | None = None) -> dict[str, tuple[tuple[str, float], ...]]:
    """The forms of each header of a table, those without a group's title included.

    Two header rows come as one name (`Maße Höhe`, `Maße Krone`, `Lage x`, `Lage y`): words that neighbours begin with are
    such a title, where a table has two groups of them and the rest still tells the columns apart. `noise`: words that
    say nothing in these headers.
    """
    known = {column: forms(column) for column in columns}
    if noise:
        for column in columns:
            heard = re.sub(noise, " ", column, flags=re.IGNORECASE).strip(" _-:,")
            if fold(heard) != fold(column):
                known[column] = tuple(
                    {**{form: loss + 0.02 for form, loss in forms(heard)}, **dict(known[column])}.items()
                )
    words = [column.split() for column in columns]
    shared = [max(_common(words, at, at - 1), _common(words, at, at + 1)) for at in range(len(columns))]
    titles = {tuple(own[:count]) for own, count in zip(words, shared, strict=True) if count}
    if len(titles) < 2:
        return known
    bare = [" ".join(own[max(count, 1) :]) for own, count in zip(words, shared, strict=True)]
    folded = [fold(_without_unit(text)) for text in bare]
    for column, text, key in zip(columns, bare, folded, strict=True):
        if key and folded.count(key) == 1:
            more = {form: loss + 0.05 for form, loss in forms(text)}
            known[column] = tuple({**more, **dict(known[column])}.items())
    return known


def _common(words: list[list[str]], at: int, other: int) -> int:
    """How many leading words two headers share, if each has more than those; 0 beyond the table's edge."""
    if not 0 <= other < len(words):
        return 0
    count = 0
    for own, its in zip(words[at][:-1], words[other][:-1], strict=False):
        if own != its:
            break
        count += 1
    return count


def _without_unit(text: str) -> str:
    bracket = _UNIT_IN_BRACKETS.search(text)
    if bracket and fold(bracket.group(1)) in UNITS:
        return text[: bracket.start()] + text[bracket.end() :]
    return _UNIT_AT_END.sub("", text)


def _without_brackets(text: str) -> str:
    return re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", text)


def factor(unit: str | None, wanted: str | None) -> float | None:
    """What a value in `unit` is multiplied with to be in `wanted`; 1.0 where either is unknown; None if incompatible."""
    if unit is None or wanted is None or unit == wanted:
        return 1.0
    have, want = _SCALE.get(unit), _SCALE.get(wanted)
    if have is None or want is None:
        return 1.0
    if have[0] != want[0]:
        return None
    return have[1] / want[1]


UNIT_WORDS = {
    "mm": "Millimeter",
    "cm": "Zentimeter",
    "m": "Meter",
    "m2": "Quadratmeter",
    "ha": "Hektar",
    "km2": "Quadratkilometer",
}
"""The units that municipal tables use without naming them, in words."""


def unit_of_size(wanted: str | None, size: float, usual: tuple[float, float] | None) -> tuple[str, float] | None:
    """(unit, factor to `wanted`) of the one unit in which a column of this size is usual; None where it is so as it is."""
    if usual is None or usual[0] <= size <= usual[1]:
        return None
    scales = [(unit, factor(unit, wanted)) for unit in UNIT_WORDS if unit != wanted]
    fitting = [(unit, by) for unit, by in scales if by and by != 1.0 and usual[0] <= size * by <= usual[1]]
    return fitting[0] if len(fitting) == 1 else None
