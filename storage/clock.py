"""What time it is, for whatever is written down: the system's clock, or one that stands still.

With a clock that stands still the same files become the same bytes, wherever they are taken in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The moment, in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def standing_at(moment: datetime | None) -> Clock:
    """A clock that always says this moment; None: the system's."""
    if moment is None:
        return system_clock
    return lambda: moment.astimezone(UTC)
