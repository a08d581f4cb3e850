"""What a portal must be able to do to be published to, and the sentences in which it fails.

What does not belong here: any one portal (`catalog.publishing.static`, `catalog.ckan.portal`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from catalog.model import Catalog
from catalog.publishing.entry import Entry

if TYPE_CHECKING:
    from catalog.publishing.plan import Change


class PortalError(Exception):
    """A portal did not do what it was asked; the message is one sentence: what, where, what to do."""


class Transient(PortalError):
    """The portal was busy, slow or broken for a moment, or its answer never came: it may or may not have done it.

    `wait_s` is how long the portal asked us to wait (`Retry-After`), 0 where it did not.
    """

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__(message)


class Refused(PortalError):
    """The portal refused this one change, and would refuse it again."""


class PortalStopped(PortalError):
    """Nothing further will work either: the portal is away or does not know our token."""


class PortalChanged(PortalError):
    """Somebody changed the portal after the plan was made: plan again."""

    def __init__(self, portal: str, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        shown = ", ".join(self.ids[:3]) + (f" and {len(self.ids) - 3} more" if len(self.ids) > 3 else "")
        super().__init__(
            f"Portal “{portal}” has changed since the plan was made ({shown}): nothing was applied; "
            "make a new plan and look at it."
        )


class Portal(Protocol):
    """A place where datasets are published.

    `create`, `update` and `withdraw` may be called from several threads at once (`parallel` bounds how many) and must
    be safe to call again after any failure. They raise `PortalError` and nothing else for what the portal does wrong.
    """

    @property
    def name(self) -> str:
        """How settings, plans and the history call this portal: `[a-z0-9-]`."""
        ...

    @property
    def parallel(self) -> int: ...

    def preflight(self) -> None:
        """Find out before anything is changed whether changing will work; raises `PortalStopped`."""
        ...

    def desired(self, catalog: Catalog) -> Mapping[str, Entry]:
        """Return the catalogue as this portal shall show it, by dataset id: pure, nothing is read or written."""
        ...

    @property
    def lag_s(self) -> float:
        """How long it may take until `actual` shows what was changed; 0 where it does at once."""
        ...

    def actual(self, changes: Collection[Change] | None = None) -> Mapping[str, Entry]:
        """Read in bulk what the portal says now about our datasets, by dataset id, tombstones included.

        With `changes`, at least the entries that these are about: a portal that can read few cheaply does so.
        """
        ...

    def look(self, change: Change) -> Entry | None:
        """Read the one entry that `change` is about where the portal keeps it, past any index; for a few only."""
        ...

    def create(self, change: Change) -> None: ...

    def update(self, change: Change) -> None:
        """Bring `change.before` to `change.after`; also brings a tombstone back."""
        ...

    def withdraw(self, change: Change) -> None: ...

    def finish(self) -> None:
        """Write what depends on all entries. Called after every apply, also an empty one; idempotent."""
        ...
