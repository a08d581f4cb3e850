"""Lines below the table, and what tells lines beside it: sources, dates, legends, footnotes.

What does not belong here: title lines and header (`layout`).
"""

from __future__ import annotations

import re
from collections import deque

from connectors.reading.cells import shape
from connectors.reading.records import Record

_LEGEND_ROWS = 30
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
LABEL = re.compile(r"[^\d:]{2,40}:$")
TOTALS = re.compile(
    r"\s*(?:insgesamt|(?:gesamt|jahres|monats|zwischen|end)?summe|gesamt|total|zusammen|jahressumme)\b", re.IGNORECASE
)


def is_footer(row: list[str], columns: int, *, regular: bool) -> bool:
    """Does a row at the end stand below the table? `regular`: all rows of the body are as wide as the table."""
    cells = [cell for cell in row if cell and not cell.isspace()]
    text = row[0].strip()
    if not text or TOTALS.match(text):
        return False
    told = bool(BESIDE.match(text) or (LABEL.match(text) and columns > 2))
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


def split_footer(tail: deque[Record], columns: int, *, regular: bool = True) -> list[Record]:
    """Takes the rows below the table off `tail`. `regular`: no row before the tail was too short."""
    regular = regular and all(len(cells) != 1 for _, cells in list(tail)[:-10])
    footer: list[Record] = []
    while tail and is_footer(tail[-1][1], columns, regular=regular):
        footer.insert(0, tail.pop())
    if not footer:
        footer = _legend(tail, columns)
    return footer


def _legend(tail: deque[Record], columns: int) -> list[Record]:
    """Lines of few words below a blank line, of which the first says that they are no rows: `Zeichenerklärung:`."""
    rows = list(tail)[-_LEGEND_ROWS:]
    start = max((at for at in range(1, len(rows)) if _is_gap(rows[at - 1], rows[at])), default=0)
    below = rows[start:]
    if not start or columns < 3 or not is_footer(below[0][1], columns, regular=True):
        return []
    if any(len([cell for cell in cells if cell.strip()]) > 2 for _, cells in below):
        return []
    for _ in below:
        tail.pop()
    return below


def _is_gap(above: Record, below: Record) -> bool:
    if below[0] <= above[0] + 1:
        return False
    lines = max((max(cell.count("\n"), cell.count("\r")) for cell in above[1]), default=0)
    return below[0] > above[0] + lines + 1
