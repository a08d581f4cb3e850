"""Rows that are titles of the rows below (`31.12.2023`, then the Gemeinden): what they say becomes a column."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from standards.definition import Standard
from standards.headers import fold
from standards.model import Table


def without_sections(table: Table, standard: Standard) -> Table:
    """The table with a column of what its section titles say, and without these rows; the same where it has none."""
    frame = table.frame
    if not standard.sections or frame.width < 2 or not frame.height:
        return table
    label, *others = frame.columns
    if frame.head(1).select(pl.all_horizontal(pl.col(others).is_null())).item() is not True:
        return table
    lone = frame.select(pl.all_horizontal(pl.col(others).is_null()) & pl.col(label).is_not_null()).to_series()
    titles = [title.strip() for title in frame[label].filter(lone).to_list()]
    for name, pattern in standard.sections.items():
        title = standard.by_name[name].title_de
        found = [match for text in titles if (match := re.fullmatch(pattern, text, re.IGNORECASE))]
        if len(found) < len(titles) or lone.all() or fold(title) in map(fold, frame.columns):
            continue
        said = pl.Series(title, [None], dtype=pl.String).new_from_index(0, frame.height)
        said = said.scatter(lone.arg_true(), [match[1] for match in found]).fill_null(strategy="forward")
        kept = frame.with_columns(said).filter(~lone)
        return replace(table, frame=kept, row_numbers=table.row_numbers.filter(~lone))
    return table
