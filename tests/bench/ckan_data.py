"""Catalogues for the benchmark of publishing: datasets as Bavarian Kommunen have them, the same in every run.

What does not belong here: how they are published (`ckan_sides`), what is measured (`ckan`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from catalog.model import Agent, Catalog, Dataset, Distribution, Licence
from storage.manifest import Quality

SITE = "https://allmende.example"
PER_KOMMUNE = 25
"""Datasets of one Kommune: 1,000 datasets are those of 40."""
_TOPICS = (
    ("baumkataster", "Baumkataster", "ENVI", ("Baum", "Grünfläche", "Stadtklima")),
    ("kitas", "Kindertageseinrichtungen", "EDUC", ("Kita", "Kindergarten", "Betreuung")),
    ("radverkehrszaehlung", "Radverkehrszählung", "TRAN", ("Fahrrad", "Verkehrszählung", "Mobilität")),
    ("haushalt", "Haushaltsplan", "GOVE", ("Haushalt", "Finanzen", "Produktplan")),
    ("spielplaetze", "Spielplätze", "SOCI", ("Spielplatz", "Kinder", "Freizeit")),
)
_FILES = (("csv", "text/csv"), ("geojson", "application/geo+json"), ("parquet", "application/vnd.apache.parquet"))


def catalogue(count: int, *, changed: int | None = None, first: int = 0, of: str = "") -> Catalog:
    """Return `count` datasets from number `first` on; the one with the number `changed` has another title.

    `of` goes before their names, so that two sides can publish the same on one portal.
    """
    kommunen = owners(first + count)
    return Catalog(
        title="Datenallmende",
        description="Offene Daten der Kommunen",
        iri=f"{SITE}/katalog",
        homepage=f"{SITE}/portal/index.html",
        language="de",
        publisher=Agent(name="Datenallmende"),
        contact=Agent(name="Datenallmende", email="kontakt@allmende.example"),
        contributor_id="http://dcat-ap.de/def/contributors/bayern",
        modified=None,
        datasets=tuple(_dataset(n, kommunen, of, is_changed=n == changed) for n in range(first, first + count)),
    )


def owners(count: int) -> list[str]:
    """Keys like AGS of the Kommunen whose the first `count` datasets are."""
    return [f"09{100 + n // 100}{100 + n % 100}" for n in range(-(-count // PER_KOMMUNE))]


def _dataset(number: int, kommunen: list[str], of: str, *, is_changed: bool) -> Dataset:
    ags = kommunen[number // PER_KOMMUNE]
    topic, title, theme, keywords = _TOPICS[number % len(_TOPICS)]
    slug = f"{of}{topic}-{number % PER_KOMMUNE:02}"
    id_ = f"{ags}/{slug}"
    moment = datetime(2026, 1, 1, 6, tzinfo=UTC) + timedelta(hours=number)
    place = f"http://dcat-ap.de/def/politicalGeocoding/municipalityKey/{ags}"
    values: dict[str, Any] = {
        "id": id_,
        "name": f"{ags}-{slug}",
        "iri": f"{SITE}/datensatz/{id_}",
        "landing_page": f"{SITE}/portal/datensatz/{id_}.html",
        "version": f"20260101-{number:012x}",
        "title": f"{title} {number % PER_KOMMUNE + 1}{' (neu)' if is_changed else ''}",
        "description": f"{title} der Gemeinde {ags}, Gebiet {number % PER_KOMMUNE + 1}.\n\n" + _TEXT,
        "is_invented": False,
        "standard": topic,
        "standard_title": title,
        "standard_version": "1.0.0",
        "musterdatensatz": f"https://musterdatenkatalog.de/def/musterdatensatz/{topic}",
        "theme": theme,
        "hvd_category": "http://data.europa.eu/bna/c_dd313021" if theme == "ENVI" else "",
        "keywords": (*keywords, "Kommune", "Offene Daten", "Bayern"),
        "licence": Licence(
            name="dl-de/by-2-0",
            uri="http://dcat-ap.de/def/licenses/dl-by-de/2.0",
            title="Datenlizenz Deutschland – Namensnennung – Version 2.0",
            attribution=f"Datenquelle: Gemeinde {ags} – dl-de/by-2-0",
        ),
        "publisher": Agent(name=f"Gemeinde {ags}", uri=place, email=f"opendata@{ags}.example"),
        "contact": Agent(name="Fachamt", email=f"fachamt@{ags}.example", url=f"https://{ags}.example/amt"),
        "ags": ags,
        "political_geocoding": place,
        "political_level": "http://dcat-ap.de/def/politicalGeocoding/Level/municipality",
        "frequency": "ANNUAL",
        "issued": moment,
        "modified": moment,
        "stand": date(2026, 10, 31),
        "temporal_start": date(2026, 1, 1),
        "temporal_end": date(2026, 10, 31),
        "bbox": (10.85, 49.87, 10.95, 49.93),
        "source_url": f"https://{ags}.example/daten/{topic}.csv",
        "rows": 100 + number,
        "fields": (),
        "distributions": tuple(_distribution(id_, number, fmt, media) for fmt, media in _FILES),
        "quality": Quality(rows_total=100 + number, rows_accepted=100 + number, rows_rejected=0),
        "parts": (),
        "provenance": ("Von der Gemeinde am 1. November 2026 geliefert.", "Geprüft und umgerechnet."),
        "versions": (),
    }
    return Dataset(**values)


def _distribution(id_: str, number: int, fmt: str, media: str) -> Distribution:
    key = f"open/{id_}/latest/{id_.rpartition('/')[2]}.{fmt}"
    return Distribution(
        iri=f"{SITE}/datensatz/{id_}#{fmt}",
        name=fmt,
        title=fmt.upper(),
        format=fmt,
        mediatype=media,
        role="data",
        key=key,
        url=f"{SITE}/{key}",
        bytes=10_000 + number,
        sha256=f"{number:064x}",
    )


_TEXT = (
    "Der Datensatz enthält Lage, Art und Zustand der erfassten Objekte. Er wird einmal im Jahr aus dem Fachverfahren "
    "der Gemeinde ausgeleitet, gegen den Datenstandard geprüft und in offenen Formaten bereitgestellt. Koordinaten "
    "liegen in WGS 84 vor, Maße in metrischen Einheiten.\n\nHinweise zur Erfassung stehen im Datenwörterbuch."
)
