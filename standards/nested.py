"""Rows that are the sum of rows right before or after them, found by the numbers: subtotals that nobody calls so."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from standards.mapping import VIRTUAL
from standards.numbers import parse_number

ROWS = 5_000
"""A longer table is a ledger and no plan; it is not looked through."""
WINDOW = 80
"""Rows that one sum may have."""
DIGITS = 4
"""Digits that must agree over all columns, more by those of the number of rows: small numbers add up by chance."""
LEAST = (2, 1)
"""Digits of a key that others begin with: of a row with one part, of one with several."""
Vector = tuple[int, ...]


def nested_sums(frame: pl.DataFrame, counts: list[str], columns: list[str]) -> pl.Series:
    """Mask of rows that are the sum of their neighbours in every one of `counts`.

    Told by the numbers alone where several columns agree, else by the keys: `11` of `111` and `112`.
    """
    mask = [False] * frame.height
    labels = [name for name in columns if name not in counts]
    start = 0
    for height in frame[VIRTUAL + "t"].rle().struct.field("len").to_list():
        if 2 < height <= ROWS:
            part = frame.slice(start, height)
            rows = _vectors(part, counts)
            keys = [part[name].to_list() for name in labels]
            below = _sums(list(range(height)), rows, keys, set())
            for at in below | _sums(list(range(height - 1, -1, -1)), rows, keys, below):
                mask[start + at] = True
        start += height
    return pl.Series("m", mask, dtype=pl.Boolean)


def _vectors(part: pl.DataFrame, counts: list[str]) -> list[Vector]:
    """The numbers of each row in cents."""
    read = [[_cents(cell) for cell in part[name].cast(pl.String).to_list()] for name in counts]
    return list(zip(*read, strict=True))


def _cents(cell: str | None) -> int:
    found = parse_number(cell) if cell else None
    if found is None:
        return 0
    return round((found.thousands if found.thousands is not None else found.value) * 100)


def _sums(order: list[int], rows: list[Vector], keys: list[list[str | None]], known: set[int]) -> set[int]:
    """Rows that are the sum of the last open ones before them in this order; a sum stands for its rows from then on."""
    found: set[int] = set()
    waiting: list[int] = []
    for at in order:
        if at in known or not any(rows[at]):
            continue
        reach = _reach(at, waiting, rows, keys)
        if reach:
            found.add(at)
            del waiting[-reach:]
        waiting.append(at)
    return found


def _reach(at: int, waiting: list[int], rows: list[Vector], keys: list[list[str | None]]) -> int:
    """How many of the last open rows add up to this one; 0 for none."""
    left = list(rows[at])
    for count, other in enumerate(reversed(waiting[-WINDOW:]), start=1):
        left = [value - part for value, part in zip(left, rows[other], strict=True)]
        if not any(left):
            parts = waiting[-count:]
            several = count > 1 and (
                _is_bare(at, parts, keys) or _is_telling(rows[at], [rows[part] for part in parts], len(rows))
            )
            if several or _is_prefix(at, parts, keys):
                return count
    return 0


def _is_prefix(at: int, parts: list[int], keys: list[list[str | None]]) -> bool:
    """Whether the first key of the row is what all keys of its parts begin with; one digit is no key."""
    column = next((column for column in keys if _digits(column[at])), None)
    if column is None:
        return False
    own = _digits(column[at])
    others = [_digits(column[part]) for part in parts]
    return len(own) >= LEAST[len(parts) > 1] and all(len(key) > len(own) and key.startswith(own) for key in others)


def _digits(cell: str | None) -> str:
    return re.sub(r"\D", "", cell or "")


def _is_bare(at: int, parts: list[int], keys: list[list[str | None]]) -> bool:
    """Whether the row lacks a key that all of its parts have, and has none that they lack."""
    own = [bool(column[at]) for column in keys]
    others = [[bool(column[part]) for part in parts] for column in keys]
    lacks = any(not mine and all(theirs) for mine, theirs in zip(own, others, strict=True))
    return lacks and all(not mine or all(theirs) for mine, theirs in zip(own, others, strict=True))


def _is_telling(total: Vector, parts: Sequence[Vector], height: int) -> bool:
    """Whether the numbers are too many to add up by chance, and the columns not multiples of one another."""
    if sum(len(str(abs(value)).rstrip("0")) for value in total) < DIGITS + len(str(height)):
        return False
    first = parts[0]
    return any(
        first[x] * part[y] != first[y] * part[x] for part in parts[1:] for x in range(len(first)) for y in range(x)
    )
