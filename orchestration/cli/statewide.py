"""`statewide`: a statewide table as it stands, or as it stood on a day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.arguments import AsJson, load_platform, require_standard
from orchestration.cli.output import CannotError, out, print_json
from orchestration.cli.words import moment_told, rows_told


def statewide(
    standard: Annotated[str, typer.Argument(help="Name of the standard.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .csv or .parquet.")],
    as_of: Annotated[str | None, typer.Option(help="Day (its end in Germany) or moment; else as last built.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a statewide table, as it stands or as it stood on a day: today's rules over the versions of then."""
    from orchestration.asof import statewide as table

    platform = load_platform()
    require_standard(standard, platform.standards)
    if output.suffix.lower() not in {".csv", ".parquet"}:
        raise CannotError(f"{output}: a table is written as .csv or .parquet. Choose one of these endings.")
    try:
        rows = table(platform, standard, moment_told(as_of) if as_of else None)
    except FileNotFoundError:
        raise CannotError("Die landesweiten Tabellen wurden noch nicht gebaut: erst `allmende run`.") from None
    if output.suffix.lower() == ".csv":
        rows.write_csv(output)
    else:
        rows.write_parquet(output)
    told = {"standard": standard, "as_of": as_of, "rows": rows.height, "datasets": rows["dataset"].n_unique()}
    if as_json:
        print_json(told | {"file": output})
    else:
        when = f"am {as_of}" if as_of else "zurzeit"
        out.print(f"{output}: {standard} {when}, {rows_told(rows.height)}, Datensätze: {told['datasets']}.")
