"""Many files into one folder, in one process: which file each becomes, and reading them in batches of bounded size.

What does not belong here: reading itself (`reader`), what is said about it (the command line).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.reading.reader import read_many, read_table
from connectors.reading.result import ReadReport, Unreadable
from connectors.reading.writing import write_csv, write_large

BATCH_BYTES = 16 * 1024**2
"""So much is held at once; a larger file is a batch of its own."""
_BATCH_FILES = 500
_ALONE_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file: its CSV and the report, or why it could not be read."""

    file: Path
    target: Path
    outcome: ReadReport | Unreadable


def read_into(files: Sequence[Path], folder: Path, sheet: str | None = None) -> Iterator[Written]:
    """Reads every file into `folder`, in order. No file overwrites another, nor one of the inputs."""
    targets = target_names(files, folder)
    for batch in _batches(files):
        if len(batch) == 1 or sheet is not None:
            for at in batch:
                yield Written(files[at], targets[at], _alone(files[at], targets[at], sheet))
            continue
        results = read_many([(files[at].name, files[at].read_bytes()) for at in batch])
        for at, result in zip(batch, results, strict=True):
            outcome = result if isinstance(result, Unreadable) else write_csv(result, targets[at])
            yield Written(files[at], targets[at], outcome)


def target_names(files: Sequence[Path], folder: Path) -> list[Path]:
    """`NAME.csv` in `folder` for each; files of one name carry the folders that tell them apart."""
    resolved = [file.resolve() for file in files]
    taken = {str(path).casefold() for path in resolved}
    names = [file.name for file in files]
    depth = 1
    while _clashes(names) and depth < max(len(path.parts) for path in resolved) - 1:
        depth += 1
        alike = _clashes(names)
        names = [
            "-".join(part.strip("/\\:") for part in path.parts[-depth:]) if name.casefold() in alike else name
            for name, path in zip(names, resolved, strict=True)
        ]
    targets = []
    for name in names:
        target, number = folder / f"{name}.csv", 1
        while str(target.resolve()).casefold() in taken:
            number += 1
            target = folder / f"{name}-{number}.csv"
        taken.add(str(target.resolve()).casefold())
        targets.append(target)
    return targets


def _clashes(names: Sequence[str]) -> set[str]:
    return {name for name, count in Counter(name.casefold() for name in names).items() if count > 1}


def _batches(files: Sequence[Path]) -> Iterator[list[int]]:
    """Positions of files that are read together; large ones and those that are not there go alone."""
    batch: list[int] = []
    size = 0
    for at, file in enumerate(files):
        length = file.stat().st_size if file.is_file() else _ALONE_BYTES
        if length >= _ALONE_BYTES:
            if batch:
                yield batch
            yield [at]
            batch, size = [], 0
            continue
        if batch and (size + length > BATCH_BYTES or len(batch) >= _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(at)
        size += length
    if batch:
        yield batch


def _alone(file: Path, target: Path, sheet: str | None) -> ReadReport | Unreadable:
    try:
        report = None if sheet or not file.is_file() else write_large(file, target)
        return report or write_csv(read_table(file, filename=file.name, sheet=sheet), target)
    except Unreadable as refusal:
        return refusal
