"""Text to numbers: decimal comma or point, thousands separators, currency and units behind the number.

The common forms are cast whole columns at a time; only odd values are looked at one by one, each different one once.
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from standards.headers import UNITS, fold
from standards.words import map_unique

_BLANKS = str.maketrans("", "", " \t\u00a0\u2009\u202f'’`_")
_AFFIX = re.compile(
    r"^(?P<about>(?:ca|circa|rd|rund|etwa|~|≈|min|max)\.?\s*)?(?P<front>[€$]|EUR)?\s*(?P<number>[-+−–]?\s*[\d.,' \u00a0\u2009\u202f’]*\d[\d.,' \u00a0\u2009\u202f’]*(?:[eE][-+]?\d+)?)\s*(?P<minus>[-−–])?\s*(?P<unit>[^\d\s][^\d]*[23]?)?$",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"\(\s*(\d[\d.,]*)\s*\)")
"""Bookkeepers write what is less than nothing in brackets."""
_WHOLE_EUROS = re.compile(r"(?<=\d)([.,])\s?[-–—]{1,2}(?=\s*(?:€|EUR|Euro)?$)", re.IGNORECASE)
"""`12,-` is twelve euros and no cents, not minus twelve."""
_MARK = re.compile(r"(?<=\d)\s?[⁰¹²³⁴-⁹]{1,2}\)?\s*$")
"""`12.345¹`: the mark of a footnote behind a number."""
_CENTS = r"\g<1>00"
_LOOK = 200
"""Cells looked at before a whole column is tried."""
_AMBIGUOUS = re.compile(r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$")
_AMBIGUOUS_EXPR = r"^[-+]?[1-9]\d{0,2}[.,]\d{3}(?:\s*[^\d\s.,][^\d.,]*[23]?)?$"
_WORDS = {
    "stk",
    "stueck",
    "stck",
    "plaetze",
    "stellplaetze",
    "personen",
    "jahre",
    "uhr",
    "prozent",
    "%",
    "-",
    ",-",
    ".-",
    ",--",
}


@dataclass(frozen=True, slots=True)
class Number:
    """One parsed text: its value (decimal reading), the other reading if ambiguous, its form and the unit it named."""

    value: float
    thousands: float | None
    kind: str
    """`plain`, `decimal_comma`, `thousands_separator`, `unit_text`, `number_form`, `approximate`."""
    unit: str | None


@lru_cache(maxsize=262_144)
def parse_number(text: str) -> Number | None:
    """A German or English number as people write it; None if it is not surely one."""
    text = _MARK.sub("", text)
    bracketed = _NEGATIVE.fullmatch(text.strip())
    found = _AFFIX.match(f"-{bracketed[1]}" if bracketed else _WHOLE_EUROS.sub(_CENTS, text.strip()))
    if not found or (unit := _unit(found["unit"])) is None:
        return None
    sign, digits = _sign(found["number"].translate(_BLANKS).replace("−", "-").replace("–", "-"), found["minus"])
    value = _value(digits)
    if value is None or not math.isfinite(value):
        return None
    other = None
    if _AMBIGUOUS.match(digits):
        other = sign * float(digits.replace(".", "").replace(",", ""))
    kind = _kind(found, digits)
    return Number(sign * value, other, kind, unit or None)


def _unit(text: str | None) -> str | None:
    """A known unit's code, "" for a harmless word or nothing, None for anything else."""
    if not text or not text.strip():
        return ""
    folded = fold(text)
    if folded in UNITS:
        return UNITS[folded]
    return "" if folded in _WORDS or text.strip() in _WORDS else None


def _sign(number: str, trailing: str | None) -> tuple[float, str]:
    if number.startswith("-"):
        return -1.0, number[1:]
    return (-1.0 if trailing else 1.0), number.removeprefix("+")


def _value(digits: str) -> float | None:
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        group = "." if decimal == "," else ","
        if digits.count(decimal) > 1 or not _grouped(digits.split(decimal, maxsplit=1)[0], group):
            return None
        digits = digits.replace(group, "").replace(decimal, ".")
    elif commas + points > 1:
        group = "," if commas else "."
        if not _grouped(digits, group):
            return None
        digits = digits.replace(group, "")
    else:
        digits = digits.replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None


def _grouped(digits: str, group: str) -> bool:
    first, *rest = digits.split(group)
    return 1 <= len(first) <= 3 and all(len(part) == 3 for part in rest)


def _kind(found: re.Match[str], digits: str) -> str:
    if found["about"]:
        return "approximate"
    if found["unit"] or found["front"]:
        return "unit_text"
    if (
        ("," in digits and "." in digits)
        or digits.count(".") > 1
        or digits.count(",") > 1
        or " " in found["number"].strip()
    ):
        return "thousands_separator"
    if "," in digits:
        return "decimal_comma"
    return "number_form"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A converted column. `kinds`: repair kind per row or null; `factor_unit`: unit named in the cell or null."""

    values: pl.Series
    kinds: pl.Series | None
    units: pl.Series | None
    ambiguous: pl.Series | None
    """True where decimal and thousands reading differ."""


def read_numbers(text: pl.Series) -> Numbers:
    """Text (stripped, null for empty) → Float64, decimal reading. Unreadable values are null in `values`."""
    values = _finite(text.cast(pl.Float64, strict=False))
    left = values.is_null() & text.is_not_null()
    kinds: pl.Series | None = None
    units: pl.Series | None = None
    if left.any():
        values, kinds, left = _commas(text, values, left)
        if left.any():
            values, kinds, units = _odd(text, values, kinds, left)
    return Numbers(values, kinds, units, _ambiguous(text, values))


def read_plain(raw: pl.Series) -> Numbers | None:
    """The column as it stands, if every cell is a plain number with point or comma, or null; else None.

    Such a column needs no cleaning: blanks, words, empty texts and broken umlauts are no numbers.
    """
    first = raw.head(_LOOK)
    if _pointed(first).null_count() != first.null_count():
        return None
    values, kinds = raw.cast(pl.Float64, strict=False), None
    if values.null_count() != raw.null_count():
        values, kinds, left = _commas(raw, values, values.is_null() & raw.is_not_null())
        if left.any():
            return None
    return Numbers(values, kinds, None, _ambiguous(raw, values)) if values.is_finite().all() else None


def _pointed(text: pl.Series) -> pl.Series:
    return text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _ambiguous(text: pl.Series, values: pl.Series) -> pl.Series | None:
    """Rows whose separator may mean either; None if no row. From `1.234` on, also with a unit: few have such decimals."""
    rows = (text.str.len_bytes() >= 5).arg_true()
    thousandths = values.gather(rows) * 1000
    rows = rows.filter((thousandths.abs() < 1e6) & ((thousandths - thousandths.round()).abs() < 1e-6))
    if not len(rows):
        return None
    found = text.gather(rows).str.contains(_AMBIGUOUS_EXPR)
    if not found.any():
        return None
    nowhere = pl.Series("a", [False]).new_from_index(0, len(text))
    return nowhere.scatter(rows.filter(found), values=True)


def _commas(text: pl.Series, values: pl.Series, left: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The plain decimal comma, whole columns at a time."""
    points = _finite(_pointed(text))
    found = left & points.is_not_null()
    if points.null_count() == text.null_count() and values.null_count() == len(values):
        return points, pl.Series("k", ["decimal_comma"]).new_from_index(0, len(text)).set(~found, None), left & ~found
    frame = pl.DataFrame({"v": values, "p": points, "f": found, "l": left})
    out = frame.select(
        v=pl.when("f").then("p").otherwise("v"),
        k=pl.when("f").then(pl.lit("decimal_comma")),
        l=pl.col("l") & ~pl.col("f"),
    )
    return out["v"], out["k"], out["l"]


def _odd(
    text: pl.Series, values: pl.Series, kinds: pl.Series, left: pl.Series
) -> tuple[pl.Series, pl.Series, pl.Series]:
    shape = pl.Struct({"v": pl.Float64, "k": pl.String, "u": pl.String})
    index = left.arg_true()
    parsed = map_unique(text.gather(index), _as_struct, shape)
    frame = pl.DataFrame({"p": parsed}).unnest("p")
    values = values.scatter(index, frame["v"])
    kinds = kinds.scatter(index, frame["k"])
    units = pl.Series("u", [None], dtype=pl.String).new_from_index(0, len(text)).scatter(index, frame["u"])
    return values, kinds, units if frame["u"].null_count() < frame.height else pl.Series("u", [], dtype=pl.String)


def _as_struct(text: str) -> dict[str, object]:
    number = parse_number(text)
    if number is None:
        return {"v": None, "k": None, "u": None}
    return {"v": number.value, "k": number.kind, "u": number.unit}


def _finite(values: pl.Series) -> pl.Series:
    return values.set(~values.is_finite(), None) if not values.is_finite().all() else values
