"""The faults that the generators plant, named by the engine's stable codes (`standards.messages`).

The first group costs the row, the second is mended and the row stays. Which row gets which is chosen in `dice`.
"""

from __future__ import annotations

# No repair can mend these: the row waits in quarantine.
WORD_FOR_NUMBER = "not_a_number"
"""`hoch` where a height in metres belongs, `defekt` where a count does."""
NULL_ISLAND = "coordinate_impossible"
"""The coordinates 0/0."""
OUTSIDE = "coordinate_outside"
"""A place far outside Germany."""
DUPLICATE = "duplicate_row"
"""The same row a second time."""
IMPOSSIBLE_VALUE = "out_of_range"
"""A number that cannot be (a tree of 410 m, a negative count)."""
BAD_DATE = "not_a_year"
"""A day that no calendar has (31.02.) where the year of planting is read from."""
MISSING_REQUIRED = "required_missing"
"""The field without which the row says nothing is empty."""
NAMELESS = "required_any_missing"
"""Neither name nor address nor place: nobody can tell what the row means."""
TOTALS = "totals_row"
"""A line with the sum of the lines above: counting it would count everything twice."""

# These are mended: the row stays.
MISSING_WORD = "missing_word"
"""`k.A.`, `unbekannt`, `-`: a word for nothing."""
SWAPPED = "swapped_coordinates"
"""Latitude and longitude changed places."""
