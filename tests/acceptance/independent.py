"""Real files by other means than ours, to hold our results against; and the way that both share.

What does not belong here: what a result must be.
"""

from __future__ import annotations

import csv
from pathlib import Path

from connectors.reading import read_table
from standards.model import Table


def table(path: Path) -> Table:
    """The file as the standards get it."""
    read = read_table(path)
    return Table(read.frame, read.row_numbers, crs=read.report.crs, filename=path.name, context=read.extras)


def lines(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV file, by Python's own reader."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def german(text: str) -> float:
    """`1.234,5` as a number."""
    return float(text.replace(".", "").replace(",", "."))
