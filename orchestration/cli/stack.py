"""`stack up|down|status`: the real servers on this machine, without Docker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson
from orchestration.cli.output import out, print_json, table

if TYPE_CHECKING:
    from orchestration.stack import Service, ServiceStatus

app = typer.Typer(help="Real servers on this machine, without Docker (first cut: MinIO).", no_args_is_help=True)

Port = Annotated[int, typer.Option("--minio-port", help="Port of MinIO on 127.0.0.1; its console has the next one.")]


@app.command()
def up(minio_port: Port = 9000, as_json: AsJson = False) -> None:
    """Start what does not run yet and wait until it is ready."""
    from orchestration.stack import up as start

    _each(start, minio_port, as_json=as_json)


@app.command()
def down(minio_port: Port = 9000, as_json: AsJson = False) -> None:
    """End the servers that were started here; their data stays."""
    from orchestration.stack import down as stop

    _each(stop, minio_port, as_json=as_json)


@app.command()
def status(minio_port: Port = 9000, as_json: AsJson = False) -> None:
    """Show what runs. Exit 1 when something does not."""
    from orchestration.stack import status as ask

    if any(one.state != "running" for one in _each(ask, minio_port, as_json=as_json)):
        raise typer.Exit(1)


def _each(do: Callable[[Service], ServiceStatus], minio_port: int, *, as_json: bool) -> list[ServiceStatus]:
    from orchestration.settings import load_settings
    from orchestration.stack import services

    found = [do(service) for service in services(load_settings().home, minio_port=minio_port)]
    if as_json:
        print_json(found)
    else:
        rows = [(one.name, one.state, one.address, one.pid or "") for one in found]
        out.print(table("Stack", ["Server", "State", "Address", "Process"], rows))
    return found
