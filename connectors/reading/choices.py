"""The decisions about header, title lines and footers as the report tells them: chosen, reason, runner-up.

What does not belong here: deciding (`layout`, `assemble`).
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.reading.cells import column_kinds, shape
from connectors.reading.records import Record
from connectors.reading.result import Decision


def header_decision(
    names: Sequence[str] | None, row: int | None, count: int, body: list[Record], below: int | None
) -> Decision:
    """Which lines are the header; `row` is the last of `count`, `below` the line on which the data begin."""
    if names is None or row is None:
        reason = "schon die erste Zeile sieht aus wie die Daten darunter"
        return Decision("header", "keine Kopfzeile", reason, f"Zeile {below}" if below else "")
    chosen = f"Zeile {row}" if count < 2 else f"Zeilen {row - count + 1} bis {row}"
    kinds = column_kinds([cells for _, cells in body], len(names))
    typed = sum(
        kind in {"number", "date"} and shape(name) in {"text", "date"} and bool(name.strip())
        for kind, name in zip(kinds, names, strict=True)
    )
    if typed:
        reason = f"über {typed} von {len(names)} Spalten mit Zahlen oder Daten stehen Namen"
    else:
        reason = "die Wörter sehen aus wie Namen und kommen darunter nicht vor"
    return Decision("header", chosen, reason, "keine Kopfzeile" if count < 2 else f"nur Zeile {row - count + 1}")


def around_decisions(preamble: int, footer: int) -> tuple[Decision, Decision]:
    """How many lines stand above and below the table."""
    above = "darunter erst beginnen Kopf und Daten" if preamble else "die Tabelle beginnt in der ersten Zeile"
    below = "die letzten Zeilen sind Angaben zur Tabelle" if footer else "auch die letzte Zeile sieht aus wie Daten"
    return (
        Decision("preamble", _lines(preamble), above, "keine" if preamble else ""),
        Decision("footer", _lines(footer), below, "keine" if footer else ""),
    )


def _lines(count: int) -> str:
    return {0: "keine", 1: "eine Zeile"}.get(count, f"{count} Zeilen")
