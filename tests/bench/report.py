"""What is said about measured runs: the table on the screen and the page `docs/benchmarks.md`. No measuring here."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.measure import Run
from tests.bench.pollution.page import HEADING


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of several runs of one side."""

    name: str
    seconds: float
    fastest: float
    slowest: float
    cpu_seconds: float
    peak_mb: float
    runs: int


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound from the project's issues, and what was measured."""

    text: str
    measured: float
    bound: float
    unit: str
    is_floor: bool = False
    """Whether the bound is the least, not the most."""

    @property
    def is_met(self) -> bool:
        return self.measured >= self.bound if self.is_floor else self.measured <= self.bound

    def __str__(self) -> str:
        return f"{self.text}: {self.measured:.2f} {self.unit} ({'met' if self.is_met else 'missed'})"


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark. The first row is ours."""

    title: str
    about: str
    rows: list[Row]
    steps: dict[str, tuple[float, float]]
    """Name → wall and CPU seconds."""
    aims: list[Aim] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One run of one side on a file of so many rows."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Growth:
    """How time and memory grow with the file."""

    title: str
    about: str
    lines: list[Line]
    aims: list[Aim] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """Any other benchmark: its cells are text already, the first column names the line."""

    title: str
    about: str
    columns: tuple[str, ...]
    lines: list[tuple[str, ...]]
    aims: list[Aim] = field(default_factory=list)


Part = Result | Growth | Table


def row(name: str, runs: list[Run]) -> Row:
    seconds = [run.seconds for run in runs]
    cpu = statistics.median(run.cpu_seconds for run in runs)
    peak = statistics.median(run.peak_mb for run in runs)
    return Row(name, statistics.median(seconds), min(seconds), max(seconds), cpu, peak, len(runs))


def as_text(result: Part) -> str:
    if isinstance(result, Table):
        told = _table(result) if result.lines else [result.about]
        return "\n".join(["", result.title, *told, *(f"  {aim}" for aim in result.aims)])
    if isinstance(result, Growth):
        return "\n".join(["", result.title, *_growth(result.lines), *(f"  {aim}" for aim in result.aims)])
    width = max(len(one.name) for one in result.rows)
    lines = ["", result.title, f"  {'':{width}}  median s    min … max s   cpu s   peak MB   ours ÷ it"]
    for one in result.rows:
        span = f"{one.fastest:.1f} … {one.slowest:.1f}"
        lines.append(
            f"  {one.name:{width}}  {one.seconds:8.2f}  {span:>13}  {one.cpu_seconds:6.1f}  {one.peak_mb:8.0f}  "
            f"{result.rows[0].seconds / one.seconds:9.2f}"
        )
    lines += [f"    {step:{width - 2}}  {wall:8.2f}  {'':13}  {cpu:6.1f}" for step, (wall, cpu) in result.steps.items()]
    lines += [f"  {aim}" for aim in result.aims]
    return "\n".join(lines)


def write(path: Path, results: Sequence[Part]) -> None:
    """Rewrite the page, but for the section that `tests.bench.pollution` writes at its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _, heading, section = path.read_text(encoding="utf-8").partition(HEADING) if path.is_file() else ("", "", "")
    path.write_text("\n".join([*_page(results), ""]) + (f"\n{heading}{section}" if heading else ""), encoding="utf-8")


def _page(results: Sequence[Part]) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench`; do not edit. Every number is the median of alternating runs, each a fresh process,"
    yield "start of Python included; peak memory is the resident memory of the process with all its children. Results"
    yield "are compared with the peer's (rows, sums, bounds) before a number is printed."
    yield ""
    yield f"Measured {datetime.now(UTC):%Y-%m-%d} on {_machine()}."
    for result in results:
        yield ""
        yield f"## {result.title}"
        yield ""
        yield result.about
        yield ""
        if isinstance(result, Table):
            yield from [*_table(result), "", *(f"- {aim}" for aim in result.aims)] if result.lines else []
            continue
        if isinstance(result, Growth):
            yield from [*_growth(result.lines), "", *(f"- {aim}" for aim in result.aims)]
            continue
        yield "| | median s | min … max s | CPU s | peak MB | ours ÷ it |"
        yield "|---|---:|---:|---:|---:|---:|"
        for one in result.rows:
            cells = [f"{one.seconds:.2f}", f"{one.fastest:.1f} … {one.slowest:.1f}", f"{one.cpu_seconds:.1f}"]
            cells += [f"{one.peak_mb:.0f}", f"{result.rows[0].seconds / one.seconds:.2f}"]
            yield f"| {one.name} | {' | '.join(cells)} |"
        yield ""
        yield "| steps of ours | wall s | CPU s |"
        yield "|---|---:|---:|"
        for step, (wall, cpu) in result.steps.items():
            yield f"| {step} | {wall:.2f} | {cpu:.1f} |"
        yield ""
        for aim in result.aims:
            yield f"- {aim}"


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.columns)} |"
    yield "|---|" + "---:|" * (len(table.columns) - 1)
    for line in table.lines:
        yield f"| {' | '.join(line)} |"


def _growth(lines: list[Line]) -> Iterator[str]:
    yield "| | rows | wall s | CPU s | CPU µs a row | peak MB |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name in dict.fromkeys(line.name for line in lines):
        for line in (line for line in lines if line.name == name):
            each = f"{1e6 * line.cpu_seconds / line.rows:.2f}"
            cells = [f"{line.rows:,}", f"{line.seconds:.2f}", f"{line.cpu_seconds:.1f}", each, f"{line.peak_mb:.0f}"]
            yield f"| {name} | {' | '.join(cells)} |"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in ("polars", "duckdb", "dlt", "deltalake", "dbt-core"))
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}, {packages}"
