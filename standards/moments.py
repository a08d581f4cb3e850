"""Text to dates and moments: German, ISO, US, dotted, Excel serial, Unix seconds and milliseconds.

A column's values fall into few shapes (digits replaced by 9); each shape is parsed as a whole. Moments are naive
German local time; an offset or `Z` in the text is converted to Europe/Berlin.
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import polars as pl

from standards.quarters import PART_OF_YEAR, end_of_part

_MONTHS = {
    "januar": 1, "jan": 1, "jaen": 1, "february": 2, "februar": 2, "feb": 2, "maerz": 3, "märz": 3, "mär": 3, "mrz": 3, "mar": 3, "march": 3,
    "april": 4, "apr": 4, "mai": 5, "may": 5, "juni": 6, "jun": 6, "june": 6, "juli": 7, "jul": 7, "july": 7, "august": 8, "aug": 8,
    "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10, "oct": 10, "november": 11, "nov": 11, "dezember": 12, "dez": 12, "dec": 12,
}  # fmt: skip
_TIME = r"(?:[T ,]+\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:uhr|h)?\s*([ap]\.?m\.?)?)?"
_ZONE = r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
ISO = rf"^([1-9]\d{{3}})[-./](\d{{1,2}})[-./](\d{{1,2}}){_TIME}{_ZONE}$"
DMY = rf"^(?:[A-Za-zÄä]{{2,10}}\.?,?\s+)?(\d{{1,2}})[.](\d{{1,2}})[.]([1-9]\d{{3}}|\d{{2}}){_TIME}{_ZONE}$"
SLASH = rf"^(\d{{1,2}})[/-](\d{{1,2}})[/-]([1-9]\d{{3}}|\d{{2}}){_TIME}{_ZONE}$"
COMPACT = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_WORDY = re.compile(
    r"^(?:[A-Za-zÄä]{2,10}\.?,?\s+)?(\d{1,2})\.?\s*([A-Za-zäÄ]+)\.?\s+(\d{4})(?:[ ,]+(\d{1,2}):(\d{2}))?(?:\s*uhr)?$",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"^([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[ ,]+(\d{1,2}):(\d{2}))?$")
_DATABASE = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})[-T](\d{2})[.:]?(\d{2})(?:[.:]?(\d{2})(?:[.,]\d+)?)?(Z?)$")
"""`2026-02-06-08.35.00.000000` as DB2 writes it, `20240301T120000Z` as ISO 8601 does without signs."""
_DOTTED_CLOCK = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})[ ,]+(\d{1,2})(?:\.(\d{2}))?(?:\s*uhr)?$", re.IGNORECASE)
_ODD = (_WORDY, _ENGLISH, _DATABASE, _DOTTED_CLOCK, PART_OF_YEAR)
_ANY = re.compile("|".join(f"(?:{p})" for p in (ISO, DMY, SLASH, COMPACT)), re.IGNORECASE)
_CLOCK = re.compile(r"^\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*uhr)?$", re.IGNORECASE)
_EXCEL = (20_000.0, 60_000.0)


@lru_cache(maxsize=65536)
def looks_like_moment(text: str) -> bool:
    """Whether the text is surely a date or moment (also Excel serials, Unix times)."""
    text = text.strip()
    if _ANY.match(text) or any(pattern.match(text) for pattern in _ODD):
        return True
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return False
    return _EXCEL[0] <= number <= _EXCEL[1] or 6e8 <= number <= 4e9 or 6e11 <= number <= 4e12


@lru_cache(maxsize=4096)
def looks_like_time(text: str) -> bool:
    return bool(_CLOCK.match(text.strip()))


def read_moments(
    text: pl.Series, groups: pl.Series, order: Callable[[pl.DataFrame], pl.Series] | None = None
) -> tuple[pl.Series, pl.Series]:
    """Text → Datetime("us") and a mask of values whose day and month cannot be told apart.

    `groups`: number of the table each row is of; the order of day and month is settled per table.
    `order`: settles it where the rows are not the whole table (`month_first` says how).
    """
    order = order or month_first
    fast = _whole(text)
    nothing = (
        pl.Series("a", [False]).new_from_index(0, len(text)) if len(text) else pl.Series("a", [], dtype=pl.Boolean)
    )
    if fast is not None:
        return fast, nothing
    moments = _by_form(text)
    rows = (moments.is_null() & text.is_not_null()).arg_true()
    if not len(rows):
        return moments, nothing
    if len(rows) == len(text):
        return _by_parts(text, groups, order)
    odd, doubt = _by_parts(text.gather(rows), groups.gather(rows), order)
    return moments.scatter(rows, odd), nothing.scatter(rows, doubt)


def _by_form(text: pl.Series) -> pl.Series:
    """The values of the common forms, each form at once; null for all others. Tables of one pass may differ in theirs."""
    moments = pl.Series("m", [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    left = text.str.len_bytes().is_in([10, 16, 19]).arg_true()
    for shape, form in _SHAPES.items():
        if not len(left):
            break
        # a leap second is no time of the day here
        shown = text.gather(left)
        fits = shown.str.contains(shape.pattern) & ~shown.str.ends_with(":60")
        found = _parsed(shown.filter(fits), form)
        plain = found.dt.year().is_between(1000, 2999).fill_null(value=False)
        moments = moments.scatter(left.filter(fits).filter(plain), found.filter(plain))
        left = left.filter(~fits)
    return moments


def _by_parts(
    text: pl.Series, groups: pl.Series, order: Callable[[pl.DataFrame], pl.Series]
) -> tuple[pl.Series, pl.Series]:
    """Any form, taken apart by patterns; day and month settled per table."""
    frame = pl.DataFrame({"x": text, "g": groups})
    frame = frame.with_columns(month_first=order(frame), **_parts(frame))
    doubt = (pl.col("month_first").is_null() & pl.col("s1").is_not_null() & (pl.col("s1") != pl.col("s2"))).fill_null(
        value=False
    )
    frame = frame.with_columns(doubt=doubt).with_columns(_assembled().alias("m"))
    frame = frame.with_columns(m=pl.when("doubt").then(None).otherwise(pl.col("m")))
    left = (frame["m"].is_null() & text.is_not_null() & ~frame["doubt"]).arg_true()
    moments = frame["m"]
    if len(left):
        moments = moments.scatter(left, _rest(text.gather(left)))
    return moments, frame["doubt"]


_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
)
_SHAPES = {
    re.compile("^" + re.sub(r"%[mdHMS]", r"\\d{2}", form.replace(".", r"\.").replace("%Y", r"\d{4}")) + "$"): form
    for form in _FORMATS
}


def _whole(text: pl.Series) -> pl.Series | None:
    """The column in one go, if the first value's format fits all of them."""
    first = next((value for value in text.head(200).to_list() if value), None)
    form = next((form for shape, form in _SHAPES.items() if first and shape.match(first)), None)
    if form is None:
        return None
    parsed = _parsed(text, form)
    return parsed if parsed.null_count() == text.null_count() and _years_plausible(parsed) else None


def _parsed(text: pl.Series, form: str) -> pl.Series:
    if "%H" in form:
        return text.str.to_datetime(form, strict=False, time_unit="us")
    return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _years_plausible(moments: pl.Series) -> bool:
    """All from 1000 to 2999; the first and the last one tell."""
    ends = pl.Series([moments.to_physical().min(), moments.to_physical().max()], dtype=pl.Int64)
    return bool(ends.cast(pl.Datetime("us")).dt.year().is_between(1000, 2999).all())


def _parts(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    del frame
    x = pl.col("x")

    def group(pattern: str, number: int) -> pl.Expr:
        return x.str.extract(f"(?i){pattern}", number)

    parts: dict[str, pl.Expr] = {}
    for number, name in enumerate(("y", "mo", "d", "h", "mi", "s", "ap", "z"), start=1):
        iso = group(ISO, number)
        german = group(DMY, {1: 3, 2: 2, 3: 1}.get(number, number))
        slash = group(SLASH, number) if number > 3 else pl.lit(None, dtype=pl.String)
        compact = group(COMPACT, number) if number <= 3 else pl.lit(None, dtype=pl.String)
        merged = pl.coalesce(iso, german, slash, compact)
        parts[name] = merged if name in ("ap", "z") else merged.cast(pl.Int32, strict=False)
    for number, name in enumerate(("s1", "s2", "sy"), start=1):
        parts[name] = group(SLASH, number).cast(pl.Int32, strict=False)
    return parts


def month_first(frame: pl.DataFrame) -> pl.Series:
    """Per row its table's order for `1/2/2015`: True month first, False day first, null where nothing tells."""
    slash = _slashed(frame)
    if slash["a"].null_count() == slash.height:
        return pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True)
    seen = slash.select(
        day=(pl.col("a").max().over("g") > 12).fill_null(value=False),
        month=(pl.col("b").max().over("g") > 12).fill_null(value=False),
    )
    return seen.select(
        pl.when(pl.col("day") & ~pl.col("month"))
        .then(pl.lit(value=False))
        .when(pl.col("month") & ~pl.col("day"))
        .then(pl.lit(value=True))
    ).to_series()


def order_clues(frame: pl.DataFrame) -> tuple[bool, bool] | None:
    """Of the rows of one table: a first number that can be no month, a second one; None where there is no such date."""
    slash = _slashed(frame)
    if slash["a"].null_count() == slash.height:
        return None
    return bool((slash["a"] > 12).any()), bool((slash["b"] > 12).any())


def month_first_by(clues: tuple[bool, ...]) -> bool | None:
    """What `month_first` says of a table with these clues."""
    day, month = clues
    return month if day != month else None


def _slashed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        "g",
        a=pl.col("x").str.extract("(?i)" + SLASH, 1).cast(pl.Int32, strict=False),
        b=pl.col("x").str.extract("(?i)" + SLASH, 2).cast(pl.Int32, strict=False),
    )


def _assembled() -> pl.Expr:
    slash_month = pl.when("month_first").then("s1").otherwise("s2")
    slash_day = pl.when("month_first").then("s2").otherwise("s1")
    year = pl.coalesce("y", "sy")
    year = pl.when(year < 100).then(pl.when(year < 50).then(year + 2000).otherwise(year + 1900)).otherwise(year)
    month, day = pl.coalesce("mo", slash_month), pl.coalesce("d", slash_day)
    afternoon = pl.col("ap").str.to_lowercase().str.starts_with("p")
    hour = pl.col("h").fill_null(0)
    hour = pl.when(pl.col("ap").is_null()).then(hour).when(afternoon).then(hour % 12 + 12).otherwise(hour % 12)
    valid = (
        month.is_between(1, 12)
        & day.is_between(1, 31)
        & hour.is_between(0, 24)
        & pl.col("mi").fill_null(0).is_between(0, 59)
    )
    valid &= pl.col("s").fill_null(0).is_between(0, 59) & year.is_between(1000, 2999)
    text = pl.format(
        "{}-{}-{} {}:{}:{}",
        year,
        _two(month),
        _two(day),
        _two(hour % 24),
        _two(pl.col("mi").fill_null(0)),
        _two(pl.col("s").fill_null(0)),
    )
    naive = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us") + pl.when(hour == 24).then(
        pl.duration(days=1)
    ).otherwise(pl.duration(days=0))
    naive = pl.when(valid).then(naive)
    digits = pl.col("z").str.replace_all("[^0-9+-]", "")
    offset = digits.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0) * 60 + digits.str.slice(3, 2).cast(
        pl.Int64, strict=False
    ).fill_null(0)
    offset = pl.when(pl.col("z").str.starts_with("-")).then(-offset).otherwise(offset)
    local = (
        (naive - pl.duration(minutes=offset))
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone("Europe/Berlin")
        .dt.replace_time_zone(None)
    )
    return pl.when(pl.col("z").is_null()).then(naive).otherwise(local)


def _two(expr: pl.Expr) -> pl.Expr:
    return expr.cast(pl.String).str.zfill(2)


def _rest(text: pl.Series) -> pl.Series:
    """Serials and Unix times, then dates with month names, one different value at a time."""
    number = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    frame = pl.DataFrame({"n": number})
    n = pl.col("n")
    epoch = pl.lit("1899-12-30").str.to_datetime(time_unit="us")
    seconds = pl.when(n.is_between(6e11, 4e12)).then(n / 1000).when(n.is_between(6e8, 4e9)).then(n)
    unix = (seconds * 1_000_000).cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    excel = epoch + pl.duration(microseconds=((n * 86_400).round(0) * 1_000_000).cast(pl.Int64, strict=False))
    out = frame.select(
        pl.when(n.is_between(*_EXCEL))
        .then(excel)
        .otherwise(unix.dt.convert_time_zone("Europe/Berlin").dt.replace_time_zone(None))
        .alias("m")
    )["m"]
    left = out.is_null().arg_true()
    if len(left):
        from standards.words import map_unique

        out = out.scatter(left, map_unique(text.gather(left), _wordy, pl.Datetime("us")))
    return out


def _wordy(text: str) -> object:
    """Dates with a month's name, and the rarer notations of machines; None for what is no day of the calendar."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    text = text.strip()
    if (end := end_of_part(text)) is not None:
        return end
    found: re.Match[str] | None
    numbers: tuple[int | None, ...] | None = None
    if found := _WORDY.match(text):
        numbers = (int(found[3]), _MONTHS.get(found[2].lower()), int(found[1]), *_clock(found[4], found[5]))
    elif found := _ENGLISH.match(text):
        numbers = (int(found[3]), _MONTHS.get(found[1].lower()), int(found[2]), *_clock(found[4], found[5]))
    elif found := _DOTTED_CLOCK.match(text):
        numbers = (int(found[3]), int(found[2]), int(found[1]), *_clock(found[4], found[5]))
    elif found := _DATABASE.match(text):
        numbers = tuple(int(part or 0) for part in found.groups()[:6])
    if numbers is None or found is None or None in numbers:
        return None
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001  naive on purpose
    except ValueError:
        return None
    if found.re is not _DATABASE or not found[7]:
        return moment
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)


def _clock(hour: str | None, minute: str | None) -> tuple[int, int]:
    return int(hour or 0), int(minute or 0)
