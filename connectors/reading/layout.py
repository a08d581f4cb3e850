"""Where the table stands among its rows: title lines, header rows, data, footers; for text and sheets alike.

What does not belong here: how rows were parsed, how names are made unique (`names`), building the frame (`assemble`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest

from connectors.reading.cells import filled, is_year, shape
from connectors.reading.words import HEADERS, UNITS

_HEAD = 60
BESIDE = re.compile(
    r"(?:#|stand\b|quelle|datenquelle|datenstand|hinweis|anmerkung|fu(?:ß|ss)note|erstell|herausgeber|lizenz|copyright|©|\(c\)|"
    r"legende|abk(?:ü|ue)rz|zeichenerkl|erl(?:ä|ae)uterung|bemerkungen?:|datum\b|auszug|export|druckdatum|abruf|ansprechpartner|"
    r"kontakt:|[-–—.xX/()•·0]{1,3}\s*=\s|[a-z]\)\s|[¹²³⁴]\s?\S|(?:anzahl\s+)?(?:der\s+)?(?:\d+\s+)?datens(?:ä|ae)tze\b|"
    r"source|note[s:]|last update|generated|\*+\s?\S|_{3,}|-{3,}|={3,}|\d\)\s|\(\d\)\s)",
    re.IGNORECASE,
)
META = re.compile(
    r"(?:herausgeber|stand|lizenz|quelle|datenstand|titel|thema|berichtsjahr|gebietsstand|stichtag|erstellt|datum|"
    r"kontakt|ansprechpartner|dienststelle|amt|kommune|gemeinde|stadt|landkreis|bearbeiter|telefon|e-?mail|version|hinweis|"
    r"name der|zeitraum|export|auswertung|abfrage|datei|einheit|beschreibung|copyright|publisher|license|source)\b"
    r"|[^:]{2,40}:$",
    re.IGNORECASE,
)
"""What the first of two cells says in lines about a table: `Herausgeber;Stadt Hof`."""
_MARKER = re.compile(r"(?:\(?\d{1,2}\)\s|\*+\s?\S|quelle\s*:|stand\s*:|©|\(c\)|hinweis|anmerkung|_{3,})", re.IGNORECASE)
_COMMENT = re.compile(r"#+\s*[^\W\d_]")
_DIGIT = re.compile(r"\d")
_LABEL = re.compile(r"[^\d:]{2,40}:$")
_WORD = re.compile(r"[^\W\d_]{2,}")
TOTALS = re.compile(
    r"\s*(?:insgesamt|(?:gesamt|jahres|monats|zwischen|end)?summe|gesamt|total|zusammen|jahressumme)\b", re.IGNORECASE
)


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
    last = _last_header(head, top, kinds, columns)
    header = tuple(range(top, last + 1))
    if index_header is None and _counts_columns(head[last + 1 :], columns):
        return Layout(columns, header, last + 2, last + 1)
    return Layout(columns, header, last + 1, index_header)


def is_footer(row: list[str], columns: int, *, regular: bool) -> bool:
    """Does a row at the end stand below the table? `regular`: all rows of the body are as wide as the table."""
    cells = [cell for cell in row if cell and not cell.isspace()]
    text = row[0].strip()
    if not text or TOTALS.match(text):
        return False
    told = bool(BESIDE.match(text) or (_LABEL.match(text) and columns > 2))
    if columns < 2 or (text.startswith("#") and len(cells) == 1):
        return bool(re.match(r"(?:#|quelle:|stand:|©|\(c\)|copyright)", text, re.IGNORECASE))
    if columns == 2 and len(cells) == 2:
        return bool(_MARKER.match(text)) and row[1].startswith(" ")
    prose = columns >= 3 and shape(text) == "text"
    if len(row) == 1 and columns >= 3:
        return told or (regular and prose)
    if len(cells) == 1:
        return told or (prose and (len(text) > 60 or len(row) < columns))
    return told and len(cells) <= 2 < columns and bool(row[1].strip()) and shape(row[0]) == "text" and len(row) >= 2


def join_header(rows: list[list[str]], columns: int) -> list[str]:
    """Several header rows to one name per column; a group title also names the columns to its right."""
    padded = [[" ".join(cell.split()) for cell in row[:columns]] + [""] * (columns - len(row)) for row in rows]
    starts: list[set[int]] = [set()]
    for upper in padded:
        starts.append(starts[-1] | {at for at in range(columns) if upper[at]})
    # from below: what a lower row names is known before the row above reaches over it
    for upper, below, stops in reversed(list(zip(padded, padded[1:], starts, strict=False))):
        title = ""
        for at in range(columns):
            # a new group above ends the group to the left
            title = upper[at] or (title if below[at] and at not in stops else "")
            if below[at]:
                upper[at] = title
    names = []
    for at in range(columns):
        parts = [row[at] for row in padded if row[at]]
        names.append(" ".join(part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]))
    return names


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
        blank = _leading_blanks(below[0])
        return bool(text) or (columns >= 3 and not 0 < blank <= _leading_blanks(row))
    if _is_sentence(row, below, columns) or _is_pair(row, below, columns):
        return True
    if len(row) < columns and count <= max(columns // 2, 1) and filled(below[0]) != count:
        return True
    return columns > 2 and count <= 2 < filled(below[0]) and bool(BESIDE.match(text) or _LABEL.match(text))


def _is_index(row: list[str]) -> bool:
    """`0,1,2,3`: column numbers that a program wrote above the names."""
    return len(row) > 2 and any(all(cell.strip() == str(start + at) for at, cell in enumerate(row)) for start in (0, 1))


def _counts_columns(below: list[list[str]], columns: int) -> bool:
    """`1;2;3;4` right below the names, where the columns hold words too: the columns are counted."""
    if len(below) < 3 or columns < 3:
        return False
    numbers = [cell.strip() for cell in below[0]]
    blank = _leading_blanks(numbers)
    counted = all(cell == str(at) for at, cell in enumerate(numbers[blank:], 1)) and len(numbers) - blank >= 3
    columns_below = list(zip_longest(*below[1:], fillvalue=""))[blank:columns]
    return counted and any({shape(cell) for cell in column} == {"text"} for column in columns_below)


def _is_numeric_row(row: list[str]) -> bool:
    return sum(shape(cell) == "number" for cell in row) > len(row) * 0.5


def column_kinds(body: list[list[str]], columns: int) -> list[str]:
    """Per column the kind that four fifths of its filled cells share, else `text`; `empty` where there is none."""
    kinds: list[str] = []
    for column in islice(zip_longest(*body, fillvalue=""), columns):
        found = Counter(map(shape, column))
        found.pop("empty", None)
        total = sum(found.values())
        kind, count = found.most_common(1)[0] if found else ("empty", 0)
        kinds.append(kind if total and count >= 0.8 * total else ("empty" if not total else "text"))
    return kinds + ["empty"] * (columns - len(kinds))


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


def _last_header(head: list[list[str]], top: int, kinds: list[str], columns: int) -> int:
    """The last of the header rows: units and sub-titles below the first one belong to the header."""
    last = top
    # the body's kinds are taken further down, where no header row can blur them
    if len(head) > top + 3:
        kinds = column_kinds(head[top + (5 if len(head) > top + 8 else 2) :], columns)
    typed = [at for at, kind in enumerate(kinds) if kind in {"number", "date"}]
    for at in range(top + 1, min(top + 8, len(head) - 1)):
        if not _continues(head[top], head[at], typed, kinds, head[at + 1 : at + 31]):
            break
        last = at
    return last


def _continues(first: list[str], row: list[str], typed: list[int], kinds: list[str], below: list[list[str]]) -> bool:
    texts = [cell.strip() for cell in row if cell.strip()]
    if not texts or any(len(text) > 200 for text in texts):
        return False
    under = _is_under_blank(first, row, below) or _is_under_groups(first, row, below)
    if under or _is_second_half(row, typed, below) or _years_below(first, row, below):
        return True
    if len(texts) == 1 and texts[0].lower().strip("[]()") in UNITS:
        at = next(at for at, cell in enumerate(row) if cell.strip())
        return at in typed and at > 0 and all(other[0].strip() for other in below)
    if len(texts) > 1 and all(text.lower().strip("[]()") in UNITS for text in texts):
        return bool(typed)
    cells = [at for at in typed if at < len(row) and row[at].strip()]
    if len(typed) < 2 or len(cells) < 2:
        return False
    return sum(shape(row[at]) in {kinds[at], "empty"} for at in cells) <= 0.1 * len(cells)


def _is_under_groups(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Names below group titles that are repeated, or given once with blanks to their right."""
    names, groups = [cell.strip() for cell in row], [cell.strip() for cell in first]
    if not all(names) or len(set(names)) < len(names) or len(names) != len(groups) or len(names) < 3:
        return False
    if not all(shape(name) == "text" or is_year(name) for name in names) or not groups[0]:
        return False
    runs = [group for at, group in enumerate(groups) if group and (at == 0 or group != groups[at - 1])]
    if len(runs) * 1.5 > len(groups) or len(set(runs)) < len(runs):
        return False
    return not any(name in other for other in below for name in names if not is_year(name))


def _is_second_half(row: list[str], typed: list[int], below: list[list[str]]) -> bool:
    """`botanisch`, `(amtlich)`, `in m`, `2024` below the first half of the names: not as data is in these columns."""
    cells = {at: cell.strip() for at, cell in enumerate(row) if cell.strip()}
    over_numbers = [at for at in cells if at in typed]
    are_years = all(is_year(cell) for cell in cells.values())
    if not over_numbers or len(below) < 2 or not (are_years or all(shape(cell) == "text" for cell in cells.values())):
        return False
    if are_years and any(is_year(other[at]) for other in below for at in cells if at < len(other)):
        return False
    if any(at < len(other) and other[at].strip() == cells[at] for at in cells for other in below):
        return False
    repeated = len(set(cells.values())) < len(cells)
    lower = sum(not cell[0].isupper() for cell in cells.values())
    # a column that is never blank below is blank here
    gaps = any(
        not row[at].strip() and all(at < len(other) and other[at].strip() for other in below) for at in range(len(row))
    )
    return gaps if are_years else (repeated or gaps) and lower * 2 >= len(cells)


def _years_below(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Years right below names of figures (`Ansatz` over `2025`), where what follows is no year."""
    years = [at for at, cell in enumerate(row) if is_year(cell.strip())]
    if (
        len(years) < 2
        or not below
        or any(at >= len(first) or not first[at].strip() or is_year(first[at]) for at in years)
    ):
        return False
    numbers = [at for at, cell in enumerate(row) if shape(cell) == "number"]
    following = [other[at].strip() for other in below for at in years if at < len(other) and other[at].strip()]
    return numbers == years and sum(map(is_year, following)) <= 0.1 * len(following)


def _is_under_blank(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Blank where the body never is, below a first row that leaves gaps for it."""
    leading = _leading_blanks(row)
    fills = any(text.strip() and not title.strip() for title, text in zip(first, row, strict=False))
    if not leading or not fills:
        # a delimiter at the end of a header is no gap
        return False
    needed = _leading_blanks(first) or 1
    if leading < needed:
        return False
    filled_below = sum(_leading_blanks(other) < needed for other in below)
    return len(below) > 1 and filled_below >= 0.75 * len(below) and _leading_blanks(below[-1]) < needed


def _leading_blanks(row: list[str]) -> int:
    for at, cell in enumerate(row):
        if cell.strip():
            return at
    return len(row)
