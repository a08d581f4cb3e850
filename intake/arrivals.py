"""The journal of reported uploads: each report once, however often and in whatever order it is delivered.

A report only says “look there”: what is in the inbox is read from the inbox. Durable before it is acknowledged, so a
report is either here or still in the queue of whoever sent it. What does not belong here: HTTP (`receiver`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_KEPT = 100_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS arrivals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    received_at TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something happened to a file of the inbox. `event` is the same when the report is repeated."""

    event: str
    kind: str
    path: str

    @property
    def owner(self) -> str:
        return self.path.partition("/")[0]


class Arrivals:
    """One file of SQLite; safe for a writer and readers in several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, arrivals: Sequence[Arrival]) -> int:
        """Note what is not noted yet, all or nothing; returns how many were new."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [(one.event, one.kind, one.path, now) for one in arrivals]
        with self._open() as database, database:
            before = database.total_changes
            database.executemany(
                "INSERT OR IGNORE INTO arrivals (event, kind, path, received_at) VALUES (?, ?, ?, ?)", rows
            )
            new = database.total_changes - before
            # AUTOINCREMENT: numbers of rows that are gone are not given again.
            database.execute("DELETE FROM arrivals WHERE id <= (SELECT max(id) FROM arrivals) - ?", (_KEPT,))
        return new

    def last(self) -> int:
        """The number of the last report, 0 before the first."""
        if not self._path.is_file():
            return 0
        with self._open() as database:
            (number,) = database.execute("SELECT coalesce(max(id), 0) FROM arrivals").fetchone()
        return int(number)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute(_SCHEMA)
            yield database
