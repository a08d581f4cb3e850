"""Words in cells: missing, yes and no, codes, mojibake. Series in, series out; no field is known here."""

# ruff: noqa: E501  word lists read better in rows

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

MISSING_WORDS = frozenset(
    {
        "-", "--", "---", "–", "—", ".", "..", "...", "/", "?", "n/a", "n.a.", "na", "nan", "null", "none", "nil", "(null)",
        "<null>", "#n/a", "#nv", "#wert!", "#bezug!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#zahl!",
        "err:502", "k.a.", "k. a.", "k.a", "ka", "keine angabe", "keine angaben", "o.a.",
        "unbekannt", "nicht bekannt", "unknown", "n.b.", "n. b.", "nicht angegeben", "fehlt", "leer", "k.w.", "<na>",
    }
)  # fmt: skip
"""Lower-case words that say a value is not known."""

YES_WORDS = frozenset({"ja", "j", "yes", "y", "true", "wahr", "1", "x", "vorhanden", "t"})
NO_WORDS = frozenset({"nein", "n", "no", "false", "falsch", "0", "nicht vorhanden", "f"})

_MIXED = ("k.A.", "k. A.", "k.A", "o.A.", "n.A.")
_VARIANTS = sorted(
    {form for word in MISSING_WORDS for form in (word, word.upper(), word.capitalize(), word.title())} | {*_MIXED}
)


def map_unique(series: pl.Series, function: Callable[[str], Any], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """`function` over each different value once; nulls stay null. For columns whose values repeat, or few values."""
    values = series.drop_nulls().unique()
    if not len(values):
        return (
            pl.Series(series.name, [None], dtype=dtype).new_from_index(0, len(series))
            if len(series)
            else pl.Series(series.name, [], dtype=dtype)
        )
    answers = pl.Series("a", [function(value) for value in values.to_list()], dtype=dtype, strict=False)
    return series.replace_strict(values, answers, default=None, return_dtype=dtype)


def stripped(series: pl.Series) -> pl.Series:
    """Without blanks at the ends; empty becomes null. The very series where there is nothing to do."""
    text = series.str.strip_chars(" \t\r\n\u00a0\u200b\ufeff\u2009\u202f\x00")
    if text.str.len_bytes().sum() == series.str.len_bytes().sum():
        text = series
    empty = text == ""
    return text.set(empty, None) if empty.any() else text


def missing_mask(series: pl.Series, extra: tuple[str, ...] = ()) -> pl.Series:
    """True where a value says that nothing is known."""
    return series.is_in([*_VARIANTS, *extra]).fill_null(value=False)


def mojibake_mask(series: pl.Series) -> pl.Series:
    """True where UTF-8 was once read as Windows-1252."""
    return series.str.contains("Ã|â€|Â").fill_null(value=False)


def is_ascii(series: pl.Series) -> bool:
    """Whether no value has an umlaut or any other sign beyond ASCII: much cheaper than looking for certain ones."""
    return bool(series.str.len_bytes().sum() == series.str.len_chars().sum())


def unmojibake(text: str) -> str:
    """The text as it was meant, if reading it back is certain (round trip works), else unchanged."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return text
