"""What must hold for every file: a table of strings, or a refusal that some module meant.

What does not belong here: how bytes become files (`shapes`), who makes the bytes up (`read`, the test with hypothesis).
"""

from __future__ import annotations

from connectors.reading import Unreadable, read_table
from tests.fuzz.shapes import file_of


def read_or_refused(data: bytes) -> None:
    """Raises what nobody meant."""
    name, content = file_of(data)
    try:
        result = read_table(content, filename=name)
    except Unreadable as refusal:
        if refusal.code == "unexpected":
            raise
        return
    assert result.frame.height == len(result.row_numbers) == result.report.rows
    assert all(result.frame.columns)
