"""`stack up|down|status`: the real servers on this machine, without Docker."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson
from orchestration.cli.output import CannotError, err, out, print_json, table
from orchestration.cli.progress import Spinner

if TYPE_CHECKING:
    from orchestration.stack import ServiceStatus, Stack

app = typer.Typer(help="Real servers on this machine, without Docker.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="Which servers; none named: all.", show_default=False)]
Base = Annotated[
    int | None,
    typer.Option("--port-base", help="First of the ports (ALLMENDE_STACK__PORT_BASE); untold: as the last time, 9000."),
]
Ports = Annotated[
    list[str] | None,
    typer.Option("--port", help="One port, NAME=NUMBER; may be given several times (ALLMENDE_STACK__PORTS)."),
]


@app.command()
def up(
    names: Names = None,
    port_base: Base = None,
    port: Ports = None,
    install: Annotated[bool, typer.Option(help="Install what is missing first.")] = True,
    as_json: AsJson = False,
) -> None:
    """Start what does not run yet and wait until it is ready."""
    from orchestration.stack.provisioning import settle

    stack = _stack(port_base, port)
    missing = stack.missing(*names or ())
    if missing and install:
        _install(missing)
    with _Progress() as progress:
        found = stack.up(*names or (), on_change=progress.on_change)
    settle(stack.home, found)
    _show(found, as_json=as_json)
    if not as_json and not names:
        err.print("Use it: export ALLMENDE_PROFILE=stack, then `allmende run`.", markup=False)


@app.command()
def down(names: Names = None, as_json: AsJson = False) -> None:
    """End the servers that were started here, and what needs them; their data stays."""
    with _Progress() as progress:
        found = _stack().down(*names or (), on_change=progress.on_change)
    _show(found, as_json=as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what runs. Exit 1 when something does not."""
    found = _stack().status()
    _show(found, as_json=as_json)
    if any(one.state != "running" for one in found):
        raise typer.Exit(1)


def _stack(base: int | None = None, ports: Iterable[str] | None = None) -> Stack:
    from orchestration.settings import load_settings
    from orchestration.stack import Stack

    settings = load_settings(profile="embedded")
    told = dict(settings.stack.ports)
    for text in ports or ():
        name, _, number = text.partition("=")
        if not number.isdigit():
            raise CannotError(f"--port {text}: write NAME=NUMBER, e.g. --port ckan=5000.")
        told[name] = int(number)
    return Stack(settings.home, base=base if base is not None else settings.stack.port_base, ports=told)


def _install(missing: list[str]) -> None:
    from orchestration.stack.installed import INSTALL

    err.print(f"Installing what is missing, once: {', '.join(missing)}", markup=False)
    # Our own script; what it says goes to stderr, as everything that is not the answer.
    if subprocess.run([INSTALL, *missing], check=False, stdout=2).returncode:
        raise CannotError("Not everything could be installed; what failed is named above.")


def _show(found: list[ServiceStatus], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    marks = {
        "running": "[green]●[/] running",
        "stopped": "[dim]○ stopped[/]",
        "not answering": "[red]▲ not answering[/]",
    }
    shown = table("Stack", ["Server", "Name", "State", "Address", "Process"], ())
    for one in found:
        shown.add_row(one.title, one.name, marks[one.state], one.address, str(one.pid or ""))
    out.print(shown)
    for one in found:
        if one.state == "not answering":
            err.print(f"{one.name} runs but does not answer; its log is {one.log}", style="red", markup=False)


class _Progress(Spinner):
    """A line per server that came up or ended, and a spinner that names those at work."""

    def __init__(self) -> None:
        super().__init__()
        self._working: dict[str, None] = {}

    def on_change(self, name: str, state: str, seconds: float) -> None:
        """Called from the threads that bring servers up."""
        if state in {"start", "stop"}:
            self._working[name] = None
        else:
            self._working.pop(name, None)
            mark, style = ("✗", "red") if state == "failed" else ("✓", "none")
            took = f" ({seconds:.1f} s)" if seconds else ""
            err.print(f"  {mark} {name} {state}{took}", style=style, markup=False)
        self._status.update(", ".join(self._working))
