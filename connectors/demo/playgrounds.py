"""Playgrounds: Passau (GeoJSON), Nersingen (CSV with a person's name where none belongs), Cham (unreadable)."""

from __future__ import annotations

from typing import Any

from connectors.demo import faults, places
from connectors.demo.dice import Dice
from connectors.demo.encode import comma, geojson, text_table, thousands
from connectors.demo.model import DemoDataset, Expected, Tally
from storage.manifest import Classification

STANDARD = "spielplaetze"
EQUIPMENT = (
    "Schaukel",
    "Rutsche",
    "Sandkasten",
    "Klettergerüst",
    "Wippe",
    "Seilbahn",
    "Tischtennisplatte",
    "Karussell",
)
AGES = ("0-6 Jahre", "3-12 Jahre", "6-14 Jahre", "ab 12 Jahre")
KINDS = ("Spielplatz", "Bolzplatz", "Abenteuerspielplatz", "Skateanlage")
PERSON, PHONE = "Erika Musterfrau", "09999 1234567"
"""Nobody: the name is made up and the area code is not assigned to anyone."""
_TITLE = "Spielplätze {}"
_ABOUT = "Öffentliche Spielplätze mit Ausstattung, Altersgruppe und Lage."


def passau() -> DemoDataset:
    """48 playgrounds as GeoJSON: an area told as text, two places that are swapped, one at 0/0."""
    dice, tally, features = Dice("09262000/spielplaetze"), Tally(), list[tuple[tuple[float, float], dict[str, Any]]]()
    where = dice.rows(48, {faults.NULL_ISLAND: 1, faults.SWAPPED: 2, faults.WORD_FOR_NUMBER: 2, faults.MISSING_WORD: 4})
    for index in range(48):
        fault = where.get(index)
        place, area = places.point(dice, places.PASSAU, 6), dice.between(180, 4200)
        said = {faults.WORD_FOR_NUMBER: "groß", faults.MISSING_WORD: "k. A."}.get(fault or "", str(area))
        properties = {
            "name": f"Spielplatz {dice.pick(places.STREETS)} {index + 1}",
            "art": dice.pick(KINDS),
            "flaeche_qm": said,
            "altersgruppe": dice.pick(AGES),
            "ausstattung": ", ".join(_equipment(dice)),
            "adresse": f"{places.address(dice)}, 94032 Passau",
        }
        if fault == faults.NULL_ISLAND:
            place = (0.0, 0.0)
        elif fault == faults.SWAPPED:
            place = (place[1], place[0])
        features.append((place, properties))
        if fault in {faults.NULL_ISLAND, faults.WORD_FOR_NUMBER}:
            tally.reject(str(fault))
        else:
            tally.accept(fault, flaeche_m2=None if fault == faults.MISSING_WORD else area)
    return DemoDataset(
        ags="09262000",
        publisher="Stadt Passau",
        slug=STANDARD,
        title=_TITLE.format("Passau"),
        description=_ABOUT,
        filename="spielplaetze.geojson",
        content=geojson(features),
        expected=tally.expected(f"09262000/{STANDARD}", STANDARD, bbox=places.PASSAU),
        licence="cc-by/4.0",
    )


def nersingen() -> DemoDataset:
    """24 playgrounds: UTF-8 with BOM, thousands dots and a unit in the cell, and whom to ring up."""
    dice, tally, rows = Dice("09775134/spielplaetze"), Tally(), list[list[str]]()
    where = dice.rows(24, {faults.NAMELESS: 1, faults.DUPLICATE: 1, faults.MISSING_WORD: 2})
    for index in range(24):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        (lon, lat), area = places.point(dice, places.NERSINGEN, 5), dice.between(440, 5200) / 2
        name = f"Spielplatz Nr. {index + 1} {dice.pick(places.STREETS)}"
        said = "unbekannt" if fault == faults.MISSING_WORD else f"{thousands(area, 0 if area.is_integer() else 1)} m²"
        where_to = f"{places.address(dice)}, 89278 Nersingen"
        row = [name, dice.pick(KINDS[:2]), said, dice.pick(AGES), ", ".join(_equipment(dice)), where_to,
               comma(lat, 5), comma(lon, 5), PERSON, PHONE]  # fmt: skip
        rows.append(["", *row[1:5], "", "", "", *row[8:]] if fault == faults.NAMELESS else row)
        if fault == faults.NAMELESS:
            tally.reject(fault)
        else:
            tally.accept(fault, flaeche_m2=None if fault == faults.MISSING_WORD else area)
    content = text_table(
        ["Bezeichnung", "Anlagenart", "Fläche", "Altersgruppe", "Ausstattung", "Adresse", "Breite", "Länge",
         "Ansprechpartnerin", "Telefon privat"],
        rows,
        encoding="utf-8-sig",
    )  # fmt: skip
    return DemoDataset(
        ags="09775134",
        publisher="Gemeinde Nersingen",
        slug=STANDARD,
        title=_TITLE.format("Nersingen"),
        description=_ABOUT,
        filename="spielplaetze.csv",
        content=content,
        expected=tally.expected(
            f"09775134/{STANDARD}", STANDARD, bbox=places.NERSINGEN, forbidden=(PERSON, "Musterfrau", PHONE)
        ),
    )


def cham() -> DemoDataset:
    """A PDF whose name ends in `.csv`: there is no table in it, so the hand-in is refused."""
    content = (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R /Size 3 >>\n%%EOF\n"
    )
    return DemoDataset(
        ags="09372116",
        publisher="Stadt Cham",
        slug=STANDARD,
        title=_TITLE.format("Cham"),
        description=_ABOUT,
        filename="spielplaetze.csv",
        content=content,
        expected=Expected(
            dataset=f"09372116/{STANDARD}",
            standard=STANDARD,
            classification=Classification.OPEN,
            is_readable=False,
            rows_total=0,
        ),
    )


def _equipment(dice: Dice) -> list[str]:
    first = dice.between(0, len(EQUIPMENT) - 4)
    return list(EQUIPMENT[first : first + dice.between(1, 4)])
