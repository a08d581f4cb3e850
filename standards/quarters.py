"""Parts of a year as moments: `Q1/2023`, `2. Quartal 2023`, `1. Halbjahr 2024`; a month (`01/2023`) is its last day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

PART_OF_YEAR = re.compile(
    r"^(?:(?P<kind1>q|quartal|hj|halbjahr) ?(?P<number1>[1-4]) ?[/ -]? ?(?P<year1>\d{4})"
    r"|(?P<number2>[1-4]|I{1,3}|IV)\.? ?(?P<kind2>quartal|quart\.?|qu\.|q|halbjahr|hj) ?[/ -]? ?(?P<year2>\d{4})"
    r"|(?P<year3>\d{4}) ?[/-]? ?(?P<kind3>q|hj) ?(?P<number3>[1-4]))$",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"^(?:(?:monat )?(?P<number>0?[1-9]|1[0-2]) ?[/.-] ?(?P<year>(?:19|20)\d\d)"
    r"|(?P<year2>(?:19|20)\d\d) ?[/.-] ?(?P<number2>0[1-9]|1[0-2])"
    r"|(?:ende )?(?P<name>jan|feb|mär|maer|mrz|apr|mai|jun|jul|aug|sep|okt|nov|dez)[a-z]*\.? ?"
    r"(?P<year3>(?:19|20)\d\d))$",
    re.IGNORECASE,
)
_NAMES = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
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


def end_of_month(text: str) -> str | None:
    """`01/2023`, `Januar 2023` as the last day of the month: what is told for it is the state at its end."""
    found = _MONTH.match(text.strip())
    if not found:
        return None
    year = int(found["year"] or found["year2"] or found["year3"])
    name = (found["name"] or "").lower().replace("maer", "mär").replace("mrz", "mär")
    month = _NAMES.index(name) + 1 if name else int(found["number"] or found["number2"])
    after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001  naive on purpose
    return f"{after - timedelta(days=1):%d.%m.%Y}"
