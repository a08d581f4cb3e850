"""Datasets for the tests of portals: one with everything in it, one full of hostile text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from catalog.model import Agent, Catalog, Dataset, Distribution, Licence, Version
from storage.manifest import Quality


def distribution(id_: str, fmt: str = "csv", role: str = "data", **changes: Any) -> Distribution:
    name = fmt if role == "data" else f"{role}-{fmt}"
    key = f"open/{id_}/latest/daten.{fmt}"
    base = {
        "iri": f"https://allmende.example/datensatz/{id_}/{name}",
        "name": name,
        "title": f"Daten als {fmt.upper()}",
        "format": fmt,
        "mediatype": {"csv": "text/csv", "geojson": "application/geo+json"}.get(fmt, "application/octet-stream"),
        "role": role,
        "key": key,
        "url": f"https://allmende.example/{key}",
        "bytes": 1234,
        "sha256": "ab" * 32,
        "note": "",
    }
    return Distribution(**{**base, **changes})


def dataset(id_: str = "09162000/baumkataster", **changes: Any) -> Dataset:
    """A dataset with everything in it; `changes` replaces fields."""
    owner = id_.partition("/")[0]
    ags = owner if owner.isdigit() else ""
    place = f"municipalityKey/{ags}" if ags else "stateKey/09"
    base: dict[str, Any] = {
        "id": id_,
        "name": id_.replace("/", "-"),
        "iri": f"https://allmende.example/datensatz/{id_}",
        "landing_page": f"https://allmende.example/portal/datensatz/{id_}.html",
        "version": "20261101-abcdef123456",
        "title": f"Baumkataster {owner}",
        "description": "Alle Bäume auf städtischem Grund.\nMit Höhe.",
        "is_invented": False,
        "standard": "baumkataster",
        "standard_title": "Baumkataster",
        "standard_version": "1.0.0",
        "musterdatensatz": "https://musterdatenkatalog.de/def/musterdatensatz/umwelt/baumkataster",
        "theme": "ENVI",
        "hvd_category": "http://data.europa.eu/bna/c_dd313021",
        "keywords": ("Baum", "Grünfläche"),
        "licence": Licence(
            name="dl-de/by-2-0",
            uri="http://dcat-ap.de/def/licenses/dl-by-de/2.0",
            title="Datenlizenz Deutschland – Namensnennung – Version 2.0",
            attribution="Datenquelle: Stadt – dl-de/by-2-0",
        ),
        "publisher": Agent(name=f"Stadt {owner}", uri=f"http://dcat-ap.de/def/politicalGeocoding/{place}"),
        "contact": Agent(name="Gartenamt", email="gartenamt@stadt.example"),
        "ags": ags,
        "political_geocoding": f"http://dcat-ap.de/def/politicalGeocoding/{place}",
        "political_level": "http://dcat-ap.de/def/politicalGeocoding/Level/municipality" if ags else "",
        "frequency": "ANNUAL",
        "issued": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "modified": datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        "stand": date(2026, 10, 31),
        "temporal_start": None,
        "temporal_end": None,
        "bbox": (10.85, 49.87, 10.95, 49.93),
        "source_url": "https://www.stadt.example/baeume.csv",
        "rows": 3,
        "fields": (),
        "distributions": (distribution(id_), distribution(id_, "geojson")),
        "quality": Quality(rows_total=3, rows_accepted=3, rows_rejected=0),
        "parts": (),
        "provenance": ("Von der Stadt am 1. November 2026 geliefert.",),
        "versions": (
            Version(version="20261101-abcdef123456", modified=datetime(2026, 11, 1, tzinfo=UTC), rows=3, key="k"),
        ),
    }
    return Dataset(**{**base, **changes})


def catalog(*datasets: Dataset) -> Catalog:
    return Catalog(
        title="Datenallmende",
        description="Probe",
        iri="https://allmende.example/katalog",
        homepage="https://allmende.example/portal/index.html",
        language="de",
        publisher=Agent(name="Datenallmende"),
        contact=Agent(name="Datenallmende"),
        contributor_id="http://dcat-ap.de/def/contributors/bayern",
        modified=None,
        datasets=datasets,
    )


HOSTILE = dataset(
    "09471000/spielplaetze",
    title="  <script>alert(1)</script>\x00 {{7*7}}\r\n =cmd|' /C calc'!A0 \ud800",
    description="[klick](javascript:alert(1)) <img src=x onerror=alert(1)>\r\n\r\n\x1b[31mrot \u202e verdreht",
    keywords=("Spiel, Platz (alle)!", "x", "  doppelt   gemoppelt ", "<b>"),
    landing_page="javascript:alert(1)",
    contact=Agent(name="Amt\nBcc: alle@example.org", email="kein\nMail@example.org", url="file:///etc/passwd"),
    source_url="ftp://intern/",
    is_invented=True,
    frequency="../X",
    theme="",
    hvd_category="",
    bbox=None,
)
THREE = catalog(dataset(), HOSTILE, dataset("land/baumkataster", distributions=()))
