"""Bicycle counters: Erlangen (hours, one column a counter), Freising (days, long, Excel dates). Counts invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.demo import faults
from connectors.demo.dice import Dice
from connectors.demo.encode import text_table, xlsx
from connectors.demo.model import DemoDataset, Tally

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

STANDARD = "radverkehrszaehlung"
_ABOUT = "Gezählte Radfahrende an Dauerzählstellen."
_SHAPE = (
    0.06, 0.04, 0.03, 0.03, 0.06, 0.20, 0.65, 1.00, 0.95, 0.55, 0.45, 0.50,
    0.60, 0.58, 0.62, 0.80, 1.15, 1.35, 1.10, 0.75, 0.50, 0.35, 0.22, 0.12,
)  # fmt: skip
"""Traffic of each hour of a day against the morning peak."""
COUNTERS = ("Zählstelle Uferweg", "Zählstelle Bahnhofstraße", "Zählstelle Südring", "Zählstelle Talbrücke")


def erlangen() -> DemoDataset:
    """June 2025 by the hour: 720 lines, four counters as columns, `;`, UTF-8, a counter that says `defekt`."""
    dice, tally, rows = Dice("09562000/radverkehrszaehlung"), Tally(), list[list[str]]()
    where = dice.rows(720, {faults.WORD_FOR_NUMBER: 9})
    start = datetime(2025, 6, 1)  # noqa: DTZ001 -- local time, as counters write it
    for index in range(720):
        moment = start + timedelta(hours=index)
        broken = dice.between(0, 3) if index in where else None
        cells = []
        for number in range(len(COUNTERS)):
            count = _hourly(dice, moment, 90 - 15 * number)
            if number == broken:
                cells.append("defekt")
                tally.reject(faults.WORD_FOR_NUMBER)
            else:
                cells.append(str(count))
                tally.accept(anzahl=count)
        rows.append([f"{moment:%d.%m.%Y %H:%M}", *cells])
    return DemoDataset(
        ags="09562000",
        publisher="Stadt Erlangen",
        slug=STANDARD,
        title="Radverkehrszählung Erlangen",
        description=_ABOUT,
        filename="radverkehrszaehlung.csv",
        content=text_table(["Zeitpunkt", *COUNTERS], rows, encoding="utf-8"),
        expected=tally.expected(f"09562000/{STANDARD}", STANDARD),
        frequency="MONTHLY",
    )


def freising() -> DemoDataset:
    """180 days of two counters in two directions: a workbook, Excel dates, counts below zero or empty, rows twice."""
    dice, tally = Dice("09178124/radverkehrszaehlung"), Tally()
    rows = list[tuple[str, str, datetime, int | None]]()
    where = dice.rows(720, {faults.IMPOSSIBLE_VALUE: 3, faults.DUPLICATE: 4, faults.MISSING_REQUIRED: 2})
    start = datetime(2025, 1, 1)  # noqa: DTZ001 -- local time, as counters write it
    for index in range(720):
        fault = where.get(index)
        if fault == faults.DUPLICATE:
            rows.append(rows[-1])
            tally.reject(fault)
            continue
        day, which = divmod(index, 4)
        count: int | None = dice.between(120, 2400)
        if fault:
            count = -1 if fault == faults.IMPOSSIBLE_VALUE else None
        rows.append((COUNTERS[which // 2], ("stadteinwärts", "stadtauswärts")[which % 2],
                     start + timedelta(days=day), count))  # fmt: skip
        if fault:
            tally.reject(fault)
        else:
            tally.accept(anzahl=count)

    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        day_format = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write(0, 0, "Radverkehr Freising, Tageswerte (erfundene Beispieldaten)")
        sheet.write_row(2, 0, ["Zählstelle", "Richtung", "Datum", "Anzahl Radfahrende"])
        for number, (counter, direction, day, count) in enumerate(rows, start=3):
            sheet.write_row(number, 0, [counter, direction])
            sheet.write_datetime(number, 2, day, day_format)
            if count is not None:
                sheet.write_number(number, 3, count)

    return DemoDataset(
        ags="09178124",
        publisher="Stadt Freising",
        slug=STANDARD,
        title="Radverkehrszählung Freising",
        description=_ABOUT,
        filename="radverkehrszaehlung.xlsx",
        content=xlsx("Tageswerte", fill),
        expected=tally.expected(f"09178124/{STANDARD}", STANDARD),
        frequency="MONTHLY",
    )


def _hourly(dice: Dice, moment: datetime, level: int) -> int:
    """A plausible count: a peak in the morning, a higher one in the afternoon, less at weekends."""
    weekend = 0.6 if moment.weekday() > 4 else 1.0
    return round(level * _SHAPE[moment.hour] * weekend * dice.number(0.7, 1.3, 3))
