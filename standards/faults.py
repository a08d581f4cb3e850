"""What is wrong with which rows; the table of rejected rows with a sentence each. Nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

import polars as pl

from standards.mapping import VIRTUAL
from standards.messages import MESSAGES

REJECTED_SCHEMA: dict[str, type[pl.DataType]] = {
    "_row": pl.Int64,
    "code": pl.String,
    "column": pl.String,
    "value": pl.String,
    "message_de": pl.String,
    "reasons": pl.String,
    "record": pl.String,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: `mask` per row; `value` the text as it stood (or one text for all), `column` likewise."""

    code: str
    column: str | pl.Series
    mask: pl.Series
    value: pl.Series | str | None = None
    expected: str | pl.Series = ""
    message: str | None = None
    """A template of its own instead of the catalogue's."""
    field: str = ""


def bad_rows(faults: list[Fault], height: int) -> pl.Series:
    """True where any fault holds."""
    bad = (
        pl.Series("bad", [False], dtype=pl.Boolean).new_from_index(0, height)
        if height
        else pl.Series("bad", [], dtype=pl.Boolean)
    )
    for fault in faults:
        bad |= fault.mask
    return bad


def rejected_rows(frame: pl.DataFrame, faults: list[Fault], columns: list[str]) -> pl.DataFrame:
    """`REJECTED_SCHEMA` plus the table number, in the order of the frame; one line per row that has a fault."""
    listed = [_listed(frame, fault, order) for order, fault in enumerate(faults) if fault.mask.any()]
    if not listed:
        return pl.DataFrame(schema={VIRTUAL + "t": pl.Int64, **REJECTED_SCHEMA})
    reasons = pl.concat(listed).sort("i", "order", maintain_order=True)
    reason = pl.struct("code", "column", "value", "message_de").struct.json_encode()
    grouped = reasons.with_columns(json=reason).group_by("i", maintain_order=True).agg(
        pl.col("code", "column", "value", "message_de").first(), reasons=pl.format("[{}]", pl.col("json").str.join(","))
    )  # fmt: skip
    rows = frame[grouped["i"]]
    record = (
        rows.select(pl.struct(columns).struct.json_encode().alias("record"))
        if columns
        else rows.select(record=pl.lit("{}"))
    )
    # apart from the file's own columns, one of which may be called `_row` too
    numbers = rows.select(VIRTUAL + "t", pl.col(VIRTUAL + "row").alias("_row"))
    return pl.concat([numbers, grouped.drop("i"), record], how="horizontal").select(VIRTUAL + "t", *REJECTED_SCHEMA)


def _listed(frame: pl.DataFrame, fault: Fault, order: int) -> pl.DataFrame:
    """The rows of one fault with their sentence."""
    index = fault.mask.arg_true()
    parts = {
        "row": frame[VIRTUAL + "row"].gather(index).cast(pl.String),
        "column": _each(fault.column, index),
        "value": _each(fault.value, index),
        "expected": _each(fault.expected, index),
    }
    table = pl.DataFrame({"i": index.cast(pl.Int64), **parts})
    shown = pl.col("value").fill_null("").str.slice(0, 120)
    return table.select(
        "i",
        order=pl.lit(order),
        code=pl.lit(fault.code),
        column=pl.col("column"),
        value=pl.col("value"),
        message_de=_sentence(fault.message or MESSAGES[fault.code], {"value": shown}),
    )


def _each(part: pl.Series | str | None, index: pl.Series) -> pl.Series:
    if isinstance(part, pl.Series):
        return part.gather(index).cast(pl.String)
    return pl.Series("x", [part], dtype=pl.String).new_from_index(0, len(index))


def _sentence(template: str, shown: dict[str, pl.Expr]) -> pl.Expr:
    """A template with `{row}`, `{column}`, `{value}`, `{expected}` filled for whole columns."""
    pieces: list[pl.Expr] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            pieces.append(pl.lit(literal))
        if name:
            pieces.append(shown.get(name, pl.col(name)).fill_null(""))
    return pl.concat_str(pieces)
