"""Which delimiter and quote a text uses, decided on a sample by how even and how clean the resulting cells are.

What does not belong here: the parser itself (`records`), header and footers (`layout`), fixed width (`fixedwidth`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from connectors.reading.cells import shape
from connectors.reading.limits import SAMPLE_RECORDS
from connectors.reading.records import Anomalies, Dialect, follows_rule, parse

_SINGLE = ";,\t|"
_RARE = ":^~#§¦\x1f\x01!*_ "
_LONG = (
    "||",
    "::",
    ";;",
    "^|^",
    "|^|",
    "~|~",
    "<>",
    "##",
    "@@",
    "$$",
    "&&",
    "%%",
    "~~",
    "==",
    "++",
    "*|*",
    " | ",
    ", ",
    "; ",
)
_PRIOR = {
    ";": 1.0,
    ",": 0.99,
    "\t": 1.0,
    "|": 0.98,
    " ": 0.6,
    ":": 0.75,
    ", ": 0.93,
    "; ": 0.93,
    " | ": 0.97,
    "_": 0.4,
    "!": 0.6,
    "*": 0.5,
    "#": 0.7,
    "==": 0.7,
    "++": 0.7,
}
_CLEAN = {"empty": 0.95, "number": 1.0, "date": 1.0, "text": 0.92}
MIN_SCORE = 0.3
MIN_SCORE_WITH_HEAD = 0.1
_SNIFF_CHARS = 12 * 1024
_CLEAN_ROWS = 12
_TOLD = re.compile(r"sep=(.{1,3}?)\r?\n", re.IGNORECASE)
_NAMES = {"\t": "Tabulator", " ": "Leerzeichen", "": "keines"}


@dataclass(frozen=True, slots=True)
class Guess:
    """A dialect with its score (0…1), the number of columns it gives, and the runner-up.

    `has_head`: the first record has exactly that many short cells, as a header does.
    """

    dialect: Dialect
    score: float
    columns: int
    runner_up: str = ""
    told: bool = False
    has_head: bool = False

    @property
    def is_sure(self) -> bool:
        return self.score >= (MIN_SCORE_WITH_HEAD if self.has_head else MIN_SCORE)


def named(delimiter: str) -> str:
    """The delimiter as a clerk reads it."""
    return _NAMES.get(delimiter) or f"„{delimiter}“"


def sniff(sample: str) -> Guess:
    """The best dialect for `sample` (whole lines)."""
    told = _TOLD.match(sample)
    if len(sample) > _SNIFF_CHARS:
        cut = max(sample.rfind("\n", 0, _SNIFF_CHARS), sample.rfind("\r", 0, _SNIFF_CHARS))
        sample = sample[: cut + 1] if sample.count("\n", 0, cut + 1) + sample.count("\r", 0, cut + 1) > 20 else sample
    if told:
        quote = _quote(sample, told.group(1))
        dialect = Dialect(told.group(1), quote, _escape(sample, told.group(1), quote))
        return Guess(dialect, 1.0, 0, told=True)
    guesses = [_judge(sample, delimiter) for delimiter in _candidates(sample)]
    if not guesses:
        return Guess(Dialect("", _quote(sample, "")), 0.0, 1)
    guesses.sort(key=lambda guess: -guess.score)
    best = guesses[0]
    others = guesses[1:] or [Guess(Dialect(""), 0.0, 1)]
    runner_up = f"{named(others[0].dialect.delimiter)} ({others[0].score:.2f})".replace(".", ",")
    return replace(best, runner_up=runner_up)


def with_quotes(dialect: Dialect, text: str) -> Dialect:
    """The dialect with the quotes that first occur after the sample."""
    if dialect.quotechar or '"' not in text:
        return dialect
    quote = _quote(text, dialect.delimiter)
    return Dialect(dialect.delimiter, quote, _escape(text, dialect.delimiter, quote)) if quote else dialect


def _candidates(sample: str) -> list[str]:
    """Delimiters that occur often enough to be looked at."""
    some = max(sample.count("\n") // 4, 1)
    counts = {char: sample.count(char) for char in {*_SINGLE, *_RARE, *(text[0] for text in _LONG)}}
    found = [char for char in _SINGLE if counts[char] >= 1]
    rare = [char for char in _RARE if counts[char] >= some]
    if sum(counts[char] for char in _SINGLE) >= 4 * some:
        rare = [char for char in rare if char not in " _*!:#"]
    long = [text for text in _LONG if counts[text[0]] >= some and sample.count(text) >= some]
    # a character that only ever stands inside a longer delimiter is none by itself
    inside = {
        char
        for text in long
        for char in text
        if char != " " and counts.get(char, 0) == sample.count(text) * text.count(char)
    }
    within = {char for char in inside if not any(text.strip() == char for text in long)}
    return [char for char in found + rare if char not in within] + long


def _quote(sample: str, delimiter: str) -> str | None:
    """`"` where it occurs at a cell's edge; `'` only where whole cells stand between two of them."""
    edge = re.escape(delimiter) if delimiter else r"\Z"
    double = '"' in sample and re.search(rf'(?:^|{edge})[ \t]*"|"[ \t]*(?:$|{edge})', sample, re.MULTILINE)
    if double:
        return '"'
    if sample.count("'") >= 4:
        whole = re.findall(rf"(?:^|(?<={edge}))'(?:[^'\r\n]|'')*'(?=\s*$|{edge})", sample, re.MULTILINE)
        if len(whole) >= 2 and sum(map(len, whole)) > 0 and len(whole) * 2 >= sample.count("'") * 0.6:
            return "'"
    return None


def _escape(sample: str, delimiter: str, quote: str | None) -> str | None:
    """A backslash escapes if it stands before a quote that does not end its cell, and quotes are not doubled."""
    if not quote or "\\" + quote not in sample:
        return None
    edge = re.escape(delimiter) if delimiter else r"\Z"
    inner = re.search(rf"[^\\{quote}\r\n]\\{quote}(?![ \t]*(?:{edge}|[\r\n]|\Z))", sample)
    return "\\" if inner and not follows_rule(sample, Dialect(delimiter, quote)) else None


def _judge(sample: str, delimiter: str) -> Guess:
    quote = _quote(sample, delimiter)
    dialect = Dialect(delimiter, quote, _escape(sample, delimiter, quote))
    anomalies = Anomalies(give_up=12)
    records = [cells for _, cells in islice(parse(sample, dialect, anomalies=anomalies), SAMPLE_RECORDS)]
    if anomalies.is_hopeless and len(records) < 40:
        return Guess(dialect, 0.0, 1)
    rows = [cells for cells in records if any(cells)] or records
    widths = Counter(len(cells) for cells in rows)
    first = len(rows[0]) if rows else 0
    columns = max((w for w in widths if w > 1), key=lambda w: (widths[w] * min(w, 4), w == first, w), default=1)
    if columns == 1:
        return Guess(dialect, 0.0, 1)
    even = widths[columns] / len(rows)
    near = sum(count for width, count in widths.items() if abs(width - columns) == 1) / len(rows)
    clean = _cleanness([cells for cells in rows if len(cells) == columns][:_CLEAN_ROWS], delimiter)
    width_bonus = 1 - 0.5 / columns
    score = (even + 0.3 * near) ** 1.5 * clean * width_bonus * _PRIOR.get(delimiter, 0.9)
    has_head = delimiter in _SINGLE and first == columns > 2 and all(len(cell) < 40 for cell in rows[0])
    return Guess(dialect, min(score, 1.0), columns, has_head=has_head)


def _cleanness(rows: list[list[str]], delimiter: str) -> float:
    """0…1: cells that are numbers, dates or tidy text; low where other delimiters or quotes are left inside."""
    total = count = 0.0
    others = [char for char in (";", "\t", "|", ",") if char not in delimiter]
    for row in rows:
        for cell in row:
            total += _cell_cleanness(cell, others)
            count += 1
    return total / count if count else 0.0


def _cell_cleanness(cell: str, others: list[str]) -> float:
    kind = shape(cell)
    if kind != "text":
        return _CLEAN[kind]
    score = _CLEAN["text"]
    if cell[0] == '"' or cell[-1] == '"':
        score *= 0.3
    if cell[0] == " ":
        score *= 0.95
    if any(char in cell for char in others[:-1]) or cell.count(":") > 2:
        score *= 0.45
    return score
