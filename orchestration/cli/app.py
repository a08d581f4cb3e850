"""The menu of `allmende`, and how every error ends: one sentence, exit 2, the details in a log file.

Commands import what they need when they run, so that `allmende check` starts without Dagster or dbt.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from orchestration.cli import (
    answers,
    difference,
    every,
    files,
    intake,
    packages,
    pipeline,
    portals,
    publish,
    stack,
    statewide,
    stores,
    tombstones,
    trace,
    waiting,
)
from orchestration.cli.output import CannotError, err

app = typer.Typer(
    name="allmende",
    help="Datenallmende: municipal files in, statewide tables and a published catalogue out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_HAND_IN, _RUN, _LOOK = "Files", "Pipeline", "Packages, stores, portals"


def _add(function: Callable[..., Any], name: str, panel: str) -> None:
    app.command(name, rich_help_panel=panel)(function)


_add(pipeline.demo, "demo", _RUN)
_add(files.read, "read", _HAND_IN)
_add(files.check, "check", _HAND_IN)
_add(pipeline.ingest, "ingest", _HAND_IN)
_add(pipeline.withdraw, "withdraw", _HAND_IN)
_add(pipeline.run, "run", _RUN)
_add(pipeline.dev, "dev", _RUN)
app.add_typer(answers.app, name="answers", rich_help_panel=_HAND_IN)
_add(statewide.statewide, "statewide", _LOOK)
_add(difference.diff, "diff", _LOOK)
_add(trace.trace, "trace", _LOOK)
app.add_typer(intake.app, name="intake", rich_help_panel=_HAND_IN)
app.add_typer(waiting.held, name="held", rich_help_panel=_HAND_IN)
app.add_typer(waiting.rejects, name="rejects", rich_help_panel=_HAND_IN)
publish.app.command("compare")(every.compare)
publish.app.command("tombstones")(tombstones.tombstones)
publish.app.command("purge")(tombstones.purge)
app.add_typer(publish.app, name="publish", rich_help_panel=_LOOK)
app.add_typer(portals.app, name="portal", rich_help_panel=_LOOK)
app.add_typer(stores.app, name="stores", rich_help_panel=_LOOK)
app.add_typer(stack.app, name="stack", rich_help_panel=_LOOK)
app.add_typer(packages.standards, name="standards", rich_help_panel=_LOOK)
app.add_typer(packages.publishers, name="publishers", rich_help_panel=_LOOK)


def main() -> None:
    """Run the command line; never lets a traceback reach the user."""
    try:
        app()
    except KeyboardInterrupt:
        err.print("Stopped. Nothing half-done is visible; run it again to go on.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); not worth a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the border to the user: every error becomes one sentence here
        err.print(sentence(error), style="red", markup=False)
        sys.exit(2)


def sentence(error: Exception) -> str:
    """Return the one sentence for `error`; what is not foreseen is written to a log file that the sentence names."""
    told = told_by(error)
    if told:
        return told if told.endswith((".", "?", "!")) else f"{told}."
    log = Path(os.environ.get("ALLMENDE_HOME", ".allmende")) / "logs" / "errors.log"
    kind = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv[:2])}\n")
            traceback.print_exception(error, file=file)
    except OSError:
        return (
            f"Unexpected error ({kind}). The details could not be written to {log}: check disk space and permissions."
        )
    return f"Unexpected error ({kind}). The details are in {log}; please report them."


def told_by(error: BaseException) -> str:
    """Return the sentence an exception of ours (or of the operating system) carries, empty if it is a stranger."""
    message_de = getattr(error, "message_de", None)
    if isinstance(message_de, str):
        return message_de
    if isinstance(error, CannotError) or type(error).__module__.partition(".")[0] in _ROOMS:
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"File not found: {error.filename}. Check the path."
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} is a folder; name a file."
    if isinstance(error, PermissionError):
        return f"No permission for {error.filename}. Check its owner and mode."
    if isinstance(error, OSError) and (
        error.errno in {28, 122} or "No space left" in str(error)
    ):  # polars sets no errno
        return "The disk is full: free some space and run the command again; nothing half-done is visible."
    cause = error.__cause__ or error.__context__
    return told_by(cause) if cause is not None else ""


_ROOMS = frozenset({"connectors", "standards", "storage", "catalog", "intake", "orchestration"})
