"""`publish plan|apply|rollback|history`: the catalogue's differences, made so, or taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import every
from orchestration.cli.arguments import AsJson
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from catalog.publishing import Plan, Portal
    from orchestration.platform import Platform

app = typer.Typer(help="Plan what an apply changes on a portal, apply it, roll it back.", no_args_is_help=True)

EVERY = "all"
"""Instead of the name of a portal; the settings let none be called so."""

PortalName = Annotated[str, typer.Option("--portal", help="Name of the portal in the settings.")]
PortalOrAll = Annotated[
    str, typer.Option("--portal", help=f"Name of the portal in the settings, or “{EVERY}” for each of them.")
]
ShowAll = Annotated[bool, typer.Option("--all", help="Show every change, however many.")]


def _open(name: str) -> tuple[Platform, Portal]:
    from orchestration.platform import Platform
    from orchestration.portals import portal

    platform = Platform.load()
    return platform, portal(platform, name)


@app.command()
def plan(
    portal: PortalOrAll = "static",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Also write the plan here.")] = None,
    show_all: ShowAll = False,
    as_json: AsJson = False,
) -> None:
    """Show what an apply would change, field by field. Exit 1 when there is something to do."""
    from orchestration import portals

    if portal == EVERY:
        if output:
            raise CannotError("-o writes one plan: name one portal.")
        every.plan(show_all=show_all, as_json=as_json)
        return
    platform, target = _open(portal)
    target.preflight()
    shown = portals.plan(platform, target)
    if output:
        _write(output, shown)
    _show(shown, show_all=show_all, as_json=as_json)
    if not shown.is_empty:
        raise typer.Exit(1)


@app.command("apply")
def apply_(
    portal: PortalOrAll = "static",
    plan: Annotated[Path | None, typer.Option("--plan", help="Apply this plan (`publish plan -o`).")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the portal equal to the catalogue. Exit 1 when something could not be made so."""
    from orchestration import portals

    if portal == EVERY:
        if plan:
            raise CannotError("--plan holds the plan of one portal: name that one.")
        every.apply(as_json=as_json)
        return
    platform, target = _open(portal)
    target.preflight()
    if plan:
        _carry_out(platform, target, _read(plan), as_json=as_json)
    else:
        portals.make_so(platform, target, lambda made: _carry_out(platform, target, made, as_json=as_json))


@app.command()
def rollback(
    portal: PortalName = "static",
    apply_id: Annotated[
        str | None, typer.Option("--to-before", help="Id of the apply to undo, with all later ones; default: the last.")
    ] = None,
    is_trial: Annotated[bool, typer.Option("--dry-run", help="Only show what it would change.")] = False,
    show_all: ShowAll = False,
    as_json: AsJson = False,
) -> None:
    """Go back to the state before an apply (`publish history`). What is published next is decided by the next apply."""
    from catalog.publishing import plan_rollback
    from orchestration.portals import history

    platform, target = _open(portal)
    target.preflight()
    back = plan_rollback(target, history(platform), apply_id)
    if is_trial:
        _show(back, show_all=show_all, as_json=as_json)
    else:
        _carry_out(platform, target, back, as_json=as_json)


@app.command("history")
def history_(portal: PortalName = "static", as_json: AsJson = False) -> None:
    """List the recorded applies, newest first: what `rollback --to-before` takes."""
    from orchestration.portals import history

    platform, target = _open(portal)
    records = history(platform).summaries(target.name)
    if as_json:
        print_json(records)
        return
    kinds = ("created", "updated", "withdrawn", "failed")
    rows = [
        (one.apply_id, f"{one.started.astimezone():%Y-%m-%d %H:%M}", *(one.counts.get(kind, 0) for kind in kinds))
        if one.counts is not None
        else (one.apply_id, f"{one.started.astimezone():%Y-%m-%d %H:%M}", "did not end", "", "", "")
        for one in records
    ]
    out.print(table(f"Applies to portal “{target.name}”", ("apply", "started", *kinds), rows, right=kinds))


def _show(plan: Plan, *, show_all: bool, as_json: bool) -> None:
    from catalog.publishing import plan_text

    if as_json:
        print_json(plan.as_json())
    else:
        out.print(plan_text(plan, show_all=show_all), markup=False)


def _write(path: Path, plan: Plan) -> None:
    try:
        path.write_text(json.dumps(plan.as_json(), ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotError(f"{path}: the plan cannot be written there: {error.strerror}.") from error


def _read(path: Path) -> Plan:
    from catalog.publishing import Plan, PlanUnreadable

    try:
        return Plan.from_json(json.loads(path.read_bytes()))
    except OSError as error:
        raise CannotError(f"{path}: the plan cannot be read: {error.strerror}.") from error
    except PlanUnreadable as error:
        raise CannotError(f"{path} {error}.") from error
    except ValueError as error:
        raise CannotError(f"{path} is no plan: write one with `publish plan -o FILE`.") from error


def _carry_out(platform: Platform, target: Portal, plan: Plan, *, as_json: bool) -> None:
    from catalog.publishing import apply
    from orchestration.cli.progress import changes_shown
    from orchestration.locking import exclusive
    from orchestration.portals import history

    with exclusive(platform.settings.home), changes_shown(len(plan.changes)) as on_progress:
        report = apply(plan, target, history(platform), on_progress)
    if as_json:
        print_json(report.as_json())
    else:
        out.print(report.as_text(), markup=False)
    if not report.is_complete:
        err.print("Not everything could be made so; run it again after looking at the reasons.", style="red")
        raise typer.Exit(1)
