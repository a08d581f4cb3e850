"""Seconds of the steps of a measured process. It imports nothing heavy: what a side imports is part of its time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Wall and CPU seconds per step, those of ended children included."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begin, cpu = time.perf_counter(), sum(os.times()[:4])
        yield
        self.seconds[name] = (time.perf_counter() - begin, sum(os.times()[:4]) - cpu)
