"""Names and keys of municipalities as people write them. The register itself is passed in: the engine reads no file.

`Stadt Fürth`, `Fürth, St` and `Fürth (Kreis Fürth)` name a Gemeinde; AGS: 8 digits, Land (2), Regierungsbezirk (1),
Kreis (2), Gemeinde (3); ARS: 12 digits with the Gemeindeverband (4) before the Gemeinde. Source: Destatis, GV-ISys.
"""
# ruff: noqa: E501  pairs of patterns read better in rows

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

from standards.headers import fold

_KIND = (
    r"landeshauptstadt|hauptstadt|große kreisstadt|grosse kreisstadt|kreisfreie stadt|universitätsstadt|hansestadt|"
    r"gemeinde|markt|stadt|kurort|bad"
)
_BEFORE = re.compile(rf"^(?:{_KIND.removesuffix('|bad')})\s+(?=\S)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:,\s*|\s*\(\s*)(?:{_KIND}|st|m|gkst|gde|kfst|krfr\.? st)\.?\s*\)?\s*$", re.IGNORECASE)
_KREIS = re.compile(r"(?:,\s*|\s*\(\s*|\s+)(?:landkreis|lkr\.?|lk|kreis|krs\.?)\s+([^()]+?)\s*\)?\s*$", re.IGNORECASE)
_BRACKETED = re.compile(r"(?:^|\s*)\(([^()]{3,})\)\s*$")
_JOINTS = (
    (re.compile(r"\ban der\b|\ba\.\s?d\.\s?", re.IGNORECASE), "ad "), (re.compile(r"\bin der\b|\bi\.\s?d\.\s?", re.IGNORECASE), "id "),
    (re.compile(r"\bob der\b|\bo\.\s?d\.\s?", re.IGNORECASE), "od "), (re.compile(r"\bvor der\b|\bv\.\s?d\.\s?", re.IGNORECASE), "vd "),
    (re.compile(r"\bbei\b|\bb\.\s?", re.IGNORECASE), "b "), (re.compile(r"\bam\b|\ba\.\s?", re.IGNORECASE), "a "),
    (re.compile(r"\bim\b|\bin\b|\bi\.\s?", re.IGNORECASE), "i "), (re.compile(r"\bsankt\b|\bst\.\s?", re.IGNORECASE), "st "),
    (re.compile(r"\boberpfalz\b|\bopf\.?", re.IGNORECASE), "opf"), (re.compile(r"\boberbayern\b|\bobb\.?", re.IGNORECASE), "obb"),
)  # fmt: skip


class Gazetteer(Protocol):
    """Who knows the municipalities."""

    def find(self, name: str, kreis: str) -> str | None:
        """The AGS of the one Gemeinde of this name (keys as `spoken` gives them; no Kreis: in all of Germany)."""

    def __contains__(self, ags: str) -> bool:
        """Whether there is such a Gemeinde."""


@lru_cache(maxsize=65536)
def spoken(text: str) -> tuple[str, str]:
    """(name, Kreis) as keys to compare by, kinds and abbreviations taken off; the Kreis is empty if not said."""
    bare = " ".join(text.split())
    kreis = ""
    found = _KREIS.search(bare) or (None if _BEHIND.search(bare) else _BRACKETED.search(bare))
    if found:
        bare, kreis = bare[: found.start()], found[1]
    bare = _BEFORE.sub("", _BEHIND.sub("", bare))
    return _key(bare), _key(_BEHIND.sub("", re.sub(r"^(?:landkreis|lkr\.?|kreis)\s+", "", kreis, flags=re.IGNORECASE)))


def _key(name: str) -> str:
    for pattern, short in _JOINTS:
        name = pattern.sub(short, name)
    return fold(name)


def ags_of_ars(key: str) -> str | None:
    """The AGS in a key of 11 (a lost zero) or 12 digits; None for any other text."""
    if not re.fullmatch(r"\d{12}|[1-9]\d{10}", key):
        return None
    ars = key.zfill(12)
    return ars[:5] + ars[9:]
