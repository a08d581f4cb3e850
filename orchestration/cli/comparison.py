"""`demo --against-embedded`: the demo on this profile and beside it on folders, and whether both came out the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from orchestration.cli.output import err, out, print_json, table
from orchestration.cli.progress import title_of

if TYPE_CHECKING:
    from orchestration.platform import Platform
    from orchestration.twins import Twins

_SHOWN = 50


def against_embedded(platform: Platform, *, as_json: bool) -> None:
    """Run both, compare, show; exit 1 where anything differs."""
    from orchestration.twins import run_twins

    twins = run_twins(platform)
    if as_json:
        print_json({"is_equal": twins.is_equal, "embedded": twins.embedded, "other": twins.other, "parts": twins.parts})
    else:
        _show(twins)
    if not twins.is_equal:
        raise typer.Exit(1)


def _show(twins: Twins) -> None:
    columns = ["What", "Unit", "Compared", "Bytes or rows", "Differ", ""]
    rows = [
        (part.name, part.unit, part.compared, part.size, len(part.differences), "equal" if part.is_equal else "DIFFERS")
        for part in twins.parts
    ]
    name = twins.other.profile
    out.print(table(f"embedded against {name}", columns, rows, right=columns[2:5]))
    for part in twins.parts:
        for difference in part.differences[:_SHOWN]:
            out.print(f"  {part.name} {difference.key}: {difference.what}", markup=False)
        if len(part.differences) > _SHOWN:
            out.print(f"  {part.name} and {len(part.differences) - _SHOWN} more", markup=False)
    steps = [step for step in {**twins.embedded.steps, **twins.other.steps} if title_of(step) != step]
    lines = [
        (title_of(step), _seconds(twins.embedded.steps, step), _seconds(twins.other.steps, step)) for step in steps
    ]
    whole = ("the whole command", f"{twins.embedded.seconds:.1f}", f"{twins.other.seconds:.1f}")
    out.print(table("\nSeconds", ["Step", "embedded", name], [*lines, whole], right=["embedded", name]))
    if twins.is_equal:
        out.print(f"\nThe same result: embedded and {name} hold the same bytes.", style="bold", markup=False)
    else:
        err.print(f"\nNot the same: embedded (the first) and {name} (the second) differ as listed.", style="red")


def _seconds(steps: Mapping[str, float], step: str) -> str:
    return f"{steps[step]:.1f}" if step in steps else "–"
