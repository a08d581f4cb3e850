"""Weekly markets: Vaterstetten (CSV), Memmingen (ODS). Markets, times and places are invented."""

from __future__ import annotations

from connectors.demo import faults, places
from connectors.demo.dice import Dice
from connectors.demo.encode import Cell, ods, text_table
from connectors.demo.model import Box, DemoDataset, Tally

STANDARD = "wochenmaerkte"
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa")
KINDS = ("Wochenmarkt", "Bauernmarkt", "Grüner Markt", "Abendmarkt")


def vaterstetten() -> DemoDataset:
    """20 markets: UTF-8 without BOM, commas, so that places with a comma are quoted; one at 0/0, one nameless."""
    dice, tally, rows = Dice("09175132/wochenmaerkte"), Tally(), list[list[str]]()
    where = dice.rows(20, {faults.NULL_ISLAND: 1, faults.NAMELESS: 1})
    for index in range(20):
        fault = where.get(index)
        name, hours, address, (lon, lat) = _market(dice, index, places.VATERSTETTEN, "85591 Vaterstetten")
        place = ["0.0", "0.0"] if fault == faults.NULL_ISLAND else [f"{lat:.6f}", f"{lon:.6f}"]
        rows.append(["", hours, "", "", ""] if fault == faults.NAMELESS else [name, hours, address, *place])
        if fault:
            tally.reject(fault)
        else:
            tally.accept(lat=lat)
    content = text_table(["Name", "Öffnungszeiten", "Adresse", "Latitude", "Longitude"], rows, encoding="utf-8",
                         delimiter=",")  # fmt: skip
    return _dataset(
        "09175132", "Gemeinde Vaterstetten", "wochenmaerkte.csv", content, tally=tally, box=places.VATERSTETTEN
    )


def memmingen() -> DemoDataset:
    """22 markets in an OpenDocument sheet with a title line; latitude and longitude as numbers, one pair swapped."""
    dice, tally = Dice("09764000/wochenmaerkte"), Tally()
    rows: list[list[Cell]] = [["Wochenmärkte in Memmingen (erfundene Beispieldaten)"], []]
    rows.append(["Bezeichnung", "Öffnungszeiten", "Adresse", "Breitengrad", "Längengrad"])
    where = dice.rows(22, {faults.SWAPPED: 1, faults.DUPLICATE: 1})
    for index in range(22):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        name, hours, address, (lon, lat) = _market(dice, index, places.MEMMINGEN, "87700 Memmingen")
        rows.append([name, hours, address, *((lon, lat) if fault == faults.SWAPPED else (lat, lon))])
        tally.accept(fault, lat=lat)
    content = ods("Märkte", rows)
    return _dataset("09764000", "Stadt Memmingen", "wochenmaerkte.ods", content, tally=tally, box=places.MEMMINGEN)


def _market(dice: Dice, index: int, box: Box, town: str) -> tuple[str, str, str, tuple[float, float]]:
    """Name, opening hours (as in OpenStreetMap), address and (longitude, latitude)."""
    first = dice.between(0, 4)
    hours = f"{DAYS[first]} {dice.between(6, 8):02d}:00-{dice.between(12, 18)}:00"
    return (
        f"{dice.pick(KINDS)} {dice.pick(places.STREETS)} {index + 1}",
        hours,
        f"{places.address(dice)}, {town}",
        places.point(dice, box, 6),
    )


def _dataset(ags: str, publisher: str, filename: str, content: bytes, *, tally: Tally, box: Box) -> DemoDataset:
    return DemoDataset(
        ags=ags,
        publisher=publisher,
        slug=STANDARD,
        title=f"Wochenmärkte {publisher.split(' ', 1)[1]}",
        description="Märkte mit Öffnungszeiten, Adresse und Lage.",
        filename=filename,
        content=content,
        expected=tally.expected(f"{ags}/{STANDARD}", STANDARD, bbox=box),
        licence="cc-zero",
        frequency="IRREG",
    )
