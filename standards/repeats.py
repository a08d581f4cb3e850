"""Rows and keys that come again in a table of any length: 64-bit hashes, kept in a file once they are many.

The hashes of all parts are looked through at the end, a range of them at a time, so that memory stays bounded.
What does not belong here: what a repetition means (`rows`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from os import SEEK_END
from typing import IO, TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 4_000_000
"""Hashes that are sorted at once."""
_BLOCK = 1_000_000


class Hashes:
    """Hashes in the order of the rows; once they are many in an unnamed file, so that nothing is left behind."""

    def __init__(self) -> None:
        self._held: list[pl.Series] = []
        self._file: IO[bytes] | None = None
        self.count = 0

    def add(self, hashes: pl.Series) -> None:
        self._held.append(hashes)
        self.count += len(hashes)
        if sum(map(len, self._held)) > _AT_ONCE:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="allmende-")  # noqa: SIM115  lives as long as the pass
        self._file.seek(0, SEEK_END)
        for part in self._held:
            self._file.write(part.to_numpy().tobytes())
        self._held = []

    def count_repeated(self) -> int:
        """How many rows have a hash that came before."""
        if self._file is not None and self._held:
            self._spill()
        if self._file is None:
            return self.count - (pl.concat(self._held).n_unique() if self._held else 0)
        ranges = max(1, -(-self.count // _AT_ONCE))
        return sum(_doubles(self._of_range(number, ranges)[0]) for number in range(ranges))

    def repeated(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows whose hash came before, ascending, and the position where each came first."""
        import numpy as np

        if self._held:
            self._spill()
        later, first = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        ranges = max(1, -(-self.count // _AT_ONCE))
        for number in range(ranges):
            hashes, places = self._of_range(number, ranges)
            if not _doubles(hashes):
                continue
            order = np.argsort(hashes, kind="stable")
            ordered = hashes[order]
            same = np.concatenate(([False], ordered[1:] == ordered[:-1]))
            if not same.any():
                continue
            # the first of each run of equal hashes is the first row: the sort is stable
            heads = np.maximum.accumulate(np.where(same, 0, np.arange(len(same))))
            later.append(places[order[same]])
            first.append(places[order[heads[same]]])
        positions, firsts = np.concatenate(later), np.concatenate(first)
        ascending = np.argsort(positions, kind="stable")
        return positions[ascending], firsts[ascending]

    def _of_range(self, number: int, ranges: int) -> tuple[np.ndarray, np.ndarray]:
        """The hashes of one of several equal ranges, with their positions."""
        import numpy as np

        low, high = number * (2**64 // ranges), (number + 1) * (2**64 // ranges) - 1
        hashes, places = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
        if self._file is not None:
            self._file.seek(0)
        for start in range(0, self.count, _BLOCK):
            assert self._file is not None  # noqa: S101  there is a count only where something was written
            block = np.frombuffer(self._file.read(8 * min(_BLOCK, self.count - start)), np.uint64)
            last = np.uint64(2**64 - 1) if number == ranges - 1 else np.uint64(high)
            inside = np.flatnonzero((block >= np.uint64(low)) & (block <= last))
            hashes.append(block[inside])
            places.append(inside + start)
        return np.concatenate(hashes), np.concatenate(places)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _doubles(hashes: np.ndarray) -> int:
    """How many are not the first of their kind: sorting them alone is much cheaper than keeping their places."""
    import numpy as np

    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] == ordered[:-1]))


def _unique(places: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.unique(places)


class Repeats:
    """Repetitions in one pass over the parts. `known`: what an earlier pass found (positions, and of their firsts)."""

    def __init__(self, known: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        self.keys = Hashes()
        """Keys of the good rows."""
        self._known = known
        self._firsts = _unique(known[1]) if known else None
        self._numbers: dict[int, int] = {}
        """Position of a row that is repeated further down → its row number."""
        self._rows = Hashes()
        self._seen = 0
        self._same_keys: int | None = None
        self._found: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def is_new(self) -> bool:
        """Whether this is the first pass, which takes the hashes of the rows."""
        return self._known is None

    def look(self, hashed: Callable[[], pl.Series], numbers: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Of one part: which rows repeat an earlier one of the table, and the number of that row."""
        start, end = self._seen, self._seen + len(numbers)
        self._seen = end
        mask = pl.repeat(value=False, n=len(numbers), dtype=pl.Boolean, eager=True)
        if self._known is None or self._firsts is None:
            self._rows.add(hashed())
            return mask, None
        import numpy as np

        later, first = self._known
        low, high = np.searchsorted(self._firsts, (start, end))
        wanted = self._firsts[low:high]
        self._numbers.update(zip(wanted.tolist(), numbers.gather(wanted - start).to_list(), strict=True))
        low, high = np.searchsorted(later, (start, end))
        if low == high:
            return mask, None
        shown = [self._numbers[place] for place in first[low:high].tolist()]
        nothing = pl.repeat(None, len(numbers), dtype=pl.Int64, eager=True)
        return mask.scatter(later[low:high] - start, values=True), nothing.scatter(later[low:high] - start, shown)

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        """All repetitions, for the next pass; the same rows give the same ones, so that they are looked for once."""
        if self._known is not None:
            return self._known
        if self._found is None:
            self._found = self._rows.repeated()
        return self._found

    def _differ(self) -> bool:
        """Whether all rows differ. Rows that say the same have the same key, so that mostly the keys tell."""
        if self.keys.count == self._rows.count and not self.same_keys():
            return True
        return not self._rows.count_repeated()

    def holds(self) -> bool:
        """Whether the repetitions were known from the beginning, or there are none."""
        if self._known is not None or self._differ():
            return True
        return len(self.found()[0]) == 0

    def same_keys(self) -> int:
        """Good rows whose key an earlier good row has."""
        if self._same_keys is None:
            self._same_keys = self.keys.count_repeated()
        return self._same_keys

    def close(self) -> None:
        self._rows.close()
        self.keys.close()
