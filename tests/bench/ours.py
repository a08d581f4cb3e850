"""The platform's own way, measured. Run as a fresh process; the steps' seconds are printed as JSON.

`python -m tests.bench.ours large FILE OUT` (read → judge → Parquet) · `read FILE OUT` (→ CSV) · `folder FOLDER OUT`
(many files → judge → one Parquet) · `small FOLDER HOME` (landing → raw → dbt mart).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.bench.data import STANDARD
from tests.bench.steps import Steps


def large(source: Path, out: Path) -> Steps:
    """`allmende check FILE --standard … --fixed OUT.parquet --rejects …`: nothing is told but the standard."""
    steps = Steps()
    with steps.step("import"):
        from connectors.large import check_to_files
        from standards.registry import load_named
    with steps.step("standard"):
        standard = load_named(STANDARD)
        assert standard is not None
    with steps.step("read, judge, write"):
        check_to_files(source, standard, fixed=out, rejects=out.with_suffix(".rejects.csv"))
    return steps


def read(source: Path, out: Path) -> Steps:
    """`allmende read FILE -o OUT.csv`: any text file to RFC 4180, every cell as it stood."""
    steps = Steps()
    with steps.step("import"):
        from connectors.reading import read_table
        from connectors.reading.writing import write_csv, write_large
    with steps.step("read, write"):
        if write_large(source, out) is None:
            write_csv(read_table(source), out)
    return steps


def folder(source: Path, out: Path) -> Steps:
    """`allmende check FOLDER --standard … --fixed OUT.parquet`: all files at once."""
    steps = Steps()
    with steps.step("import"):
        from connectors.many import check_many
        from standards.registry import load_named
    with steps.step("standard"):
        standard = load_named(STANDARD)
        assert standard is not None
    with steps.step("read, judge, write"):
        checked = check_many(source, standard, fixed=out, rejects=out.with_suffix(".rejects.csv"))
        if any(one.message_de for one in checked):
            raise RuntimeError("a file could not be read")
    return steps


def small(folder: Path, home: Path) -> Steps:
    """Files of many Kommunen → statewide table, through every zone."""
    os.environ["ALLMENDE_HOME"] = str(home)
    steps = Steps()
    with steps.step("import"):
        from connectors.ingest import load_run
        from connectors.landing import land
        from connectors.receipts import LandingLog
        from orchestration.dbt import environment, executable, target_path
        from orchestration.platform import Platform
        from orchestration.settings import DBT_PROJECT
        from storage.names import DatasetId
    with steps.step("open"):
        platform = Platform.load()
        sites = platform.sites
    with steps.step("landing"):
        log = LandingLog.load(sites.onprem)
        for path in sorted(folder.glob(f"*/{STANDARD}.csv")):
            dataset = DatasetId(path.parent.name, STANDARD)
            land(sites, dataset, path.read_bytes(), filename=path.name, source_kind="inbox", standard=STANDARD, log=log)
    with ExitStack() as stack:
        with steps.step("read and judge"):
            prepared = stack.enter_context(load_run(sites, platform.publishers, platform.standards))
        with steps.step("raw (dlt, Delta)"):
            prepared.load()
    with steps.step("dbt build"):
        target = target_path(platform.settings)
        command = [executable(), "--quiet", "build", "--select", f"+{STANDARD}", "--indirect-selection", "cautious"]
        variables = environment(platform.settings, sites.onprem)
        subprocess.run(
            [*command, "--project-dir", str(DBT_PROJECT), "--target-path", str(target)],
            env={**os.environ, **variables, "DBT_LOG_PATH": str(target)},
            check=True,
            stdout=sys.stderr,
        )
    return steps


def prepare(_: Path, home: Path) -> Steps:
    """What an installation does once and not per run: DuckDB's extension in place, the dbt project parsed."""
    os.environ["ALLMENDE_HOME"] = str(home)
    from orchestration.dbt import parse
    from orchestration.platform import Platform

    platform = Platform.load()
    parse(platform.settings, platform.sites.onprem)
    return Steps()


if __name__ == "__main__":
    name, source, out = sys.argv[1:]
    done = {"large": large, "read": read, "folder": folder, "small": small, "prepare": prepare}[name](
        Path(source), Path(out)
    )
    sys.stdout.write(json.dumps(done.seconds) + "\n")
