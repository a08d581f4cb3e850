"""`answers list|forget`: what publishers said about their columns, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, wrong_ags
from orchestration.cli.output import CannotError, err, out, print_json, table

if TYPE_CHECKING:
    from orchestration.platform import Platform

app = typer.Typer(help="What publishers said about their columns (check or ingest with --map).", no_args_is_help=True)
Publisher = Annotated[str, typer.Option(help="AGS of the Kommune, 8 digits.")]


@app.command("list")
def list_(publisher: Publisher, as_json: AsJson = False) -> None:
    """List the answers that are used for the next files of a publisher."""
    from connectors import answers

    held = answers.load(_platform(publisher).sites.onprem, publisher)
    if as_json:
        print_json(held)
        return
    if not held:
        err.print("Es sind keine Antworten aufbewahrt.")
        return
    rows = [(answer.standard, answer.column, answer.field, f"{answer.answered_at:%Y-%m-%d %H:%M}") for answer in held]
    out.print(table("Antworten", ["Standard", "Spalte", "Feld", "seit (UTC)"], rows))


@app.command()
def forget(
    column: Annotated[str, typer.Argument(help="Header of the column, as in the file.")],
    publisher: Publisher,
    standard: Annotated[str | None, typer.Option(help="Only under this standard; else under all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Forget what was said about a column: it is matched, or asked about, as at first."""
    from connectors import answers
    from standards.headers import fold

    sites = _platform(publisher).sites
    held = answers.load(sites.onprem, publisher)
    meant = [a for a in held if fold(a.column) == fold(column) and standard in (None, a.standard)]
    if not meant:
        known = ", ".join(answer.column for answer in held) or "keine"
        raise CannotError(f"Zur Spalte „{column}“ ist keine Antwort aufbewahrt. Aufbewahrt sind: {known}.")
    for answer in meant:
        answers.keep(sites, publisher, answer.standard, {answer.column: None}, by="cli")
    if as_json:
        print_json({"forgotten": meant})
    else:
        err.print(f"{len(meant)} Antwort(en) zur Spalte „{column}“ vergessen.", markup=False)


def _platform(publisher: str) -> Platform:
    from orchestration.platform import Platform

    platform = Platform.load()
    if platform.register.gemeinde(publisher) is None and platform.publishers.get(publisher) is None:
        raise CannotError(wrong_ags(publisher))
    return platform
