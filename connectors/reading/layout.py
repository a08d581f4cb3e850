"""Where the table stands among its rows: title lines, header rows, data, footers; for text and sheets alike.

What does not belong here: how rows were parsed, how names are made unique (`names`), building the frame (`assemble`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from connectors.reading.cells import column_kinds, filled, is_year, shape
from connectors.reading.footers import BESIDE, LABEL, META
from connectors.reading.headerrows import last_header, leading_blanks
from connectors.reading.words import HEADERS

_HEAD = 60
_COMMENT = re.compile(r"#+\s*[^\W\d_]")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in the list of rows: `rows[:first_header]` is preamble, `header` the header rows, data from `body`."""

    columns: int
    header: tuple[int, ...]
    body: int
    index_header: int | None = None

    @property
    def preamble(self) -> int:
        """How many rows stand before the header (or the data)."""
        top = self.header[0] if self.header else self.body
        return top if self.index_header is None else min(top, self.index_header)


def width_of(rows: list[list[str]]) -> int:
    """The usual number of cells; a tie goes to the wider."""
    widths = Counter(len(row) for row in rows if len(row) - row.count("") > 1) or Counter(len(row) for row in rows)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def find_layout(rows: list[list[str]], columns: int = 0, above: int = 0) -> Layout:
    """The layout of the first rows of a table; no row is wholly empty. `above`: so many are surely preamble."""
    head = rows[: _HEAD + above]
    columns = columns or width_of(rows)
    top = above + _skip_preamble(head[above:], columns)
    if top >= len(head):
        return Layout(columns, (), 0)
    index_header = None
    if _is_index(head[top]) and top + 1 < len(head) and not _is_numeric_row(head[top + 1]):
        index_header, top = top, top + 1
    kinds = column_kinds(head[top + 1 : top + 41], columns)
    if not _is_header(head[top], head[top + 1 :], kinds):
        return Layout(columns, (), top, index_header)
    last = last_header(head, top, kinds, columns)
    header = tuple(range(top, last + 1))
    if index_header is None and _counts_columns(head[last + 1 :], columns):
        return Layout(columns, header, last + 2, last + 1)
    return Layout(columns, header, last + 1, index_header)


def _skip_preamble(head: list[list[str]], columns: int) -> int:
    for at, row in enumerate(head):
        if not _is_title(row, head[at + 1 :], columns):
            return at
    return 0


def _is_sentence(row: list[str], below: list[list[str]], columns: int) -> bool:
    """A sentence with as many commas as the table has columns, above what are names themselves."""
    if len(row) != columns or not all(cell.startswith(" ") for cell in row[1:]) or len(below) < 2:
        return False
    is_tight = not any(cell.startswith(" ") for other in below[:5] for cell in other)
    return is_tight and all(shape(cell) == "text" for cell in below[0])


def _is_pair(row: list[str], below: list[list[str]], columns: int) -> bool:
    """`Herausgeber;Stadt Hof` above a wider table, alone or with others of its kind."""
    if columns < 3 or filled(row) != 2 or not META.match(row[0].strip()):
        return False
    wider = next((at for at, other in enumerate(below[:12]) if filled(other) > 2), None)
    return wider is not None and all(filled(other) <= 2 for other in below[:wider])


def _is_title(row: list[str], below: list[list[str]], columns: int) -> bool:
    """A title line or `Stand: …` above the table; never the last row and never the row right above nothing."""
    if not below:
        return False
    text, count = row[0].strip(), filled(row)
    if columns < 2 or (text.startswith("#") and len(row) < columns):
        return bool(_COMMENT.match(text))
    if count <= 1:
        # `;;;Geschlecht;;` above names that leave the first columns blank too is a group title
        blank = leading_blanks(below[0])
        return bool(text) or (columns >= 3 and not 0 < blank <= leading_blanks(row))
    if _is_sentence(row, below, columns) or _is_pair(row, below, columns):
        return True
    if len(row) < columns and count <= max(columns // 2, 1) and filled(below[0]) != count:
        return True
    return columns > 2 and count <= 2 < filled(below[0]) and bool(BESIDE.match(text) or LABEL.match(text))


def _is_index(row: list[str]) -> bool:
    """`0,1,2,3`: column numbers that a program wrote above the names."""
    return len(row) > 2 and any(all(cell.strip() == str(start + at) for at, cell in enumerate(row)) for start in (0, 1))


def _counts_columns(below: list[list[str]], columns: int) -> bool:
    """`1;2;3;4` right below the names, where the columns hold words too: the columns are counted."""
    if len(below) < 3 or columns < 3:
        return False
    numbers = [cell.strip() for cell in below[0]]
    blank = leading_blanks(numbers)
    counted = all(cell == str(at) for at, cell in enumerate(numbers[blank:], 1)) and len(numbers) - blank >= 3
    columns_below = list(zip_longest(*below[1:], fillvalue=""))[blank:columns]
    return counted and any({shape(cell) for cell in column} == {"text"} for column in columns_below)


def _is_numeric_row(row: list[str]) -> bool:
    return sum(shape(cell) == "number" for cell in row) > len(row) * 0.5


def _is_header(row: list[str], body: list[list[str]], kinds: list[str]) -> bool:
    """Names or already data? Counts what speaks for each, column by column."""
    if not body:
        return not _is_numeric_row(row) and all(shape(cell) in {"text", "empty"} or is_year(cell) for cell in row)
    named = (cell.strip().lower() in HEADERS for cell in row)
    if any(kind in {"number", "date"} and is_name for kind, is_name in zip(kinds, named, strict=False)):
        return True
    if filled(row) > 1 and row in body and all(shape(cell) in {"text", "empty"} or is_year(cell) for cell in row):
        # the same names again: a page break
        return True
    score = 0.0
    years = _year_run(row)
    for at, cell in enumerate(row[: len(kinds)]):
        score += (
            0.5
            if years and is_year(cell)
            else _header_evidence(cell, kinds[at], [line[at] for line in body if at < len(line)])
        )
    texts = [cell.strip() for cell in row if cell.strip()]
    if len(set(texts)) < len(texts) and not any(kind != "text" for kind in kinds):
        score -= 0.5
    return score >= 0


def _year_run(row: list[str]) -> bool:
    """Years side by side in even steps head columns; counts that look like years do not line up so."""
    years = [int(cell) for cell in row if is_year(cell)]
    steps = Counter(after - before for before, after in pairwise(years))
    step, count = steps.most_common(1)[0] if steps else (0, 0)
    return len(years) >= 3 and step != 0 and (len(steps) == 1 or count >= max(0.8 * (len(years) - 1), 4))


def _header_evidence(cell: str, kind: str, column: list[str]) -> float:
    found, text = shape(cell), cell.strip()
    if found == "empty" and not text:
        return 0.0
    if kind in {"number", "date"}:
        if found == "text" or (kind == "number" and found == "date"):
            return 1.5
        return 0.0 if is_year(cell) and not any(is_year(other) for other in column) else -1.5
    if found == "number" and kind == "text" and len(column) > 1 and not _DIGIT.search("".join(column)):
        # a number above nothing but words
        return 0.5
    if found in {"number", "date"}:
        return 0.0 if is_year(cell) or kind == "empty" else -1.0
    return _text_evidence(text, column)


def _text_evidence(text: str, column: list[str]) -> float:
    words = [word.lower() for word in _WORD.findall(text)]
    if text.lower() in HEADERS or (words and len(words) <= 3 and any(word in HEADERS for word in words)):
        return 1.0
    numbered = rf"{re.escape(text)}\s*\d+"
    if len(column) > 1 and all(re.fullmatch(numbered, cell, re.IGNORECASE) for cell in column):
        # `Platz` above `Platz 1`, `Platz 2`
        return 1.0
    if text in column or len(text) > 120:
        return -1.5 if column.count(text) * 3 > len(column) > 0 or len(column) > 5 else -0.5
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z]+)+", text):
        return 1.0
    if not words:
        return 0.0
    return _novelty(words, column)


def _novelty(words: list[str], column: list[str]) -> float:
    """Words that do not come again below are names, words that do are data."""
    below = Counter(word.lower() for cell in column for word in set(_WORD.findall(cell)))
    shared = max(below[word] for word in words)
    if shared:
        return -1.0 if shared > 1 else -0.7
    return 0.4 if below else 0.1
