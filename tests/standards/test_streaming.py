"""A table judged part by part comes out as the whole table does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from standards import repeats
from standards.engine import judge
from standards.model import Judgement, Table
from standards.registry import load_standards
from standards.repeats import Hashes
from standards.streaming import Part, judge_stream

STANDARDS = load_standards()


class Kept:
    """A sink that keeps the rows and counts how often it began."""

    def __init__(self) -> None:
        self.begun = 0

    def begin(self) -> None:
        self.begun += 1
        self.accepted: list[pl.DataFrame] = []
        self.rejected: list[pl.DataFrame] = []

    def take(self, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        self.accepted.append(accepted)
        self.rejected.append(rejected)


def in_parts(table: Table, standard: str, size: int) -> tuple[Judgement, Kept]:
    """The table judged in parts of `size` rows; the last one has at least three."""

    def parts() -> Iterator[Part]:
        cuts = list(range(size, max(table.frame.height - 2, 0), size))
        for low, high in zip([0, *cuts], [*cuts, table.frame.height], strict=True):
            yield Part(table.frame[low:high], table.row_numbers[low:high], high == table.frame.height)

    kept = Kept()
    return judge_stream(parts, table, STANDARDS[standard], kept), kept


def same(table: Table, standard: str, size: int) -> Kept:
    whole = judge(table, STANDARDS[standard])
    judged, kept = in_parts(table, standard, size)
    assert pl.concat(kept.accepted).equals(whole.accepted)
    assert pl.concat(kept.rejected).equals(whole.rejected)
    assert sorted(judged.repairs, key=str) == sorted(whole.repairs, key=str)
    assert judged.findings == whole.findings
    assert (judged.rows_accepted, judged.rows_rejected) == (whole.rows_accepted, whole.rows_rejected)
    assert (judged.mapping, judged.unmapped) == (whole.mapping, whole.unmapped)
    return kept


def table(**columns: list[str | None]) -> Table:
    frame = pl.DataFrame({name: pl.Series(cells, dtype=pl.String) for name, cells in columns.items()})
    return Table(frame, pl.Series(range(2, frame.height + 2), dtype=pl.Int64))


def test_a_late_row_decides_what_all_rows_mean() -> None:
    """Thousands or decimals, day or month, the step between moments, a repeated row: told by the last rows only."""
    budget = table(
        Jahr=["2020"] * 8,
        Konto=[str(41100000 + n) for n in range(8)],
        Betrag=["1.234", "2.345", "3.456", "4.567", "5.678", "6.789", "1,50", "12,75"],
    )
    trees = table(
        Baumnummer=[str(n) for n in range(12)],
        Hoehe=["1.234", "2.345", "7", "8", "9", "6", "5", "1.125", "2", "4,5", "6,25", "12,5"],
        Pflanzjahr=["1/2/2015", "3/4/2016", "5/6/2001", "1/1/2010", "2/2/2012", "", "", "", "", "", "13/2/2014", ""],
    )
    assert same(budget, "haushalt", 3).begun == 2
    assert same(trees, "baumkataster", 3).begun > 1
    counts = table(
        Zählstelle=["Nord"] * 9,
        Zeitpunkt=[f"01.02.2024 {hour:02}:00" for hour in (0, 2, 3, 4, 5, 6, 7)] + ["1/2/2024 9:00", "2/14/2024 9:00"],
        Anzahl=["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    )
    assert same(counts, "radverkehrszaehlung", 2).begun > 1
    rows = ["Nord", "Süd", "Ost", "West", "Nord", "Mitte", "Süd", "Summe"]
    markets = table(Name=rows, Adresse=[f"{row}platz 1" for row in rows], Öffnungszeiten=["Sa 7-13 Uhr"] * 8)
    assert same(markets, "wochenmaerkte", 2).begun == 2


def test_rows_of_one_thing_may_stand_in_several_parts() -> None:
    """What a row takes from the row above it takes across parts too; rows alike are counted over all parts."""
    halls = table(
        Name=["Halle Nord", None, None, "Halle Süd", None, None, None, "Halle Ost", None, None],
        Adresse=["Weg 1", None, None, "Weg 2", None, None, None, None, None, None],
        Sportart=["Turnen", "Judo", "Tanz", "Turnen", "Judo", "Judo", "Tanz", "Boxen", "Boxen", "Boxen"],
    )
    assert any(repair.kind == "filled_down" for repair in judge(halls, STANDARDS["sportstaetten"]).repairs)
    for size in (1, 2, 4):
        same(halls, "sportstaetten", size)


def test_places_of_all_parts_are_of_one_system() -> None:
    """The first part alone would be degrees; all rows together are UTM with a few degrees among them."""
    east = ["11,5", "11,6", *(str(691000 + n) for n in range(9))]
    north = ["48,1", "48,2", *(str(5334000 + n) for n in range(9))]
    trees = table(Baumnummer=[str(n) for n in range(11)], Rechtswert=east, Hochwert=north)
    # once for the system; once more because what is far from the others hung on it
    assert same(trees, "baumkataster", 2).begun <= 3


def test_demo_files_come_out_the_same_in_parts(tmp_path: Path) -> None:
    """Every table of the invented sample files, in thirds, by each standard it may be."""
    from connectors.demo.write import write_demo
    from connectors.reading import Unreadable, read_table
    from standards.ranking import rank

    write_demo(tmp_path / "in", tmp_path / "publishers")
    seen = set()
    for path in sorted(path for path in (tmp_path / "in").rglob("*") if path.is_file())[::3]:
        try:
            read = read_table(path)
        except Unreadable:
            continue
        known = Table(read.frame, read.row_numbers, crs=read.report.crs, filename=path.name, context=read.extras)
        name = rank(known, STANDARDS)[0][0]
        same(known, name, max(3, read.frame.height // 3))
        seen.add(name)
    assert len(seen) >= 3


@pytest.mark.parametrize("at_once", [2, 5, 100])
def test_repeated_hashes_are_found_in_ranges(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each later row with the place of its first one, however small the ranges that are sorted at once."""
    monkeypatch.setattr(repeats, "_AT_ONCE", at_once)
    monkeypatch.setattr(repeats, "_BLOCK", 3)
    hashes = Hashes()
    top = 2**64 - 1
    for part in ([5, top, 7], [5, 0, 2**63], [top, 5, 0, 9]):
        hashes.add(pl.Series(part, dtype=pl.UInt64))
    later, first = hashes.repeated()
    assert list(zip(later.tolist(), first.tolist(), strict=True)) == [(3, 0), (6, 1), (7, 0), (8, 4)]
    hashes.close()
