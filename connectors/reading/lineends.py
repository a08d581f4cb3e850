"""What ends a line: LF, CRLF, CR, and the rare ones (U+2028, NEL, record separator), which become LF here.

What does not belong here: cutting lines into cells (`records`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from connectors.reading.messages import note
from connectors.reading.result import Decision, Note

_RARE = {"\u2028": "U+2028", "\u2029": "U+2029", "\x85": "NEL (U+0085)", "\x1e": "U+001E"}
_SIGNS = ";,\t|\x1f"


@dataclass(frozen=True, slots=True)
class LineEnds:
    """The text with ends the parser knows, and what was found."""

    text: str
    decision: Decision
    notes: tuple[Note, ...] = ()


def unify_ends(text: str) -> LineEnds:
    """Turns rare line ends into LF where they end lines; the usual ones stay, cells keep theirs."""
    counts: Counter[str] = Counter()
    if "\r\r\n" in text and text.count("\r\r\n") * 2 > text.count("\n"):
        counts["CR CR LF"] = text.count("\r\r\n")
        text = text.replace("\r\r\n", "\n")
        counts["LF"] = -counts["CR CR LF"]
    for sign, name in _RARE.items():
        if sign in text and _ends_lines(text, sign):
            counts[name] = text.count(sign)
            counts["LF"] -= counts[name]
            text = text.replace(sign, "\n")
    pairs = text.count("\r\n")
    counts.update({"CRLF": pairs, "LF": text.count("\n") - pairs, "CR": text.count("\r") - pairs})
    ranked = [(name, count) for name, count in counts.most_common() if count > 0]
    chosen, others = (ranked[0][0], ranked[1:]) if ranked else ("keines", [])
    every = "die meisten" if others else "alle"
    reason = f"so enden {every} Zeilen" if ranked else "die Datei hat nur eine Zeile"
    runner_up = ", ".join(f"{name} ({count})" for name, count in others)
    notes = (note("line_endings_mixed"),) if others else ()
    return LineEnds(text, Decision("line_end", chosen, reason, runner_up), notes)


def _ends_lines(text: str, sign: str) -> bool:
    """Is this sign a line end here, or text inside cells? The lines it makes must look like the others."""
    head = text[: 64 * 1024]
    lines = [line for line in head.replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) <= 1:
        # delimiters may be the only other signs, so one cut is not enough to tell records from cells
        return head.count(sign) >= 1 and (sign != "\x1e" or "\x1f" in head)
    plain = [line for line in lines if sign not in line]
    pieces = [piece for line in lines if sign in line for piece in line.split(sign) if piece.strip()]
    return any(_is_steady(pieces, plain, delimiter) for delimiter in _SIGNS)


def _is_steady(pieces: list[str], plain: list[str], delimiter: str) -> bool:
    """Have the pieces as many delimiters as the other lines, and nearly all of them the same number?"""
    counts = Counter(piece.count(delimiter) for piece in pieces)
    usual, number = counts.most_common(1)[0]
    others = Counter(line.count(delimiter) for line in plain).most_common(1)
    return usual > 0 and number > len(pieces) * 0.8 and (not others or others[0][0] == usual)
