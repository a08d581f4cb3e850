"""Which text a spreadsheet would run as a formula when it opens a CSV (OWASP: CSV injection). One rule for all writers.

A cell is risky that begins with `=`, `@`, a tab or a line end, or with `+` or `-` and is no number, phone or dash:
`-5`, `+49 89 233-0`, `-12,50 €` and `-` stay. What is done about it is the writer's decision:

| file | decision |
|---|---|
| corrected file and rejects as CSV, for the clerk's Excel | an apostrophe in front (`standards.writing`) |
| any XLSX | a text cell, unchanged: a text cell never runs |
| `allmende read`, and the CSV for the public | unchanged, as it stood, and the report counts such cells |
"""

from __future__ import annotations

import polars as pl

STARTS = "=+-@\t\r\n"
_FORMULA = r"^[=+\-@\t\r\n]"
_HARMLESS = r"^[+\-][+\-\s]*(?:\(?\d[\d\s.,/()\-]{0,40})?(?:[eE][+\-]?\d{1,3})?\s*(?:%|€|EUR|‰)?$"


def runs(column: pl.Expr) -> pl.Expr:
    """Whether each text of the column would run."""
    return column.str.contains(_FORMULA) & ~column.str.contains(_HARMLESS)


def count(frame: pl.DataFrame) -> int:
    """How many cells of the frame's text columns would run."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts or frame.is_empty():
        return 0
    return int(frame.select(runs(pl.col(texts)).sum()).sum_horizontal().item() or 0)
