"""`publish plan|apply|rollback`: the catalogue's differences, made so, or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson
from orchestration.cli.output import err, out, print_json

if TYPE_CHECKING:
    from catalog.publishing import Plan, Portal
    from orchestration.platform import Platform

app = typer.Typer(help="Plan what an apply changes on a portal, apply it, roll it back.", no_args_is_help=True)

PortalName = Annotated[str, typer.Option("--portal", help="Name of the portal in the settings.")]


def _open(name: str) -> tuple[Platform, Portal]:
    from orchestration.platform import Platform
    from orchestration.portals import portal

    platform = Platform.load()
    return platform, portal(platform, name)


@app.command()
def plan(portal: PortalName = "static", as_json: AsJson = False) -> None:
    """Show what an apply would change, field by field. Exit 1 when there is something to do."""
    from orchestration import portals

    platform, target = _open(portal)
    target.preflight()
    shown = portals.plan(platform, target)
    if as_json:
        print_json(shown.as_json())
    else:
        out.print(shown.as_text(), markup=False)
    if not shown.is_empty:
        raise typer.Exit(1)


@app.command("apply")
def apply_(portal: PortalName = "static", as_json: AsJson = False) -> None:
    """Make the portal equal to the catalogue. Exit 1 when something could not be made so."""
    from orchestration import portals

    platform, target = _open(portal)
    target.preflight()
    _carry_out(platform, target, portals.plan(platform, target), as_json=as_json)


@app.command()
def rollback(
    portal: PortalName = "static",
    apply_id: Annotated[
        str | None, typer.Option("--to-before", help="Id of the apply to undo; default: the last.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Go back to the state before an apply. What is published next is decided by the next apply."""
    from catalog.publishing import plan_rollback
    from orchestration.portals import history

    platform, target = _open(portal)
    target.preflight()
    _carry_out(platform, target, plan_rollback(target, history(platform), apply_id), as_json=as_json)


def _carry_out(platform: Platform, target: Portal, plan: Plan, *, as_json: bool) -> None:
    from catalog.publishing import apply
    from orchestration.locking import exclusive
    from orchestration.portals import history

    with exclusive(platform.settings.home):
        report = apply(plan, target, history(platform))
    if as_json:
        print_json(report.as_json())
    else:
        out.print(report.as_text(), markup=False)
    if not report.is_complete:
        err.print("Not everything could be made so; run it again after looking at the reasons.", style="red")
        raise typer.Exit(1)
