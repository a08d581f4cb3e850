"""`diff`: what changed between two versions of a dataset, or in a statewide table between two days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.arguments import AsJson, load_platform, require_standard
from orchestration.cli.output import CannotError, out, print_json
from orchestration.cli.words import cell_text, moment_told, rows_told, short
from standards.german import count

if TYPE_CHECKING:
    import polars as pl

    from connectors.raw.difference import Difference
    from orchestration.platform import Platform
    from storage.names import DatasetId

_SHOWN = 20


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

    platform = load_platform()
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
    moment = moment_told(text)
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

    moment = moment_told(text) if text else None
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
        yield f"Nichts hat sich geändert: {rows_told(found.unchanged)}, alle gleich."
        return
    yield (
        f"{rows_told(found.added)} neu, {count(found.removed)} weg, {count(found.changed)} geändert, "
        f"{count(found.unchanged)} gleich."
    )
    if found.changed_fields:
        most = sorted(found.changed_fields.items(), key=lambda one: -one[1])
        yield "Geändert wurde: " + ", ".join(f"{name} ({count(times)}-mal)" for name, times in most) + "."
    for change in found.changed_rows:
        cells = ", ".join(f"{one.field} {cell_text(one.old)} → {cell_text(one.new)}" for one in change.fields)
        key = ", ".join(f"{name} {cell_text(value)}" for name, value in change.key.items() if value is not None)
        yield short(f"≠ Zeile {change.new_row} ({key}): {cells}")
    for mark, rows in (("+", found.added_rows), ("−", found.removed_rows)):
        for row in rows:
            cells = ", ".join(f"{name} {cell_text(value)}" for name, value in row.items() if name != "row")
            yield short(f"{mark} Zeile {row['row']}: {cells}")
    hidden = sum(max(0, count - limit) for count in (found.added, found.removed, found.changed))
    if hidden:
        yield f"… und {count(hidden)} weitere (--limit zeigt mehr)."
