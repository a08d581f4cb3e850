"""Which column is which field. A wrong match is worse than a question: below the bar it asks.

Order: what was told, places, names and synonyms (checked against the content), wide columns, cells with two fields,
several columns that make one field, then likeness, then the file's name and title lines.
"""

from __future__ import annotations

import re
from functools import partial

from standards.content import find_by_content, find_composed
from standards.context import places, words_beside
from standards.definition import Standard
from standards.headers import factor, fold, forms, unit_of
from standards.mapping import VIRTUAL, Mapping, Position, Unpivot
from standards.matching_state import State
from standards.model import ColumnMatch, Finding, Severity, Table
from standards.naming import alike, scores
from standards.neighbours import by_codes, ignored, nameless, names_beside
from standards.places_matching import Sampler, find_position, told_position
from standards.samples import fits_field, needs_content, sample, share
from standards.sourcing import made_of_others, source_of
from standards.split import find_splits
from standards.wide import find_unpivot

NO_FIELD = "-"
"""The answer that a column is none of the standard's fields."""
BAR = 0.75
"""Matches less certain than this are asked, not used."""
FEW = 3
"""With fewer values a name counts more than the content: the values get their own sentences."""
_TWO_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d\s?/\s?(?:20)?\d\d(?!\d)")
CONTENT = 0.5
"""At least this share of sampled values must fit a field matched by its name."""


def match_table(table: Table, standard: Standard, sampler: Sampler | None = None) -> Mapping:
    """All decisions about the columns of one table. `sampler` gives what `sample` would, where it is known already."""
    columns = tuple(name for name in table.frame.columns if not name.startswith(VIRTUAL))
    state = State(table, standard, columns, sampler or partial(sample, table.frame))
    told_place = _told(state)
    located = told_place or (
        find_position(columns, set(state.taken), state.values, table.crs) if standard.has_places else None
    )
    position, place_matches = located or (None, ())
    state.taken.update(dict.fromkeys(position.columns, "lat") if position else {})
    _withhold(state)
    _by_name(state)
    _release_alone(state)
    unpivoted = _unpivot(state)
    spec, wide_matches = unpivoted or (None, ())
    sources, composed = find_composed(standard, columns, state.by_field, state.values)
    state.taken.update({match.column: match.field for match in composed})
    split, split_matches = find_splits(standard, columns, state.taken, state.by_field, state.values)
    sources += split
    _by_neighbours(state, spec)
    _by_likeness(state, spec)
    _by_content(state, {source.field for source in sources}, spec)
    sources += [source_of(state, name) for name in state.by_field]
    sources += made_of_others(state, sources, spec)
    _ask_which_year(state)
    _ask_about_content(state)
    _ask_what_it_says(state)
    served = {source.field for source in sources} | ({"lat", "lon"} if position else set())
    _ask_for_missing(state, served | ({spec.value_field, *spec.set_fields} if spec else set()))
    named = tuple(
        ColumnMatch(column, name, how, confidence) for name, (column, how, confidence) in state.by_field.items()
    )
    further = tuple(
        ColumnMatch(column, name, "synonym", round(state.by_field[name][2], 3))
        for name, columns_more in state.also.items()
        if name in state.by_field
        for column in columns_more
    )
    matches = (*named, *further, *composed, *split_matches, *wide_matches, *place_matches)
    used = {match.column for match in matches} | {column for source in sources for column in source.columns}
    order = {name: rank for rank, name in enumerate(standard.by_name)}
    return Mapping(
        sources=tuple(sorted(sources, key=lambda source: order[source.field])),
        position=position,
        unpivot=spec,
        matches=tuple(sorted(matches, key=lambda match: order[match.field])),
        questions=tuple(state.questions),
        unmapped=tuple(column for column in columns if column not in used),
    )


def _told(state: State) -> tuple[Position, tuple[ColumnMatch, ...]] | None:
    """Answers kept from before win over everything. A column told to be no field is never asked about."""
    folded = {fold(column): column for column in reversed(state.columns)}
    axes: dict[str, str] = {}
    for header, name in state.table.told.items():
        column = header if header in state.columns else folded.get(fold(header) or header)
        if column is None:
            continue
        if name == NO_FIELD:
            state.taken[column] = NO_FIELD
        elif name in ("lat", "lon"):
            axes[name] = column
        elif name in state.standard.by_name:
            state.take(column, name, "told", 1.0)
    position = told_position(axes, state.columns, state.values, state.table.crs)
    if position is None:
        return None
    state.taken.update(dict.fromkeys(position.columns, "lat"))
    east, north = position.columns[0], position.columns[-1]
    return position, (ColumnMatch(north, "lat", "told", 1.0), ColumnMatch(east, "lon", "told", 1.0))


def _withhold(state: State) -> None:
    """Fields that the file's name or titles say it does not hold: „in 1.000“, „in Prozent“."""
    said = places(state.table, ())
    for wanted in state.standard.fields:
        found = words_beside(wanted.not_where, said) if wanted.not_where else None
        if found:
            state.withheld.add(wanted.name)
            state.ask("says_otherwise", *found, wanted.title_de)


def _by_name(state: State) -> None:
    """Names and synonyms, best scores first, each column and each field once, content checked."""
    for score, column, name, how in scores(state.standard, state.columns):
        wanted = state.standard.by_name[name]
        if name in state.withheld:
            continue
        if column in state.taken or (name in state.by_field and not wanted.coalesce) or name in ("lat", "lon"):
            continue
        if (
            needs_content(wanted)
            and len(state.values(column)) >= FEW
            and fits_field(wanted, state.values(column)) < CONTENT
        ):
            if score > 0.95 and not wanted.helper:
                state.unfit.setdefault(column, wanted)
            continue
        if wanted.content and not _looks_like(wanted.content, state.values(column), is_own_name=score > 0.98):
            continue
        if factor(unit_of(column), wanted.unit) is None:
            state.ask("unit_incompatible", column, expected=wanted.title_de)
            continue
        if name in state.by_field:
            state.also.setdefault(name, []).append(column)
            state.taken[column] = name
        else:
            state.take(column, name, how, score)


def _looks_like(pattern: str, values: tuple[str, ...], *, is_own_name: bool) -> bool:
    """Whether most values match; an empty column is a field only where it is called just like it."""
    if not values:
        return is_own_name
    return share(values, re.compile(pattern, re.IGNORECASE).match) >= CONTENT


def _ask_what_it_says(state: State) -> None:
    """Columns whose meaning differs from town to town (debit and credit): a question, no guess."""
    for name, (column, _, _) in state.by_field.items():
        question = state.standard.by_name[name].question_de
        if question:
            text = question.format(column=column)
            state.questions.append(Finding(Severity.WARNING, "column_meaning", text, column=column))


def _ask_which_year(state: State) -> None:
    """Budgets of two years in one: `Ansatz 2025/2026`, or such years in the cells."""
    year = next((wanted for wanted in state.standard.fields if wanted.type == "year" and wanted.required), None)
    if year is None or not state.standard.wide:
        return
    for column in state.columns:
        if column in state.taken or column in ignored(state.standard.ignore, state.columns):
            continue
        if found := _TWO_YEARS.search(column):
            state.ask("two_years", column, found[0])
        elif state.unfit.get(column) is year and (odd := next(filter(_TWO_YEARS.fullmatch, state.values(column)), "")):
            del state.unfit[column]
            state.ask("two_years", column, odd)


def _release_alone(state: State) -> None:
    """Fields that make no sense without another one that has no column."""
    for name, (column, how, _) in list(state.by_field.items()):
        other = state.standard.by_name[name].only_with
        if other and other not in state.by_field and how != "told":
            del state.by_field[name], state.taken[column]


def _ask_about_content(state: State) -> None:
    """Columns that are called like a field, hold something else, and became no other field either."""
    for column, wanted in state.unfit.items():
        if column not in state.taken:
            odd = next((value for value in state.values(column) if fits_field(wanted, (value,)) == 0), "")
            state.ask("column_content", column, odd[:60], wanted.title_de)


def _by_neighbours(state: State, spec: Unpivot | None) -> None:
    """Columns known by the column before them, by their codes, or by their place without a header."""
    said = set(spec.set_fields) if spec else set()
    taken, served = state.taken, {*state.by_field, *said}
    for column, name, how, confidence in names_beside(state.standard, state.columns, taken, served):
        if name in state.by_field:
            del taken[state.by_field[name][0]]
        state.take(column, name, how, confidence)
    for finder in (by_codes, nameless):
        free = tuple(column for column in state.columns if column not in state.taken)
        for column, name, how, confidence in finder(state.standard, free, {*state.by_field, *said}, state.values):
            state.take(column, name, how, confidence)


def _unpivot(state: State) -> tuple[Unpivot, tuple[ColumnMatch, ...]] | None:
    """Wide columns, which win over single columns of the same fields."""
    values = {rule.value for rule in state.standard.wide}
    if values & state.withheld:
        return None
    sure = {column for column, how, score in state.by_field.values() if score >= 0.92 or how == "told"}
    taken = {
        column
        for column, name in state.taken.items()
        if name not in values and (column in sure or name not in state.by_field)
    }
    by_field = {name: own[0] for name, own in state.by_field.items()}
    columns = tuple(column for column in state.columns if column not in ignored(state.standard.ignore, state.columns))
    found = find_unpivot(state.standard, columns, taken, by_field, state.values, state.table.frame)
    if found is None:
        return None
    spec, matches, questions = found
    wide = {match.column for match in matches}
    for name in (spec.value_field, *spec.set_fields):
        own = state.by_field.get(name)
        if own and (name == spec.value_field or own[0] in wide):
            del state.by_field[name]
            state.taken.pop(own[0], None)
    state.taken.update(dict.fromkeys(wide, spec.value_field))
    state.questions.extend(questions)
    return spec, matches


def _by_likeness(state: State, spec: Unpivot | None) -> None:
    """Headers that are nearly a known one: used when very like and the content fits, else asked."""
    filled = {*state.withheld, *state.by_field, *((spec.value_field, *spec.set_fields) if spec else ()), "lat", "lon"}
    for column in state.columns:
        if column in state.taken or fold(column).endswith("id"):
            continue
        for form, _ in forms(column)[:2]:
            found = alike(state.standard, column, form)
            if found is None:
                continue
            name, ratio = found
            wanted = state.standard.by_name[name]
            if name in filled or not wanted.fuzzy or fits_field(wanted, state.values(column)) < 0.8:
                continue
            if ratio >= 90 and state.values(column):
                state.take(column, name, "fuzzy", 0.75 + (ratio - 90) / 100)
                filled.add(name)
            elif not wanted.helper:
                state.ask("column_unsure", column, expected=wanted.title_de)
            break


def _by_content(state: State, made: set[str], spec: Unpivot | None) -> None:
    """Columns whose values tell what they are; a column that may be a field is asked about."""
    served = {*state.withheld, *state.by_field, *made, *((spec.value_field, *spec.set_fields) if spec else ())}
    free = [column for column in state.columns if column not in state.taken]
    found, asked = find_by_content(state.standard, free, served, state.values)
    for name, (column, confidence) in found.items():
        state.take(column, name, "content", confidence)
    said = {question.column for question in state.questions if question.code == "column_unsure"}
    for column, name in asked:
        if column not in said and column not in state.taken:
            state.ask("column_unsure", column, expected=state.standard.by_name[name].title_de)


def _ask_for_missing(state: State, served: set[str]) -> None:
    derived = {rule.field for rule in state.standard.derive} | {
        state.standard.interval[0] if state.standard.interval else ""
    }
    for wanted in state.standard.fields:
        if wanted.name in served or (wanted.name in derived and not wanted.required):
            continue
        if wanted.required and wanted.year_of not in served:
            state.ask("field_unserved", expected=wanted.title_de, severity=Severity.ERROR)
        elif wanted.expected:
            state.ask("field_expected", expected=wanted.title_de)
