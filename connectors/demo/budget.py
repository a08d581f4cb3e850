"""Budgets: Regensburg (years as columns, totals row), Weiden (one line an amount). Amounts invented."""

from __future__ import annotations

from connectors.demo import faults
from connectors.demo.dice import Dice
from connectors.demo.encode import text_table, thousands
from connectors.demo.model import DemoDataset, Tally

STANDARD = "haushalt"
_ABOUT = "Erträge und Aufwendungen des Ergebnishaushalts nach Produkt und Konto."
PRODUCTS = (
    ("111100", "Verwaltungssteuerung"), ("122100", "Ordnungsamt"), ("126100", "Brandschutz"),
    ("211100", "Grundschulen"), ("252100", "Stadtmuseum"), ("272100", "Stadtbücherei"),
    ("365100", "Kindertageseinrichtungen"),
    ("424100", "Sportstätten"), ("541100", "Gemeindestraßen"), ("551100", "Grünanlagen"), ("573100", "Märkte"),
)  # fmt: skip
ACCOUNTS = (
    ("401100", "Grundsteuer", "Ertrag"), ("414100", "Zuweisungen vom Land", "Ertrag"),
    ("432100", "Benutzungsgebühren", "Ertrag"), ("441100", "Mieten und Pachten", "Ertrag"),
    ("501200", "Dienstaufwendungen Beschäftigte", "Aufwand"), ("521100", "Unterhalt der Gebäude", "Aufwand"),
    ("524100", "Bewirtschaftung der Gebäude", "Aufwand"), ("531800", "Zuschüsse an Vereine", "Aufwand"),
    ("543100", "Geschäftsaufwendungen", "Aufwand"), ("571100", "Abschreibungen", "Aufwand"),
)  # fmt: skip


def regensburg() -> DemoDataset:
    """110 lines × three years as columns: Windows-1252, thousands dots, a totals row at the end."""
    dice, tally, rows = Dice("09362000/haushalt"), Tally(), list[list[str]]()
    totals = [0, 0, 0]
    where = dice.rows(110, {faults.WORD_FOR_NUMBER: 3})
    for index in range(110):
        product, product_name = PRODUCTS[index // 10]
        account, account_name, kind = ACCOUNTS[index % 10]
        base, cells = dice.between(80_000, 250_000_000), list[str]()
        for year in range(3):
            cents = int(base * (1 + year / 40)) + dice.between(0, 999)
            if year == 1 and index in where:
                cells.append("siehe Anlage")
                tally.reject(faults.WORD_FOR_NUMBER)
                continue
            cells.append(thousands(cents / 100, 2))
            totals[year] += cents
            tally.accept(betrag_eur=cents / 100)
        rows.append([product, product_name, account, account_name, kind, *cells])
    for _ in totals:
        tally.reject(faults.TOTALS)
    content = text_table(
        ["Produkt", "Produktbezeichnung", "Konto", "Kontobezeichnung", "Art", "Ist 2023", "Plan 2024", "Plan 2025"],
        rows,
        encoding="cp1252",
        titles=["Ergebnishaushalt Regensburg – erfundene Beispieldaten", "alle Beträge in Euro", ""],
        footers=[f"Summe;;;;;{';'.join(thousands(cents / 100, 2) for cents in totals)}"],
    )
    return _dataset("09362000", "Stadt Regensburg", content, tally)


def weiden() -> DemoDataset:
    """300 lines, one amount each: Latin-1, `1.234,50 €`, `Ansatz` and `Ergebnis`, a trailing minus, two rows twice."""
    dice, tally, rows = Dice("09363000/haushalt"), Tally(), list[list[str]]()
    where = dice.rows(300, {faults.DUPLICATE: 2, faults.WORD_FOR_NUMBER: 2})
    for index in range(300):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        account, account_name, kind = ACCOUNTS[index % 10]
        product, product_name = PRODUCTS[index // 10 % 10]
        year, state = ("2023", "Ergebnis") if index < 100 else ("2024", "Ansatz") if index < 200 else ("2025", "Ansatz")
        cents = dice.between(50_000, 90_000_000)
        is_negative = fault is None and dice.chance(0.02)
        amount = f"{thousands(cents / 100, 2)}{'-' if is_negative else ' EUR'}"
        rows.append([year, state, product, product_name, account, account_name, kind,
                     "offen" if fault else amount])  # fmt: skip
        if fault:
            tally.reject(fault)
        else:
            tally.accept(betrag_eur=(-cents if is_negative else cents) / 100)
    content = text_table(
        ["Haushaltsjahr", "Plan/Ist", "Produktnummer", "Produktbezeichnung", "Sachkonto", "Kontobezeichnung", "Art",
         "Betrag in EUR"],
        rows,
        encoding="latin-1",
    )  # fmt: skip
    return _dataset("09363000", "Stadt Weiden i.d.OPf.", content, tally)


def _dataset(ags: str, publisher: str, content: bytes, tally: Tally) -> DemoDataset:
    return DemoDataset(
        ags=ags,
        publisher=publisher,
        slug=STANDARD,
        title=f"Ergebnishaushalt {publisher.removeprefix('Stadt ')}",
        description=_ABOUT,
        filename="haushalt.csv",
        content=content,
        expected=tally.expected(f"{ags}/{STANDARD}", STANDARD),
        licence="dl-de/zero-2-0",
    )
