"""`intake serve|listen|token`: the upload portal of the clerks, and where MinIO reports uploads."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.output import CannotError, err, out

app = typer.Typer(help="The upload portal of the clerks.", no_args_is_help=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen at; inside a container 0.0.0.0.")] = "127.0.0.1",
) -> None:
    """Start the upload portal; ends with Ctrl-C."""
    import uvicorn

    from connectors.publishers import InboxSource
    from intake.app import create_app
    from orchestration.platform import Platform

    platform = Platform.load()
    elsewhere = {
        str(name) for name, _, spec in platform.publishers.datasets() if not isinstance(spec.source, InboxSource)
    }
    config = platform.settings.intake_config(frozenset(elsewhere))
    err.print(f"Upload portal: http://{host}:{port} · hand-ins go to {config.inbox} · end with Ctrl-C", markup=False)
    # No access log: the address of a dry run's result is the secret that protects it.
    uvicorn.run(create_app(config), host=host, port=port, server_header=False, access_log=False, log_level="warning")


@app.command()
def listen(
    port: Annotated[int, typer.Option(help="Port.")] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen at; inside a container 0.0.0.0.")] = "127.0.0.1",
) -> None:
    """Take reports of uploads from MinIO, and keep the quotas of Kommunen; ends with Ctrl-C."""
    import uvicorn

    from orchestration.receiving import PATH, receiving
    from orchestration.settings import load_settings

    with receiving(load_settings()) as (receiver, keeps_quota):
        if not keeps_quota:
            err.print("Quotas are not kept: run `allmende stores provision` and start this again.", style="yellow")
        err.print(f"Reports of uploads: http://{host}:{port}{PATH} · end with Ctrl-C", markup=False)
        uvicorn.run(receiver, host=host, port=port, server_header=False, access_log=False, log_level="warning")


@app.command()
def token(ags: Annotated[str, typer.Argument(help="AGS of the Kommune, 8 digits.")]) -> None:
    """Make an access token for a Kommune: shown once, only its hash goes into the environment."""
    from connectors.register import load_register
    from intake.tokens import new_token
    from orchestration.cli.arguments import wrong_ags

    gemeinde = load_register().gemeinde(ags)
    if gemeinde is None:
        raise CannotError(wrong_ags(ags))
    secret, kept = new_token()
    out.print(f"Token for {gemeinde.name} (give it to the Kommune, it is not kept): {secret}", markup=False)
    out.print(
        f'Hash, for the environment of the portal: ALLMENDE_INTAKE__TOKENS=\'{{"{ags}": ["{kept}"]}}\'', markup=False
    )
