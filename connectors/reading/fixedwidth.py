"""Tables drawn with blanks or signs: fixed width, runs of blanks, boxes of `|` and `-` (also Markdown).

What does not belong here: delimited text (`dialect`, `records`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.reading.cells import shape
from connectors.reading.dialect import Guess
from connectors.reading.records import Record, lines

_MIN_LINES = 3
_LOOKED_AT = 200
_BOX_RULE = re.compile(r"[\s|+:=-]*[-=]{2,}[\s|+:=-]*$")
_RULE = re.compile(r"\s*[-=_]{2,}(?:\s+[-=_]{2,})+\s*$")
_RIVALS = frozenset({";", "\t", "|"})
"""Delimiters that stand in no number and no prose: where they fit, nothing is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How the table is drawn; `starts` are the 0-based columns of the text at which cells begin (fixed width)."""

    kind: Literal["fixed", "runs", "words", "boxed"]
    starts: tuple[int, ...] = ()
    reason: str = ""

    def records(self, text: str) -> Iterator[Record]:
        """Records without the padding: here it is the separator."""
        for number, (line, _) in enumerate(lines(text), 1):
            if not line.strip() or self._is_rule(line):
                continue
            yield number, self._cells(line)

    def _is_rule(self, line: str) -> bool:
        return bool(_BOX_RULE.match(line) if self.kind == "boxed" else _RULE.match(line))

    def _cells(self, line: str) -> list[str]:
        text = line.strip()
        if self.kind == "fixed":
            return cut(line, self.starts)
        if self.kind == "boxed":
            if not text.startswith("|"):
                return [text]
            inner = re.split(r"(?<!\\)\|", text.removeprefix("|").removesuffix("|"))
            return [cell.strip().replace("\\|", "|") for cell in inner]
        return re.split(r" {2,}", text) if self.kind == "runs" else text.split()


def find_drawn(sample: str, guess: Guess) -> Drawn | None:
    """The drawing, where no delimiter explains the lines better."""
    delimiter = guess.dialect.delimiter
    is_plain = guess.is_sure and (delimiter in _RIVALS or (guess.is_even and not delimiter.isspace()))
    if is_plain and "|" not in sample:
        return None
    rows = [line for line, _ in lines(sample) if line.strip()][:_LOOKED_AT]
    if _is_boxed(rows):
        return Drawn("boxed", reason="jede Zeile beginnt und endet mit „|“")
    return None if is_plain else _lined_up(rows)


def _lined_up(rows: list[str]) -> Drawn | None:
    """Fixed width or runs of blanks."""
    if sum("  " in row.strip() for row in rows) < max(len(rows) * 0.5, 2) or any("\t" in row for row in rows):
        return None
    starts = find_columns(rows)
    runs = _steady(rows, r" {2,}")
    if starts and runs <= len(starts):
        return Drawn("fixed", tuple(starts), "in allen Zeilen sind dieselben Stellen leer")
    words = _steady(rows, r" +")
    if max(runs, words) < 2:
        return None
    reason = f"neun von zehn Zeilen haben so {runs or words} Zellen"
    return Drawn("runs" if runs > 1 else "words", reason=reason)


def _steady(rows: list[str], pattern: str) -> int:
    """How many pieces nearly every line has; 0 where they differ."""
    width, count = Counter(len(re.split(pattern, row.strip())) for row in rows).most_common(1)[0]
    return width if count >= max(len(rows) * 0.9, _MIN_LINES) else 0


def _is_boxed(rows: list[str]) -> bool:
    drawn = [row.strip() for row in rows if not _BOX_RULE.match(row)]
    edged = sum(len(row) > 2 and row[0] == row[-1] == "|" and '"|' not in row for row in drawn)
    return edged >= 2 and edged >= len(drawn) * 0.7


def find_columns(rows: list[str]) -> list[int]:
    """0-based starts of the columns; empty where the lines do not line up in at least two."""
    rule = next((row for row in rows if _RULE.match(row)), None)
    if rule is not None:
        return [match.start() for match in re.finditer(r"[-=_]+", rule)]
    body = [row for row in rows if "  " in row.strip()]
    if len(body) < max(_MIN_LINES, len(rows) * 0.6):
        return []
    width = max(len(row) for row in body)
    spared = len(body) // 50
    blank = [sum(at < len(row) and row[at] != " " for row in body) <= spared for at in range(width)]
    starts = [at for at in range(width) if not blank[at] and (at == 0 or blank[at - 1])]
    starts = [at for at in starts if at == starts[0] or blank[at - 2] or _is_column(body, at, starts)]
    return starts if len(starts) > 1 else []


def _is_column(body: list[str], start: int, starts: list[int]) -> bool:
    """A single blank parts columns only where the header names both sides or one side holds numbers only."""
    place = starts.index(start)
    end = starts[place + 1] if place + 1 < len(starts) else None
    left = [row[starts[place - 1] : start].strip() for row in body]
    right = [row[start:end].strip() for row in body]
    if not right[0] or not left[0] or min(sum(map(bool, left)), sum(map(bool, right))) < len(body) * 0.5:
        return False
    return any({shape(cell) for cell in side[1:]} <= {"number", "date", "empty"} for side in (left, right))


def cut(line: str, starts: tuple[int, ...]) -> list[str]:
    """The cells of a line; one cell where a word stands across a border, as in titles and notes."""
    if any(0 < at < len(line) and line[at - 1] != " " and line[at] != " " for at in starts[1:]):
        return [line.strip()]
    ends = [*starts[1:], None]
    first = 0 if starts[0] and line[: starts[0]].strip() else starts[0]
    cells = [
        line[first if at == 0 else start : end].strip()
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return cells if any(cells[1:]) else [line.strip()]
