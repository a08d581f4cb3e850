"""A change that is due, and what came of all of them. What does not belong here: deciding which are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


class CannotBeSet(Exception):
    """This server does not know the setting; the message says which and how it answered."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `where`: the bucket, user or group; `what`: the change in a few words; `do` makes it."""

    where: str
    what: str
    do: Callable[[], None] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Report:
    """What was (or, in a plan, would be) changed, and what a server cannot do."""

    changed: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)

    def take(self, steps: Iterable[Step], *, is_plan: bool = False) -> None:
        """Make the changes in their order; in a plan only note them."""
        for step in steps:
            try:
                if not is_plan:
                    step.do()
            except CannotBeSet as reason:
                self.cannot.append(f"{step.where}: {reason}")
            else:
                self.changed.append(str(step))
