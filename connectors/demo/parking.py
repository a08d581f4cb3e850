"""Parking: Ingolstadt (JSON records), Coburg (Latin-1, commas, quotes), Schweinfurt (internal). Contents invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.demo import faults, places
from connectors.demo.dice import Dice
from connectors.demo.encode import json_text, text_table
from connectors.demo.model import Box, DemoDataset, Expected, Tally
from storage.manifest import Classification

STANDARD = "parkraum"
KINDS = ("Parkhaus", "Tiefgarage", "Parkplatz", "P+R")
WARDEN, WARDEN_PHONE = "Max Beispielmann", "09999 7654321"
"""Nobody, as in `playgrounds`."""


@dataclass(frozen=True, slots=True)
class CarPark:
    name: str
    kind: str
    spaces: int
    disabled: int
    free: int
    address: str
    lon: float
    lat: float


def ingolstadt() -> DemoDataset:
    """38 car parks as JSON records: numbers as numbers, a capacity below zero, a place at 0/0."""
    dice, tally, records = Dice("09161000/parkraum"), Tally(), list[dict[str, Any]]()
    where = dice.rows(38, {faults.IMPOSSIBLE_VALUE: 2, faults.NULL_ISLAND: 1, faults.MISSING_WORD: 3})
    for index in range(38):
        fault = where.get(index)
        park = _car_park(dice, index, places.INGOLSTADT, "85049 Ingolstadt")
        is_nowhere = fault == faults.NULL_ISLAND
        records.append(
            {
                "bezeichnung": park.name,
                "art": park.kind,
                "stellplaetze": -5 if fault == faults.IMPOSSIBLE_VALUE else park.spaces,
                "behindertenstellplaetze": park.disabled,
                "frei": "k.A." if fault == faults.MISSING_WORD else park.free,
                "zeitpunkt": f"2026-01-15T{dice.between(6, 21):02d}:{dice.between(0, 59):02d}:00",
                "adresse": park.address,
                "lat": 0 if is_nowhere else park.lat,
                "lon": 0 if is_nowhere else park.lon,
            }
        )
        _count(tally, park, fault)
    return _dataset(
        "09161000",
        "Stadt Ingolstadt",
        "parkraum.json",
        json_text({"stand": "2026-01-15", "parkmoeglichkeiten": records}),
        tally.expected(f"09161000/{STANDARD}", STANDARD, bbox=places.INGOLSTADT),
    )


def coburg() -> DemoDataset:
    """27 car parks: Latin-1, commas, everything quoted, German times of day."""
    dice, tally, rows = Dice("09463000/parkraum"), Tally(), list[list[str]]()
    where = dice.rows(27, {faults.WORD_FOR_NUMBER: 2, faults.MISSING_WORD: 3, faults.DUPLICATE: 1})
    for index in range(27):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        park = _car_park(dice, index, places.COBURG, "96450 Coburg")
        spaces = "viele" if fault == faults.WORD_FOR_NUMBER else str(park.spaces)
        free = "-" if fault == faults.MISSING_WORD else str(park.free)
        time = f"15.01.2026 {dice.between(6, 21):02d}:{dice.between(0, 59):02d}"
        rows.append([park.name, park.kind, spaces, str(park.disabled), free, time, park.address,
                     f"{park.lat:.6f}", f"{park.lon:.6f}"])  # fmt: skip
        _count(tally, park, fault)
    content = text_table(
        ["Name", "Art", "Kapazität", "Kapazität Behinderte", "Freie Plätze", "Zeitpunkt", "Adresse", "Lat", "Lon"],
        rows,
        encoding="latin-1",
        delimiter=",",
        quote_all=True,
    )
    expected = tally.expected(f"09463000/{STANDARD}", STANDARD, bbox=places.COBURG)
    return _dataset("09463000", "Stadt Coburg", "parkraum.csv", content, expected)


def schweinfurt() -> DemoDataset:
    """31 staff and service car parks, classification `internal`: they never leave the town hall's own store."""
    dice, tally, rows = Dice("09662000/parkraum-intern"), Tally(), list[list[str]]()
    where = dice.rows(31, {faults.IMPOSSIBLE_VALUE: 1, faults.MISSING_WORD: 2})
    for index in range(31):
        fault = where.get(index)
        park = _car_park(dice, index, places.SCHWEINFURT, "97421 Schweinfurt")
        spaces = "-12" if fault == faults.IMPOSSIBLE_VALUE else str(park.spaces)
        free = "k.A." if fault == faults.MISSING_WORD else str(park.free)
        rows.append([f"Dienstparkplatz {park.name}", park.kind, spaces, str(park.disabled), free, park.address,
                     f"{park.lat:.6f}", f"{park.lon:.6f}", WARDEN, WARDEN_PHONE])  # fmt: skip
        _count(tally, park, fault)
    content = text_table(
        ["Name", "Art", "Stellplätze", "davon Behindertenstellplätze", "frei", "Adresse", "Breitengrad", "Längengrad",
         "Hausmeister", "Mobil"],
        rows,
        encoding="utf-8",
        delimiter="|",
    )  # fmt: skip
    expected = tally.expected(
        "09662000/parkraum-intern",
        STANDARD,
        classification=Classification.INTERNAL,
        bbox=places.SCHWEINFURT,
        forbidden=(WARDEN, WARDEN_PHONE, "Dienstparkplatz"),
    )
    return _dataset("09662000", "Stadt Schweinfurt", "parkraum-intern.csv", content, expected)


def _count(tally: Tally, park: CarPark, fault: str | None) -> None:
    if fault in {None, faults.MISSING_WORD}:
        tally.accept(fault, kapazitaet=park.spaces, frei=None if fault == faults.MISSING_WORD else park.free)
    else:
        tally.reject(str(fault))


def _car_park(dice: Dice, index: int, box: Box, town: str) -> CarPark:
    spaces = dice.between(24, 780)
    lon, lat = places.point(dice, box, 6)
    kind = dice.pick(KINDS)
    return CarPark(
        name=f"{kind} {dice.pick(places.STREETS)} {index + 1}",
        kind=kind,
        spaces=spaces,
        disabled=spaces // 40,
        free=dice.between(0, spaces),
        address=f"{places.address(dice)}, {town}",
        lon=lon,
        lat=lat,
    )


def _dataset(ags: str, publisher: str, filename: str, content: bytes, expected: Expected) -> DemoDataset:
    is_internal = expected.classification is Classification.INTERNAL
    town = publisher.removeprefix("Stadt ")
    return DemoDataset(
        ags=ags,
        publisher=publisher,
        slug="parkraum-intern" if is_internal else STANDARD,
        title=f"{'Dienstparkplätze' if is_internal else 'Parkmöglichkeiten'} {town}",
        description="Parkhäuser und Parkplätze mit Stellplätzen und Lage.",
        filename=filename,
        content=content,
        expected=expected,
        frequency="QUARTERLY",
    )
