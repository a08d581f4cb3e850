"""`make bench`: the platform beside its peers, in fresh processes on this machine; rewrites `docs/benchmarks.md`.

`python -m tests.bench.run [--only large|growth|folder|whole|ckan] [--runs N] [--files N] [--rows N]
[--datasets N] [--no-docs]`. Every
result is compared with the peer's (rows, sums, bounds): a fast wrong answer is an error, exit 2; a missed aim exit 1.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import cases, ckan, data, report
from tests.bench.measure import BenchmarkFailed

PARTS = ("large", "growth", "folder", "whole", "ckan")
_FILES, _ROWS, _DATASETS = 2056, 1_000_000, 1000


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    cases.WORK.mkdir(parents=True, exist_ok=True)
    _compile()
    parts: dict[str, Callable[[], report.Part]] = {
        "large": lambda: cases.large(options.rows, options.runs),
        "growth": cases.growth,
        "folder": lambda: cases.folder(options.files, options.runs),
        "whole": lambda: cases.whole(options.files, options.runs),
        "ckan": lambda: ckan.publication(options.datasets, options.runs),
    }
    results: list[report.Part] = []
    try:
        for name in options.only or PARTS:
            results.append(parts[name]())
            sys.stdout.write(report.as_text(results[-1]) + "\n")
            sys.stdout.flush()
    except BenchmarkFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        shutil.rmtree(cases.WORK / "out", ignore_errors=True)
    is_whole = (options.only, options.files, options.rows, options.datasets) == (None, _FILES, _ROWS, _DATASETS)
    if is_whole and not options.no_docs:
        report.write(data.PROJECT / "docs" / "benchmarks.md", results)
    return 0 if all(aim.is_met for result in results for aim in result.aims) else 1


def _compile() -> None:
    """Bytecode for ours and the peers' code, as an installation has it: `make setup` makes that of the libraries."""
    for room in [*(file.parent for file in data.PROJECT.glob("*/__init__.py")), Path(__file__).parent]:
        compileall.compile_dir(room, quiet=1)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.run", description="Benchmarks beside peers.")
    parser.add_argument("--only", choices=PARTS, action="append", help="one of the benchmarks; may be given again")
    parser.add_argument("--runs", type=int, default=3, help="alternating runs of each side (default 3)")
    parser.add_argument("--files", type=int, default=_FILES, help="number of small files")
    parser.add_argument("--rows", type=int, default=_ROWS, help="rows of the large file")
    parser.add_argument("--datasets", type=int, default=_DATASETS, help="datasets published to CKAN")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md alone")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
