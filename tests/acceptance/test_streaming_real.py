"""Real files judged in parts come out as they do whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from connectors.checking import as_table, recognise
from connectors.reading import Unreadable, read_table
from standards.engine import judge
from standards.registry import load_standards
from standards.streaming import Part, judge_stream

STANDARDS = load_standards()
_SIZES = range(20_000, 400_000)
_EACH = 2


class _Kept:
    def begin(self) -> None:
        self.accepted: list[pl.DataFrame] = []
        self.rejected: list[pl.DataFrame] = []

    def take(self, accepted: pl.DataFrame, rejected: pl.DataFrame) -> None:
        self.accepted.append(accepted)
        self.rejected.append(rejected)


def test_real_files_in_parts_are_what_they_are_whole(shared_data: Path) -> None:
    """Up to two files of each standard: rows, reasons, counts of repairs and questions do not depend on the parts."""
    seen: dict[str, int] = {}
    for path in sorted((shared_data / "kommunal").rglob("*.csv")):
        if path.stat().st_size not in _SIZES:
            continue
        try:
            table = as_table(read_table(path), filename=path.name)
        except Unreadable:
            continue
        name = recognise(table, STANDARDS)
        if not name or seen.get(name, 0) >= _EACH or table.frame.height < 12:
            continue
        seen[name] = seen.get(name, 0) + 1
        whole, kept = judge(table, STANDARDS[name]), _Kept()
        size = table.frame.height // 4

        def parts(table=table, size=size) -> Iterator[Part]:
            cuts = [size, 2 * size, 3 * size]
            for low, high in zip([0, *cuts], [*cuts, table.frame.height], strict=True):
                yield Part(table.frame[low:high], table.row_numbers[low:high], high == table.frame.height)

        judged = judge_stream(parts, table, STANDARDS[name], kept)
        assert pl.concat(kept.accepted).equals(whole.accepted), path
        assert pl.concat(kept.rejected).equals(whole.rejected), path
        counts = [sorted((r.kind, r.column, r.count) for r in one.repairs) for one in (judged, whole)]
        assert counts[0] == counts[1], path
        assert sorted(map(str, judged.findings)) == sorted(map(str, whole.findings)), path
    assert len(seen) >= 4
