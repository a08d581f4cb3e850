"""What must not be published, in headers and in text. It never publishes; it asks or rejects. Holding files: `gate`.

Unmapped columns are not published anyway; the gate still says that the Kommune handed in personal data.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from standards.headers import fold
from standards.messages import say
from standards.model import Finding, Severity
from standards.personal import personal_code
from standards.words import map_unique

_HEADERS = re.compile(
    r"^(?:.*eigentuemer.*|.*sachbearbeit.*|.*ansprechpartner.*|.*ansprechperson.*|.*bearbeiter.*|vorname|nachname|familienname|"
    r"geburtsdatum|geburtstag|gebdatum|gebdat|.*email.*|emailadresse|.*telefon.*|tel|telnr|mobil|mobilnummer|handy|fax|iban|bic|kontonummer|"
    r"steuerid|steueridentifikationsnummer|steuernummer|.*kontakt.*|antragsteller.*|melder|.*inhaber.*|.*halter|paechter|.*baumpate.*|"
    r".*personalnummer.*|.*versichertennummer.*|pate|kontrolleur|pruefer|erfasser|erfasstvon|geaendertvon|user|username|benutzer)$"
)
_HINTS = [
    "@",
    "DE",
    "Tel",
    "tel",
    "Mobil",
    "mobil",
    "Handy",
    "Fax",
    "+49",
    "015",
    "016",
    "017",
    "geb",
    "Geb",
    "Herr ",
    "Herrn ",
    "Frau ",
    "teuer",
    "IdNr",
    "IBAN",
    "BIC",
    "Fam",
    "Eheleute",
    "ennzeichen",
    "Kfz",
]


_MOBILE = r"01[567]\d[ /-]?\d{6,8}"
_DIGITS = slice(_HINTS.index("015"), _HINTS.index("017") + 1)
_SLICE = 65_536
"""Texts that are joined to look for hints in all of them at once."""


def personal_codes(text: pl.Series) -> pl.Series | None:
    """Per row the code of personal data found in a published text, or None if there is none at all."""
    if not any(_joined(text.slice(start, _SLICE)) for start in range(0, len(text), _SLICE)):
        return None
    hinted = text.str.contains_any(_HINTS).fill_null(value=False).arg_true()
    if not len(hinted):
        return None
    shown = text.gather(hinted)
    # numbers of things often have 015 in them; only as long a number as a mobile one is looked at
    worth = shown.str.contains_any(_HINTS[: _DIGITS.start] + _HINTS[_DIGITS.stop :]) | shown.str.contains(_MOBILE)
    hinted = hinted.filter(worth)
    if not len(hinted):
        return None
    found = map_unique(text.gather(hinted), personal_code, pl.String)
    if found.null_count() == len(found):
        return None
    nothing = pl.Series("c", [None], dtype=pl.String).new_from_index(0, len(text))
    return nothing.scatter(hinted, found)


def _joined(part: pl.Series) -> bool:
    """Whether any hint is in any text: looking through one long text is cheaper than through many short ones."""
    return bool(part.str.join("\x1f").str.contains_any(_HINTS).any())


def personal_columns(
    unmapped: tuple[str, ...], values: Callable[[str], tuple[str, ...]], public: tuple[str, ...] = ()
) -> list[Finding]:
    """A question for each column that no field took and that looks personal by its header or its first values.

    `public`: headers of which the standard says that they are not.
    """
    unmapped = tuple(column for column in unmapped if fold(column) not in set(map(fold, public)))
    return [
        Finding(Severity.WARNING, "privacy_column", say("privacy_column", column=column), column=column)
        for column in unmapped
        if _HEADERS.match(fold(column))
        or any(
            personal_code(value)
            for value in values(column)[:20]
            if value[:1] not in "[{(" and not value.startswith(("POINT", "POLYGON", "LINE", "MULTI"))
        )
    ]
