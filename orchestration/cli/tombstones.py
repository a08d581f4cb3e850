"""`publish tombstones|purge`: withdrawn datasets on a portal, and removing one for good.

What does not belong here: withdrawing, which is `withdraw` and the next apply.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.arguments import AsJson, load_platform
from orchestration.cli.output import CannotError, err, out, print_json, table

PortalName = Annotated[str, typer.Option("--portal", help="Name of the portal in the settings.")]


def tombstones(portal: PortalName = "static", as_json: AsJson = False) -> None:
    """List the withdrawn datasets that a portal keeps: what, since when, why."""
    from orchestration import portals
    from orchestration.tombstones import tombstones as read

    platform = load_platform()
    target = portals.portal(platform, portal)
    target.preflight()
    found = read(platform, target)
    if as_json:
        print_json({"portal": portal, "tombstones": found})
        return
    rows = [(one.dataset, one.title, one.since[:16], one.reason) for one in found]
    out.print(table(f"Withdrawn on portal “{portal}”", ["Dataset", "Title", "Since (UTC)", "Reason"], rows))


def purge(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASET…", help="Withdrawn datasets, <ags>/<name>.")],
    portal: PortalName,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without, only what would be lost is shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove withdrawn datasets from a CKAN portal for good. Shows what would be lost; --yes does it."""
    from orchestration.locking import exclusive
    from orchestration.tombstones import Purge

    platform = load_platform()
    work = Purge(platform, portal)
    losses = work.losses(datasets)
    purged: list[str] = []
    if yes:
        with exclusive(platform.settings.home):
            purged = work.carry_out(datasets)
    if as_json:
        print_json({"portal": portal, "losses": losses, "purged": purged})
    else:
        for loss in losses:
            out.print(loss.sentence, markup=False)
        if not losses:
            err.print(f"Nothing to purge on {portal}: it is gone already.", markup=False)
        elif yes:
            err.print(f"Purged on {portal}: {', '.join(purged)}.", markup=False)
    if losses and not yes:
        raise CannotError("Nothing was purged: say --yes if that is meant.")
