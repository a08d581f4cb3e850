"""Coverage-guided fuzzing of the standards: any text in any field of any standard is judged, never raised on.

What does not belong here: reading files (`read`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["standards"]):
    from standards.engine import judge
    from standards.model import Table
    from standards.registry import load_standards

import polars as pl

STANDARDS = list(load_standards().values())
WORDS = ("1.234,5", "31.02.2024", "48,1 / 11,5", "4467321", "ja", "Hauptstr. 5", "01.05.24 7:30", "#N/A", "1e9", "–")


def one(data: bytes) -> None:
    """The first byte chooses the standard, the rest are cells, parted by line ends."""
    if not data:
        return
    standard = STANDARDS[data[0] % len(STANDARDS)]
    names = [field.name for field in standard.fields]
    cells = data[1:].decode("utf-8", "replace").split("\n")[: len(names) * 40]
    rows = [cells[at : at + len(names)] for at in range(0, len(cells), len(names))]
    columns = {name: [row[at] or None if at < len(row) else None for row in rows] for at, name in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    judgement = judge(
        Table(frame=frame, row_numbers=pl.Series("row", range(1, len(rows) + 1), dtype=pl.Int64)), standard
    )
    assert judgement.rows_accepted + judgement.rows_rejected >= 0


def main() -> None:
    """`python -m tests.fuzz.judge FOLDER [options of libFuzzer]`."""
    folder = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), ".fuzz/judge"))
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(len(STANDARDS)):
        (folder / f"seed-{at}").write_bytes(bytes([at]) + "\n".join(WORDS * 3).encode())
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
