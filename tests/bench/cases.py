"""The benchmarks themselves: what is run against what, what must be equal, which aims hold. No options here."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from tests.bench import data, report
from tests.bench.facts import facts
from tests.bench.measure import BenchmarkFailed, Run, measure

WORK = data.PROJECT / ".allmende" / "bench"
SIZES = (100_000, 1_000_000, 10_000_000)
_PEERS = {"large-polars": "polars, told the dialect", "large-streaming": "iconv and polars streaming, told the dialect"}


def large(count: int, runs: int) -> report.Result:
    """One Windows-1252 file of `count` rows to typed Parquet."""
    source = _file(count)
    measured: dict[str, list[Run]] = {"ours": [], "large-polars": [], "large-duckdb": []}
    for number in range(runs):
        found = {}
        for name, held in measured.items():
            out = _fresh(f"{name}-{number}.parquet")
            module, job = ("tests.bench.ours", "large") if name == "ours" else ("tests.bench.peers", name)
            held.append(measure(module, job, str(source), str(out), cwd=data.PROJECT))
            found[name] = facts(out)
        same(found["ours"], found["large-polars"], "the Parquet file")
        same(found["large-duckdb"], found["large-polars"], "DuckDB's Parquet file")
    rows = [
        report.row("allmende check", measured["ours"]),
        report.row("polars, told the dialect", measured["large-polars"]),
        report.row("iconv and DuckDB, told the dialect", measured["large-duckdb"]),
    ]
    size = source.stat().st_size / 1e6
    return report.Result(
        title=f"One file of {count:,} rows ({size:.0f} MB, Windows-1252, “;”, decimal comma, German dates) to Parquet",
        about="The peers are told encoding, delimiter, decimal sign, types and date pattern. `allmende check --standard"
        " … --fixed OUT.parquet --rejects …` is told the standard's name; it finds the rest and checks every value.",
        rows=rows,
        steps=_steps(measured["ours"]),
        aims=[
            report.Aim("wall time ≤ 1.3 × polars", rows[0].seconds / rows[1].seconds, 1.3, "×"),
            report.Aim("wall time ≤ 1.3 × DuckDB", rows[0].seconds / rows[2].seconds, 1.3, "×"),
            report.Aim("peak memory ≤ 600 MB", rows[0].peak_mb, 600, "MB"),
        ],
    )


def folder(count: int, runs: int) -> report.Result:
    """`count` files of 100 rows in eight dialects to one typed Parquet file: `allmende check FOLDER`."""
    source = _folder(count)
    ours, peer = list[Run](), list[Run]()
    for number in range(runs):
        out, loop = _fresh(f"folder-{number}.parquet"), _fresh(f"loop-{number}.parquet")
        peer.append(measure("tests.bench.peers", "small-polars", str(source), str(loop), cwd=data.PROJECT))
        ours.append(measure("tests.bench.ours", "folder", str(source), str(out), cwd=data.PROJECT))
        same(facts(out), facts(loop), "the Parquet file")
    rows = [report.row("allmende check FOLDER", ours), report.row("polars loop, told each dialect", peer)]
    return report.Result(
        title=f"{count:,} files × {data.ROWS_SMALL} rows, 8 dialects, to one Parquet file",
        about="Mixed encodings, delimiters, decimal signs, dates and quotes, two spellings of the header. The loop is"
        " told each file's dialect. `allmende check FOLDER --standard … --fixed OUT.parquet` finds it from the bytes,"
        " matches the columns and checks every value; files of one layout go through one pass.",
        rows=rows,
        steps=_steps(ours),
        aims=[report.Aim("wall time ≤ the loop's", rows[0].seconds / rows[1].seconds, 1.0, "×")],
    )


def growth(sizes: tuple[int, ...] = SIZES) -> report.Growth:
    """From 10⁵ to 10⁷ rows: wall and CPU time, peak memory, beside polars eager and streaming."""
    lines: list[report.Line] = []
    for count in sizes:
        source = _file(count)
        found = {}
        for job, name in {"large": "allmende check", "read": "allmende read", **_PEERS}.items():
            is_ours = job in {"large", "read"}
            out = _fresh(f"growth-{job}.{'csv' if job == 'read' else 'parquet'}")
            run = measure(f"tests.bench.{'ours' if is_ours else 'peers'}", job, str(source), str(out), cwd=data.PROJECT)
            lines.append(report.Line(name, count, run.seconds, run.cpu_seconds, run.peak_mb))
            found[job] = facts(out) if job != "read" else {}
            out.unlink()
        same(found["large"], found["large-polars"], f"{count} rows")
        same(found["large-streaming"], found["large-polars"], f"{count} rows, polars streaming")
    ours = {line.rows: line for line in lines if line.name == "allmende check"}
    reading = {line.rows: line for line in lines if line.name == "allmende read"}
    most, before = sizes[-1], sizes[-2]
    each = (ours[most].cpu_seconds / most) / (ours[before].cpu_seconds / before)
    return report.Growth(
        title=f"Growth from {sizes[0]:,} to {most:,} rows",
        about="The same kind of file in three sizes, one run each. Ours streams: blocks are read, matched, converted,"
        " judged and written one after another, and what holds over the whole file (decimal sign, order of dates,"
        " repeated rows) is checked at the end.",
        lines=lines,
        aims=[
            report.Aim(f"check of {most:,} rows: peak memory ≤ 600 MB", ours[most].peak_mb, 600, "MB"),
            report.Aim(f"read of {most:,} rows: peak memory ≤ 600 MB", reading[most].peak_mb, 600, "MB"),
            report.Aim(f"CPU a row at {most:,} rows ≤ 1.2 × that at {before:,}", each, 1.2, "×"),
        ],
    )


def _file(count: int) -> Path:
    source = WORK / f"large-{count}.csv"
    if not source.is_file():
        data.large_file(source.with_suffix(".part"), count)
        source.with_suffix(".part").rename(source)
    return source


def _folder(count: int) -> Path:
    source = WORK / f"small-{count}"
    if not source.is_dir():
        part = source.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        data.small_files(part, count)
        part.rename(source)
    return source


def whole(count: int, runs: int) -> report.Result:
    """`count` files of 100 rows in eight dialects, from the bytes to the statewide table."""
    folder = _folder(count)
    ours, peer = list[Run](), list[Run]()
    for number in range(runs):
        out, home = _fresh(f"loop-{number}.parquet"), _fresh(f"home-{number}")
        peer.append(measure("tests.bench.peers", "small-polars", str(folder), str(out), cwd=data.PROJECT))
        measure("tests.bench.ours", "prepare", str(folder), str(home), cwd=data.PROJECT)
        ours.append(measure("tests.bench.ours", "small", str(folder), str(home), cwd=data.PROJECT))
        same(facts(home / f"sites/onprem/curated/{data.STANDARD}.parquet"), facts(out), "the statewide table")
        shutil.rmtree(home)
    rows = [report.row("allmende, landing → statewide table", ours), report.row("polars loop, told each dialect", peer)]
    return report.Result(
        title=f"{count:,} files × {data.ROWS_SMALL} rows, 8 dialects, to one statewide table",
        about="Files of as many Kommunen: mixed encodings, delimiters, decimal signs, dates and quotes, two spellings"
        " of the header. The loop is told each file's dialect and writes one Parquet file: it is no measure of the"
        " whole way, only of its beginning. The platform finds the dialect, keeps the bytes with a receipt, judges each"
        " cell, loads raw Delta tables through dlt, builds and tests the mart with dbt. Parsing the dbt project, done"
        " once per installation, is not counted.",
        rows=rows,
        steps=_steps(ours),
        aims=[report.Aim("wall time ≤ 60 s", rows[0].seconds, 60.0, "s")],
    )


def _fresh(name: str) -> Path:
    path = WORK / "out" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    return path


def same(ours: dict[str, object], peer: dict[str, object], what: str) -> None:
    differing = [f"{name}: {ours[name]} ≠ {peer[name]}" for name in peer if ours[name] != peer[name]]
    if differing:
        raise BenchmarkFailed(f"{what} differs from the peer's: {'; '.join(differing)}")


def _steps(runs: list[Run]) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds of each step."""
    return {
        step: tuple(statistics.median(run.output[step][which] for run in runs) for which in (0, 1))
        for step in runs[0].output
    }
