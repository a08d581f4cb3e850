"""The books of reading: every word of a file must be in the table, its names, a note, or a part that a note names."""

from __future__ import annotations

import re
from collections import Counter

from connectors.reading import ReadResult

_WORD = re.compile(r"\w+")
_PLACES = ("first", "last")


def words(text: str) -> Counter[str]:
    """How often each run of letters and digits occurs."""
    return Counter(_WORD.findall(text))


def unaccounted(text: str, result: ReadResult) -> Counter[str]:
    """Words of `text` that are neither in the table nor told: lines of tables not read are told by their range."""
    lines = re.split(r"\r\n|[\n\r\u2028\x85]", text)
    told = [note.message_de for note in result.report.notes]
    for note in result.report.notes:
        if note.code == "table_other":
            first, last = map(int, re.findall(r"Zeilen (\d+) bis (\d+)", note.message_de)[-1])
            lines[first - 1 : last] = [""] * (last - first + 1)
        if note.code == "header_repeated":
            told += result.report.columns
    kept: Counter[str] = Counter()
    for column in result.frame.iter_columns():
        kept.update(words("\n".join(cell for cell in column.to_list() if cell)))
    kept.update(words("\n".join(result.report.columns)))
    kept.update(words("\n".join(told)))
    kept.update(words("\n".join(f"{key} {value}" for key, value in result.extras.items())))
    return words("\n".join(lines)) - kept
