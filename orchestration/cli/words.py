"""What several commands say alike: counts of rows, cells, moments. No command lives here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from orchestration.cli.output import CannotError, err
from standards.german import count

_LINE = 150


def moment_told(text: str) -> datetime:
    """The moment that a word of the command line means. Raises `CannotError`."""
    from orchestration.asof import moment_of

    try:
        moment = moment_of(text)
    except ValueError:
        raise CannotError(f"„{text}“ ist kein Tag und kein Zeitpunkt: bitte wie 2026-01-31 schreiben.") from None
    if moment > datetime.now(UTC) and len(text) > len("2026-01-31"):
        err.print(f"{text} liegt in der Zukunft: gezeigt wird der Stand von jetzt.", markup=False)
    return moment


def cell_text(value: Any) -> str:
    return "leer" if value is None or value == "" else str(value)


def short(text: str, length: int = _LINE) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def rows_told(number: int) -> str:
    return "1 Zeile" if number == 1 else f"{count(number)} Zeilen"
