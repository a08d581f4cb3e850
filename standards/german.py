"""Numbers as Germans write them, for sentences that people read.

What does not belong here: reading such numbers (`numbers`), numbers in files (`writing`).
"""

from __future__ import annotations

import math

_GROUPED = 10_000
"""From here on digits are grouped; below it could be a year."""


def count(number: float) -> str:
    """How many, grouped: 1.243."""
    return f"{number:,.0f}".replace(",", ".")


def said(value: object) -> str:
    """Any value of a cell; a number with as many digits as matter."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value) if abs(value) >= _GROUPED else str(value)
    if isinstance(value, float):
        digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
        return f"{value:.{min(digits, 6)}f}".rstrip("0").rstrip(".").replace(".", ",") if digits else f"{value:.0f}"
    return "leer" if value is None else str(value)
