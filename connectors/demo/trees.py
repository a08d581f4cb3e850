"""Tree registers: Bamberg (Windows-1252), Kempten (XLSX, UTM 32), Rothenburg (UTF-16, Gauss-Krüger). All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connectors.demo import faults, places
from connectors.demo.dice import Dice
from connectors.demo.encode import comma, german_date, text_table, xlsx
from connectors.demo.model import Box, DemoDataset, Tally

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

SPECIES = (
    ("Acer platanoides", "Spitz-Ahorn"), ("Acer pseudoplatanus", "Berg-Ahorn"),
    ("Aesculus hippocastanum", "Rosskastanie"),
    ("Betula pendula", "Hänge-Birke"), ("Carpinus betulus", "Hainbuche"), ("Corylus colurna", "Baum-Hasel"),
    ("Fagus sylvatica", "Rot-Buche"), ("Fraxinus excelsior", "Gemeine Esche"), ("Ginkgo biloba", "Ginkgo"),
    ("Gleditsia triacanthos", "Lederhülsenbaum"), ("Platanus x hispanica", "Ahornblättrige Platane"),
    ("Prunus avium", "Vogel-Kirsche"), ("Quercus robur", "Stiel-Eiche"), ("Robinia pseudoacacia", "Robinie"),
    ("Sorbus aucuparia", "Eberesche"), ("Tilia cordata", "Winter-Linde"), ("Tilia platyphyllos", "Sommer-Linde"),
)  # fmt: skip
STANDARD = "baumkataster"


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree; heights and crowns in metres, girth in centimetres, the place in the file's own system."""

    number: str
    botanical: str
    german: str
    planted: date
    height: float
    crown: float
    girth: int
    street: str
    x: float
    y: float


def bamberg() -> DemoDataset:
    """2,400 trees: Windows-1252, `;`, title lines and a footer, decimal commas, every fault a register can have."""
    dice, tally, rows = Dice("09461000/baumkataster"), Tally(), list[list[str]]()
    planted = {
        faults.WORD_FOR_NUMBER: 6, faults.NULL_ISLAND: 8, faults.OUTSIDE: 4, faults.IMPOSSIBLE_VALUE: 5,
        faults.DUPLICATE: 7, faults.MISSING_WORD: 40, faults.SWAPPED: 5,
    }  # fmt: skip
    where = dice.rows(2400, planted)
    for index in range(2400):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        tree = _tree(dice, f"BA-{index + 1:05d}", places.BAMBERG, 6)
        rows.append(_bamberg_row(tree, fault))
        if fault in {None, faults.MISSING_WORD, faults.SWAPPED}:
            height = None if fault == faults.MISSING_WORD else tree.height
            tally.accept(fault, hoehe_m=height, stammumfang_cm=tree.girth, pflanzjahr=tree.planted.year)
        else:
            tally.reject(str(fault))
    content = text_table(
        ["Baumnummer", "Baumart botanisch", "Baumart deutsch", "Pflanzjahr", "Höhe (m)", "Kronendurchmesser (m)",
         "Stammumfang (cm)", "Standort", "Breitengrad", "Längengrad"],
        rows,
        encoding="cp1252",
        titles=["Baumkataster der Stadt Bamberg (erfundene Beispieldaten)", "Stand: 31.12.2025", ""],
        footers=["", f"Anzahl Bäume: {len(rows)}", "Quelle: Datenallmende – Beispieldaten, frei erfunden"],
    )  # fmt: skip
    return _dataset("09461000", "Stadt Bamberg", "baumkataster.csv", content, tally=tally, box=places.BAMBERG)


def _bamberg_row(tree: Tree, fault: str | None) -> list[str]:
    height = {
        faults.WORD_FOR_NUMBER: "hoch",
        faults.IMPOSSIBLE_VALUE: "410,0",
        faults.MISSING_WORD: "k.A.",
    }.get(fault or "", comma(tree.height, 1))
    lat, lon = comma(tree.y, 6), comma(tree.x, 6)
    if fault == faults.NULL_ISLAND:
        lat, lon = "0", "0"
    elif fault == faults.OUTSIDE:
        lat, lon = "48,208200", "16,373800"
    elif fault == faults.SWAPPED:
        lat, lon = lon, lat
    return [tree.number, tree.botanical, tree.german, str(tree.planted.year), height, comma(tree.crown, 1),
            str(tree.girth), tree.street, lat, lon]  # fmt: skip


def kempten() -> DemoDataset:
    """640 trees: a workbook with title block, two merged header rows, centimetres, Excel dates, UTM 32."""
    dice, tally, trees = Dice("09763000/baumkataster"), Tally(), list[tuple[Tree, str | None]]()
    where = dice.rows(640, {faults.WORD_FOR_NUMBER: 4, faults.NULL_ISLAND: 3, faults.MISSING_WORD: 12})
    for index in range(640):
        fault = where.get(index)
        tree = _tree(dice, f"{index + 1:04d}", places.KEMPTEN_UTM32, 2)
        trees.append((tree, fault))
        if fault in {None, faults.MISSING_WORD}:
            german = None if fault == faults.MISSING_WORD else tree.german
            tally.accept(
                fault, hoehe_m=tree.height, stammumfang_cm=tree.girth, pflanzjahr=tree.planted.year, art_deutsch=german
            )
        else:
            tally.reject(str(fault))

    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        _kempten_header(book, sheet)
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for number, (tree, fault) in enumerate(trees, start=6):
            sheet.write_row(number, 0, [tree.number, tree.botanical])
            sheet.write_string(number, 2, "unbekannt" if fault == faults.MISSING_WORD else tree.german)
            sheet.write_datetime(number, 3, tree.planted, day)
            height = "siehe Akte" if fault == faults.WORD_FOR_NUMBER else round(tree.height * 100)
            place = (0, 0) if fault == faults.NULL_ISLAND else (tree.x, tree.y)
            sheet.write_row(number, 4, [height, round(tree.crown * 100), tree.girth, tree.street, *place])

    content = xlsx("Bäume", fill)
    return _dataset("09763000", "Stadt Kempten (Allgäu)", "baumkataster.xlsx", content, tally=tally, box=places.KEMPTEN)


def _kempten_header(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, 9, "Baumkataster Kempten (Allgäu) – erfundene Beispieldaten", bold)
    sheet.write(1, 0, "Stand: 15.01.2026")
    sheet.merge_range(4, 0, 4, 3, "Baum", bold)
    sheet.merge_range(4, 4, 4, 6, "Maße", bold)
    sheet.write(4, 7, "Lage", bold)
    sheet.merge_range(4, 8, 4, 9, "Koordinaten (UTM 32N, EPSG:25832)", bold)
    names = ["Baum-Nr.", "Botanischer Name", "Deutscher Name", "Pflanzdatum", "Höhe (cm)", "Kronendurchmesser (cm)",
             "Stammumfang (cm)", "Straße", "Rechtswert", "Hochwert"]  # fmt: skip
    sheet.write_row(5, 0, names, bold)


def rothenburg() -> DemoDataset:
    """260 trees: UTF-16 and tabs as Excel's “Unicode-Text” writes it, Gauss-Krüger zone 4, German dates."""
    dice, tally, rows = Dice("09571193/baumkataster"), Tally(), list[list[str]]()
    where = dice.rows(260, {faults.BAD_DATE: 2, faults.DUPLICATE: 3, faults.MISSING_WORD: 6})
    for index in range(260):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        tree = _tree(dice, f"R{index + 1}", places.ROTHENBURG_GK4, 2)
        day = "31.02.2009" if fault == faults.BAD_DATE else german_date(tree.planted)
        girth = "-" if fault == faults.MISSING_WORD else str(tree.girth)
        rows.append([tree.number, tree.botanical, tree.german, day, comma(tree.height, 1), comma(tree.crown, 1),
                     girth, tree.street, comma(tree.x, 2), comma(tree.y, 2)])  # fmt: skip
        if fault == faults.BAD_DATE:
            tally.reject(fault)
        else:
            known = None if fault == faults.MISSING_WORD else tree.girth
            tally.accept(fault, hoehe_m=tree.height, stammumfang_cm=known, pflanzjahr=tree.planted.year)
    content = text_table(
        ["Baum-Nr", "Gattung/Art", "Deutscher Name", "Pflanzdatum", "Baumhöhe [m]", "Kronen-Ø [m]", "Stammumfang [cm]",
         "Lage", "Rechtswert (GK4)", "Hochwert (GK4)"],
        rows,
        encoding="utf-16",
        delimiter="\t",
    )  # fmt: skip
    publisher = "Stadt Rothenburg ob der Tauber"
    return _dataset("09571193", publisher, "baumkataster.txt", content, tally=tally, box=places.ROTHENBURG)


def _tree(dice: Dice, number: str, box: Box, digits: int) -> Tree:
    botanical, german = dice.pick(SPECIES)
    planted = date(dice.between(1902, 2024), dice.between(1, 12), dice.between(1, 28))
    age = 2026 - planted.year
    x, y = places.point(dice, box, digits)
    return Tree(
        number=number,
        botanical=botanical,
        german=german,
        planted=planted,
        height=round(min(32.0, 2.5 + age * dice.number(0.15, 0.35, 3)), 1),
        crown=round(min(18.0, 1.0 + age * dice.number(0.06, 0.18, 3)), 1),
        girth=min(420, 12 + round(age * dice.number(1.1, 2.6, 2))),
        street=dice.pick(places.STREETS),
        x=x,
        y=y,
    )


def _dataset(ags: str, publisher: str, filename: str, content: bytes, *, tally: Tally, box: Box) -> DemoDataset:
    return DemoDataset(
        ags=ags,
        publisher=publisher,
        slug=STANDARD,
        title=f"Baumkataster {publisher.removeprefix('Stadt ')}",
        description="Bäume auf öffentlichen Flächen mit Art, Pflanzjahr, Maßen und Standort.",
        filename=filename,
        content=content,
        expected=tally.expected(f"{ags}/{STANDARD}", STANDARD, bbox=box),
    )
