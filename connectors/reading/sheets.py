"""Which sheet of a workbook is the table, and which others are tables too.

What does not belong here: what stands in the cells (`sheetcells`), where the header is (`layout`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from connectors.reading.messages import note
from connectors.reading.result import Decision, Note

_BESIDE = re.compile(
    r"hinweis|erl[äa]e?uter|legende|deckblatt|titelblatt|cover|info|metadat|hilfe|help|readme|liesmich|inhalt|impressum|"
    r"codelist|wertelist|auswahllist|schl[üu]e?ssel|auswahl|ausf[üu]e?ll|anleitung|lookup|dropdown|quelle|glossar|beispiel|vorlage|"
    r"feldbeschreibung|datenbeschreibung|datensatzbeschreibung|[äa]e?nderung|changelog|diagramm|grafik|pivot",
    re.IGNORECASE,
)
_WEIGHTS = {"beside": 0.2, "hidden": 0.02, "list": 0.2}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sheet: its first rows as texts, whether a person sees it, and how many rows there are in all."""

    name: str
    rows: list[list[str]]
    is_hidden: bool = False
    height: int = 0


def choose(candidates: Sequence[Candidate]) -> tuple[Candidate, tuple[Note, ...], Decision | None]:
    """The sheet with the most table-like cells; sheets that explain or are hidden count little."""
    scores = {one.name: score(one) for one in candidates}
    chosen = max(candidates, key=lambda one: scores[one.name])
    others = [one for one in candidates if one is not chosen]
    if not others:
        return chosen, (), None
    second = max(others, key=lambda one: scores[one.name])
    notes = [note("sheet", sheet=chosen.name, others=", ".join(one.name for one in others))]
    reason = f"{scores[chosen.name]:.0f} tabellenartige Zellen gegen {scores[second.name]:.0f}"
    alike = _alike(chosen, [one for one in others if scores[one.name] > 0])
    if alike:
        notes.append(note("sheets_alike", count=len(alike), names=", ".join(alike)))
    return chosen, tuple(notes), Decision("sheet", chosen.name, reason, second.name)


def score(one: Candidate) -> float:
    """How much of a table a sheet is: its table-like cells, fewer for sheets that explain or are hidden."""
    return tableness(one.rows) * _weight(one) * max(1.0, one.height / max(len(one.rows), 1))


def hidden_note(chosen: Candidate) -> list[Note]:
    """That the sheet which is read is not the one a person sees."""
    return [note("sheet_hidden", sheet=chosen.name)] if chosen.is_hidden else []


def named(names: Sequence[str], wanted: str) -> str | None:
    """The sheet a person means: its name, else the same name in another case, else its number from 1."""
    if wanted in names:
        return wanted
    close = [name for name in names if name.strip().casefold() == wanted.strip().casefold()]
    if len(close) == 1:
        return close[0]
    at = int(wanted) if re.fullmatch(r"[1-9]\d{0,3}", wanted) else 0
    return names[at - 1] if 0 < at <= len(names) else None


def tableness(rows: Sequence[Sequence[str]]) -> float:
    """Filled cells of rows that are at least half as full as the sheet's usual row."""
    filled = [len(row) - row.count("") for row in rows]
    usual = median([count for count in filled if count] or [0])
    if usual < 1:
        return 0.0
    return sum(count for count in filled if count >= usual / 2) * (1.0 if usual >= 2 else _WEIGHTS["list"])


def _weight(one: Candidate) -> float:
    return (_WEIGHTS["beside"] if _BESIDE.search(one.name) else 1.0) * (_WEIGHTS["hidden"] if one.is_hidden else 1.0)


def _alike(chosen: Candidate, others: Sequence[Candidate]) -> list[str]:
    """The sheets with the same names over their columns, for instance one per year or district."""
    wanted = _heads(chosen.rows)
    return [one.name for one in others if wanted & _heads(one.rows)]


def _heads(rows: Sequence[Sequence[str]]) -> set[tuple[str, ...]]:
    """Rows near the top that may be a header: at least two different texts."""
    heads = (tuple(cell.strip().casefold() for cell in row if cell.strip()) for row in rows[:15])
    return {head for head in heads if len(set(head)) >= 2 and not any(cell[0].isdigit() for cell in head)}
