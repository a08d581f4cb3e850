"""Which delimiter and quote a text uses, decided on a sample by how even and how clean the resulting cells are.

What does not belong here: the parser itself (`records`), header and footers (`layout`), fixed width (`fixedwidth`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from connectors.reading.candidates import SINGLE, candidates
from connectors.reading.cells import shape
from connectors.reading.footers import BESIDE
from connectors.reading.limits import SAMPLE_RECORDS
from connectors.reading.parser import parse
from connectors.reading.quotes import escape_of, has_double, quote_of
from connectors.reading.records import Anomalies, Dialect

_PRIOR = {
    ";": 1.0,
    ",": 0.99,
    "\t": 1.0,
    "|": 0.98,
    "\x1f": 1.0,
    "\x1e": 0.98,
    "\x01": 0.98,
    " ": 0.6,
    ":": 0.75,
    "/": 0.6,
    ", ": 1.0,
    "; ": 1.01,
    " ; ": 1.02,
    " , ": 1.01,
    " | ": 0.99,
    "\t\t": 1.0,
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
_SAME = 0.97
"""Two scores nearer than this, both of an even table: a person should know of both."""
_COMMENT_LINE = re.compile(r"(?:#[^\r\n]*|[ \t]*)(?:\r\n|\n|\r)")
_TIGHT_COMMA = re.compile(r",\S")
_TOLD = re.compile(r"sep=(.{1,3}?)\r?\n", re.IGNORECASE)
_NAMES = {"\t": "Tabulator", " ": "Leerzeichen", "": "keines", "\x1f": "U+001F", "\x1e": "U+001E", "\x01": "U+0001"}


@dataclass(frozen=True, slots=True)
class Guess:
    """A dialect with its score (0…1), the number of columns it gives, and the runner-up.

    `has_head`: the first record has exactly that many short cells, as a header does. `is_even`: every record has as
    many. `rival`: another dialect that gives an even table of other cells and is as good. `opening`: the typographic
    quote that was straightened.
    """

    dialect: Dialect
    score: float
    columns: int
    runner_up: str = ""
    told: bool = False
    has_head: bool = False
    is_even: bool = False
    rival: Guess | None = None
    opening: str | None = None

    @property
    def quotechar(self) -> str | None:
        """The quote as it stands in the file."""
        return self.opening or self.dialect.quotechar

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
        quote = quote_of(sample, told.group(1))
        dialect = Dialect(told.group(1), quote, escape_of(sample, told.group(1), quote))
        return Guess(dialect, 1.0, 0, told=True)
    sample = _without_lines_beside(sample)
    guesses = [_judge(sample, delimiter) for delimiter in candidates(sample)]
    if not guesses:
        return Guess(Dialect("", quote_of(sample, "")), 0.0, 1)
    guesses.sort(key=lambda guess: -guess.score)
    best = guesses[0]
    if not best.is_even:
        # an unusual delimiter that fits every row beats a usual one that does not
        even = (guess for guess in guesses if guess.is_even and guess.columns > 1 and guess.score > 0.8 * best.score)
        best = next(even, best)
        guesses = [best, *(guess for guess in guesses if guess is not best)]
    others = guesses[1:] or [Guess(Dialect(""), 0.0, 1)]
    runner_up = f"{named(others[0].dialect.delimiter)} ({others[0].score:.2f})".replace(".", ",")
    rivals = [guess for guess in guesses[1:] if _is_rival(guess, best)]
    return replace(best, runner_up=runner_up, rival=rivals[0] if rivals else None)


def _without_lines_beside(sample: str) -> str:
    """Comments above and sources below the table say nothing about its delimiter."""
    start, stop = 0, len(sample)
    while (match := _COMMENT_LINE.match(sample, start)) and match.end() < stop:
        start = match.end()
    while True:
        end = len(sample[:stop].rstrip())
        line = max(sample.rfind("\n", 0, end), sample.rfind("\r", 0, end)) + 1
        if line <= start or not BESIDE.match(sample[line:end].strip()):
            return sample[start:stop]
        stop = line


def _is_rival(guess: Guess, best: Guess) -> bool:
    """As good, as even, and not the same delimiter with or without its blanks."""
    one, other = guess.dialect.delimiter.strip(" "), best.dialect.delimiter.strip(" ")
    if not guess.is_even or not best.is_even or one == other:
        return False
    return guess.score > _SAME * best.score and not (one in other or other in one)


def with_quotes(dialect: Dialect, text: str) -> Dialect:
    """The dialect with the quotes that first occur after the sample."""
    if dialect.quotechar or '"' not in text:
        return dialect
    is_quoted = has_double(text, dialect.delimiter)
    return Dialect(dialect.delimiter, '"', escape_of(text, dialect.delimiter, '"')) if is_quoted else dialect


def _judge(sample: str, delimiter: str) -> Guess:
    quote = quote_of(sample, delimiter)
    dialect = Dialect(delimiter, quote, escape_of(sample, delimiter, quote))
    if quote is None and delimiter.strip() and "\\" + delimiter in sample:
        dialect = _escaped_or_not(sample, dialect)
    anomalies = Anomalies(give_up=12)
    records = [cells for _, cells in islice(parse(sample, dialect, anomalies=anomalies), SAMPLE_RECORDS)]
    if anomalies.is_hopeless and len(records) < 40:
        return Guess(dialect, 0.0, 1)
    rows = [cells for cells in records if any(cells)] or records
    widths = Counter(len(cells) for cells in rows)
    first = len(rows[0]) if rows else 0
    # the first row, probably the header, has a say where few rows agree
    votes = {w: (count + 0.5 * (w == first)) * min(w, 4) for w, count in widths.items() if w > 1}
    columns = max(votes, key=lambda w: (votes[w], w == first, w), default=1)
    if columns == 1:
        return Guess(dialect, 0.0, 1)
    even = widths[columns] / len(rows)
    # blank cells at the end are often cut off
    near = (widths[columns + 1] + 1.6 * widths[columns - 1]) / len(rows) if columns > 2 else widths[3] / len(rows)
    regular = [cells for cells in rows if len(cells) == columns]
    clean = _cleanness(regular[:_CLEAN_ROWS], delimiter) * _fullness(regular, columns)
    width_bonus = 1 - 0.5 / columns
    is_even = even == 1 and len(rows) > 2
    prior = _PRIOR.get(delimiter, 0.9)
    if is_even and columns > 2 and prior < 1:
        # an unusual delimiter that gives every row as many cells is no accident
        prior = 1 - (1 - prior) * 0.4
    score = (even + 0.3 * near) ** 1.5 * clean * width_bonus * prior
    has_head = delimiter in SINGLE and first == columns > 2 and all(len(cell) < 40 for cell in rows[0])
    return Guess(dialect, min(score, 1.1), columns, has_head=has_head, is_even=is_even)


def _escaped_or_not(sample: str, dialect: Dialect) -> Dialect:
    """A backslash before a delimiter makes it text where only so the records are of one width."""
    escaped = replace(dialect, escape="\\")
    with_escape = {len(cells) for _, cells in parse(sample, escaped) if len(cells) > 1}
    return escaped if len(with_escape) == 1 else dialect


def _fullness(rows: list[list[str]], columns: int) -> float:
    """Low where whole columns hold nothing, not even a name: there the delimiter is longer than thought."""
    empty = sum(all(not row[at].strip() for row in rows) for at in range(1, columns - 1))
    return 0.5 if empty * 3 >= columns > 2 else 1.0


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
    if any(char in cell for char in others if char != ",") or cell.count(":") > 2:
        score *= 0.45
    elif "," in others and _TIGHT_COMMA.search(cell):
        score *= 0.8
    if "  " in cell.strip():
        score *= 0.7
    return score
