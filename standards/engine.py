"""The engine: match, judge. Pure functions of tables and standards; tables of one layout are judged together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import polars as pl

from standards.changes import change_list
from standards.convert import convert_fields
from standards.definition import Standard
from standards.derived import derive
from standards.distinct import WORTHWHILE
from standards.doubles import duplicate_rows, hashed_rows, key_filled, keys_differ, repeated_rows, same_keys
from standards.faults import REJECTED_SCHEMA, Fault, bad_rows, rejected_rows
from standards.figures import take_figures
from standards.gate import cell_holds, column_holds, row_holds
from standards.mapping import VIRTUAL, Mapping
from standards.matching import match_table
from standards.messages import say
from standards.model import Finding, Judgement, Severity, Table
from standards.overall import Overall
from standards.places_matching import Sampler
from standards.plausibility import broken, row_questions
from standards.positions import place_rows
from standards.privacy import personal_codes, personal_columns
from standards.records import expanded
from standards.repairs import count_repairs
from standards.rows import fill_down, refuse_other_kinds, require
from standards.samples import Samples
from standards.sums import with_sums
from standards.totals import totals_rows
from standards.undo import left_of, said_about, undo_repairs
from standards.wide import unpivot
from standards.work import Look, Work

ROW_FINDINGS = 1000
"""Rejected rows that are also said as findings, per table; all of them are in `Judgement.rejected`."""
_BESIDE = 2
"""Threads that look at columns of a part while others are converted."""
_T, _ROW, _I = VIRTUAL + "t", VIRTUAL + "row", VIRTUAL + "i"
_Key = tuple[object, object, object, int | None, frozenset[str], bool]


class _Member(NamedTuple):
    """One of the tables that are judged together."""

    number: int
    table: Table
    mapping: Mapping
    sampler: Sampler


def match(table: Table, standard: Standard) -> Mapping:
    """Which column is which field, without converting anything."""
    return match_table(expanded(table, standard), standard)


def judge(table: Table, standard: Standard, *, changes: bool = False) -> Judgement:
    """Matches, converts, repairs and splits one table into good rows and explained bad ones. Never raises on text.

    `changes`: list every repaired cell too (`Judgement.changes`).
    """
    return judge_many([table], standard, changes=changes)[0]


def judge_many(tables: Sequence[Table], standard: Standard, *, changes: bool = False) -> list[Judgement]:
    """The same as `judge` for each table; tables with the same columns and decisions go through one pass."""
    alike: dict[tuple[object, ...], list[tuple[int, Table]]] = {}
    for number, table in enumerate(expanded(table, standard) for table in tables):
        alike.setdefault((*table.frame.columns, *table.frame.dtypes), []).append((number, table))
    done: dict[int, Judgement] = {}
    for like in alike.values():
        samples = Samples([table.frame for _, table in like])
        groups: dict[_Key, list[_Member]] = {}
        for place, (number, table) in enumerate(like):
            sampler = partial(samples.of, place)
            mapping = match_table(table, standard, sampler)
            # a long table alone is judged by its different values, which beats any company
            alone = number if table.frame.height >= WORTHWHILE else None
            key = (mapping.sources, mapping.position, mapping.unpivot, alone, table.undo, table.is_released)
            groups.setdefault(key, []).append(_Member(number, table, mapping, sampler))
        for members in groups.values():
            done |= _judge_group(members, standard, changes=changes)
    return [done[number] for number in range(len(tables))]


def judge_part(
    table: Table, mapping: Mapping, sampler: Sampler, standard: Standard, overall: Overall
) -> tuple[Judgement, list[Finding]]:
    """One part of a table that is too long to be judged at once, and its notes; `streaming` puts the parts together."""
    with ThreadPoolExecutor(_BESIDE) as beside:
        work, judgements = _judged([_Member(0, table, mapping, sampler)], standard, overall, beside=beside)
    return judgements[0], [finding for _, finding in work.notes]


def _judge_group(members: list[_Member], standard: Standard, *, changes: bool) -> dict[int, Judgement]:
    """One vectorised pass over tables with the same columns and mapping."""
    return _judged(members, standard, changes=changes)[1]


def _judged(
    members: list[_Member],
    standard: Standard,
    overall: Overall | None = None,
    *,
    changes: bool = False,
    beside: Executor | None = None,
) -> tuple[Work, dict[int, Judgement]]:
    """`beside`: takes the first look at the columns while the ones before are converted."""
    mapping = members[0].mapping
    columns = list(members[0].table.frame.columns)
    frame = _stacked(members)
    heights = [member.table.frame.height for member in members] if overall is None or overall.is_last else []
    totals, total_texts = totals_rows(frame, columns, heights)
    if overall is None and standard.sums and standard.levels not in mapping.served:
        totals, total_texts = with_sums(frame, columns, mapping, standard, totals, total_texts)
    empty_cells = pl.Series("t", [], dtype=pl.Int64)
    long = frame
    if mapping.unpivot:
        long, empty_cells = unpivot(frame, mapping.unpivot, standard.by_name[mapping.unpivot.value_field].missing)
    work = Work(standard, mapping, {member.number: member.table for member in members}, long, overall=overall)
    index = long[_I]
    hashed = _looked(work, frame, columns, beside)
    convert_fields(work)
    if mapping.position:
        place_rows(work, mapping.position)
    derive(work)
    fill_down(work)
    used = take_figures(work)
    undo_repairs(work)
    unlike = keys_differ(work)
    if overall is not None:
        overall.empty_cells += len(empty_cells)
        repeated, first_rows = overall.repeats.look(hashed, frame[_ROW])
    else:
        repeated, first_rows = (totals, None) if unlike else duplicate_rows(frame, columns)
    whole = [Fault("totals_row", "", totals.gather(index), total_texts.gather(index))] if totals.any() else []
    if first_rows is not None and standard.repeats:
        repeated_rows(work, repeated.gather(index))
    elif first_rows is not None:
        whole.append(
            Fault(
                "duplicate_row",
                "",
                repeated.gather(index) & key_filled(work),
                None,
                first_rows.gather(index).cast(pl.String),
            )
        )
    whole += refuse_other_kinds(work, bad_rows(whole, work.height) | used)
    _privacy(work)
    require(work)
    settled = bad_rows(whole, work.height) | used
    if settled.any():
        work.faults = [replace(fault, mask=fault.mask & ~settled) for fault in work.faults]
    work.faults = whole + work.faults
    bad = bad_rows(work.faults, work.height) | used
    if not unlike:
        same_keys(work, bad | repeated.gather(index) if standard.repeats else bad)
    done = _split(work, members, bad, columns, empty_cells)
    return work, _with_changes(work, ~bad, done) if changes else done


def _looked(work: Work, frame: pl.DataFrame, columns: list[str], beside: Executor | None) -> Callable[[], pl.Series]:
    """Begins the first looks at the columns, and the hashes of the rows, which the result waits for."""
    hashed: Callable[[], pl.Series] = partial(hashed_rows, frame, columns)
    if beside is None or work.mapping.unpivot:
        return hashed
    work.looks = {name: beside.submit(Look.at, frame[name]) for name in _used(work.mapping, columns)}
    is_new = work.overall is not None and work.overall.repeats.is_new
    return beside.submit(hashed).result if is_new else hashed


def _used(mapping: Mapping, columns: list[str]) -> list[str]:
    """The columns that are converted, in the order in which they are."""
    places = mapping.position.columns if mapping.position else ()
    used = dict.fromkeys([*(name for source in mapping.sources for name in source.columns), *places])
    return [name for name in used if name in columns]


def _with_changes(work: Work, good: pl.Series, done: dict[int, Judgement]) -> dict[int, Judgement]:
    """The judgements with their lists of changed cells; places count within each table's own accepted rows."""
    listed = change_list(work, good)
    starts, start = {}, 0
    for number, judgement in done.items():
        starts[number] = start
        start += judgement.rows_accepted
    return {
        number: replace(
            judgement,
            changes=listed.filter(pl.col(_T) == number).drop(_T).with_columns(pl.col("at") - starts[number]),
        )
        for number, judgement in done.items()
    }


def _stacked(members: list[_Member]) -> pl.DataFrame:
    """The rows of all tables, in their order, with table, row number and input row."""
    frame = members[0].table.frame
    rows, number = members[0].table.row_numbers.cast(pl.Int64), pl.lit(members[0].number, dtype=pl.Int64)
    if len(members) > 1:
        frame = pl.concat([member.table.frame for member in members])
        rows = pl.concat([member.table.row_numbers.cast(pl.Int64) for member in members])
        tables = pl.DataFrame({"t": [m.number for m in members], "n": [m.table.frame.height for m in members]})
        filled = tables.filter(pl.col("n") > 0)
        numbers = filled.select(pl.col("t").cast(pl.Int64).repeat_by("n").explode())["t"]
        number = pl.lit(numbers) if frame.height else pl.lit(pl.Series([], dtype=pl.Int64))
    if any(dtype != pl.String for dtype in frame.dtypes):
        frame = frame.with_columns(pl.all().cast(pl.String, strict=False))
    return frame.with_columns(
        rows.alias(_ROW), number.alias(_T), pl.int_range(frame.height, dtype=pl.UInt32, eager=True).alias(_I)
    )


def _personal(values: pl.Series) -> pl.Series:
    """The codes, or nothing but nulls (a row of any dtype would do) where no value is personal."""
    codes = personal_codes(values)
    return codes if codes is not None else pl.Series("c", [None], dtype=pl.String).new_from_index(0, len(values))


def _privacy(work: Work) -> None:
    """A personal value in a published text rejects its row, unless a person released it."""
    if next(iter(work.tables.values())).is_released:
        return
    for wanted in work.standard.fields:
        values = work.values.get(wanted.name)
        if wanted.type != "string" or not wanted.free_text or values is None or (wanted.codes and wanted.closed):
            continue
        codes = work.by_value(wanted.name, _personal)
        if codes.null_count() == len(codes):
            continue
        for code in codes.unique().drop_nulls().to_list():
            work.fault(code, wanted.name, (codes == code).fill_null(value=False), values)


def _split(
    work: Work, members: list[_Member], bad: pl.Series, columns: list[str], empty_cells: pl.Series
) -> dict[int, Judgement]:
    """Rows of the pass back to their tables, as judgements."""
    schema = work.standard.schema()
    fields = [work.values.get(name, work.nulls(dtype)).cast(dtype).alias(name) for name, dtype in schema.items()]
    good = ~bad
    typed = pl.DataFrame([work.frame[_T], work.frame[_ROW].alias("_row"), *fields])
    typed = typed.filter(good) if bad.any() else typed
    unlikely = broken(typed, _T, work.standard) if work.standard.plausibility else {}
    accepted = _by_table(typed)
    rejected = _by_table(rejected_rows(work.frame, work.faults, columns))
    repairs = count_repairs(work)
    skipped = dict(empty_cells.value_counts().iter_rows()) if len(empty_cells) else {}
    notes: dict[int, list[Finding]] = {}
    for number, finding in work.notes:
        notes.setdefault(number, []).append(finding)
    nothing = pl.DataFrame(schema={"_row": pl.Int64, **schema})
    none_refused = pl.DataFrame(schema=REJECTED_SCHEMA)
    done = {}
    left = left_of(work) if work.left else {}
    cells, public = cell_holds(work), work.standard.privacy.public_columns
    for number, table, mapping, sampler in members:
        refused = rejected.get(number, none_refused)
        told = [*mapping.questions, *notes.get(number, ()), *personal_columns(mapping.unmapped, sampler, public)]
        told += said_about(table.undo, left.get(number, ()))
        if number in skipped:
            told.append(Finding(Severity.INFO, "wide_empty", say("wide_empty", value=skipped[number])))
        if table.frame.height == 0:
            told.append(Finding(Severity.WARNING, "no_rows", say("no_rows")))
        done[number] = Judgement(
            standard=work.standard.name,
            standard_version=work.standard.version,
            mapping=mapping.matches,
            accepted=accepted.get(number, nothing),
            rejected=refused,
            repairs=tuple(repairs.get(number, ())),
            findings=(*told, *row_questions(work.standard, unlikely.get(number, {})), *row_findings(refused)),
            unmapped=mapping.unmapped,
            left=left.get(number, ()),
            broken=unlikely.get(number, {}),
            held=()
            if table.is_released
            else (
                *row_holds(refused),
                *cells.get(number, ()),
                *column_holds(work.standard, columns, mapping.unmapped, sampler),
            ),
        )
    return done


def _by_table(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Frame by table number; a single table is not copied, many are sliced."""
    if not frame.height:
        return {}
    numbers = frame[_T]
    bare = frame.drop(_T)
    if numbers[0] == numbers[-1]:
        # the tables follow each other
        return {int(numbers[0]): bare}
    runs = numbers.rle().struct.unnest()
    parts, start = {}, 0
    for length, number in runs.select("len", "value").iter_rows():
        parts[int(number)] = bare.slice(start, length)
        start += length
    return parts


def row_findings(rejected: pl.DataFrame) -> list[Finding]:
    """All reasons of the first rejected rows."""
    if not rejected.height:
        return []
    rows = rejected.head(ROW_FINDINGS).select("_row", "reasons").iter_rows()
    return [
        Finding(Severity.ERROR, one["code"], one["message_de"], row, one["column"] or None, one["value"])
        for row, reasons in rows
        for one in json.loads(reasons)
    ]
