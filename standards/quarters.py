"""Quarters and half-years as moments: `Q1/2023`, `II. Quartal 2023`, `2023-Q3`, `1. Halbjahr 2024`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

PART_OF_YEAR = re.compile(
    r"^(?:(?P<kind1>q|quartal|hj|halbjahr) ?(?P<number1>[1-4]) ?[/ -]? ?(?P<year1>\d{4})"
    r"|(?P<number2>[1-4]|I{1,3}|IV)\.? ?(?P<kind2>quartal|quart\.?|qu\.|q|halbjahr|hj) ?[/ -]? ?(?P<year2>\d{4})"
    r"|(?P<year3>\d{4}) ?[/-]? ?(?P<kind3>q|hj) ?(?P<number3>[1-4]))$",
    re.IGNORECASE,
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


def end_of_part(text: str) -> datetime | None:
    """The last day of a quarter or half-year: what is told for it is the state at its end."""
    found = PART_OF_YEAR.match(text)
    if not found:
        return None
    kind, number, year = (
        next(part for at in "123" if (part := found[name + at])) for name in ("kind", "number", "year")
    )
    months = (6 if kind.lower().startswith("h") else 3) * (_ROMAN.get(number.upper()) or int(number))
    if months > 12 or not 1000 <= int(year) <= 2999:
        return None
    after = datetime(int(year) + months // 12, months % 12 + 1, 1)  # noqa: DTZ001  naive on purpose
    return after - timedelta(days=1)
