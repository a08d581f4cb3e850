"""The clean tables: invented, German, of the kinds that Kommunen hand in. Their text is the truth of every variant.

What does not belong here: how a table is spoilt (`kinds`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

Cells = tuple[str, ...]

_STREETS = ("Bäckerstraße", "Königsplatz", "Am Mühlbach", "Schloßallee", "Hübnerweg", "Färbergasse", "Weiße Gasse")
_SPECIES = ("Winter-Linde", "Spitz-Ahorn", "Säulen-Eiche", "Gemeine Esche", "Roßkastanie", "Vogel-Kirsche")
_PLACES = ("Würzburg", "Nördlingen", "Fürth", "Bad Kötzting", "Weißenburg i. Bay.", "Gräfelfing")


@dataclass(frozen=True, slots=True)
class Table:
    """One clean table: names and cells as text."""

    name: str
    header: Cells
    rows: tuple[Cells, ...]
    is_typed: bool = True
    """Whether columns have kinds of values, so that a header can be told from the rows."""


def tables(seed: int) -> list[Table]:
    """All clean tables, the same for the same seed."""
    makers: list[Callable[[Random], Table]] = [
        _trees,
        _playgrounds,
        _budget,
        _appointments,
        _residents,
        _years,
        _bicycles,
        _kitas,
        _few,
    ]
    return [make(Random(f"{seed} {make.__name__}")) for make in makers]  # noqa: S311


def _comma(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _money(value: float) -> str:
    return f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _date(random: Random) -> str:
    return f"{random.randint(1, 28):02}.{random.randint(1, 12):02}.{random.randint(1998, 2026)}"


def _address(random: Random) -> str:
    return f"{random.choice(_STREETS)} {random.randint(1, 120)}"


def _trees(random: Random) -> Table:
    header = ("Baumnummer", "Baumart", "Pflanzjahr", "Höhe in m", "Standort", "Breite", "Länge")
    rows = tuple(
        (
            f"{number:05}",
            random.choice(_SPECIES),
            str(random.randint(1890, 2024)) if random.random() < 0.8 else "",
            _comma(random.uniform(2, 30), 1),
            _address(random),
            _comma(random.uniform(48, 50), 6),
            _comma(random.uniform(9, 13), 6),
        )
        for number in range(1, 41)
    )
    return Table("baeume", header, rows)


def _playgrounds(random: Random) -> Table:
    header = ("Name", "Ausstattung", "Fläche (m²)", "Altersgruppe", "Adresse", "Bemerkung")
    equipment = ("Schaukel, Rutsche", "Sandkasten; Wippe", "Klettergerüst", "Seilbahn, Schaukel, Sandkasten", "")
    remarks = ("", "", "nur bei Tageslicht", "Träger:\nStadt", "Schild „Hunde verboten“", 'heißt auch "Pirat"')
    rows = tuple(
        (
            f'Spielplatz "Am {random.choice(_STREETS)}"' if number % 5 == 0 else f"Spielplatz {_address(random)}",
            equipment[number % 5],
            _comma(random.uniform(200, 4000), 1),
            random.choice(("3-6", "6-12", "0-99")),
            f"{_address(random)}, 8{random.randint(1000, 9999)} {random.choice(_PLACES)}",
            remarks[number % 6],
        )
        for number in range(18)
    )
    return Table("spielplaetze", header, rows)


def _budget(random: Random) -> Table:
    header = ("Jahr", "Produkt", "Bezeichnung", "Konto", "Ertrag", "Aufwand")
    names = ("Gemeindestraßen", "Grünflächen", "Kindergärten", "Öffentliche Ordnung", "Feuerwehr, Katastrophenschutz")
    rows = tuple(
        (
            "2025",
            f"{random.randint(1, 6)}.{random.randint(1, 9)}.{random.randint(1, 9)}.{random.randint(1, 99):02}",
            random.choice(names),
            f"{random.randint(400000, 599999)}",
            _money(random.uniform(0, 3_000_000)),
            _money(-random.uniform(0, 3_000_000)) if random.random() < 0.7 else "",
        )
        for _ in range(60)
    )
    return Table("haushalt", header, rows)


def _appointments(random: Random) -> Table:
    header = ("Datum", "Beginn", "Ort", "PLZ", "Telefon", "Thema")
    topics = ("Bürgersprechstunde", "Bauausschuss: Straße", "Jugendrat", "Haushalt 2026 (Entwurf)")
    rows = tuple(
        (
            _date(random),
            f"{random.randint(8, 19):02}:{random.choice(('00', '15', '30'))}",
            random.choice(_PLACES),
            f"0{random.randint(1000, 9999)}",
            f"0{random.randint(821, 999)}/{random.randint(1000, 99999)}",
            random.choice(topics),
        )
        for _ in range(15)
    )
    return Table("termine", header, rows)


def _residents(random: Random) -> Table:
    count = random.randint(8_000, 9_000)
    rows = tuple((str(2010 + year), str(count + year * random.randint(10, 90))) for year in range(12))
    return Table("einwohner", ("Jahr", "Einwohner"), rows)


def _years(random: Random) -> Table:
    header = ("Schlüssel", "Gebiet", *(str(year) for year in range(1996, 2026)))
    places = ("Altstadt", "Süd", "Höfen", "Röthenbach", "Weiherhaus", "Großgründlach", "Nord", "Kötzting")
    rows = tuple(
        (f"{number:03}", place, *(str(random.randint(50, 9_999)) for _ in header[2:]))
        for number, place in enumerate(places, 1)
    )
    return Table("stadtteile", header, rows)


def _bicycles(random: Random) -> Table:
    rows = tuple(
        (f"{1 + hour // 24:02}.05.2026 {hour % 24:02}:00", "Brücke Süd", str(random.randint(0, 350)))
        for hour in range(400)
    )
    return Table("radzaehlung", ("Zeitpunkt", "Zählstelle", "Anzahl"), rows)


def _kitas(random: Random) -> Table:
    header = ("Einrichtung", "Träger", "Ortsteil", "Leitung", "Hinweis")
    bodies = ("Stadt", "Evang. Kirchengemeinde", "AWO Kreisverband", "Kath. Stiftung St. Märgen")
    rows = tuple(
        (
            f"Kita {random.choice(('Löwenzahn', 'Regenbogen', 'Mäusenest', 'St. Elisabeth'))} {chr(65 + number)}",
            random.choice(bodies),
            random.choice(_PLACES),
            random.choice(("", "n. n.", "Büro im Rathaus")),
            random.choice(("", "", "mit Küche", "Öffnung im Frühjahr")),
        )
        for number in range(22)
    )
    return Table("kitas", header, rows, is_typed=False)


def _few(random: Random) -> Table:
    header = ("Nr.", "Markt", "Tag", "Stände", "Fläche in m²")
    rows = tuple(
        (str(number), f"Markt {random.choice(_PLACES)}", day, str(random.randint(5, 40)), _comma(9.5 * number, 2))
        for number, day in enumerate(("Mittwoch", "Samstag", "Donnerstag"), 1)
    )
    return Table("maerkte", header, rows)
