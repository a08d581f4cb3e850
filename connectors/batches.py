"""Which files a folder stands for, and things in batches of bounded size.

What does not belong here: reading them (`reading`), which of them go alone (`reading.many`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def files_below(folder: Path) -> list[Path]:
    """The files of a folder and its folders, each folder's own first; without hidden ones, links, pipes and sockets."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(root)
        found += [here / name for name in sorted(files) if not name.startswith(".")]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def in_batches(items: Iterable[T], size: Callable[[T], int], *, most_bytes: int, most_items: int) -> Iterator[list[T]]:
    """The items in their order; a batch is full at `most_bytes` or `most_items`, a larger item is one of its own."""
    batch: list[T] = []
    held = 0
    for item in items:
        length = size(item)
        if batch and (held + length > most_bytes or len(batch) == most_items):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += length
    if batch:
        yield batch
