"""Decoded text to `ReadResult`: which dialect or drawing, which of several tables, and the report of it all.

What does not belong here: bytes (`delimited`), and the decisions themselves (`dialect`, `quotes`, `fixedwidth`,
`tables`, `layout`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connectors.reading.assemble import Assembled, assemble
from connectors.reading.dialect import Guess, named, sniff, with_quotes
from connectors.reading.encoding import Encoding
from connectors.reading.fixedwidth import Drawn, find_drawn
from connectors.reading.limits import SAMPLE_CHARS
from connectors.reading.lineends import unify_ends
from connectors.reading.messages import note, refuse
from connectors.reading.parser import parse
from connectors.reading.quotes import straighten
from connectors.reading.records import Anomalies, Dialect, Record
from connectors.reading.result import Decision, Note, ReadReport, ReadResult
from connectors.reading.tables import Table, choose, split_tables

_HELD_CHARS = 16 * 1024**2
"""Longer texts are not held as records, so several tables in them are not told apart."""
_MANY = 20
"""So many lines with stray quotes are named one by one."""


@dataclass(slots=True)
class Told:
    """What is known before the first cell: goes into the report."""

    encoding: Encoding
    notes: list[Note] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def read_text(text: str, encoding: Encoding, notes: list[Note], sheet: str | None = None) -> ReadResult:
    """The table in decoded text; `encoding` and `notes` go into the report, `sheet` is which of several tables."""
    if not text.strip():
        raise refuse("no_table")
    ends = unify_ends(text)
    text = ends.text
    told = Told(encoding, [*notes, *ends.notes], [encoding.decision, ends.decision])
    guess = sniff(sample_of(text))
    drawn = None if guess.told else find_drawn(sample_of(text), guess)
    if drawn is not None:
        return report_of(_table(drawn.records(text), None, sheet, len(text)), told, guess, drawn)
    if guess.told:
        text = text.split("\n", 1)[1]
    elif not guess.is_sure:
        guess = replace(guess, dialect=Dialect("", guess.dialect.quotechar), score=0.0, columns=1)
    text, guess = _with_quotes(text, guess)
    anomalies = Anomalies()
    records = parse(text, guess.dialect, expected=guess.columns, anomalies=anomalies)
    if guess.told:
        records = ((line + 1, cells) for line, cells in records)
    read = _table(records, guess, sheet, len(text))
    told.notes += quote_notes(anomalies)
    return report_of(read, told, guess)


def sample_of(text: str) -> str:
    """The first whole lines."""
    if len(text) <= SAMPLE_CHARS:
        return text
    cut = max(text.rfind("\n", 0, SAMPLE_CHARS), text.rfind("\r", 0, SAMPLE_CHARS))
    return text[: cut + 1] if cut > 0 else text[:SAMPLE_CHARS]


def _with_quotes(text: str, guess: Guess) -> tuple[str, Guess]:
    """The text with straight quotes, and the guess with quotes that first occur after the sample."""
    straight = straighten(text, guess.dialect.delimiter) if guess.dialect.quotechar is None else None
    if straight:
        text, opening = straight
        guess = replace(guess, dialect=Dialect(guess.dialect.delimiter, '"'), opening=opening)
    return text, replace(guess, dialect=with_quotes(guess.dialect, text))


@dataclass(frozen=True, slots=True)
class Read:
    """The table that was read, and what is to be said about others in the file."""

    table: Assembled | None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    decisions: tuple[Decision, ...] = ()


def _table(records: Iterable[Record], guess: Guess | None, sheet: str | None, size: int) -> Read:
    """The asked-for table, else the largest. Very large texts are read as they come, as one table."""
    delimiter, columns = (guess.dialect.delimiter, guess.columns) if guess else ("", 0)
    if size > _HELD_CHARS and sheet is None:
        return Read(assemble(records, columns=columns, delimiter=delimiter))
    held = list(records)
    tables = split_tables(held, columns)
    if len(tables) < 2:
        if sheet is not None and sheet.strip().casefold() not in {"1", "tabelle 1"}:
            raise refuse("sheet_missing", sheet=sheet, sheets="Tabelle 1")
        above = tables[0].above if tables else 0
        return Read(assemble(held, columns=columns, delimiter=delimiter, above=above))
    chosen = choose(tables, sheet)
    others = [table for table in tables if table is not chosen]
    reason = "verlangt" if sheet else f"die größte von {len(tables)} Tabellen"
    return Read(
        assemble(chosen.records, delimiter=delimiter, above=chosen.above),
        chosen.name,
        tuple(table.name for table in tables),
        (_chosen_note(chosen, tables, reason), *map(_other_note, others)),
        (Decision("table", chosen.name, reason, max(others, key=lambda table: table.cells).name),),
    )


def _chosen_note(chosen: Table, tables: list[Table], reason: str) -> Note:
    return note(
        "tables", chosen.first, count=len(tables), name=chosen.name, first=chosen.first, last=chosen.last, reason=reason
    )


def _other_note(table: Table) -> Note:
    named = [cell.strip() for cell in table.header if cell.strip()]
    facts = {"name": table.name, "first": table.first, "last": table.last, "count": len(named)}
    return note("table_other", table.first, **facts, text=", ".join(named))


def quote_notes(anomalies: Anomalies) -> list[Note]:
    notes = [note("unclosed_quote", line) for line in anomalies.unclosed[:_MANY]]
    if len(anomalies.stray) > _MANY:
        return [*notes, note("stray_quotes", count=len(anomalies.stray))]
    return [*notes, *(note("stray_quote", line) for line in anomalies.stray)]


def report_of(read: Read, told: Told, guess: Guess, drawn: Drawn | None = None) -> ReadResult:
    """The result with everything that was decided on the way."""
    table = read.table
    if table is None:
        raise refuse("no_table")
    delimiter = guess.dialect.delimiter if drawn is None else {"boxed": "|", "fixed": ""}.get(drawn.kind, " ")
    report = ReadReport(
        format="fixed-width" if drawn and drawn.kind == "fixed" else "csv",
        encoding=told.encoding.name,
        delimiter=delimiter or None,
        quotechar=guess.quotechar if drawn is None else None,
        header_row=table.header_row,
        preamble_rows=table.preamble_rows,
        footer_rows=table.footer_rows,
        sheet=read.sheet,
        columns=tuple(table.frame.columns),
        rows=table.frame.height,
        notes=(*told.notes, *_dialect_notes(guess, drawn), *read.notes, *table.notes),
        sheets=read.sheets,
        decisions=(*told.decisions, *_dialect_decisions(guess, drawn), *read.decisions, *table.decisions),
    )
    return ReadResult(table.frame, table.row_numbers, report, table.extras)


def _dialect_notes(guess: Guess, drawn: Drawn | None) -> list[Note]:
    if drawn is not None:
        if drawn.kind == "fixed":
            return [note("fixed_width", starts=", ".join(str(start + 1) for start in drawn.starts))]
        return [note("drawn", reason=drawn.reason)]
    if not guess.dialect.delimiter:
        return [note("delimiter_none")]
    chosen = named(guess.dialect.delimiter)
    if guess.told:
        return [note("delimiter_told", 1, chosen=chosen)]
    found = [note("delimiter", chosen=chosen, score=_score(guess), runner_up=guess.runner_up)]
    if guess.rival:
        other = guess.rival
        found.append(
            note(
                "dialect_ambiguous",
                chosen=chosen,
                columns=guess.columns,
                other=named(other.dialect.delimiter),
                other_columns=other.columns,
            )
        )
    return [*found, note("escape_backslash")] if guess.dialect.escape else found


def _score(guess: Guess) -> str:
    return f"{min(guess.score, 1.0):.2f}".replace(".", ",")


def _dialect_decisions(guess: Guess, drawn: Drawn | None) -> list[Decision]:
    if drawn is not None:
        what = {"fixed": "feste Breite", "boxed": "gezeichnete Tabelle mit „|“"}.get(drawn.kind, "Leerzeichen")
        return [Decision("delimiter", what, drawn.reason, named(guess.dialect.delimiter))]
    chosen = named(guess.dialect.delimiter)
    if guess.told:
        reason = "die erste Zeile der Datei nennt es"
    elif not guess.dialect.delimiter:
        reason = "kein Zeichen teilt die Zeilen gleichmäßig"
    else:
        even = "alle Zeilen haben" if guess.is_even else "die meisten Zeilen haben"
        reason = f"{even} damit {guess.columns} Zellen (Bewertung {_score(guess)})"
    quote = guess.quotechar
    quote_reason = "umschließt ganze Zellen" if quote else "kein Anführungszeichen umschließt ganze Zellen"
    found = [
        Decision("delimiter", chosen, reason, guess.runner_up),
        Decision("quote", quote or "keines", quote_reason, "keines" if quote else '„"“'),
    ]
    if quote:
        escape = guess.dialect.escape
        why = "vor Anführungszeichen mitten in Zellen steht \\" if escape else "vor keinem steht ein \\, das maskiert"
        found.append(Decision("escape", escape or "verdoppelt", why, "verdoppelt" if escape else "\\"))
    return found
