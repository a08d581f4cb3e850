"""Real packages in the open zone of some sites, small or not so small. What does not belong here: tests."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from storage.manifest import FieldInfo, LicenceInfo, Party, Quality
from storage.package import PackageDescription, PackageWriter
from storage.sites import Sites


def write_packages(sites: Sites, number: int, rows: int, first: int = 0) -> None:
    """Publish `number` datasets of `rows` trees each, whose numbers begin at `first`."""
    for index in range(number):
        numbers = list(range(first, first + rows))
        frame = pl.DataFrame({"nr": numbers, "lat": [49.9] * rows, "lon": [10.9] * rows})
        said = {
            "id": f"{9_000_000 + index:08d}/baeume",
            "title": "Bäume",
            "description": "Fassung",
            "classification": "open",
            "standard": "baumkataster",
            "standard_title": "Baumkataster",
            "standard_version": "1",
            "theme": "ENVI",
            "licence": LicenceInfo(name="dl-zero-de/2.0", path="https://www.govdata.de/dl-de/zero-2-0", title="DL"),
            "attribution": "Stadt",
            "publisher": Party(name="Stadt"),
            "contact": Party(name="Amt"),
            "political_geocoding": "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/09000000",
            "modified": datetime(2026, 3, 1, tzinfo=UTC),
            "fields": [FieldInfo(name=name, type="number") for name in frame.columns],
            "quality": Quality(rows_total=rows, rows_accepted=rows, rows_rejected=0),
            "inputs": str(first),
        }
        PackageWriter(sites).write(PackageDescription.model_validate(said), frame)
