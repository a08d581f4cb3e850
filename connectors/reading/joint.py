"""The bodies of many small text files of one layout, parsed in one go: a call a layout instead of a call a file.

Only what is regular beyond doubt is parsed here; for any other file the answer is None and the caller takes another
way. What does not belong here: finding the layout (`batch` remembers it), parsing itself (`bulk`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from connectors.reading import bulk
from connectors.reading.footers import TOTALS, is_footer
from connectors.reading.records import Dialect

_TOGETHER = 16 * 1024**2
"""Characters parsed in one go."""
_LEAST_ROWS = 3
_HOLDS_NOTHING = r"^[\s\x1c-\x1f]*$"
"""What Python's `strip` leaves nothing of."""


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of one file below its header, and the 1-based line on which each starts."""

    frame: pl.DataFrame
    rows: pl.Series


def fits(text: str, dialect: Dialect, width: int) -> bool:
    """May the file be parsed with others? Its lines end alike, none is blank, its quotes come in pairs."""
    delimiter, quote = dialect.delimiter, dialect.quotechar
    if "\n" not in text or text.count("\r") != text.count("\r\n"):
        return False
    if "\n\n" in text or "\n\r\n" in text or text[0] in "\r\n":
        return False
    if text.find(text[: text.find("\n") + 1], 1) > 0:
        # the header again: a page break
        return False
    if quote is None or quote not in text:
        rows = text.count("\n") + (not text.endswith("\n"))
        return text.count(delimiter) == rows * (width - 1)
    first = text[: text.find("\n")]
    return (
        text.count(quote) % 2 == 0
        and first.count(quote) % 2 == 0
        and f"{delimiter} {quote}" not in text
        and f"{quote} {delimiter}" not in text
    )


def ends_plainly(last: Sequence[Sequence[str]], width: int) -> bool:
    """No totals among the last three rows and no footer at the end."""
    if any(TOTALS.match(cell) for cells in last for cell in cells[:2]):
        return False
    return not is_footer(list(last[-1]), width, regular=True)


def parse_together(texts: Sequence[str], dialect: Dialect, columns: Sequence[str]) -> list[Body | None]:
    """The body of each text that `fits`, in order; None where it turns out not to be plain."""
    found: list[Body | None] = []
    for group in _groups(texts):
        found += _parse(group, dialect, columns)
    return found


def _groups(texts: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    size = 0
    for text in texts:
        if group and size + len(text) > _TOGETHER:
            yield group
            group, size = [], 0
        group.append(text)
        size += len(text)
    if group:
        yield group


def _parse(texts: list[str], dialect: Dialect, columns: Sequence[str]) -> list[Body | None]:
    """All at once; where something is wrong half by half, so that one odd file does not spoil the others."""
    bodies = [text[text.find("\n") + 1 :] for text in texts]
    bodies = [body if body.endswith("\n") or not body else body + "\n" for body in bodies]
    joined = "".join(bodies).encode()
    parsed = bulk.read_body(joined, dialect.delimiter, dialect.quotechar, len(columns)) if joined else None
    split = None
    if parsed is not None and not parsed[2]:
        parsed[0].columns = list(columns)
        split = _split(parsed[0], parsed[1], [body.count("\n") for body in bodies], len(columns))
    if split is not None:
        return split
    if len(texts) == 1:
        return [None]
    half = len(texts) // 2
    return _parse(texts[:half], dialect, columns) + _parse(texts[half:], dialect, columns)


def _split(frame: pl.DataFrame, starts: pl.Series, lines: list[int], width: int) -> list[Body | None] | None:
    """The joint rows by file; None where a file does not begin with a record of its own."""
    tops = pl.Series([0, *lines], dtype=pl.Int64).cum_sum()
    cuts = starts.search_sorted(tops).to_list()
    # files without a row are left out of the comparison: they have no start
    filled = [(cut, top) for cut, top in zip(cuts, tops.to_list(), strict=True) if cut < frame.height]
    if starts.gather([cut for cut, _ in filled]).to_list() != [top for _, top in filled]:
        return None
    empty = frame.to_series(0).str.contains(_HOLDS_NOTHING).fill_null(value=True).arg_true()
    spoiled = {bisect_right(cuts, at) - 1 for at in empty.to_list()}
    ends = [at for low, high in pairwise(cuts) for at in range(max(high - _LEAST_ROWS, low), high)]
    last = iter(frame[ends].rows()) if ends else iter(())
    # the line of each row in its own file, whose header is the first
    own = pl.DataFrame({"top": tops.head(len(lines)), "n": pl.Series(cuts).diff().drop_nulls()})
    offsets = own.filter(pl.col("n") > 0).select(pl.col("top").repeat_by("n").explode())["top"]
    rows = starts - offsets + 2 if frame.height else starts
    found: list[Body | None] = []
    for number, (low, high) in enumerate(pairwise(cuts)):
        tail = [[cell or "" for cell in next(last)] for _ in range(min(high - low, _LEAST_ROWS))]
        if high - low < _LEAST_ROWS or number in spoiled or not ends_plainly(tail, width):
            found.append(None)
        else:
            found.append(Body(frame.slice(low, high - low), rows.slice(low, high - low)))
    return found
