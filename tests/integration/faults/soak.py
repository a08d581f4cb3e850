"""How much is played: a little in CI, everything in a soak (`make soak`, or ALLMENDE_SOAK=number of kills)."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
SOAK = int(os.environ.get("ALLMENDE_SOAK", "0"))
KILLS = SOAK or 10
ROUNDS = max(3, SOAK // 5)
"""Of publications on a broken wire, and of kills while tables are loaded."""


def cases(always: list[T], only_in_a_soak: list[T]) -> list[T]:
    return [*always, *only_in_a_soak] if SOAK else always
