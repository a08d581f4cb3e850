"""The template a clerk fills in: XLSX with choices, help and an example, or CSV. Handed back it matches completely.

The example stands on a sheet of its own, and not in the CSV at all: nobody hands it in by mistake.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from standards.definition import FieldDef, Standard
from standards.workbook import sheet_name

ROWS = 2000
"""Rows of the XLSX template that carry choices and checks."""
_FORMATS = {
    "string": "@",  # Excel takes no zero from a key and makes no date of a house number
    "integer": "0",
    "number": "General",
    "date": "dd.mm.yyyy",
    "datetime": "dd.mm.yyyy hh:mm",
    "boolean": "@",
    "year": "0",
}
_TYPES = {
    "string": "Text",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "date": "Datum (TT.MM.JJJJ)",
    "datetime": "Datum und Uhrzeit (TT.MM.JJJJ HH:MM)",
    "boolean": "ja oder nein",
    "year": "Jahr mit vier Ziffern",
}


def write_template(standard: Standard, path: Path) -> None:
    """Writes the template of a standard: `.csv` by suffix (the header), else XLSX."""
    if path.suffix.lower() == ".csv":
        _write_csv(standard, path)
    else:
        _write_xlsx(standard, path)


def _write_csv(standard: Standard, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([field.title_de for field in standard.fields])


def _write_xlsx(standard: Standard, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        data = book.add_worksheet(sheet_name(standard.title_de))
        forms = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        _data_sheet(data, standard, head, forms)
        _help_sheet(book.add_worksheet("Hilfe"), standard, head, text)
        _example_sheet(book.add_worksheet("Beispiel"), standard, head)
        data.activate()


def _data_sheet(page: Any, standard: Standard, head: Any, forms: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    for number, field in enumerate(standard.fields):
        page.write_string(0, number, field.title_de, head)
        page.write_comment(0, number, field.description_de)
        page.set_column(number, number, max(12, len(field.title_de) + 2), forms[field.type])
        choices = _choices(field)
        if choices:
            page.data_validation(1, number, ROWS, number, choices)


def _choices(field: FieldDef) -> dict[str, Any] | None:
    """Excel's check of a column: a list for codes, limits for numbers; open lists only advise."""
    words = [code.title_de or code.value for code in field.codes]
    if field.type == "boolean":
        words = ["ja", "nein"]
    if field.digits is not None:
        return _choice_of_length(field, field.digits)
    if words and len(",".join(words)) <= 255:
        return {
            "validate": "list",
            "source": words,
            "error_type": "stop" if field.closed or field.type == "boolean" else "information",
        }
    if field.type in ("integer", "number", "year") and field.minimum is not None and field.maximum is not None:
        kind = "decimal" if field.type == "number" else "integer"
        limits = {"validate": kind, "criteria": "between", "minimum": field.minimum, "maximum": field.maximum}
        return limits | {"error_title": field.title_de[:32], "error_message": field.description_de[:255]}
    return None


def _choice_of_length(field: FieldDef, digits: int) -> dict[str, Any]:
    check = {"validate": "length", "criteria": "==", "value": digits, "error_title": field.title_de[:32]}
    return check | {"error_message": f"Erwartet werden {digits} Ziffern, auch führende Nullen."}


def _help_sheet(page: Any, standard: Standard, head: Any, text: Any) -> None:
    page.write_string(0, 0, f"{standard.title_de}: {standard.description_de}")
    page.write_string(
        1,
        0,
        "Füllen Sie das erste Blatt aus, eine Zeile je Eintrag. Leere Zellen sind erlaubt, wenn „Pflicht“ leer ist.",
    )
    for number, title in enumerate(("Spalte", "Bedeutung", "Art der Angabe", "Pflicht", "Erlaubte Werte", "Beispiel")):
        page.write_string(3, number, title, head)
        page.set_column(number, number, (28, 60, 26, 10, 36, 28)[number])
    for row, field in enumerate(standard.fields, start=4):
        words = ", ".join(code.title_de or code.value for code in field.codes)
        cells = (
            field.title_de,
            field.description_de,
            _TYPES[field.type],
            "ja" if field.required else "",
            words,
            field.example,
        )
        for number, cell in enumerate(cells):
            page.write_string(row, number, cell, text)


def _example_sheet(page: Any, standard: Standard, head: Any) -> None:
    for number, field in enumerate(standard.fields):
        page.write_string(0, number, field.title_de, head)
        page.write_string(1, number, field.example)
        page.set_column(number, number, max(12, len(field.title_de) + 2))
