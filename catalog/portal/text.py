"""German words and figures for the pages. What does not belong here: sentences of one page (its template)."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from catalog.model import Dataset

_BERLIN = ZoneInfo("Europe/Berlin")
_MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
)
THEMES = {
    "AGRI": "Landwirtschaft und Ernährung",
    "ECON": "Wirtschaft und Finanzen",
    "EDUC": "Bildung, Kultur und Sport",
    "ENER": "Energie",
    "ENVI": "Umwelt",
    "GOVE": "Regierung und Verwaltung",
    "HEAL": "Gesundheit",
    "INTR": "Internationales",
    "JUST": "Justiz und Sicherheit",
    "OP_DATPRO": "Vorläufige Daten",
    "REGI": "Regionen und Städte",
    "SOCI": "Bevölkerung und Gesellschaft",
    "TECH": "Wissenschaft und Technik",
    "TRAN": "Verkehr",
}
FREQUENCIES = {
    "ANNUAL": "jährlich",
    "ANNUAL_2": "halbjährlich",
    "ANNUAL_3": "dreimal im Jahr",
    "BIENNIAL": "alle zwei Jahre",
    "BIMONTHLY": "alle zwei Monate",
    "BIWEEKLY": "alle zwei Wochen",
    "CONT": "laufend",
    "DAILY": "täglich",
    "DAILY_2": "zweimal täglich",
    "HOURLY": "stündlich",
    "IRREG": "unregelmäßig",
    "MONTHLY": "monatlich",
    "MONTHLY_2": "zweimal im Monat",
    "NEVER": "abgeschlossen, keine Aktualisierung",
    "QUARTERLY": "vierteljährlich",
    "TRIENNIAL": "alle drei Jahre",
    "UPDATE_CONT": "fortlaufend",
    "WEEKLY": "wöchentlich",
    "WEEKLY_2": "zweimal in der Woche",
}
FORMATS = {"csv": "CSV", "parquet": "Parquet", "geojson": "GeoJSON", "xlsx": "Excel", "json": "JSON"}
FORMAT_HINTS = {
    "csv": "Text mit Kommas, für jedes Programm",
    "parquet": "kompakt, für Auswertungen mit großen Mengen",
    "geojson": "für Karten und Geoprogramme",
    "xlsx": "zum Öffnen in der Tabellenkalkulation",
    "json": "für Programme",
}
TYPES = {
    "string": "Text",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "date": "Datum",
    "datetime": "Datum mit Uhrzeit",
    "boolean": "ja oder nein",
    "year": "Jahr",
}


def number(value: float) -> str:
    """1234567 → `1.234.567`; decimals with a comma."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def size(value: int) -> str:
    """Bytes as `734 Byte`, `12 KB`, `1,5 MB` (powers of 1000, as file managers show them)."""
    amount = float(value)
    for unit in ("Byte", "KB", "MB", "GB"):  # noqa: B007 - the unit it stopped at is the answer
        if amount < 1000:
            break
        amount /= 1000
    else:
        unit = "TB"
    shown = round(amount) if unit == "Byte" or amount >= 10 else round(amount, 1)
    return f"{number(shown)} {unit}"


def day(value: date | datetime | None) -> str:
    """`1. November 2026` (moments in German time); empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(_BERLIN)
    return f"{value.day}. {_MONTHS[value.month - 1]} {value.year}"


def count(value: int, one: str, many: str) -> str:
    """`1 Zeile`, `2 Zeilen`."""
    return f"{number(value)} {one if value == 1 else many}"


def weburl(text: str) -> str:
    """The address if it is a plain web address, else nothing: no `javascript:`, no `data:`, no `file:`."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(ord(c) < 33 for c in text.strip())
    return text.strip() if is_web else ""


def mail(text: str) -> str:
    """The e-mail address if it looks like one, without anything a `mailto:` link would act on."""
    address = text.strip().removeprefix("mailto:")
    user, _, host = address.partition("@")
    good = user and "." in host and not any(c in address for c in "?&%#\"'<>\\ ,;:\n\r\t") and address.count("@") == 1
    return address if good else ""


def theme(code: str) -> str:
    return THEMES.get(code, code or "Ohne Thema")


def frequency(code: str) -> str:
    return FREQUENCIES.get(code, "unbekannt")


def sentence(dataset: Dataset) -> str:
    """What the dataset is, in one German sentence made from its figures."""
    rows = count(dataset.rows, "Zeile", "Zeilen")
    asof = f", Stand {day(dataset.stand)}" if dataset.stand else ""
    standard = dataset.standard_title or dataset.title
    if dataset.is_statewide:
        owners = len({p.dataset.partition("/")[0] for p in dataset.parts})
        made_of = f" aus {count(owners, 'Kommune', 'Kommunen')}" if owners else ""
        return f"Eine landesweite Tabelle „{standard}“ mit {rows}{made_of}{asof}."
    if dataset.is_invented:
        return f"Ein erfundenes Beispiel, als kämen {rows} nach dem Standard „{standard}“ von {dataset.publisher.name}."
    return f"{dataset.publisher.name} veröffentlicht hier {rows} nach dem Standard „{standard}“{asof}."


def cell(value: object) -> str:
    """One value of a preview table; long ones are cut."""
    if value is None:
        return ""
    text = str(value)
    return f"{text[:80]}…" if len(text) > 80 else text
