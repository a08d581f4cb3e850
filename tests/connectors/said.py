"""What a report of reading says, as tests ask it."""

from __future__ import annotations

from connectors.reading import ReadResult


def codes(result: ReadResult) -> set[str]:
    """The codes of all notes."""
    return {note.code for note in result.report.notes}
