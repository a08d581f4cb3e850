"""The corrected file and the rejected rows as an Excel workbook, with what was changed and what is open marked.

Every text is a text cell, so that no formula of a hostile file runs. What does not belong here: CSV and which rows
there are (`writing`), any judging.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from standards import german
from standards.definition import Standard
from standards.model import Judgement, Severity

REJECTS_COLUMNS = ("Zeile", "Grund")
"""Our own columns in front of the file's; a column of the file that is called so gets ` (Datei)` behind its name."""

XLSX_ROWS = 1_048_575
"""Data rows an XLSX sheet can hold beside its header."""
COMMENTS = 2_000
"""Changed cells that get a comment; more of them make Excel slow. All are coloured and all are in the list."""
_CELL = 32_767
_REASON, _NOTE = 70, 110
"""Widths of the columns with sentences, in characters."""
_FORM = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
_KIND = {Severity.ERROR: "Fehler", Severity.WARNING: "Frage", Severity.INFO: "Hinweis"}


class TooManyRows(ValueError):
    """More rows than an XLSX sheet holds; write CSV instead."""


class Book:
    """A workbook with our four cell formats."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(path), _FORM)
        self.bold = self.book.add_format({"bold": True, "bottom": 1})
        self.changed = {"bg_color": "#FFF2A8"}
        self.bad = self.book.add_format({"bg_color": "#F8C4BC", "valign": "top"})
        self.top = self.book.add_format({"valign": "top"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        forms = {pl.Date: {"num_format": "yyyy-mm-dd"}, pl.Datetime: {"num_format": "yyyy-mm-dd hh:mm:ss"}}
        self.forms = {kind: self.book.add_format(form) for kind, form in forms.items()}
        self.marked = {kind: self.book.add_format(form | self.changed) for kind, form in forms.items()}
        self.mark = self.book.add_format(self.changed)

    def sheet(self, name: str, columns: Sequence[tuple[str, int]], *, rows: int) -> Any:
        """An empty sheet with its header line; `columns` as (name, width). Raises `TooManyRows`."""
        if rows > XLSX_ROWS:
            raise TooManyRows(
                f"Eine Excel-Datei fasst höchstens {german.count(XLSX_ROWS)} Zeilen. Bitte wählen Sie CSV."
            )
        page = self.book.add_worksheet(sheet_name(name))
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        for number, (title, width) in enumerate(columns):
            page.write_string(0, number, title[:_CELL], self.bold)
            page.set_column(number, number, width)
        if rows and columns:
            page.autofilter(0, 0, rows, len(columns) - 1)
        return page


def write_workbook(judgement: Judgement, standard: Standard, path: Path) -> None:
    """`Daten` with changed cells marked, `Änderungen`, `Offen` with the rows that need the clerk, `Hinweise`."""
    book = Book(path)
    with book.book:
        _data(book, judgement, standard)
        if judgement.changes is not None:
            _changes(book, judgement.changes, standard)
        _rejected(book, "Offen", judgement.rejected, rejects_frame(judgement.rejected))
        _notes(book, judgement)


def write_rejected(rejected: pl.DataFrame, frame: pl.DataFrame, path: Path) -> None:
    """The one sheet of rejected rows."""
    book = Book(path)
    with book.book:
        _rejected(book, "Zurückgestellt", rejected, frame)


def _data(book: Book, judgement: Judgement, standard: Standard) -> None:
    frame = judgement.accepted.select(list(standard.schema()))
    page = book.sheet("Daten", [(name, _width(name)) for name in frame.columns], rows=frame.height)
    titles = {field.name: field.title_de for field in standard.fields}
    cells = _changed_cells(judgement.changes, frame.columns)
    for number, name in enumerate(frame.columns):
        page.write_comment(0, number, titles[name])
        kind = frame.schema[name].base_type()
        _column(
            page, number, frame[name], book.forms.get(kind), changed=cells[name], mark=book.marked.get(kind, book.mark)
        )
    if judgement.changes is not None:
        _comment(page, frame.columns, judgement.changes)


def _changed_cells(changes: pl.DataFrame | None, names: Sequence[str]) -> dict[str, frozenset[int]]:
    """By field the places of the rows in which it was changed."""
    found: dict[str, frozenset[int]] = dict.fromkeys(names, frozenset())
    if changes is None:
        return found
    each = changes.drop_nulls("at").select("at", pl.col("field").str.split(", ")).explode("field")
    for name, rows in each.group_by("field").agg(pl.col("at").unique()).iter_rows():
        if name in found:
            found[name] = frozenset(rows)
    return found


def _column(
    page: Any,
    number: int,
    values: pl.Series,
    form: object = None,
    *,
    changed: frozenset[int] = frozenset(),
    mark: object = None,
) -> None:
    """A column's cells below its header; those in `changed` get the format `mark`, also where they are empty."""
    write = page.write_string if values.dtype == pl.String else page.write
    for row, value in enumerate(values.to_list()):
        look = mark if row in changed else form
        if value is not None:
            write(row + 1, number, value[:_CELL] if isinstance(value, str) else value, look)
        elif row in changed:
            page.write_blank(row + 1, number, None, look)


def _comment(page: Any, names: Sequence[str], changes: pl.DataFrame) -> None:
    """Say at the first changed cells what stood there and what was done."""
    said: dict[tuple[int, int], list[str]] = {}
    place = {name: number for number, name in enumerate(names)}
    listed = changes.drop_nulls("at").head(COMMENTS).select("at", "field", "_row", "before", "title_de")
    for at, fields, row, before, title in listed.iter_rows():
        for name in fields.split(", "):
            if name in place:
                lines = said.setdefault((at, place[name]), [f"Zeile {row} Ihrer Datei: „{(before or '')[:200]}“"])
                lines.append(f"– {title}")
    for (at, column), lines in said.items():
        page.write_comment(at + 1, column, "\n".join(lines), {"x_scale": 2})


def _changes(book: Book, changes: pl.DataFrame, standard: Standard) -> None:
    listed = changes_frame(changes, standard)
    if listed.height > XLSX_ROWS:
        listed = listed.head(XLSX_ROWS)
    widths = (8, 24, 20, 30, 30, 48, 22)
    page = book.sheet("Änderungen", list(zip(listed.columns, widths, strict=True)), rows=listed.height)
    for number, name in enumerate(listed.columns):
        _column(page, number, listed[name])


def changes_frame(changes: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """The list of changed cells in a clerk's words; a cell that a wide file repeats comes once."""
    titles = {field.name: field.title_de for field in standard.fields}
    words = {
        names: ", ".join(titles.get(name, name) for name in names.split(", "))
        for names in changes["field"].unique().drop_nulls().to_list()
    }
    return changes.unique(["_row", "column", "kind", "before", "after"], keep="first", maintain_order=True).select(
        Zeile="_row",
        Spalte="column",
        Feld=pl.col("field").replace_strict(words, default=None, return_dtype=pl.String),
        vorher="before",
        nachher="after",
        Änderung="title_de",
        Art="kind",
    )


def rejects_frame(rejected: pl.DataFrame, columns: Sequence[str] = ()) -> pl.DataFrame:
    """`Zeile`, `Grund` (all reasons) and the original columns; one line per row of the file, however wide it was.

    `columns`: those of the file, where there may be no row to tell them.
    """
    rows = rejected.group_by("_row", "record", maintain_order=True).agg(pl.col("reasons"))
    records = [json.loads(record) for record in rows["record"].to_list()]
    columns = columns or list(dict.fromkeys(name for record in records for name in record))
    reasons = [
        " ".join(dict.fromkeys(reason["message_de"] for listed in several for reason in json.loads(listed)))
        for several in rows["reasons"].to_list()
    ]
    taken = {name: f"{name} (Datei)" if name in REJECTS_COLUMNS else name for name in columns}
    return pl.DataFrame(
        [
            rows["_row"].alias("Zeile"),
            pl.Series("Grund", reasons, dtype=pl.String),
            *(pl.Series(taken[name], [record.get(name) for record in records], dtype=pl.String) for name in columns),
        ]
    )


def _rejected(book: Book, title: str, rejected: pl.DataFrame, frame: pl.DataFrame) -> None:
    """The rows with number and reasons, the cells that are to blame in red."""
    columns = [(name, _REASON if name == "Grund" else _width(name)) for name in frame.columns]
    page = book.sheet(title, columns, rows=frame.height)
    places = {name.removesuffix(" (Datei)"): number for number, name in enumerate(frame.columns) if number > 1}
    blamed: dict[int, set[int]] = {}
    for row, reasons in rejected.select("_row", "reasons").iter_rows():
        for reason in json.loads(reasons):
            named = _columns(reason.get("column") or "", places)
            blamed.setdefault(row, set()).update(places[name] for name in named)
    for at, cells in enumerate(frame.iter_rows(), start=1):
        page.set_row(at, _height(cells[1], _REASON))
        page.write_number(at, 0, cells[0], book.wrapped)
        page.write_string(at, 1, cells[1][:_CELL], book.wrapped)
        red = blamed.get(cells[0], ())
        for number, value in enumerate(cells[2:], start=2):
            if value is not None:
                page.write_string(at, number, value[:_CELL], book.bad if number in red else book.top)
            elif number in red:
                page.write_blank(at, number, None, book.bad)


def _columns(named: str, known: Iterable[str]) -> list[str]:
    """The columns that a reason names: one, or several as in `x / y`."""
    if named in known:
        return [named]
    return [part for part in named.replace(", ", " / ").split(" / ") if part in known]


def _notes(book: Book, judgement: Judgement) -> None:
    """What was done in sum, and the questions that are about no single row."""
    told = [finding for finding in judgement.findings if finding.row is None]
    lines = [
        ("Ergebnis", "", f"{judgement.rows_accepted} von {judgement.rows_total} Zeilen wurden übernommen."),
        ("Ergebnis", "", f"{judgement.rows_rejected} Zeilen brauchen Sie. Sie stehen im Blatt „Offen“."),
    ]
    if judgement.changes is not None:
        text = "Geänderte Zellen sind im Blatt „Daten“ gelb. Alle Änderungen stehen im Blatt „Änderungen“."
        lines.append(("Ergebnis", "", text))
        if judgement.changes.height > XLSX_ROWS:
            lines.append(("Hinweis", "", f"Die Liste der Änderungen ist nach {XLSX_ROWS} Zeilen abgeschnitten."))
    lines += [
        ("Freigabe", hold.column, f"{hold.message_de} Die Datei wartet auf eine Person.") for hold in judgement.held
    ]
    lines += [(_KIND[finding.severity], finding.column or "", finding.message_de) for finding in told]
    page = book.sheet("Hinweise", [("Art", 12), ("Spalte", 24), ("Hinweis", _NOTE)], rows=len(lines))
    for row, (kind, column, text) in enumerate(lines, start=1):
        page.set_row(row, _height(text, _NOTE))
        page.write_string(row, 0, kind)
        page.write_string(row, 1, column[:_CELL])
        page.write_string(row, 2, text[:_CELL], book.wrapped)


def _height(text: str, width: int) -> int:
    """Points that a wrapped text needs; not every program finds out by itself."""
    return 15 * min(20, 1 + len(text) // width)


def _width(name: str) -> int:
    return min(40, max(12, len(name) + 3))


def sheet_name(title: str) -> str:
    """A title as Excel allows it for a sheet: at most 31 characters, no brackets, slashes, colons, stars."""
    return "".join("-" if char in "[]:*?/\\" else char for char in title)[:31] or "Daten"
