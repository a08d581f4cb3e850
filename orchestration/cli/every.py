"""`publish plan|apply --portal all` and `publish compare`: several portals at once, one after the other.

Each has its own plan and its own history; one that is down holds up no other. What does not belong here: one portal
(`publish`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.arguments import AsJson, load_platform
from orchestration.cli.output import err, out, print_json

if TYPE_CHECKING:
    from catalog.publishing import Portal
    from orchestration.platform import Platform


def plan(*, show_all: bool, as_json: bool) -> None:
    """Show the plan of every portal. Exit 1 when there is something to do, 2 when a portal cannot be read."""
    from catalog.publishing import plan_text
    from orchestration import portals

    def show(platform: Platform, target: Portal) -> tuple[dict[str, Any], bool]:
        shown = portals.plan(platform, target)
        if not as_json:
            out.print(plan_text(shown, show_all=show_all), markup=False)
        return shown.as_json(), shown.is_empty

    _each(show, "plans", as_json=as_json)


def apply(*, as_json: bool) -> None:
    """Make every portal equal to the catalogue. Exit 1 when something could not be made so, 2 when a portal is down."""
    from catalog.publishing import apply as carry_out
    from orchestration import portals
    from orchestration.locking import exclusive

    def do(platform: Platform, target: Portal) -> tuple[dict[str, Any], bool]:
        with exclusive(platform.settings.home):
            report = portals.make_so(platform, target, lambda made: carry_out(made, target, portals.history(platform)))
        if not as_json:
            out.print(report.as_text(), markup=False)
        return report.as_json(), report.is_complete

    _each(do, "reports", as_json=as_json)


def compare(
    portal: Annotated[str, typer.Option("--portal", help="The portal that is looked at, e.g. the live one.")],
    other: Annotated[str, typer.Option("--with", help="The portal it is compared with, e.g. the test one.")],
    as_json: AsJson = False,
) -> None:
    """Show what would make a portal equal to another: before a state that was tried goes live. Exit 1 when they differ.

    Only what the settings of both let go there is compared. To make it so, apply to the portal: both are made from the
    same catalogue, and a dataset has the same identifiers, name and addresses everywhere.
    """
    from catalog.publishing import plan_text
    from orchestration.portals import difference

    shown = difference(load_platform(), portal, other)
    if as_json:
        print_json(shown.as_json())
    else:
        out.print(plan_text(shown), markup=False)
    if not shown.is_empty:
        raise typer.Exit(1)


def _each(do: Callable[[Platform, Portal], tuple[dict[str, Any], bool]], word: str, *, as_json: bool) -> None:
    from catalog.publishing import PortalError
    from orchestration.portals import portal

    platform = load_platform()
    told: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    is_fine = True
    for name in platform.settings.portals:
        try:
            target = portal(platform, name)
            target.preflight()
            answer, is_so = do(platform, target)
        except PortalError as error:
            problems[name] = str(error)
            err.print(str(error), style="red", markup=False)
            continue
        told.append(answer)
        is_fine = is_fine and is_so
    if as_json:
        print_json({word: told, "problems": problems})
    if problems or not is_fine:
        raise typer.Exit(2 if problems else 1)
