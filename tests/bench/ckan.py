"""Publishing to a real CKAN beside `ckanapi load datasets`, and what a second run costs.

Both sides publish the same datasets to the same portal, first a quarter and then the rest, each of them first once, so
that what the machine and the growing portal do to one they do to the other. What does not belong here: the sides
themselves (`ckan_sides`).
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import ckan_data, data, report
from tests.bench.ckan_sides import PARALLEL, TOKEN, URL
from tests.bench.measure import BenchmarkFailed, Run, measure

if TYPE_CHECKING:
    from catalog.ckan.schema import PackageSchema
    from catalog.model import Catalog

GOAL = 25_000
TITLE = "Publishing to CKAN"
_SIDES = "tests.bench.ckan_sides"
_PEER = "peer-"


def publication(count: int, runs: int) -> report.Table:
    """First publication of `count` datasets, then again without a change, then with one changed."""
    from orchestration.stack import StackFailed

    try:
        with _ckan(), tempfile.TemporaryDirectory() as folder:
            return _measured(count, runs, Path(folder))
    except StackFailed as error:
        return report.Table(TITLE, f"Not measured: no CKAN could be brought up here ({error})", (), [])


def _measured(count: int, runs: int, folder: Path) -> report.Table:
    _organizations(count)
    first: dict[str, list[Run]] = {"ours": [], "peer": []}
    again = {0: [_ours(folder, 0) for _ in range(runs)]}
    sizes = [count // 4, count - count // 4]
    for size, order in zip(sizes, (("ours", "peer"), ("peer", "ours")), strict=True):
        before = max(again)
        for side in order:
            run = _ours(folder, before + size) if side == "ours" else _peer(folder, size, before)
            first[side].append(run)
        _expect(first["ours"][-1], "created", size)
        again[before + size] = [_ours(folder, before + size) for _ in range(runs)]
        _expect(again[before + size][-1], "unchanged", before + size)
    changed = []
    for number in range(runs):  # there and back
        changed.append(_ours(folder, count, changed=None if number % 2 else 0))
        _expect(changed[-1], "updated", 1)
    _same(folder, count)
    return _table(sizes, first, again, changed)


def _table(
    sizes: list[int], first: dict[str, list[Run]], again: dict[int, list[Run]], changed: list[Run]
) -> report.Table:
    count = sum(sizes)
    rates = {side: [n / run.seconds for n, run in zip(sizes, runs, strict=True)] for side, runs in first.items()}
    ratios = [ours / peer for ours, peer in zip(rates["ours"], rates["peer"], strict=True)]
    ratio = sum(run.seconds for run in first["peer"]) / sum(run.seconds for run in first["ours"])
    base, slope = _line({there: statistics.median(run.seconds for run in runs) for there, runs in again.items()})
    lines = [
        _first_line(f"first publication of {count:,}, allmende", sizes, first["ours"]),
        _first_line(f"first publication of {count:,}, ckanapi load datasets -p {PARALLEL} -n", sizes, first["peer"]),
        *(_line_of(f"again, nothing changed of {there:,}", runs) for there, runs in again.items()),
        _line_of(f"again, one changed of {count:,}", changed),
    ]
    parts = " and ".join(f"{one:.2f} for {size:,}" for size, one in zip(sizes, ratios, strict=True))
    said = (
        f"Rate ours ÷ peer: {parts}. For {GOAL:,} datasets, extrapolated: the first publication "
        f"{GOAL / rates['ours'][-1] / 60:.0f} minutes (rate of the last {sizes[-1]:,}); a run without a change "
        + (
            f"{base + GOAL * slope:.0f} s (least squares through the sizes below: {base:.2f} s and {1000 * slope:.2f} "
            "ms a dataset)."
            if slope > 0
            else "cannot be told, so few datasets cost less than the machine's noise."
        )
    )
    none, one = again[count], changed
    return report.Table(
        title=f"{TITLE}: {count:,} datasets of 3 files each",
        about=f"A CKAN 2.12 of this machine with our plugin, organizations made before; {PARALLEL} calls at once on "
        "both sides; the same JSON but for names and our mark; no validation of data, no DataStore. The peer is told "
        "that every dataset is new, else it asks twice for each. Ours reads the portal before and after, keeps a "
        "history, and tells our plugin that the search index may be committed later than at each dataset (a portal "
        f"without the plugin does not hear that). {said}",
        columns=("", "median s", "min … max s", "datasets a second", "CPU s", "peak MB", "writes", "calls"),
        lines=lines,
        aims=[
            report.Aim("rate of the first publication ≥ 1.0 × ckanapi's", ratio, 1.0, "×", is_floor=True),
            report.Aim("writes of a run without a change = 0", _writes(none[0]), 0, "writes"),
            report.Aim("run without a change ≤ 3 s", statistics.median(run.seconds for run in none), 3.0, "s"),
            report.Aim("writes where one changed ≤ 1", _writes(one[0]), 1, "writes"),
            report.Aim("run with one changed ≤ 4 s", statistics.median(run.seconds for run in one), 4.0, "s"),
        ],
    )


def _first_line(name: str, sizes: list[int], runs: list[Run]) -> tuple[str, ...]:
    """Both blocks together; the peer's calls are one for each dataset by what it was told."""
    count, seconds = sum(sizes), [run.seconds for run in runs]
    wire: dict[str, int] = {}
    for size, run in zip(sizes, runs, strict=True):
        for action, number in run.output.get("wire", {"package_create": size}).items():
            wire[action] = wire.get(action, 0) + number
    return (
        name,
        f"{sum(seconds):.1f} in all",
        " + ".join(f"{one:.1f}" for one in seconds),
        f"{count / sum(seconds):.1f}",
        f"{sum(run.cpu_seconds for run in runs):.1f}",
        f"{max(run.peak_mb for run in runs):.0f}",
        f"{sum(n for action, n in wire.items() if _is_write(action)):,}",
        _calls(wire),
    )


def _line_of(name: str, runs: list[Run]) -> tuple[str, ...]:
    one = report.row(name, runs)
    span = f"{one.fastest:.2f} … {one.slowest:.2f}"
    wire = runs[0].output["wire"]
    return (
        *(name, f"{one.seconds:.2f}", span, "", f"{one.cpu_seconds:.1f}", f"{one.peak_mb:.0f}"),
        *(str(_writes(runs[0])), _calls(wire)),
    )


def _calls(wire: dict[str, int]) -> str:
    return ", ".join(f"{action} {number:,}" for action, number in sorted(wire.items(), key=lambda item: -item[1]))


def _writes(run: Run) -> int:
    return sum(number for action, number in run.output["wire"].items() if _is_write(action))


def _is_write(action: str) -> bool:
    return action.rpartition("_")[2] in {"create", "update", "patch", "revise", "delete"}


def _line(points: dict[int, float]) -> tuple[float, float]:
    """Least squares: seconds of no dataset, and seconds of each."""
    slope, base = statistics.linear_regression(list(points), list(points.values()))
    return base, slope


def _ours(folder: Path, count: int, changed: int | None = None) -> Run:
    given = [] if changed is None else [str(changed)]
    return measure(_SIDES, "publish", str(folder / "history"), str(count), *given, cwd=data.PROJECT)


def _peer(folder: Path, count: int, first: int) -> Run:
    from catalog.ckan.schema import PackageSchema

    schema = PackageSchema.from_scheming(_call("scheming_dataset_schema_show", type="dataset"))
    path = folder / "datasets.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for package in packages(schema, ckan_data.catalogue(count, first=first, of=_PEER)):
            file.write(json.dumps(package, ensure_ascii=False) + "\n")
    return measure(_SIDES, "load", str(path), cwd=data.PROJECT)


def packages(schema: PackageSchema, wanted: Catalog) -> Iterator[dict[str, Any]]:
    """What our side sends, without our mark: else it would be ours."""
    from catalog.ckan import mapping
    from catalog.ckan.schema import ID

    for id_, entry in mapping.entries(wanted).items():
        package = schema.package(entry) | {"id": mapping.package_id(id_)}
        package.pop(ID, None)
        package["extras"] = [extra for extra in package["extras"] if extra["key"] != ID]
        yield package


def _organizations(count: int) -> None:
    """Before anything is measured: the peer does not make them."""
    for ags in ckan_data.owners(count):
        _call("organization_create", name=f"ags-{ags}", title=f"Gemeinde {ags}")


def _expect(run: Run, kind: str, number: int) -> None:
    if run.output["counts"][kind] != number:
        raise BenchmarkFailed(f"{number} {kind} were expected, but it was {run.output['counts']}")


def _same(folder: Path, count: int) -> None:
    """All of both sides are there, and the last dataset of ours says what the peer's says."""
    found = _call("package_search", rows=0, facet=False)["count"]
    if found != 2 * count:
        raise BenchmarkFailed(f"{found} datasets are on the portal, not {2 * count}")
    ours, theirs = (ckan_data.catalogue(1, first=count - 1, of=of).datasets[0].name for of in ("", _PEER))
    shown = [_call("package_show", id=name) for name in (ours, theirs)]
    fields = ("title", "notes", "license_id", "tags", "theme", "num_resources", "organization")
    texts = [json.dumps([_plain(package.get(name)) for name in fields], sort_keys=True) for package in shown]
    if texts[0] != texts[1]:
        raise BenchmarkFailed(f"{ours} differs from the peer's: {texts[0]} ≠ {texts[1]}")


def _plain(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value


def _call(action: str, **given: Any) -> Any:
    from ckanapi import RemoteCKAN

    with RemoteCKAN(os.environ[URL], apikey=os.environ[TOKEN]) as portal:
        return portal.call_action(action, given)


@contextmanager
def _ckan() -> Iterator[None]:
    """An empty CKAN with what it needs, on free ports, ended and removed afterwards."""
    from orchestration.stack import Stack, free_ports
    from orchestration.stack.servers.ckan import SYSADMIN, Ckan

    # not in the project: PostgreSQL runs as another user, which may not enter it
    home = Path(tempfile.mkdtemp(prefix="allmende-bench-"))
    home.chmod(0o755)
    stack = Stack(home, ports=free_ports())
    try:
        stack.up("ckan")
        server = Ckan(stack.place)
        os.environ |= {URL: server.address, TOKEN: server.token(SYSADMIN)}
        yield
    finally:
        stack.down()
        shutil.rmtree(home, ignore_errors=True)
