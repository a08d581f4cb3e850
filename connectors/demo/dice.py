"""Chance that falls the same way on every machine and every Python.

Only `Random.random()` is used: it is the one method whose sequence Python promises to keep for a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of chance. The seed is a dataset id, so that datasets do not depend on each other."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 -- sample data, no secret

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def number(self, low: float, high: float, digits: int) -> float:
        """A number from `low` to `high`, rounded to `digits` decimals."""
        return round(low + self._random.random() * (high - low), digits)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.random() * len(choices))]

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def rows(self, total: int, faults: dict[str, int]) -> dict[int, str]:
        """Choose rows out of `total` for faults: row index → the fault planted there.

        Never the first two rows, and never two neighbours: a repeated row repeats a sound one.
        """
        chosen: dict[int, str] = {}
        for fault, count in faults.items():
            for _ in range(count):
                row = self.between(2, total - 1)
                while not chosen.keys().isdisjoint((row - 1, row, row + 1)):
                    row = self.between(2, total - 1)
                chosen[row] = fault
        return chosen
