"""`trace`: where a row comes from, and where it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.arguments import AsJson, load_platform, require_standard
from orchestration.cli.output import CannotError, out, print_json
from orchestration.cli.words import cell_text, short
from standards.german import count

if TYPE_CHECKING:
    from connectors.raw.history import Trace
    from orchestration.platform import Platform
    from storage.names import DatasetId


def trace(
    row: Annotated[int, typer.Option(help="Row of the file (`row` in the statewide table).")],
    dataset: Annotated[
        str | None, typer.Option(help="<AGS>/<name>; else the only one of --ags and --standard.")
    ] = None,
    ags: Annotated[str | None, typer.Option(help="AGS of the Kommune.")] = None,
    standard: Annotated[str | None, typer.Option(help="Name of the standard.")] = None,
    version: Annotated[str | None, typer.Option(help="Version; else the current one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show where a row comes from: receipt, original record, what was repaired, and where it stands now."""
    from connectors.raw.history import moves_of, trace, version_row

    platform = load_platform()
    store = platform.sites.onprem
    name = _named(platform, dataset, ags, standard)
    held = version or next(iter(moves_of(store, name).get_column("_version").drop_nulls().to_list()[::-1]), None)
    if held is None:
        raise CannotError(f"{name} hat keine Version, der man folgen könnte.")
    found = trace(store, platform.standards[version_row(store, name, held)["standard"]], name, held, row)
    duplicates = _duplicates(platform, found)
    if as_json:
        print_json({"trace": found, "duplicate_of": duplicates})
        return
    for line in _way(found, duplicates):
        out.print(line, markup=False)


def _named(platform: Platform, dataset: str | None, ags: str | None, standard: str | None) -> DatasetId:
    import polars as pl

    from connectors.raw import current_pointers
    from storage.names import DatasetId

    if dataset:
        return DatasetId.parse(dataset)
    if not (ags and standard):
        raise CannotError("Bitte --dataset nennen, oder --ags und --standard.")
    require_standard(standard, platform.standards)
    pointers = current_pointers(platform.sites.onprem)
    mine = pointers.filter((pl.col("_ags") == ags) & (pl.col("standard") == standard)).get_column("_dataset").to_list()
    if len(mine) != 1:
        told = f"mehrere: {', '.join(mine)}. Bitte einen mit --dataset nennen" if mine else "keinen"
        raise CannotError(f"Von {ags} gibt es zu „{standard}“ {told}.")
    return DatasetId.parse(mine[0])


def _duplicates(platform: Platform, found: Trace) -> list[dict[str, Any]]:
    """Why the row does not stand in the statewide table, where it was left out for another."""
    import polars as pl

    from orchestration import parquet
    from storage.layout import curated_table

    try:
        rows = parquet.scan(platform.sites.onprem, curated_table("duplicates"))
        mine = (
            (pl.col("dataset") == found.dataset) & (pl.col("version") == found.version) & (pl.col("row") == found.row)
        )
        return rows.filter(mine).collect().to_dicts()
    except FileNotFoundError:
        return []  # nothing was built yet


def _way(found: Trace, duplicates: list[dict[str, Any]]) -> Iterator[str]:
    receipt = found.receipt
    state = "gilt zurzeit" if found.is_current else "gilt nicht mehr"
    yield f"{found.dataset}, Version {found.version} ({state}), Zeile {found.row}, Standard „{found.standard}“"
    who = f" von {receipt.by}" if receipt.by else ""
    way = f"{receipt.source_kind} {receipt.source_url}".strip()
    yield f"Eingegangen: {receipt.received_at:%d.%m.%Y %H:%M:%S} UTC{who} über {way}"
    whole = "unverändert" if found.is_intact else "VERÄNDERT: die Bytes passen nicht mehr zur Prüfsumme"
    yield f"Datei: „{receipt.filename}“, {count(receipt.bytes)} Bytes, SHA-256 {receipt.sha256} ({whole})"
    yield f"Beleg: {found.receipt_key}"
    yield "Wie es in der Datei steht:" if found.cells else "Die Datei lässt sich heute nicht mehr so lesen wie damals."
    for cell in found.cells:
        became = f" → {cell.field}" + (f" = {cell_text(cell.value)} (geändert)" if cell.is_repaired else "")
        yield f"  {cell.column}: {cell_text(cell.text)}{became if cell.field else ''}"
    for repair in found.repairs:
        yield f"Repariert in „{repair['column']}“: {repair['title_de']} ({count(repair['count'])} Zellen der Datei)"
    for row in found.accepted:
        yield short("Übernommen als: " + ", ".join(f"{k} {cell_text(v)}" for k, v in row.items() if v is not None), 600)
    for row in found.rejected:
        yield f"Zurückgestellt: {row['message_de']}"
    for one in duplicates:
        yield f"Nicht in der landesweiten Tabelle: {one['grund']}"
