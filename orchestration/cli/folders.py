"""`check` of a folder: what became of each file, all good rows in one file. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from orchestration.cli.output import CannotError, err, out, print_json

if TYPE_CHECKING:
    from connectors.many import Checked
    from standards.definition import Standard


def check_folder(
    folder: Path,
    standard: Standard | Mapping[str, Standard],
    publisher: str | None,
    *,
    fixed: Path | None,
    rejects: Path | None,
    kept: Mapping[str, str],
    as_json: bool,
) -> None:
    """Check all files below a folder. Exit 1 when rows were rejected or files could not be read, 2 when none could."""
    from connectors.many import check_many

    if fixed and isinstance(standard, Mapping):
        raise CannotError("Name the standard (--standard): the rows of all files go into one table.")
    checked = check_many(folder, standard, publisher, fixed=fixed, rejects=rejects, kept=kept)
    failed = [one for one in checked if one.message_de]
    totals = {
        "rows_accepted": sum(one.rows_accepted for one in checked),
        "rows_rejected": sum(one.rows_rejected for one in checked),
        "repairs": sum(one.repairs for one in checked),
    }
    if as_json:
        print_json({"files": [_document(one) for one in checked], **totals})
    else:
        _say(checked, failed, totals)
    if len(failed) == len(checked):
        raise typer.Exit(2)
    if failed or totals["rows_rejected"]:
        raise typer.Exit(1)


def _document(one: Checked) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if value != ""}


def _say(checked: list[Checked], failed: list[Checked], totals: dict[str, int]) -> None:
    out.print(
        f"{len(checked)} Dateien: {totals['rows_accepted']} Zeilen übernommen, {totals['repairs']} Werte repariert, "
        f"{totals['rows_rejected']} Zeilen brauchen Sie, {len(failed)} Dateien konnten nicht gelesen werden.",
        markup=False,
    )
    for one in failed:
        err.print(f"{one.file}: {one.message_de}", style="red", markup=False)
