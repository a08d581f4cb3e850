"""Where each field of a mapping comes from: a column, several, a wide header, the file's name and title lines."""

from __future__ import annotations

from standards.context import from_context, money_unit, places
from standards.definition import FieldDef
from standards.headers import unit_of
from standards.mapping import VIRTUAL, Source, Unpivot
from standards.matching_state import State
from standards.model import Severity


def source_of(state: State, name: str) -> Source:
    column = state.by_field[name][0]
    more = state.also.get(name, [])
    unit = unit_of(column) or _beside(state, name, [column, *more])
    return Source(name, "coalesce" if more else "column", (column, *more), unit)


def made_of_others(state: State, sources: list[Source], spec: Unpivot | None) -> list[Source]:
    """Fields without a column of their own: joined, a date with a time, said by a wide header or by the context."""
    served = {source.field for source in sources}
    made: list[Source] = []
    if spec:
        said = [name for name in spec.set_fields if name not in served or not spec.is_loose]
        made += [_said_or_own(sources, name) for name in said]
        made.append(Source(spec.value_field, "virtual", (VIRTUAL + "value",), spec.unit or _unit_beside(state, spec)))
        sources[:] = [source for source in sources if source.field not in said]
        served |= {source.field for source in made}
    for wanted in state.standard.fields:
        if wanted.span and all(name in state.by_field for name in wanted.span):
            made.append(Source(wanted.name, "span", wanted.span))
        if wanted.name in served and not wanted.join:
            continue
        source = (
            _joined(state, wanted)
            or _moment(state, wanted, served)
            or (None if wanted.name in served or wanted.year_of in served else _from_context(state, wanted))
        )
        if source and (wanted.name not in served or source.kind == "join"):
            made.append(source)
    return made


def _said_or_own(sources: list[Source], name: str) -> Source:
    """What a header says of a field goes before the field's own column, which fills where no header says it."""
    own = next(
        (source.columns for source in sources if source.field == name and source.kind in ("column", "coalesce")), ()
    )
    return Source(name, "coalesce" if own else "virtual", (VIRTUAL + name, *own))


def _unit_beside(state: State, spec: Unpivot) -> str | None:
    """„in TEUR“ above the table, where no header names a unit."""
    return _beside(state, spec.value_field, [column for column, _ in spec.columns])


def _beside(state: State, name: str, columns: list[str]) -> str | None:
    if state.standard.by_name[name].unit != "eur" or any(unit_of(column) for column in columns):
        return None
    found = money_unit(places(state.table, ()))
    if found is None:
        return None
    where, words, unit = found
    state.ask("unit_from_context", where, words, severity=Severity.WARNING)
    return unit


def _joined(state: State, wanted: FieldDef) -> Source | None:
    parts = [state.by_field[name][0] for name in wanted.join if name in state.by_field]
    if not parts or (len(parts) == 1 and wanted.name in state.by_field):
        return Source(wanted.name, "join", tuple(wanted.join)) if parts and wanted.name not in state.by_field else None
    return Source(wanted.name, "join", tuple(name for name in wanted.join if name in state.by_field))


def _moment(state: State, wanted: FieldDef, served: set[str]) -> Source | None:
    if not wanted.date_part or wanted.date_part not in state.by_field:
        return None
    time = (wanted.time_part,) if wanted.time_part in served else ()
    return Source(wanted.name, "moment", (wanted.date_part, *(part for part in time if part)))


def _from_context(state: State, wanted: FieldDef) -> Source | None:
    usual = Source(wanted.name, "constant", (), value=wanted.default) if wanted.default else None
    if not wanted.from_context:
        return usual
    found = from_context(wanted, places(state.table, _used_headers(state)))
    if found is None:
        return usual
    where, value = found
    state.ask("from_context", where, value, wanted.title_de, Severity.INFO)
    return Source(wanted.name, "constant", (), value=value)


def _used_headers(state: State) -> list[str]:
    """Headers of columns that serve a field which is no code: „Ansatz|Rechnung“ names what its cells say."""
    by_name = state.standard.by_name
    return [column for column in state.columns if column in state.taken and not by_name[state.taken[column]].codes]
