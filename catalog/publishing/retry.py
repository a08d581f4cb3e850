"""How often, and how patiently, a call to a portal is tried again.

Only `Transient` is tried again: with growing, random pauses, so that parallel calls do not come back in step, never
sooner than the portal asked for, and with a bound. What does not belong here: whether a call may be repeated; the
caller knows that.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay

from catalog.publishing.portal import Transient


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts` calls in all; pauses double from `first_s` to `longest_s`, each shortened by up to half at random.

    The defaults outlast a portal that is being restarted (18 to 36 s). No new call begins after `in_all_s`: where each
    takes until its time-out, a few are enough.
    """

    attempts: int = 8
    first_s: float = 0.5
    longest_s: float = 10.0
    in_all_s: float = 45.0
    longest_asked_s: float = 60.0
    """The longest `Retry-After` that is obeyed."""
    sleep: Callable[[float], None] = time.sleep

    def attempts_of(self) -> Retrying:
        """Iterate over attempts: `for attempt in patience.attempts_of(): with attempt: …`."""
        return Retrying(
            stop=stop_after_attempt(self.attempts) | stop_after_delay(self.in_all_s),
            wait=self._pause,
            retry=retry_if_exception_type(Transient),
            sleep=self.sleep,
            reraise=True,
        )

    def _pause(self, state: RetryCallState) -> float:
        full = min(self.longest_s, self.first_s * 2.0 ** (state.attempt_number - 1))
        error = state.outcome.exception() if state.outcome else None
        asked = min(error.wait_s, self.longest_asked_s) if isinstance(error, Transient) else 0.0
        # on top of what was asked for, else all parallel calls come back at the same moment
        return asked + full * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
