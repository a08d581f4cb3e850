"""A folder of files checked together: files of one layout are read and judged in one pass, all good rows to one file.

What does not belong here: files that were handed in (`conversion`), the command line's words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from connectors.batches import files_below, in_batches
from connectors.checking import as_table, decided
from connectors.reading.batch import Memory
from connectors.reading.blocks import begun
from connectors.reading.reader import read_many
from connectors.reading.result import ReadResult, Unreadable
from standards.model import Judgement, Table

if TYPE_CHECKING:
    from standards.definition import Standard

FILE = "datei"
"""Column of the outputs that says which file a row is from."""
_BYTES = 32 * 1024**2
_FILES = 1100
"""Read and judged together; the next ones are read while these are judged."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one file of the folder; `message_de` is set where it could not be read."""

    file: str
    standard: str = ""
    rows_accepted: int = 0
    rows_rejected: int = 0
    repairs: int = 0
    code: str = ""
    message_de: str = ""


def check_many(
    folder: Path,
    standard: Standard | Mapping[str, Standard],
    ags: str | None = None,
    *,
    fixed: Path | None = None,
    rejects: Path | None = None,
    kept: Mapping[str, str] | None = None,
) -> list[Checked]:
    """Check every file below `folder`; accepted and rejected rows go to one file each, with the file's name.

    `kept`: `<standard>:<column>` → field, as answered. With `fixed` all files must be of one standard; a file that
    tells another one (or none) is named as failed.
    """
    from standards.sinks import Rows

    checked: list[Checked] = []
    with begun(_read(folder)) as read, Rows(fixed) as good, Rows(rejects) as bad:
        for names, paths, results in read:
            judged = _judged(paths, results, standard, ags, kept)
            checked += [
                _checked(name, *pair) for name, pair in zip(names, zip(results, judged, strict=True), strict=True)
            ]
            done = [(name, one) for name, one in zip(names, judged, strict=True) if one is not None]
            good.add(_named([(name, one.accepted) for name, one in done], {"_row"}))
            bad.add(_named([(name, one.rejected) for name, one in done], {"code", "reasons"}))
        good.finish()
        bad.finish()
    return checked


def _read(folder: Path) -> Iterator[tuple[list[str], list[Path], list[ReadResult | Unreadable]]]:
    """The files in batches, each with its name below the folder and what was read of it."""
    memory = Memory()
    paths_below = files_below(folder)
    for paths in in_batches(paths_below, lambda path: path.stat().st_size, most_bytes=_BYTES, most_items=_FILES):
        names = [str(path.relative_to(folder)) for path in paths]
        yield names, paths, read_many([(path.name, path.read_bytes()) for path in paths], memory)


def _judged(
    paths: Sequence[Path],
    results: list[ReadResult | Unreadable],
    standard: Standard | Mapping[str, Standard],
    ags: str | None,
    kept: Mapping[str, str] | None,
) -> list[Judgement | None]:
    """Judge together what is of one standard. What tells none takes its refusal as the result."""
    from standards.engine import judge_many

    groups: dict[str, list[int]] = {}
    tables: dict[int, Table] = {}
    chosen: dict[str, Standard] = {}
    for at, (path, result) in enumerate(zip(paths, results, strict=True)):
        if isinstance(result, Unreadable):
            continue
        try:
            tables[at], found = decided(as_table(result, filename=path.name, ags=ags), standard, kept=kept)
        except Unreadable as reason:
            results[at] = reason
            continue
        chosen[found.name] = found
        groups.setdefault(found.name, []).append(at)
    judged: list[Judgement | None] = [None] * len(paths)
    for name, members in groups.items():
        for at, one in zip(members, judge_many([tables[at] for at in members], chosen[name]), strict=True):
            judged[at] = one
    return judged


def _checked(name: str, result: ReadResult | Unreadable, judged: Judgement | None) -> Checked:
    if isinstance(result, Unreadable) or judged is None:
        reason = result if isinstance(result, Unreadable) else Unreadable("", code="")
        return Checked(name, code=reason.code, message_de=reason.message_de)
    repairs = sum(repair.count for repair in judged.repairs)
    return Checked(name, judged.standard, judged.rows_accepted, judged.rows_rejected, repairs)


def _named(parts: Sequence[tuple[str, pl.DataFrame]], without: Collection[str]) -> pl.DataFrame:
    """All rows under each other, with the file's name in front; some columns left out."""
    if not parts:
        return pl.DataFrame()
    owners = pl.DataFrame({FILE: [name for name, _ in parts], "n": [frame.height for _, frame in parts]})
    names = owners.filter(pl.col("n") > 0).select(pl.col(FILE).repeat_by("n").explode())
    rows = pl.concat([frame for _, frame in parts]).drop(without)
    return pl.concat([names, rows], how="horizontal")
