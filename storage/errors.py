"""What can go wrong with a store, one class per thing a caller may want to tell apart.

Every message is one sentence for an engineer: which site, which key, what to do. Library errors never leave the room.
"""

from __future__ import annotations


class StorageError(Exception):
    """Anything a store, the placement policy or a package refuses."""


class ConfigInvalid(StorageError, ValueError):
    """The storage settings contradict themselves or the rules."""


class KeyInvalid(StorageError, ValueError):
    """A key that lies in no zone or tries to leave one."""


class ObjectMissing(StorageError, KeyError):
    """There is no object with this key."""

    def __str__(self) -> str:
        return str(self.args[0])


class ObjectExists(StorageError):
    """`create=True`, and there is an object with this key already."""


class ObjectChanged(StorageError):
    """Somebody else changed the object since it was read (compare-and-swap failed)."""


class StoreUnreachable(StorageError):
    """The site does not answer, or refuses us."""


class StoreFull(StorageError):
    """No space left at the site. Nothing half-written is visible."""


class PlacementForbidden(StorageError):
    """The placement policy forbids this write; no byte has left."""


class ContentMismatch(StorageError):
    """Bytes are not those that the manifest names."""


class IndexLost(StorageError):
    """The on-prem index is gone while other sites still publish; nothing may be decided from its absence."""


class IndexDamaged(StorageError):
    """A site's index cannot be read as one."""
