"""`make bench`: the platform beside its peers, in fresh processes on this machine; rewrites `docs/benchmarks.md`.

`python -m tests.bench.run [--only small|large] [--runs N] [--files N] [--rows N] [--no-docs]`. Every result is compared
with the peer's (rows, sums, bounds): a fast wrong answer is an error, exit 2; a missed aim is exit 1.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path

from tests.bench import data, report
from tests.bench.facts import facts
from tests.bench.measure import BenchmarkFailed, Run, measure

WORK = data.PROJECT / ".allmende" / "bench"


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    results = []
    try:
        if options.only in {None, "large"}:
            results.append(large(options.rows, options.runs))
        if options.only in {None, "small"}:
            results.append(small(options.files, options.runs))
    except BenchmarkFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        shutil.rmtree(WORK / "out", ignore_errors=True)
    for result in results:
        sys.stdout.write(report.as_text(result) + "\n")
    is_whole = (options.only, options.files, options.rows) == (None, 2056, 1_000_000)
    if is_whole and not options.no_docs:
        report.write(data.PROJECT / "docs" / "benchmarks.md", results)
    return 0 if all(aim.is_met for result in results for aim in result.aims) else 1


def small(count: int, runs: int) -> report.Result:
    """`count` files of 100 rows in eight dialects, from the bytes to the statewide table."""
    folder = WORK / f"small-{count}"
    if not folder.is_dir():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        data.small_files(part, count)
        part.rename(folder)
    ours, peer = list[Run](), list[Run]()
    for number in range(runs):
        out, home = _fresh(f"loop-{number}.parquet"), _fresh(f"home-{number}")
        peer.append(measure("tests.bench.peers", "small-polars", str(folder), str(out), cwd=data.PROJECT))
        measure("tests.bench.ours", "prepare", str(folder), str(home), cwd=data.PROJECT)
        ours.append(measure("tests.bench.ours", "small", str(folder), str(home), cwd=data.PROJECT))
        _same(facts(home / f"sites/onprem/curated/{data.STANDARD}.parquet"), facts(out), "the statewide table")
        shutil.rmtree(home)
    rows = [report.row("allmende, landing → statewide table", ours), report.row("polars loop, told each dialect", peer)]
    ratio = rows[0].seconds / rows[1].seconds
    return report.Result(
        title=f"{count:,} files × {data.ROWS_SMALL} rows, 8 dialects, to one statewide table",
        about="Files of as many Kommunen: mixed encodings, delimiters, decimal signs, dates and quotes, two spellings"
        " of the header. The loop is told each file's dialect and writes one Parquet file. The platform finds the"
        " dialect, keeps the bytes with a receipt, judges every cell, loads raw Delta tables through dlt, builds and"
        " tests the mart with dbt. Parsing the dbt project, done once per installation, is not counted.",
        rows=rows,
        steps=_steps(ours),
        aims=[
            report.Aim("wall time ≤ 2 × the loop", ratio, 2.0, "×"),
            report.Aim("wall time ≤ 60 s", rows[0].seconds, 60.0, "s"),
        ],
    )


def large(count: int, runs: int) -> report.Result:
    """One Windows-1252 file of `count` rows to typed Parquet."""
    source = WORK / f"large-{count}.csv"
    if not source.is_file():
        data.large_file(source.with_suffix(".part"), count)
        source.with_suffix(".part").rename(source)
    measured: dict[str, list[Run]] = {"ours": [], "large-polars": [], "large-duckdb": []}
    for number in range(runs):
        found = {}
        for name, held in measured.items():
            out = _fresh(f"{name}-{number}.parquet")
            module, job = ("tests.bench.ours", "large") if name == "ours" else ("tests.bench.peers", name)
            held.append(measure(module, job, str(source), str(out), cwd=data.PROJECT))
            found[name] = facts(out)
        _same(found["ours"], found["large-polars"], "the Parquet file")
        _same(found["large-duckdb"], found["large-polars"], "DuckDB's Parquet file")
    rows = [
        report.row("allmende, read → judge → write", measured["ours"]),
        report.row("polars, told the dialect", measured["large-polars"]),
        report.row("iconv and DuckDB, told the dialect", measured["large-duckdb"]),
    ]
    size = source.stat().st_size / 1e6
    return report.Result(
        title=f"One file of {count:,} rows ({size:.0f} MB, Windows-1252, “;”, decimal comma, German dates) to Parquet",
        about="The peers are told encoding, delimiter, decimal sign, types and date pattern. The platform is told the"
        " standard's name; it finds the rest and checks every value.",
        rows=rows,
        steps=_steps(measured["ours"]),
        aims=[
            report.Aim("wall time ≤ 2 × polars", rows[0].seconds / rows[1].seconds, 2.0, "×"),
            report.Aim("wall time ≤ 2 × DuckDB", rows[0].seconds / rows[2].seconds, 2.0, "×"),
            report.Aim("peak memory ≤ 1.5 GB", rows[0].peak_mb / 1000, 1.5, "GB"),
        ],
    )


def _fresh(name: str) -> Path:
    path = WORK / "out" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    return path


def _same(ours: dict[str, object], peer: dict[str, object], what: str) -> None:
    differing = [f"{name}: {ours[name]} ≠ {peer[name]}" for name in peer if ours[name] != peer[name]]
    if differing:
        raise BenchmarkFailed(f"{what} differs from the peer's: {'; '.join(differing)}")


def _steps(runs: list[Run]) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds of each step."""
    return {
        step: tuple(statistics.median(run.output[step][which] for run in runs) for which in (0, 1))
        for step in runs[0].output
    }


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.run", description="Benchmarks beside peers.")
    parser.add_argument("--only", choices=["small", "large"], help="one of the two benchmarks")
    parser.add_argument("--runs", type=int, default=3, help="alternating runs of each side (default 3)")
    parser.add_argument("--files", type=int, default=2056, help="number of small files")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large file")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md alone")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
