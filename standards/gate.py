"""Why a file waits for release by a person: personal data in it, and counts so small that they tell who is meant.

A reason names columns, numbers of rows and cells, never a value: it is shown in lists and logs. What does not belong
here: the marks themselves (`personal`), which row is rejected for it (`privacy`), holding and releasing (`connectors`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

import polars as pl

from standards.definition import Standard
from standards.headers import fold
from standards.mapping import VIRTUAL
from standards.messages import MESSAGES
from standards.model import Hold
from standards.personal import is_private_person, is_tax_like, personal_code
from standards.rules import SmallCells
from standards.work import Work

_SHOWN = 3
"""Rows that a reason names."""
_PEOPLE = re.compile(
    r"^(?:.*eigentuemer.*|.*halter|.*halterin|tierhalter.*|antragsteller.*|melder.*|paechter.*|mieter.*|bewohner.*|.*baumpate.*|pate|patin|"
    r"name|vorname|nachname|familienname|vorundnachname|vorundzuname|namevorname|person|privatperson.*|inhaber.*|anlieger.*|spender.*)$"
)
_FIRST = re.compile(r"^(?:vorname.*|rufname)$")
_BIRTH = re.compile(r"^(?:geburtsdatum|geburtstag|gebdatum|gebdat|gebam|geborenam|geburtsjahrgang)$")
_HEALTH = re.compile(r"^(?:diagnose.*|krankheit.*|pflegegrad|pflegestufe|gdb|gradderbehinderung|behinderungsgrad)$")
_REMARKS = re.compile(
    r"^(?:.*bemerkung.*|.*notiz.*|.*kommentar.*|.*anmerkung.*|.*vermerk.*|intern|internes|sonstiges)$"
)
"""What staff writes for itself: a name or number there is nobody's public contact."""
_PUBLIC_PEOPLE = re.compile(r"partei|kandidat|wahl|liste|fraktion|mandat|stimme|bewerber|gremium|ausschuss|amtszeit")
"""Who stands for election or sits in a council is a public person."""
_NUMBERS = ("iban", "tax_id", "birth_date")
_CONTACTS = ("person", "phone", "email", "plate", "bic")
_DAY = re.compile(r"^\s*(?:\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}-\d{2}-\d{2})")


def row_holds(rejected: pl.DataFrame) -> list[Hold]:
    """The rows that the privacy gate rejected, by what was found in which column."""
    if not rejected.height:
        return []
    personal = rejected.filter(pl.col("reasons").str.contains('"code":"privacy_', literal=True))
    found: dict[tuple[str, str], list[int]] = {}
    for row, reasons in personal.select("_row", "reasons").iter_rows():
        for one in json.loads(reasons):
            if one["code"].startswith("privacy_"):
                found.setdefault((one["code"], one["column"] or ""), []).append(row)
    return [
        _hold(code.replace("privacy_", "held_"), column, len(rows), rows[:_SHOWN])
        for (code, column), rows in found.items()
    ]


def column_holds(
    standard: Standard, columns: Iterable[str], unmapped: tuple[str, ...], values: Callable[[str], tuple[str, ...]]
) -> list[Hold]:
    """Columns that no field took and that surely hold data of private persons, and those that the standard names."""
    named = {fold(column) for column in standard.privacy.columns}
    public = {fold(column) for column in standard.privacy.public_columns}
    every = {fold(column): column for column in columns}
    of_public_people = any(_PUBLIC_PEOPLE.search(word) for word in every)
    holds = [_hold("held_column", column, 0) for word, column in every.items() if word in named and values(column)]
    for column in unmapped:
        word = fold(column)
        if word not in public | named and (code := _of_column(word, values(column), public_people=of_public_people)):
            holds.append(_hold(code, column, 0))
    return holds


def _of_column(word: str, values: tuple[str, ...], *, public_people: bool) -> str | None:
    if not values:
        return None
    if _BIRTH.match(word) and any(_DAY.match(value) for value in values):
        return "held_birth_date"
    if _HEALTH.match(word):
        return "held_health"
    if not public_people and (
        _FIRST.match(word) or (_PEOPLE.match(word) and sum(map(is_private_person, values)) * 5 >= len(values))
    ):
        return "held_names"
    if len(values) >= _SHOWN and sum(map(is_tax_like, values)) * 10 >= 9 * len(values):
        return "held_tax_id"
    codes = {personal_code(value) for value in values}
    telling = _NUMBERS + (_CONTACTS if _REMARKS.match(word) else ())
    return next((f"held_{code}" for code in telling if f"privacy_{code}" in codes), None)


def cell_holds(work: Work) -> dict[int, list[Hold]]:
    """By table: published texts that the standard wants released, and counts that are too small."""
    found: dict[int, list[Hold]] = {}
    for rule in work.standard.privacy.patterns:
        for field in work.standard.fields:
            if field.name in work.values and field.type == "string" and rule.field in ("", field.name):
                mask = work.values[field.name].str.contains(rule.pattern, strict=False).fill_null(value=False)
                _add(work, found, ("held_pattern", rule.question_de), field.name, mask)
    for small in work.standard.privacy.small_cells:
        if small.field in work.values:
            text = MESSAGES["held_small_cells"].format(column="{column}", value=small.threshold)
            _add(work, found, ("held_small_cells", text), small.field, _small(work, small))
    return found


def _small(work: Work, rule: SmallCells) -> pl.Series:
    mask = work.values[rule.field].is_between(1, rule.threshold)
    for name, value in rule.when.items():
        mask &= work.values[name].cast(pl.String) == value if name in work.values else pl.lit(value=False)
    return mask.fill_null(value=False)


def _add(work: Work, found: dict[int, list[Hold]], said: tuple[str, str], name: str, mask: pl.Series) -> None:
    """A reason (code and sentence) for each table that has such a row."""
    code, text = said
    if not mask.any():
        return
    index = mask.arg_true()
    rows = pl.DataFrame({"t": work.groups.gather(index), "r": work.frame[VIRTUAL + "row"].gather(index)})
    shown = work.shown_column(name)
    column = shown if isinstance(shown, str) else work.standard.by_name[name].title_de
    for number, count, first in rows.group_by("t", maintain_order=True).agg(n=pl.len(), r=pl.col("r").head(3)).rows():
        hold = Hold(code, column, count, text.replace("{column}", column), tuple(first))
        found.setdefault(number, []).append(hold)


def merged(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """The reasons of several parts of a table as one list."""
    found: dict[tuple[str, str], Hold] = {}
    for hold in holds:
        key = (hold.code, hold.column)
        so_far = found.get(key)
        found[key] = (
            Hold(hold.code, hold.column, so_far.count + hold.count, hold.message_de, (so_far.rows + hold.rows)[:_SHOWN])
            if so_far
            else hold
        )
    return tuple(found.values())


def _hold(code: str, column: str, count: int, rows: Iterable[int] = ()) -> Hold:
    return Hold(code, column, count, MESSAGES[code].format(column=column), tuple(rows))
