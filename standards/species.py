"""How names of species are written: botanical names by the Code (ICN), German ones not in capitals. Nothing is looked up.

Only the writing changes: authors behind the name go, quotes of cultivars become `'…'`, capitals become small letters.
What is abbreviated stays so (`Acer plat.` may be more than one species), and x stays x: the Code allows it for × (H.3A).
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import re

import polars as pl

from standards.words import map_unique

_QUOTED = re.compile(r"\s*[\"„“”‚‘’`´']\s*([^\"„“”‚‘’`´']+?)\s*[\"„“”‚‘’`´']")
_QUOTES_RIGHT = re.compile(r"[^\"„“”‚‘’`´']*(?: '[^\"„“”‚‘’`´']+')?$")
_AUTHOR = re.compile(
    r"^([A-Z][a-zë-]+ (?:[x×] ?)?[a-zë-]{3,}(?: (?:subsp\.|ssp\.|var\.|f\.) [a-zë-]{3,})?)"
    r"(?: \([A-ZÄÖÜ][\w. ]*\)| [A-ZÄÖÜ][\wäöüßé]*\.| (?:Marshall|Moench|Roth|Crantz|Borkh|Medik|Ehrh|Scop|Mill|Willd|Thunb)\b| (?:et|ex|&)\b)+(?= '|$)"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def written(text: pl.Series, form: str) -> pl.Series:
    """A column of names in the given form (`botanical`, `plain_name`); each different name is looked at once."""
    return map_unique(text, botanical if form == "botanical" else plain_name, pl.String)


def botanical(name: str) -> str:
    """`TILIA CORDATA Mill.  "Greenspire"` → `Tilia cordata 'Greenspire'`."""
    text = _small(name) if name.isupper() and len(name) > 3 else name
    if not _QUOTES_RIGHT.match(text):
        text = _QUOTED.sub(r" '\1'", text).strip()
    found = _AUTHOR.match(text)
    return found[1] + text[found.end() :] if found else text


def _small(text: str) -> str:
    """Capitals undone: genus and cultivar with a capital, the rest small."""
    bare, *cultivar = re.split(r"(?=[\"„“”‚‘’`´'])", text, maxsplit=1)
    return bare.capitalize() + "".join(part.title() for part in cultivar)


def plain_name(name: str) -> str:
    """`SPITZ-AHORN` → `Spitz-Ahorn`."""
    return _WORD.sub(lambda word: word[0].capitalize(), name) if name.isupper() and len(name) > 3 else name
