"""One file read and judged without keeping anything; the standard that its columns tell.

Light: nothing of the zones is imported. What does not belong here: files that were handed in (`conversion`), large
ones (`large`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.gazetteer import GAZETTEER
from connectors.messages import say
from connectors.reading.result import ReadResult, Unreadable
from connectors.register import land_bbox
from standards.corrections import as_correction
from standards.model import Judgement, Table

if TYPE_CHECKING:
    from connectors.facts import FactsBook
    from standards.definition import Standard

NO_STANDARD = ""
_SURE = 0.45
"""The least score with which columns tell a standard."""
_LEAD = 0.15
"""How far the second best must be behind."""


def check_file(
    path: Path,
    standard: Standard | Mapping[str, Standard],
    ags: str | None = None,
    *,
    sheet: str | None = None,
    undo: Collection[str] = (),
    changes: bool = False,
    told: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
    book: FactsBook | None = None,
) -> tuple[ReadResult, Judgement]:
    """Read and judge one file without keeping anything; of several standards the one that its columns tell.

    `told`: column → field, answered now; `kept`: `<standard>:<column>` → field, answered before. `undo`: kinds of
    repair that are taken back; `changes`: list every repaired cell; `book`: the versions that the file is compared
    with. Raises `Unreadable`, also where the columns tell no standard clearly, and `AnswerInvalid`.
    """
    from connectors.reading import read_table
    from standards.engine import judge
    from standards.facts import facts_of

    result = read_table(path, filename=path.name, sheet=sheet)
    table = as_table(result, filename=path.name, ags=ags, undo=undo)
    table, chosen = decided(table, standard, told, kept)
    judgement = judge(table, chosen, changes=changes)
    if book is not None and ags and judgement.rows_accepted:
        asked = book.of_file(chosen, facts_of(judgement.accepted, chosen), ags, path.stem)
        judgement = replace(judgement, findings=(*asked, *judgement.findings))
    return result, judgement


def decided(
    table: Table,
    standard: Standard | Mapping[str, Standard],
    told: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
) -> tuple[Table, Standard]:
    """The table with the answers that hold for it, and of several standards the one that its columns tell.

    Raises `Unreadable` where they tell none clearly.
    """
    if isinstance(standard, Mapping):
        name = recognise(table, standard)
        if name == NO_STANDARD:
            known = ", ".join(sorted(standard))
            raise Unreadable(say("standard-not-found", filename=table.filename, known=known), code="standard-not-found")
        standard = standard[name]
    if not (told or kept):
        return table, standard
    from connectors import answers

    answers.check(told or {}, standard, table.frame.columns)
    before = answers.told_for(kept or {}, standard.name, {key.partition(":")[0] for key in kept or {}})
    return replace(table, told=answers.together(before, told or {})), standard


def as_table(
    result: ReadResult,
    *,
    filename: str,
    ags: str | None = None,
    told: Mapping[str, str] | None = None,
    undo: Collection[str] = (),
    is_released: bool = False,
) -> Table:
    """What was read, as the engine takes it; a corrected rejects file with the numbers that its rows had."""
    frame, numbers = as_correction(result.frame) or (result.frame, result.row_numbers)
    return Table(
        frame=frame,
        row_numbers=numbers,
        crs=result.report.crs,
        ags=ags,
        bbox=land_bbox(ags) if ags else None,
        filename=filename,
        sheet=result.report.sheet or "",
        gazetteer=GAZETTEER,
        context=result.extras,
        told=dict(told or {}),
        undo=frozenset(undo),
        is_released=is_released,
    )


def recognise(table: Table, standards: Mapping[str, Standard]) -> str:
    """The standard that the table's columns tell clearly, else `NO_STANDARD`: then a person is asked."""
    from standards.ranking import rank

    (best, score), *others = [*rank(table, standards), (NO_STANDARD, 0.0)]
    return best if score >= _SURE and score - others[0][1] >= _LEAD else NO_STANDARD
