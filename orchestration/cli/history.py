"""`trace`, `diff`, `statewide`: where a row comes from, what changed between two states, how a table stood on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.arguments import AsJson, require_standard
from orchestration.cli.output import CannotError, err, out, print_json

if TYPE_CHECKING:
    import polars as pl

    from connectors.raw.difference import Difference
    from connectors.raw.history import Trace
    from orchestration.platform import Platform
    from storage.names import DatasetId

_SHOWN = 20
_LINE = 150


@dataclass(frozen=True, slots=True)
class _State:
    """One side of a comparison: what it is called, its rows, of which standard."""

    name: str
    standard: str
    rows: pl.DataFrame | None
    """None: there was nothing then."""


def diff(
    target: Annotated[str, typer.Argument(help="A dataset (<AGS>/<name>) or a standard (its statewide table).")],
    old: Annotated[str | None, typer.Argument(help="Version, day or moment. Default: the version before.")] = None,
    new: Annotated[str | None, typer.Argument(help="Version, day or moment. Default: as it stands now.")] = None,
    limit: Annotated[int, typer.Option(help="How many rows of each sort are shown.")] = _SHOWN,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions of a dataset, or in a statewide table between two days; exit 1 if any."""
    from connectors.raw.difference import compare

    platform = _platform()
    is_dataset = "/" in target
    before, after = (
        _dataset_states(platform, target, old, new) if is_dataset else _table_states(platform, target, old, new)
    )
    standard = platform.standards[after.standard or before.standard]
    fields = [*([] if is_dataset else ["ags"]), *standard.schema()]
    key = [name for name in standard.key if name not in {"lat", "lon"}] or list(standard.key)
    frames = [_frame(state.rows, fields, standard.schema()) for state in (before, after)]
    found = compare(frames[0], frames[1], fields, [*([] if is_dataset else ["ags"]), *key], limit)
    if as_json:
        print_json({"target": target, "old": before.name, "new": after.name, "difference": found})
    else:
        out.print(f"{target}: {before.name} → {after.name}", style="bold", markup=False)
        for line in _sentences(found, limit):
            out.print(line, markup=False)
    if not found.is_empty:
        raise typer.Exit(1)


def _dataset_states(platform: Platform, target: str, old: str | None, new: str | None) -> tuple[_State, _State]:
    from connectors.raw.history import moves_of
    from storage.names import DatasetId

    dataset = DatasetId.parse(target)
    versions = moves_of(platform.sites.onprem, dataset).get_column("_version").to_list()
    after = versions[-1] if new is None else _version(platform, dataset, new, versions)
    if old is not None:
        before = _version(platform, dataset, old, versions)
    else:
        at = len(versions) - 1 - versions[::-1].index(after) if after in versions else len(versions)
        before = next((one for one in reversed(versions[:at]) if one != after), None)
    return _of_version(platform, dataset, before), _of_version(platform, dataset, after)


def _version(platform: Platform, dataset: DatasetId, text: str, versions: list[str | None]) -> str | None:
    """The version a word means: (the start of) its name, or a day or moment at which it was current."""
    from connectors.raw.history import pointers_as_of

    found = {one for one in versions if one and one.startswith(text)}
    if len(found) == 1:
        return found.pop()
    if not text[:1].isdigit():
        known = ", ".join(dict.fromkeys(one for one in versions if one))
        raise CannotError(f"{dataset} hat keine Version „{text}“. Es gibt: {known}.")
    moment = _moment(text)
    pointers = pointers_as_of(platform.sites.onprem, moment)
    rows = dict(pointers.select("_dataset", "_version").iter_rows())
    return rows.get(str(dataset))


def _of_version(platform: Platform, dataset: DatasetId, version: str | None) -> _State:
    from connectors.raw import version_rows
    from connectors.raw.history import version_row

    if version is None:
        return _State("nichts veröffentlicht", "", None)
    told = version_row(platform.sites.onprem, dataset, version)
    rows = version_rows(platform.sites.onprem, told["standard"], dataset, version)
    return _State(f"{version} (eingegangen {told['received_at']:%d.%m.%Y %H:%M} UTC)", told["standard"], rows)


def _table_states(platform: Platform, target: str, old: str | None, new: str | None) -> tuple[_State, _State]:
    require_standard(target, platform.standards)
    if old is None:
        raise CannotError(f"Bitte einen Tag nennen, mit dem verglichen wird: allmende diff {target} 2026-01-31.")
    return _of_day(platform, target, old), _of_day(platform, target, new)


def _of_day(platform: Platform, standard: str, text: str | None) -> _State:
    import polars as pl

    from orchestration.asof import statewide as table

    moment = _moment(text) if text else None
    try:
        rows = table(platform, standard, moment)
    except FileNotFoundError:
        raise CannotError("Die landesweiten Tabellen wurden noch nicht gebaut: erst `allmende run`.") from None
    return _State(text or "jetzt", standard, rows.rename({"row": "_row"}).with_columns(pl.col("_row").cast(pl.Int64)))


def _frame(rows: pl.DataFrame | None, fields: list[str], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    import polars as pl

    if rows is None:
        return pl.DataFrame(schema={"_row": pl.Int64()} | {name: schema.get(name, pl.String()) for name in fields})
    return rows.select("_row", *fields)


def _sentences(found: Difference, limit: int) -> Iterator[str]:
    if found.is_empty:
        yield f"Nichts hat sich geändert: {_lines(found.unchanged)}, alle gleich."
        return
    yield (
        f"{_lines(found.added)} neu, {_count(found.removed)} weg, {_count(found.changed)} geändert, "
        f"{_count(found.unchanged)} gleich."
    )
    if found.changed_fields:
        most = sorted(found.changed_fields.items(), key=lambda one: -one[1])
        yield "Geändert wurde: " + ", ".join(f"{name} ({_count(count)}-mal)" for name, count in most) + "."
    for change in found.changed_rows:
        cells = ", ".join(f"{one.field} {_text(one.old)} → {_text(one.new)}" for one in change.fields)
        key = ", ".join(f"{name} {_text(value)}" for name, value in change.key.items() if value is not None)
        yield _short(f"≠ Zeile {change.new_row} ({key}): {cells}")
    for mark, rows in (("+", found.added_rows), ("−", found.removed_rows)):
        for row in rows:
            cells = ", ".join(f"{name} {_text(value)}" for name, value in row.items() if name != "row")
            yield _short(f"{mark} Zeile {row['row']}: {cells}")
    hidden = sum(max(0, count - limit) for count in (found.added, found.removed, found.changed))
    if hidden:
        yield f"… und {_count(hidden)} weitere (--limit zeigt mehr)."


def statewide(
    standard: Annotated[str, typer.Argument(help="Name of the standard.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .csv or .parquet.")],
    as_of: Annotated[str | None, typer.Option(help="Day (its end in Germany) or moment; else as last built.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a statewide table, as it stands or as it stood on a day: today's rules over the versions of then."""
    from orchestration.asof import statewide as table

    platform = _platform()
    require_standard(standard, platform.standards)
    if output.suffix.lower() not in {".csv", ".parquet"}:
        raise CannotError(f"{output}: a table is written as .csv or .parquet. Choose one of these endings.")
    try:
        rows = table(platform, standard, _moment(as_of) if as_of else None)
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
        out.print(f"{output}: {standard} {when}, {_lines(rows.height)}, Datensätze: {told['datasets']}.")


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

    platform = _platform()
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

    from storage.layout import curated_table

    try:
        rows = pl.scan_parquet(platform.sites.onprem.uri(curated_table("duplicates")))
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
    yield f"Datei: „{receipt.filename}“, {_count(receipt.bytes)} Bytes, SHA-256 {receipt.sha256} ({whole})"
    yield f"Beleg: {found.receipt_key}"
    yield "Wie es in der Datei steht:" if found.cells else "Die Datei lässt sich heute nicht mehr so lesen wie damals."
    for cell in found.cells:
        became = f" → {cell.field}" + (f" = {_text(cell.value)} (geändert)" if cell.is_repaired else "")
        yield f"  {cell.column}: {_text(cell.text)}{became if cell.field else ''}"
    for repair in found.repairs:
        yield f"Repariert in „{repair['column']}“: {repair['title_de']} ({_count(repair['count'])} Zellen der Datei)"
    for row in found.accepted:
        yield _short("Übernommen als: " + ", ".join(f"{k} {_text(v)}" for k, v in row.items() if v is not None), 600)
    for row in found.rejected:
        yield f"Zurückgestellt: {row['message_de']}"
    for one in duplicates:
        yield f"Nicht in der landesweiten Tabelle: {one['grund']}"


def _moment(text: str) -> datetime:
    from orchestration.asof import moment_of

    try:
        moment = moment_of(text)
    except ValueError:
        raise CannotError(f"„{text}“ ist kein Tag und kein Zeitpunkt: bitte wie 2026-01-31 schreiben.") from None
    if moment > datetime.now(UTC) and len(text) > len("2026-01-31"):
        err.print(f"{text} liegt in der Zukunft: gezeigt wird der Stand von jetzt.", markup=False)
    return moment


def _text(value: Any) -> str:
    return "leer" if value is None or value == "" else str(value)


def _short(text: str, length: int = _LINE) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _lines(number: int) -> str:
    return "1 Zeile" if number == 1 else f"{_count(number)} Zeilen"


def _platform() -> Platform:
    from orchestration.platform import Platform

    return Platform.load()
