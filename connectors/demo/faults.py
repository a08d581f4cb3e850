"""The names of the faults that the generators plant. What the engine calls them is its own affair.

The first group costs the row, the second is mended or only noted and the row stays.
"""

from __future__ import annotations

# No repair can mend these: the row waits in quarantine.
WORD_FOR_NUMBER = "word-for-number"
"""`hoch` where a height in metres belongs."""
NULL_ISLAND = "null-island"
"""The coordinates 0/0."""
OUTSIDE = "outside"
"""A place far outside Germany."""
DUPLICATE = "duplicate"
"""The same row a second time."""
IMPOSSIBLE_VALUE = "impossible-value"
"""A number that cannot be (a tree of 410 m, a negative count)."""
BAD_DATE = "bad-date"
"""A day that no calendar has (31.02.)."""
MISSING_REQUIRED = "missing-required"
"""The field that names the thing is empty."""

# These are mended or noted: the row stays.
MISSING_WORD = "missing-word"
"""`k.A.`, `unbekannt`, `-`: a word for nothing."""
SWAPPED = "swapped"
"""Latitude and longitude changed places."""
