"""XLSX: the rows and, on a second sheet, the data dictionary (ECMA-376, the subset every spreadsheet program reads).

Texts are stored as texts, so that no cell can become a formula. Written by hand, column by column in polars, because a
cell-by-cell writer needs minutes for a statewide table; no clock and no chance in it, so the same rows are the same
bytes. Excel's limits: 1,048,576 lines with the header, 32,767 characters a cell, no dates before 1900.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

from storage.formats import dictionary
from storage.formats.common import DATETIME, german
from storage.manifest import FieldInfo

MEDIATYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 1_048_575
CELL_MAX = 32_767
SHEETS = ("Daten", "Datenlexikon")

_BATCH = 50_000
_INTEGER_MAX = 2**53
_DAY_MS = 86_400_000
_EPOCH = date(1899, 12, 30)
_EXCEL_BEGINS = date(1900, 3, 1)  # before it Excel counts a 29 February 1900 that never was
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLE = {"header": 1, "date": 2, "datetime": 3}


def write(frame: pl.DataFrame, fields: tuple[FieldInfo, ...], path: Path) -> str:
    """Write at most `ROWS_MAX` canonical rows; return the note (German, may be empty). Raises `ValueError` above."""
    if frame.height > ROWS_MAX:
        raise ValueError(f"{frame.height} rows are too many for a sheet of {ROWS_MAX}")
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    too_long = pl.col(texts).str.len_chars() > CELL_MAX
    cut = int(frame.select(too_long.sum()).sum_horizontal().item() or 0) if texts and frame.height else 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        for name, content in _parts().items():
            archive.writestr(_entry(name), content)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=frame.height > _BATCH) as sheet:
            for piece in _sheet(frame):
                sheet.write(piece.encode())
        archive.writestr(_entry("xl/worksheets/sheet2.xml"), _dictionary_sheet(fields))
    return f"{german(cut)} Texte sind auf {german(CELL_MAX)} Zeichen gekürzt (Grenze von Excel)." if cut else ""


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


@lru_cache(maxsize=256)
def _dictionary_sheet(fields: tuple[FieldInfo, ...]) -> str:
    return "".join(_sheet(dictionary.rows(fields)))


def _sheet(frame: pl.DataFrame) -> Iterator[str]:
    columns = [_letters(number) for number in range(frame.width)]
    last = f"{columns[-1]}{frame.height + 1}" if columns else "A1"
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for number, width in enumerate(_widths(frame), start=1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield '</cols><sheetData><row r="1">'
    for letters, name in zip(columns, frame.columns, strict=True):
        yield f'<c r="{letters}1" s="{_STYLE["header"]}" t="inlineStr"><is><t>{escape(name)}</t></is></c>'
    yield "</row>"
    for start in range(0, frame.height, _BATCH):
        yield "".join(_rows(frame.slice(start, _BATCH), start + 2, columns))
    yield f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'


def _rows(frame: pl.DataFrame, first: int, columns: list[str]) -> list[str]:
    number = pl.lit(pl.int_range(first, first + frame.height, eager=True).cast(pl.String))
    cells = [
        _cell(pl.concat_str(pl.lit(f'<c r="{letters}'), number, pl.lit('"')), pl.col(name), dtype).fill_null("")
        for letters, (name, dtype) in zip(columns, frame.schema.items(), strict=True)
    ]
    row = pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'), *cells, pl.lit("</row>"))
    return frame.select(row.alias("row"))["row"].to_list()


def _cell(start: pl.Expr, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """One cell as XML from its `start` (the element with its address); null for a missing value."""
    if dtype == pl.Boolean:
        return _value(start, ' t="b"', column.cast(pl.Int8))
    if dtype.is_integer():
        exact = column.is_between(-_INTEGER_MAX, _INTEGER_MAX)
        return pl.when(exact).then(_value(start, "", column)).otherwise(_text(start, column.cast(pl.String)))
    if dtype.is_float():
        return _value(start, "", column)
    if dtype == pl.Date:
        shown = _value(start, f' s="{_STYLE["date"]}"', (column - pl.lit(_EPOCH)).dt.total_days())
        return pl.when(column >= _EXCEL_BEGINS).then(shown).otherwise(_text(start, column.dt.strftime("%Y-%m-%d")))
    if isinstance(dtype, pl.Datetime):
        since = (column - pl.lit(datetime.combine(_EPOCH, time.min))).dt.total_milliseconds() / _DAY_MS
        shown = _value(start, f' s="{_STYLE["datetime"]}"', since)
        return pl.when(column >= _EXCEL_BEGINS).then(shown).otherwise(_text(start, column.dt.strftime(DATETIME)))
    return _text(start, column)


def _value(start: pl.Expr, attributes: str, value: pl.Expr) -> pl.Expr:
    return pl.concat_str(start, pl.lit(f"{attributes}><v>"), value.cast(pl.String), pl.lit("</v></c>"))


def _text(start: pl.Expr, value: pl.Expr) -> pl.Expr:
    clean = value.str.slice(0, CELL_MAX).str.replace_all(_CONTROL, "\ufffd")
    # Excel reads _x0041_ as the letter A: its own underscore is written as one.
    clean = clean.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_${1}")
    escaped = clean.str.replace_many(["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "&#13;"])
    return pl.concat_str(start, pl.lit(' t="inlineStr"><is><t xml:space="preserve">'), escaped, pl.lit("</t></is></c>"))


def _letters(number: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _widths(frame: pl.DataFrame) -> list[float]:
    """Widths in characters that show the header and most cells: measured on the first 1,000 rows."""
    longest = frame.head(1000).select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0)).row(0)
    # 3 for the filter's arrow; a point in time is shown shorter than it is written
    return [min(max(cells, len(name) + 3, 10), 60) + 1.5 for name, cells in zip(frame.columns, longest, strict=True)]


@cache
def _parts() -> dict[str, str]:
    """Everything but the sheets."""
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(SHEETS, start=1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number, _ in enumerate(SHEETS, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _ in enumerate(SHEETS, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId9" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>'
        '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
    return {name: _HEAD + content for name, content in parts.items()}
