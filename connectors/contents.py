"""The contents of landed files, compared with their SHA-256 and read, in chunks of bounded size.

What does not belong here: how a file is read (`reading`), what is made of it (`conversion`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.batches import in_batches
from connectors.messages import say
from connectors.pending import Task
from connectors.reading.result import ReadResult, Unreadable
from storage.sites import Sites

_CHUNK_BYTES = 64 * 1024 * 1024
_CHUNK_FILES = 4096
_BIG = 16 * 1024 * 1024


def chunks_of(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """The tasks in order, as many at once as fit into memory."""
    return in_batches(tasks, lambda task: task.receipt.bytes, most_bytes=_CHUNK_BYTES, most_items=_CHUNK_FILES)


def read_contents(tasks: Sequence[Task], sites: Sites) -> list[ReadResult | Unreadable]:
    """What reading made of each content, in order; a content that is not what its receipt says is `Unreadable`."""
    from connectors.reading import read_many

    small = [at for at, task in enumerate(tasks) if task.receipt.bytes <= _BIG]
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda at: sites.onprem.read(tasks[at].receipt.content_key), small))
    results: dict[int, ReadResult | Unreadable] = {}
    whole: list[int] = []
    for at, content in zip(small, contents, strict=True):
        if hashlib.sha256(content).hexdigest() == tasks[at].receipt.sha256:
            whole.append(at)
        else:
            results[at] = _damaged(tasks[at])
    kept = dict(zip(small, contents, strict=True))
    read = read_many([(tasks[at].receipt.filename, kept[at]) for at in whole])
    results.update(zip(whole, read, strict=True))
    for at, task in enumerate(tasks):
        if at not in results:
            results[at] = _read_big(task, sites)
    return [results[at] for at in range(len(tasks))]


def _read_big(task: Task, sites: Sites) -> ReadResult | Unreadable:
    """From the folder itself, or from a copy where the store is a bucket."""
    from connectors.reading import read_table

    receipt = task.receipt
    copy = sites.home / "work" / "reading" / receipt.sha256
    try:
        if sites.onprem.folder is not None:
            path = Path(sites.onprem.uri(receipt.content_key))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("wb") as target:
                target.writelines(sites.onprem.stream(receipt.content_key))
            path = copy
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != receipt.sha256:
                return _damaged(task)
        return read_table(path, filename=receipt.filename)
    except Unreadable as reason:
        return reason
    finally:
        copy.unlink(missing_ok=True)


def _damaged(task: Task) -> Unreadable:
    return Unreadable(say("bytes-differ", filename=task.receipt.filename), code="bytes-differ")
