"""All files of the benchmark: clean ones, each pollution on several tables, and combinations of two and three.

What does not belong here: the pollutions (`kinds`), the tables (`tables`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.bench.pollution.draft import Draft
from tests.bench.pollution.kinds import Pollution, pollutions
from tests.bench.pollution.tables import Table, tables

SEED = 2026
UNSEEN = (101, 102, 103)
"""Other tables and combinations than those the reader was mended with: they tell whether it learned them by heart."""
COMBINED = "combined"
_NEVER_TOGETHER = (
    {"header rows", "no header", "header names"},  # each says what the header is
    {"delimiter", "quote", "escape"},  # each says how cells are written
    {"footnote", "several tables"},  # both say what follows the table
)


@dataclass(frozen=True, slots=True)
class Case:
    """One file and what a right reader gets out of it."""

    kind: str
    name: str
    data: bytes
    truth: Table
    has_header: bool


def cases(seed: int = SEED, *, per_pollution: int = 3, combined: int = 120) -> list[Case]:
    """The same files for the same seed."""
    clean = tables(seed)
    found = [_case("clean", "clean", Draft.of(table)) for table in clean]
    for number, one in enumerate(pollutions()):
        fitting = [table for table in clean if one.fits(table) and _bites(one, table)]
        for step in range(min(per_pollution, len(fitting))):
            table = fitting[(number + step * 2) % len(fitting)] if len(fitting) > 2 * step else fitting[step]
            found.append(_case(one.kind, one.name, one.apply(Draft.of(table))))
    return [*found, *_combinations(clean, seed, combined)]


def _bites(one: Pollution, table: Table) -> bool:
    """Whether the file differs from the clean one: single quotes change nothing where no cell needs any."""
    return one.apply(Draft.of(table)).data() != Draft.of(table).data()


def _case(kind: str, name: str, draft: Draft) -> Case:
    return Case(kind, f"{name}/{draft.truth.name}", draft.data(), draft.truth, draft.has_header)


def _combinations(clean: list[Table], seed: int, count: int) -> Iterator[Case]:
    random = Random(seed)  # noqa: S311
    usable = [one for one in pollutions() if one.is_combined]
    made = 0
    while made < count:
        table = random.choice(clean)
        chosen = random.sample(usable, random.choice((2, 2, 3)))
        if not _go_together(chosen) or not all(one.fits(table) for one in chosen):
            continue
        draft = Draft.of(table)
        for one in sorted(chosen, key=usable.index):
            draft = one.apply(draft)
        draft = replace(draft, truth=replace(draft.truth, name=table.name))
        yield _case(COMBINED, " + ".join(f"{one.kind} {one.name}" for one in chosen), draft)
        made += 1


def _go_together(chosen: list[Pollution]) -> bool:
    kinds = [one.kind for one in chosen]
    return len(set(kinds)) == len(kinds) and all(len(group & set(kinds)) < 2 for group in _NEVER_TOGETHER)
