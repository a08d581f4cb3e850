"""What a demo dataset is and what should become of it. Nothing is generated here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.manifest import Classification

Box = tuple[float, float, float, float]
"""West, south, east, north in WGS84 degrees."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the platform has to say of one demo file, counted by the generator while it planted the faults.

    Rows of a wide file count in the long form, as in `standards.model.Judgement`.
    """

    dataset: str
    """`<ags>/<slug>`"""
    standard: str
    classification: Classification
    is_readable: bool
    rows_total: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Rows with a planted fault that no repair can mend, per code of the engine (`standards.messages`)."""
    repaired: Mapping[str, int] = field(default_factory=dict)
    """Rows with a planted fault that can be mended, per kind of repair of the engine; such a row stays accepted."""
    sums: Mapping[str, float] = field(default_factory=dict)
    """Sum of a field of the standard over the accepted rows, in the standard's unit."""
    nulls: Mapping[str, int] = field(default_factory=dict)
    """Number of accepted rows in which a field of the standard is empty."""
    bbox: Box | None = None
    """Every accepted place lies in here."""
    forbidden: tuple[str, ...] = ()
    """Words of the file (a person's name, a telephone number) that must not reach any published file."""

    @property
    def rows_rejected(self) -> int:
        return sum(self.rejected.values())

    @property
    def rows_accepted(self) -> int:
        return self.rows_total - self.rows_rejected


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """One file that a Kommune hands in, with its answer."""

    ags: str
    publisher: str
    """The name the Kommune signs with."""
    slug: str
    title: str
    description: str
    filename: str
    content: bytes
    expected: Expected
    licence: str = "dl-de/by-2-0"
    frequency: str = "ANNUAL"

    @property
    def id(self) -> str:
        return f"{self.ags}/{self.slug}"


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What `write_demo` did. Paths are relative to their folder."""

    datasets: int
    files_written: int
    files_unchanged: int
    bytes: int


class Tally:
    """Counts the faults while a generator plants them and the sums of what stays; ends as an `Expected`."""

    def __init__(self) -> None:
        self.rows = 0
        self.rejected: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self.nulls: Counter[str] = Counter()
        self.sums: dict[str, float] = {}

    def reject(self, fault: str) -> None:
        self.rows += 1
        self.rejected[fault] += 1

    def accept(self, repaired: str | None = None, **values: float | str | None) -> None:
        """Count an accepted row: numbers are summed per field, None is counted as empty, texts are left alone."""
        self.rows += 1
        if repaired:
            self.repaired[repaired] += 1
        for name, value in values.items():
            if value is None:
                self.nulls[name] += 1
            elif not isinstance(value, str):
                self.sums[name] = self.sums.get(name, 0.0) + value

    def expected(
        self,
        dataset: str,
        standard: str,
        *,
        classification: Classification = Classification.OPEN,
        bbox: Box | None = None,
        forbidden: tuple[str, ...] = (),
    ) -> Expected:
        return Expected(
            dataset=dataset,
            standard=standard,
            classification=classification,
            is_readable=True,
            rows_total=self.rows,
            rejected=dict(self.rejected),
            repaired=dict(self.repaired),
            sums={name: round(value, 4) for name, value in self.sums.items()},
            nulls=dict(self.nulls),
            bbox=bbox,
            forbidden=forbidden,
        )
