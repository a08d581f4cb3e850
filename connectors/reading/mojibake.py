"""Text that was read in the wrong character set and saved again: undone where it is certain, else told.

What does not belong here: which character set the file itself has (`encoding`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.reading.messages import note
from connectors.reading.result import Note

_WRONGLY_READ_AS = (("cp1252", "ÃÂâ"), ("cp850", "├┬"), ("cp437", "├┬"), ("mac_roman", "√¬"))
"""Character sets that UTF-8 is mistaken for, and the signs that its first bytes become there."""
_SIGNS = "".join(signs for _, signs in _WRONGLY_READ_AS)
_GERMAN = frozenset("äöüßÄÖÜ")
_USUAL = _GERMAN | frozenset("éèàáçñ§°²³€–—„“”‚‘’…µ½\u00a0")
_MAX_LEVELS = 3


def undo_mojibake(text: str) -> tuple[str, tuple[Note, ...]]:
    """Every level is undone as long as every foreign place of the text decodes, and nothing speaks against it."""
    if text.isascii() or not any(sign in text for sign in _SIGNS):
        return text, ()
    notes: tuple[Note, ...] = ()
    for _ in range(_MAX_LEVELS):
        found = _one_level(text)
        if found is None:
            return text, notes or _suspicion(text)
        text, before, after, count = found
        notes = (*notes, note("mojibake_repaired", before=before, after=after, count=count))
    return text, notes


def _one_level(text: str) -> tuple[str, str, str, int] | None:
    for codec, signs in _WRONGLY_READ_AS:
        if any(sign in text for sign in signs):
            found = _undone(text, codec, signs)
            if found:
                return found
    return None


def _undone(text: str, codec: str, signs: str) -> tuple[str, str, str, int] | None:
    """The text one level up, an example before and after, and the number of places; None where it is not certain."""
    table = _bytes_of(codec)
    runs = re.findall(f"[{re.escape(''.join(table))}]+", text)
    suspicious = [run for run in runs if any(sign in run for sign in signs)]
    meant = {run: _decoded(run, table) for run in set(runs)}
    if any(meant[run] is None for run in suspicious) or not any(meant[run] for run in suspicious):
        return None
    # a letter as it should be beside broken ones: two files in one, or the broken ones are meant
    if any(run_text is None and _GERMAN & set(run) for run, run_text in meant.items()):
        return None
    results = [result for run in suspicious if (result := meant[run])]
    if len(results) < 3 and not all(_is_usual(result, codec) for result in results):
        return None
    pattern = re.compile("|".join(re.escape(run) for run in sorted(meant, key=len, reverse=True) if meant[run]))
    repaired = pattern.sub(lambda match: meant[match.group()] or match.group(), text)
    example = suspicious[0]
    return repaired, example, meant[example] or "", len(results)


def _is_usual(text: str, codec: str) -> bool:
    """Letters of this country, or one further level of the same mistake."""
    again = _decoded(text, _bytes_of(codec))
    return set(again or text) <= _USUAL


@lru_cache(maxsize=8)
def _bytes_of(codec: str) -> dict[str, int]:
    """Characters that stand for bytes from 0x80 on; where the set has none, the control character of that number."""
    found: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        try:
            found[bytes([byte]).decode(codec)] = byte
        except UnicodeDecodeError:
            found[chr(byte)] = byte
    if codec == "cp1252":
        found.update({chr(byte): byte for byte in range(0x80, 0xA0) if chr(byte) not in found})
    return found


def _decoded(run: str, table: dict[str, int]) -> str | None:
    try:
        return bytes(table[char] for char in run).decode()
    except (UnicodeDecodeError, KeyError):
        return None


def _suspicion(text: str) -> tuple[Note, ...]:
    for codec, signs in _WRONGLY_READ_AS:
        table = _bytes_of(codec)
        known = re.escape("".join(table))
        for match in re.finditer(f"[{re.escape(signs)}][{known}]+", text):
            if _decoded(match.group(), table):
                return (note("mojibake_suspected", before=match.group()),)
    return ()
