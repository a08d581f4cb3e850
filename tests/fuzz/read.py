"""Coverage-guided fuzzing of the reader: `make fuzz`. Only a meant `Unreadable` may leave `read_table`.

What does not belong here: how bytes become files (`shapes`), what must hold (`target`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["connectors.reading"]):
    from tests.fuzz.target import read_or_refused

from tests.fuzz.shapes import SEEDS


def main() -> None:
    """`python -m tests.fuzz.read FOLDER [options of libFuzzer]`; the seeds go into the folder first."""
    folder = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), ".fuzz/read"))
    folder.mkdir(parents=True, exist_ok=True)
    for at, seed in enumerate(SEEDS):
        (folder / f"seed-{at}").write_bytes(seed)
    atheris.Setup(sys.argv, read_or_refused)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
