"""Coverage-guided fuzzing of the reader: `make fuzz`. Only a meant `Unreadable` may leave `read_table`.

What does not belong here: how bytes become files (`shapes`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["connectors.reading"]):
    from connectors.reading import Unreadable, read_table

from tests.fuzz.shapes import SEEDS, file_of


def one(data: bytes) -> None:
    """One input: a table of strings, or a refusal that some module meant."""
    name, content = file_of(data)
    try:
        result = read_table(content, filename=name)
    except Unreadable as refusal:
        if refusal.code == "unexpected":
            raise
        return
    assert result.frame.height == len(result.row_numbers) == result.report.rows
    assert all(result.frame.columns)


def main() -> None:
    """`python -m tests.fuzz.read FOLDER [options of libFuzzer]`; the seeds go into the folder first."""
    folder = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), ".fuzz/read"))
    folder.mkdir(parents=True, exist_ok=True)
    for at, seed in enumerate(SEEDS):
        (folder / f"seed-{at}").write_bytes(seed)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
