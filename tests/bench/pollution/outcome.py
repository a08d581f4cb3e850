"""What one reader reached over all files. How it is measured stands in `run`, how it is shown in `page`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.bench.pollution.generate import Case
from tests.bench.pollution.score import Score

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reader reached."""

    name: str
    kinds: dict[str, float]
    """Kind → mean score of its files, 0 … 10; in the order of the files; last, `overall`, the mean of all files."""
    seconds: float
    missed: list[tuple[Case, Score]] = field(default_factory=list)
    """The files that are not wholly right."""
