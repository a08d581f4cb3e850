"""Bounds that keep a hostile or broken file from taking the machine: sizes in bytes, counts in cells, lines, columns.

Nothing is checked here; the modules that open a file do that and raise `Unreadable`.
"""

MAX_FILE_BYTES = 4 * 1024**3
"""Larger files are refused before they are opened."""

MAX_UNPACKED_BYTES = 512 * 1024**2
"""What an archive or workbook may unpack to in all."""

MAX_RATIO = 300
"""Unpacked : packed, above which an archive member of more than `RATIO_FLOOR` bytes is a bomb."""

RATIO_FLOOR = 32 * 1024**2

MAX_JSON_BYTES = 256 * 1024**2
"""JSON and XML are held in memory as objects, about ten times their size."""

MAX_COLUMNS = 10_000
MAX_SHEET_CELLS = 30_000_000
"""Rows × columns of the used rectangle of a sheet; the library allocates it whole."""

MAX_HTML_CELLS = 5_000_000
MAX_LINE_CHARS = 32 * 1024**2
MAX_NESTING = 100
SAMPLE_CHARS = 64 * 1024
"""How much of a text decides on delimiter, quotes and header."""

SAMPLE_RECORDS = 120
FAST_BYTES = 192 * 1024
"""Text files above this go through polars; below it, plain Python is quicker."""
