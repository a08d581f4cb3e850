"""`python -m tests.bench.pollution.run`: every reader over every file; scores per kind and overall.

`--docs` rewrites the section of `docs/benchmarks.md`; `--seed N` takes other tables and combinations; `--failures FILE`
writes where ours is not right; `--only NAME` runs one reader. Exit 1: an aim of the project's is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from tests.bench import data
from tests.bench.pollution import page
from tests.bench.pollution.generate import SEED, UNSEEN, Case, cases
from tests.bench.pollution.outcome import OVERALL, Outcome
from tests.bench.pollution.readers import OURS, Reader, readers
from tests.bench.pollution.score import Reading, score


def measure(name: str, reader: Reader, files: list[Case]) -> Outcome:
    totals: dict[str, list[float]] = defaultdict(list)
    missed = []
    begin = time.perf_counter()
    for case in files:
        found = score(case.truth, case.has_header, _read(reader, case.data))
        totals[case.kind].append(found.total)
        if found.total < 10:
            missed.append((case, found))
    kinds = {kind: fmean(values) for kind, values in totals.items()}
    kinds[OVERALL] = fmean(value for values in totals.values() for value in values)
    return Outcome(name, kinds, time.perf_counter() - begin, missed)


def _read(reader: Reader, data: bytes) -> Reading | None:
    """None where the reader gives up: whatever it raises is its way to say so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return reader(data)
        except BaseException as error:  # polars panics outside of Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return None


def write_failures(path: Path, outcome: Outcome) -> None:
    """Every file that is not wholly right: its score, what is wrong, its first lines."""
    blocks = []
    for case, found in sorted(outcome.missed, key=lambda one: one[1].total):
        start = case.data[:400].decode("utf-8", "backslashreplace").splitlines()[:5]
        lines = [f"## {found.total:.2f} {case.kind}: {case.name}", *(f"  - {example}" for example in found.examples)]
        blocks.append("\n".join([*lines, *(f"    | {line!r}" for line in start)]))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def write_files(folder: Path, files: list[Case]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(files):
        name = f"{number:03} {case.kind} {case.name}".replace("/", " ")
        (folder / f"{name}.csv").write_bytes(case.data)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Readers over polluted files.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--docs", action="store_true", help="rewrite the section of docs/benchmarks.md")
    parser.add_argument("--only", help="one reader")
    parser.add_argument("--failures", type=Path, help="where to list the files that ours does not read wholly right")
    parser.add_argument("--files", type=Path, help="a folder for the files themselves, to look at")
    options = parser.parse_args(arguments)
    files = cases(options.seed)
    if options.files:
        write_files(options.files, files)
    found = [measure(n, reader, files) for n, reader in readers().items() if options.only in {None, n}]
    sys.stdout.write(f"{len(files)} files\n{page.as_text(found)}\n")
    if options.failures and found[0].name == OURS:
        write_failures(options.failures, found[0])
    if options.docs:
        unseen = [measure(OURS, readers()[OURS], cases(seed)) for seed in UNSEEN]
        page.write(data.PROJECT / "docs", found, len(files), unseen)
    missed = page.missed_aims(found)
    sys.stdout.writelines(f"missed: {aim}\n" for aim in missed)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
