"""How often, and how patiently, a call to a portal is tried again.

Only `Transient` is tried again: with growing, random pauses, so that parallel calls do not come back in step, and with
a bound. What does not belong here: whether a call may be repeated; the caller knows that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from catalog.publishing.portal import Transient


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts` calls in all; pauses are random between 0 and `first_s`, doubled each time, at most `longest_s`."""

    attempts: int = 5
    first_s: float = 0.5
    longest_s: float = 20.0
    sleep: Callable[[float], None] = time.sleep

    def attempts_of(self) -> Retrying:
        """Iterate over attempts: `for attempt in patience.attempts_of(): with attempt: …`."""
        return Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=wait_random_exponential(multiplier=self.first_s, max=self.longest_s),
            retry=retry_if_exception_type(Transient),
            sleep=self.sleep,
            reraise=True,
        )
