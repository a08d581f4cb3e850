"""The two sides of the benchmark of publishing, each run as a fresh process; the last line of output is JSON.

`python -m tests.bench.ckan_sides publish HISTORY COUNT [CHANGED]` (ours: plan and apply the first COUNT datasets) ·
`load FILE` (`ckanapi load datasets`). Address and token of the CKAN: `ALLMENDE_BENCH_CKAN_URL`, `…_TOKEN`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.bench.steps import Steps

PARALLEL = 4
URL, TOKEN = "ALLMENDE_BENCH_CKAN_URL", "ALLMENDE_BENCH_CKAN_TOKEN"


def publish(history: Path, count: int, changed: int | None) -> dict[str, Any]:
    """Plan, and apply the plan, as `allmende publish apply` does."""
    steps = Steps()
    with steps.step("import"):
        from ckanapi import RemoteCKAN
        from pydantic import SecretStr

        from catalog.ckan import CkanConfig, CkanPortal
        from catalog.ckan.wire import Wire
        from catalog.publishing import History, apply, plan_for
        from tests.bench.ckan_data import catalogue
    with steps.step("catalogue"):
        wanted = catalogue(count, changed=changed)
    wire, token = Wire(PARALLEL), os.environ[TOKEN]
    config = CkanConfig(url=os.environ[URL], token=SecretStr(token), parallel=PARALLEL)
    portal = CkanPortal(RemoteCKAN(config.url, apikey=token, session=wire), config, asked_to_wait=wire.asked_to_wait)
    with steps.step("plan"):
        portal.preflight()
        plan = plan_for(portal, wanted)
    with steps.step("apply"):
        report = apply(plan, portal, History(history))
    if not report.is_complete:
        raise SystemExit(report.as_text())
    return {"steps": steps.seconds, "counts": report.counts, "wire": dict(wire.counts)}


def load(source: Path) -> dict[str, Any]:
    """`ckanapi load datasets`, told that all are new: one call each. Its workers get the token as an argument."""
    from ckanapi.cli.main import main

    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    where = ["-r", os.environ[URL], "-a", os.environ[TOKEN]]
    sys.argv = ["ckanapi", "load", "datasets", "-I", str(source), "-p", str(PARALLEL), "-n", "-q", *where]
    failed = main()
    if failed:
        raise SystemExit(f"ckanapi load datasets ended with {failed}")
    return {}


if __name__ == "__main__":
    name, *given = sys.argv[1:]
    if name == "load":
        said = load(Path(given[0]))
    else:
        said = publish(Path(given[0]), int(given[1]), int(given[2]) if len(given) > 2 else None)
    sys.stdout.write(json.dumps(said) + "\n")
