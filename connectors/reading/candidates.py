"""Which delimiters are worth a try: signs, and runs of signs, that occur about as often in most lines.

What does not belong here: which of them it is (`dialect`).
"""

from __future__ import annotations

import re
from collections import Counter

SINGLE = ";,\t|"
_RARE = ":^~#§¦\x1f\x1e\x01!*_ "
_LONG = ("||", "::", ";;", "^|^", "|^|", "~|~", "<>", "##", "@@", "$$", "&&", "%%", "~~", "==", "++", "*|*", "\\t")
_PADDED = (" | ", ", ", "; ", " ; ", " , ", "\t\t")
_TYPOGRAPHIC = "„“”»«‚‘’›‹`´"
_NEVER = frozenset("\"'.-+()[]{}\n\r\u00a0\u202f\ufeff\\€°²³" + _TYPOGRAPHIC)
"""Signs that stand inside numbers, dates and words too often to be looked at as delimiters by themselves."""
_RUN_LINES = 8
_LINES = 24
"""So many lines show what occurs in every line."""
_LINE_END = re.compile(r"[\r\n]+")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_BETWEEN_QUOTES = re.compile(r'"([^"\w\r\n]{1,5})"')
_RUN = re.compile(rf"[ \t]?[^\w\s\"'.,+()\[\]{_TYPOGRAPHIC}-]{{1,3}}[ \t]?| [-–=/]>? |[-=]>")


def candidates(sample: str) -> list[str]:
    """Delimiters that occur often enough to be looked at."""
    lines = [line for line in _LINE_END.split(sample, _LINES * 3) if line.strip()][:_LINES]
    some = max(len(lines) // 4, 1)
    if '"' in sample:
        # what stands in quotes separates nothing; the quotes stay, they show where cells end
        lines = [_QUOTED.sub('""', line) for line in lines]
    singles = [char for char in SINGLE if char in sample]
    long = _long(sample, lines, some)
    signs = {char for char in set("".join(lines)) if not char.isalnum()} - _NEVER - set(SINGLE)
    joined = "\n".join(lines)
    often = [char for char in sorted(signs | {"_"}) if joined.count(char) >= 0.6 * len(lines)]
    steady = [char for char in often if _is_steady(lines, char)]
    rare = [char for char in _RARE if char not in steady and sample.count(char) >= some]
    if sum(sample.count(char) for char in singles) >= 4 * some:
        rare = [char for char in rare if char not in " _*!:#"]
    # a character that only ever stands inside a longer delimiter is none by itself
    within = {
        char
        for text in long
        for char in text
        if char != " " and text.strip() != char and sample.count(char) == sample.count(text) * text.count(char)
    }
    return [char for char in dict.fromkeys([*singles, *steady, *rare]) if char not in within] + long


def _long(sample: str, lines: list[str], some: int) -> list[str]:
    """Delimiters of several characters: known ones, and what stands in every line or between all quotes."""
    long = [text for text in (*_LONG, *_PADDED) if sample.count(text) >= some]
    runs = Counter(_RUN.findall("\n".join(lines[:_RUN_LINES]))).most_common(8)
    quoted = Counter(_BETWEEN_QUOTES.findall(sample)).most_common(2) if '"' in sample else []
    found = [text for text, count in (*runs, *quoted) if count > 1 and text not in long and text.strip()]
    return long + [text for text in dict.fromkeys(found) if len(text) > 1 and _is_steady(lines, text)]


def _is_steady(lines: list[str], text: str) -> bool:
    """As often in most lines, as a delimiter is."""
    counts = Counter(line.count(text) for line in lines)
    alike = max((number for count, number in counts.items() if count), default=0)
    return alike >= max(len(lines) * 0.6, 2)
