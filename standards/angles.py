"""Angles and pairs of coordinates as people write them: minutes and seconds, labels, any separator. One text a time."""

from __future__ import annotations

import re
from functools import lru_cache

_DMS = re.compile(
    r"(?P<front>[NSEOW])?\s*(?P<sign>[-+])?(?P<d>\d{1,3})\s*[°º]\s*"
    r"(?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*['′’´`]\s*)?(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|“|''|′′)\s*)?(?P<back>[NSEOW])?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:latitude|longitude|lat|lon|lng|long|breitengrad|längengrad|laengengrad|breite|länge|laenge|rechtswert|hochwert|rechts|hoch|"
    r"ostwert|nordwert|ost|nord|rw|hw|utm|wgs\s?84|gps|koordinaten?|x|y|[nseow])\b\.?|[°()\[\]{}:=]",
    re.IGNORECASE,
)
_ZONE = re.compile(r"^\s*(?:zone\s*)?(3[23])\s?[UTN]?\s+(?=\d{6}\b)", re.IGNORECASE)
_GLUED = re.compile(r"(?<=\d)\s*[NSEOW]\b|\b[NSEOW]\s*(?=\d)", re.IGNORECASE)
_TWO = re.compile(r"^[\s,;/|]*([-+]?\d{1,8}(?:[.,]\d+)?)(?:\s*[;/|]\s*|,\s+|\s+|,)([-+]?\d{1,8}(?:[.,]\d+)?)[\s,;/|]*$")


@lru_cache(maxsize=65536)
def angle(text: str) -> float | None:
    """`48°08'15"N` → 48.1375; west and south are negative. None for anything but one such angle."""
    found = _DMS.fullmatch(text.strip())
    return _decimal(found) if found and (found["m"] or found["front"] or found["back"]) else None


def _decimal(found: re.Match[str]) -> float | None:
    minutes, seconds = (float((found[part] or "0").replace(",", ".")) for part in ("m", "s"))
    if minutes >= 60 or seconds >= 60:
        return None
    value = int(found["d"]) + minutes / 60 + seconds / 3600
    letter = (found["front"] or found["back"] or "").upper()
    return -value if found["sign"] == "-" or letter in ("S", "W") else value


@lru_cache(maxsize=65536)
def pair(text: str) -> tuple[str, str] | None:
    """Two coordinates in one text, in their order, as decimal texts; None if it is not surely a pair."""
    if "°" in text or "º" in text:
        found = [match for match in _DMS.finditer(text) if match["m"] or match["front"] or match["back"]]
        left = _DMS.sub(" ", text)
        values = [_decimal(match) for match in found]
        if len(values) == 2 and None not in values and not re.search(r"[\w°]", left):
            return f"{values[0]:.8f}", f"{values[1]:.8f}"
    bare = _ZONE.sub(r"\1", text)
    bare = _LABEL.sub(" ", _GLUED.sub(" ", bare)).strip()
    found_two = _TWO.match(re.sub(r"\s+([,;/|])", r"\1", bare))
    return (found_two[1], found_two[2]) if found_two else None
