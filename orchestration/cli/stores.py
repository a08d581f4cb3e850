"""`stores provision|status|replicate|verify|repair|drill`: buckets and placement against what really lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import kommune
from orchestration.cli.arguments import AsJson
from orchestration.cli.output import err, out, plain, print_json, table

if TYPE_CHECKING:
    from storage.sites import Sites

app = typer.Typer(help="Which bytes lie where, and whether they should.", no_args_is_help=True)
app.add_typer(kommune.app, name="kommune")


def _sites() -> Sites:
    from orchestration.platform import Platform

    return Platform.load().sites


@app.command()
def provision(
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set up buckets, locks, lifecycles, logins and reports of uploads as the settings say. Twice changes nothing."""
    from orchestration import provisioning
    from orchestration.settings import load_settings

    settings = load_settings()
    done = provisioning.provision(settings, is_plan=plan)
    if as_json:
        print_json(done)
        return
    for line in done.changed:
        out.print(f"  {line}", markup=False)
    for line in done.cannot:
        err.print(f"  {line}", style="yellow", markup=False)
    said = "would be changed" if plan else "changed"
    out.print(f"{len(done.changed)} {said}, {len(done.cannot)} not possible there, {done.requests} requests.")
    if done.changed and not plan:
        out.print(f"Logins of the components: {settings.home.absolute() / 'keys'} (for this user only)", markup=False)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Compare placement with what the sites say they hold. Exit 1 when something is missing or too much."""
    from storage.replication import status as read_status

    found = read_status(_sites())
    if as_json:
        print_json(found)
    else:
        rows = [
            (
                s.site,
                "on-premises" if s.is_onprem else "cloud",
                s.datasets,
                s.behind,
                s.surplus,
                s.unreachable or "answers",
            )
            for s in found.sites
        ]
        out.print(
            table(
                "Sites",
                ["Site", "Kind", "Datasets", "Behind", "Surplus", "State"],
                rows,
                right=["Datasets", "Behind", "Surplus"],
            )
        )
        lines = [(d.id, d.title, d.classification.value, d.version, ", ".join(d.present)) for d in found.datasets]
        out.print(table("\nDatasets", ["Dataset", "Title", "Classification", "Version", "Lies on"], lines))
    if not found.is_fine:
        raise typer.Exit(1)


@app.command()
def replicate(as_json: AsJson = False) -> None:
    """Bring every site to what policy says. Exit 1 when a site could not be reached or did not take everything."""
    from orchestration.locking import exclusive
    from storage import replication

    sites = _sites()
    with exclusive(sites.home):
        planned = replication.plan(sites)
        if not as_json:
            err.print(str(planned), markup=False)
        report = replication.apply(sites, planned)
    if as_json:
        print_json(report)
    else:
        rows = [
            (s.site, s.datasets_copied, s.datasets_deleted, s.portal_files, s.bytes, s.unreachable)
            for s in report.sites
        ]
        names = ["Site", "Datasets", "Deleted", "Portal files", "Bytes", "Problem"]
        out.print(table("Copied", names, rows, right=names[1:5]))
    if not report.is_complete:
        raise typer.Exit(1)


@app.command()
def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte and compare checksums.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find missing, surplus, truncated, altered and misplaced objects. Exit 1 when there are any."""
    from storage.replication import verify as verify_sites

    report = verify_sites(_sites(), deep)
    if as_json:
        print_json({**plain(report), "is_fine": report.is_fine})
    else:
        for problem in report.problems:
            out.print(f"{problem.site}: {problem.key}: {problem.message}", markup=False)
        counted = ", ".join(f"{site} {number}" for site, number in report.objects.items())
        out.print(f"Objects looked at: {counted}. Problems: {len(report.problems)}.", markup=False)
        for site, why in report.unreachable.items():
            err.print(f"{site}: {why}", style="yellow", markup=False)
    if not report.is_fine:
        raise typer.Exit(1)


@app.command()
def repair(as_json: AsJson = False) -> None:
    """Heal from good copies, put unknown objects into quarantine. Exit 1 when something could not be healed."""
    from orchestration.locking import exclusive
    from storage.replication import repair as repair_sites

    sites = _sites()
    with exclusive(sites.home):
        report = repair_sites(sites)
    if as_json:
        print_json(report)
    else:
        for key, why in report.failed.items():
            out.print(f"not healed: {key}: {why}", markup=False)
        out.print(
            f"Healed {len(report.healed)}, moved to quarantine {len(report.quarantined)}, "
            f"left alone because too young {len(report.waiting)}, not healed {len(report.failed)}."
        )
    if not report.is_fine:
        raise typer.Exit(1)


@app.command()
def drill(
    site: Annotated[str, typer.Option(help="The site that is taken to be unreachable.")],
    as_json: AsJson = False,
) -> None:
    """Show what the public can still read while a site is down. Exit 1 when something could not be."""
    from storage.replication import drill as drill_site

    report = drill_site(_sites(), site)
    if as_json:
        print_json(report)
    else:
        rows = [(name, ", ".join(at)) for name, at in report.readable.items()]
        out.print(table(f"With {site} down, still readable", ["Dataset", "From"], rows))
        for name, why in report.lost.items():
            out.print(f"not readable: {name}: {why}", markup=False)
        out.print(f"Portal from: {', '.join(report.portal_at) or 'nowhere'}", markup=False)
        for what in report.would_not_work:
            out.print(f"would not work: {what}", markup=False)
    if not report.is_fine:
        raise typer.Exit(1)
