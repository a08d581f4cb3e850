"""`1.234`: thousands or decimals? Decided over the whole column, by its other values; else it is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from standards.definition import FieldDef
from standards.headers import factor
from standards.numbers import Numbers
from standards.work import Work


def settled(work: Work, wanted: FieldDef, text: pl.Series, numbers: Numbers, unit: str | None) -> pl.Series:
    """`1.234` read as thousands or decimals, decided per table over the whole column."""
    if numbers.ambiguous is None and work.overall is None:
        return numbers.values
    ambiguous = numbers.ambiguous if numbers.ambiguous is not None else work.nulls(pl.Boolean).fill_null(value=False)
    frame = pl.DataFrame({"g": work.groups, "x": text, "a": ambiguous, "v": numbers.values})
    frame = frame.with_columns(point=pl.col("a") & pl.col("x").str.contains(".", literal=True))
    clues = _number_clues(frame, _usual_in(wanted, unit) if numbers.units is None else None)
    if work.overall is not None:
        answer = work.overall.add(("number", wanted.name), clues, _more_number_clues, partial(_settling, wanted.type))
        if numbers.ambiguous is None:
            return numbers.values
        clues = clues.select("g").with_columns(pl.lit(value).alias(name) for name, value in answer().items())
    frame = frame.join(clues, on="g", how="left", maintain_order="left")
    german, english = pl.col("comma") | pl.col("dot_groups"), pl.col("dot") | pl.col("comma_groups")
    sure: pl.Expr = german ^ english
    grouped: pl.Expr = pl.when(german & ~english).then("point").when(english & ~german).then(~pl.col("point"))
    near = pl.coalesce(_nearer(wanted), _usually())
    sure, grouped = sure | near.is_not_null(), pl.coalesce(grouped, near)
    default = pl.col("point") if wanted.unit == "eur" else pl.lit(value=False)
    if wanted.type == "integer":
        grouped, sure = ~(pl.col("zeros") & ~pl.col("point")), pl.lit(value=True)
    out = frame.with_columns(grouped=pl.coalesce(grouped, default) & pl.col("a"), sure=sure.fill_null(value=False))
    digits = pl.col("x").str.extract(r"^([-+]?[\d.,]+)").str.replace_all(r"[.,]", "")
    thousands = out.select(pl.when("grouped").then(digits.cast(pl.Float64, strict=False)).otherwise("v")).to_series()
    doubt = out["a"] & ~out["sure"]
    header = work.origins.get(wanted.name, wanted.title_de)
    work.note("ambiguous_numbers", doubt & out["grouped"], column=header, value=text, expected="Tausender")
    work.note("ambiguous_numbers", doubt & ~out["grouped"], column=header, value=text, expected="Nachkommastellen")
    work.changed(
        "thousands_separator",
        work.shown_column(wanted.name),
        out["grouped"] & (thousands != numbers.values).fill_null(value=False),
        text,
        thousands.cast(pl.String),
    )
    return thousands


_SEPARATORS = {
    "comma": r"^[-+]?[\d.]*,(\d{1,2}|\d{4,})\b|^[-+]?0,\d|^[-+]?\d{4,},\d",
    "dot": r"^[-+]?[\d,]*\.(\d{1,2}|\d{4,})\b|^[-+]?0\.\d|^[-+]?\d{4,}\.\d",
    "dot_groups": r"\d\.\d{3}[.,]\d",
    "comma_groups": r"\d,\d{3}[.,]\d",
}


def _number_clues(frame: pl.DataFrame, usual: tuple[float, float] | None) -> pl.DataFrame:
    """Per table what speaks for comma or point as the decimal sign, and whether all cells are whole thousands."""
    return frame.group_by("g").agg(
        **{name: pl.col("x").str.contains(pattern).any() for name, pattern in _SEPARATORS.items()},
        **_unusual(usual),
        zeros=pl.col("x").filter("a").str.ends_with("000").all() & (pl.col("a") | pl.col("x").is_null()).all(),
        logs=pl.col("v").filter(~pl.col("a") & (pl.col("v") > 0)).log().sum(),
        amongst=(~pl.col("a") & (pl.col("v") > 0)).sum(),
    )


_UNUSUAL = ("too_small", "too_large")


def _unusual(usual: tuple[float, float] | None) -> dict[str, pl.Expr]:
    """Whether a cell has a usual size with thousands only, and whether one has it with decimals only."""
    if usual is None:
        return dict.fromkeys(_UNUSUAL, pl.lit(value=False))
    low, high = usual
    size = pl.col("v").filter("a").abs()
    return {
        "too_small": ((size < low) & (size * 1000).is_between(low, high)).any(),
        "too_large": (size.is_between(low, high) & (size * 1000 > high)).any(),
    }


def _usual_in(wanted: FieldDef, unit: str | None) -> tuple[float, float] | None:
    """The field's usual sizes in the unit that the header names."""
    by = factor(unit, wanted.unit)
    return (wanted.usual[0] / by, wanted.usual[1] / by) if wanted.usual and by else None


def _usually() -> pl.Expr:
    """True for thousands, False for decimals, where the field's usual size speaks for one of them in its column."""
    return pl.when(pl.col("too_small") ^ pl.col("too_large")).then(pl.col("too_small"))


def _more_number_clues(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The clues of two parts of one table."""
    both = pl.concat([one, other])
    either_one = [pl.col(name).any() for name in (*_SEPARATORS, *_UNUSUAL)]
    return both.group_by("g").agg(*either_one, pl.col("zeros").all(), pl.col("logs", "amongst").sum())


def _settling(kind: str, clues: pl.DataFrame) -> dict[str, bool | float]:
    """As much of the clues as decides: two tables that differ in nothing of it are read alike."""
    seen = clues.row(0, named=True)
    if kind == "integer":
        nothing = dict.fromkeys((*_SEPARATORS, *_UNUSUAL), False)
        return nothing | {"zeros": seen["zeros"], "logs": 0.0, "amongst": 0}
    german, english = seen["comma"] or seen["dot_groups"], seen["dot"] or seen["comma_groups"]
    decided = {"comma": german, "dot": english, "zeros": False, **{name: seen[name] for name in _UNUSUAL}}
    return dict.fromkeys(_SEPARATORS, False) | decided | _size(seen)


def _size(seen: dict[str, Any]) -> dict[str, float]:
    """How many others there are (none, one, more) and the mean of their logarithms, to halves: parts seldom differ."""
    many = seen["amongst"]
    return {"logs": round(2 * seen["logs"] / many) / 2 * min(many, 2) if many else 0.0, "amongst": min(many, 2)}


def _nearer(wanted: FieldDef) -> pl.Expr:
    """True for thousands, False for decimals where one reading alone fits the other values and the field's range.

    The size of the others is the mean of their logarithms: `2.500` beside 850 and 1200 square metres is 2500.
    """
    size, many = pl.col("v").abs().log(), pl.lit(6.907755)
    others = (2 * pl.col("logs") / pl.col("amongst")).round() / 2
    away = (size - others).abs() - (size + many - others).abs()
    near = pl.when((pl.col("amongst") > 0) & (away.abs() > pl.when(pl.col("amongst") > 1).then(2.5).otherwise(4.0)))
    likely = near.then(away > 0)
    if wanted.maximum is None:
        return likely
    return pl.when(pl.col("v") * 1000 > wanted.maximum).then(pl.lit(value=False)).otherwise(likely)
