"""Templates filled in and handed back, read by our own reader: every column is known by its name, every row is good."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.checking import as_table, recognise
from connectors.reading import read_table
from standards.definition import FieldDef, Standard
from standards.engine import judge
from standards.registry import load_standards
from standards.templates import write_template
from standards.workbook import sheet_name

STANDARDS = load_standards()


def _filled(standard: Standard, path: Path) -> None:
    """The template with its own example typed in twice, as a clerk would; in XLSX with the cells Excel makes."""
    write_template(standard, path)
    if path.suffix == ".csv":
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerows([[field.example for field in standard.fields]] * 2)
        return
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet_name(standard.title_de))
        form = {"date": book.add_format({"num_format": "dd.mm.yyyy"})}
        form["datetime"] = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for at, field in enumerate(standard.fields):
            page.write_string(0, at, field.title_de)
            for row in (1, 2):
                page.write(row, at, _cell(field), form.get(field.type))
        book.add_worksheet("Hilfe").write_string(0, 0, standard.description_de)
        book.add_worksheet("Beispiel").write_row(0, 0, [field.title_de for field in standard.fields])


def _cell(field: FieldDef) -> Any:
    if field.type in ("integer", "number", "year"):
        return float(field.example.replace(".", "").replace(",", ".")) if field.example else None
    if field.type in ("date", "datetime") and field.example:
        return datetime.strptime(field.example, "%d.%m.%Y" if field.type == "date" else "%d.%m.%Y %H:%M")  # noqa: DTZ007
    return field.example


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_a_filled_template_is_known_by_its_names(tmp_path: Path, name: str, suffix: str) -> None:
    """All columns by name and with certainty, nothing left over, found without a hint, no row has an error."""
    standard, path = STANDARDS[name], tmp_path / f"vorlage{suffix}"
    _filled(standard, path)
    table = as_table(read_table(path), filename=path.name)
    judged = judge(table, standard)
    assert {match.field for match in judged.mapping} == set(standard.schema())
    assert {match.how for match in judged.mapping} <= {"name", "synonym", "pair"}
    assert all(match.confidence >= 0.95 for match in judged.mapping)
    assert judged.unmapped == ()
    assert set(judged.rejected["code"]) <= {"duplicate_row"}
    assert judged.rows_accepted >= 1
    assert recognise(table, STANDARDS) == name


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_the_example_of_each_standard_is_good_data_without_a_hint(name: str) -> None:
    """At least three invented rows, all accepted without an error, recognised from the columns."""
    import standards

    path = Path(standards.__file__).parent / name / "example.csv"
    table = as_table(read_table(path), filename="abgabe.csv")
    judged = judge(table, STANDARDS[name])
    assert judged.rows_accepted == judged.rows_total >= 3
    assert [finding for finding in judged.findings if finding.severity.value == "error"] == []
    assert recognise(table, STANDARDS) == name
