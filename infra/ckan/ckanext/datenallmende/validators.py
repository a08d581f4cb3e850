"""Checks of our own for the forms and the API."""

from __future__ import annotations

import re

from ckan.plugins.toolkit import Invalid

_AGS = re.compile(r"\d{2}|\d{3}|\d{5}|\d{8}|land")


def ags(value: str) -> str:
    """The official key of a municipality (8 digits), a district (5), a government district (3) or a Land (2)."""
    if value and not _AGS.fullmatch(value):
        raise Invalid("Der Amtliche Gemeindeschlüssel hat acht Ziffern (Landkreise fünf, Länder zwei).")
    return value
