"""Templates, and German words and figures for them. Sentences of one page stand in its template."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from intake import csrf
from intake.config import IntakeConfig
from intake.report import CheckReport, Reading
from standards import german

_HERE = Path(__file__).parent
ASSETS = _HERE / "assets"
_BERLIN = ZoneInfo("Europe/Berlin")
TYPES = {
    "string": "Text",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "date": "Datum",
    "datetime": "Datum mit Uhrzeit",
    "boolean": "ja oder nein",
    "year": "Jahr",
}
UNITS = {"m": "Meter", "cm": "Zentimeter", "m2": "Quadratmeter", "eur": "Euro", "min": "Minuten"}
_HOW = {
    "name": "gleicher Name",
    "synonym": "bekannter Name",
    "fuzzy": "ähnlicher Name",
    "content": "am Inhalt erkannt",
    "split": "Zelle mit mehreren Angaben aufgeteilt",
    "wide": "aus der Spaltenüberschrift",
    "geometry": "aus den Koordinaten",
    "told": "so angegeben",
}
_FORMATS = {
    "csv": "Textdatei mit Trennzeichen (CSV)",
    "fixed-width": "Textdatei mit festen Spalten",
    "xlsx": "Excel-Datei",
    "xls": "ältere Excel-Datei",
    "ods": "LibreOffice-Tabelle",
    "geojson": "GeoJSON-Datei",
    "json": "JSON-Datei",
    "ndjson": "JSON-Datei, ein Eintrag je Zeile",
    "xml": "XML-Datei",
    "dbf": "dBase-Datei",
    "parquet": "Parquet-Datei",
    "html": "Tabelle aus einer Webseite",
}
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "windows-1252": "Windows-1252", "iso-8859-1": "Latin-1"}
_DELIMITERS = {";": "Strichpunkt", ",": "Komma", "\t": "Tabulator", "|": "senkrechter Strich", " ": "Leerzeichen"}


class Pages:
    """Renders a page with everything each page shows."""

    def __init__(self, config: IntakeConfig) -> None:
        self._secret = config.secret.get_secret_value()
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._environment.filters.update(number=number, size=size, percent=percent, clock=clock, unit=UNITS.get)
        self._environment.globals.update(
            site=config, types=TYPES, how=_HOW, max_size=size(config.max_upload_bytes), field_name=csrf.FIELD
        )

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """The page, with a signed form field and its cookie."""
        nonce = csrf.nonce_of(request)
        html = self._environment.get_template(template).render(
            path=request.url.path, form_token=csrf.sign(nonce, self._secret), **context
        )
        response = HTMLResponse(html, status)
        csrf.remember(response, nonce, is_https=request.url.scheme == "https")
        return response


def number(value: int) -> str:
    """1243 → `1.243`."""
    return german.count(value)


def percent(value: float) -> str:
    """0.967 → `97 %`."""
    return f"{value * 100:.0f} %"


def size(value: int) -> str:
    """Bytes as `734 Byte`, `12 KB`, `1,5 MB` (powers of 1000, as file managers show them)."""
    amount, unit = float(value), "Byte"
    for unit in ("Byte", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    digits = f"{amount:.1f}" if amount < 10 and unit != "Byte" else f"{amount:.0f}"
    return f"{digits.removesuffix('.0').replace('.', ',')} {unit}"


def clock(moment: datetime) -> str:
    """A UTC moment as `14:05 Uhr`, German local time."""
    return f"{moment.astimezone(_BERLIN):%H:%M} Uhr"


def day_and_clock(moment: datetime) -> str:
    """A UTC moment as `31.12.2024, 14:05 Uhr`, German local time."""
    return f"{moment.astimezone(_BERLIN):%d.%m.%Y}, {clock(moment)}"


def headline(report: CheckReport) -> str:
    """What became of the file in one sentence."""
    total, good, bad, repaired = report.rows_total, report.rows_accepted, report.rows_rejected, report.repaired
    if not total:
        return f"Als {report.title_de} verstanden, aber die Datei enthält keine Datenzeilen."
    rows = f"{number(good)} von {_count(total, 'Zeile', 'Zeilen')} gut"
    if not bad:
        rows = "die einzige Zeile ist gut" if total == 1 else f"alle {number(total)} Zeilen gut"
    values = f"{_count(repaired, 'Wert', 'Werte')} repariert" if repaired else "nichts zu reparieren"
    need = f"{_count(bad, 'Zeile braucht', 'Zeilen brauchen')} Sie" if bad else "Sie müssen nichts tun"
    return f"Als {report.title_de} verstanden: {rows}, {values}, {need}."


def reading_words(reading: Reading) -> str:
    """How the file was read, for people: `Textdatei mit Trennzeichen (CSV), Strichpunkt, Windows-1252`."""
    parts = [_FORMATS.get(reading.format, reading.format.upper())]
    if reading.sheet:
        parts.append(f"Blatt „{reading.sheet}“")
    if reading.delimiter:
        parts.append(f"Trennzeichen {_DELIMITERS.get(reading.delimiter, reading.delimiter)}")
    if reading.encoding:
        parts.append(f"Zeichensatz {_ENCODINGS.get(reading.encoding, reading.encoding)}")
    if reading.header_row and reading.header_row > 1:
        parts.append(f"Spaltennamen in Zeile {number(reading.header_row)}")
    return ", ".join(parts)


def _count(value: int, one: str, many: str) -> str:
    return f"{number(value)} {one if value == 1 else many}"
