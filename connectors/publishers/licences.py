"""The licences a dataset may carry: a closed list with the URIs that DCAT-AP.de wants.

Source: DCAT-AP.de licence vocabulary (dcat-ap.de/def/licenses). What does not belong here: which dataset has which.
"""

from __future__ import annotations

from storage.manifest import LicenceInfo

_BASE = "http://dcat-ap.de/def/licenses"

_LICENCES = {
    "dl-de/by-2-0": ("dl-by-de/2.0", "Datenlizenz Deutschland Namensnennung 2.0"),
    "dl-de/zero-2-0": ("dl-zero-de/2.0", "Datenlizenz Deutschland Zero 2.0"),
    "cc-by/4.0": ("cc-by/4.0", "Creative Commons Namensnennung 4.0 International"),
    "cc-by-sa/4.0": ("cc-by-sa/4.0", "Creative Commons Namensnennung – Weitergabe unter gleichen Bedingungen 4.0"),
    "cc-zero": ("cc-zero", "Creative Commons Zero 1.0"),
    "odbl": ("odbl", "Open Database License 1.0"),
    "odc-by": ("odby", "Open Data Commons Attribution License 1.0"),
    "pddl": ("odcpddl", "Open Data Commons Public Domain Dedication and License"),
    "amtliches-werk": ("officialWork", "Amtliches Werk, lizenzfrei nach § 5 Abs. 1 UrhG"),
    "geonutz": ("geonutz/20130319", "Nutzungsbestimmungen für die Bereitstellung von Geodaten des Bundes (GeoNutzV)"),
    "other-closed": ("other-closed", "Andere eingeschränkte Lizenz"),
}
DEFAULT_LICENCE = "dl-de/by-2-0"
LICENCES = {
    name: LicenceInfo(name=name, path=f"{_BASE}/{path}", title=title) for name, (path, title) in _LICENCES.items()
}


def licence(name: str) -> LicenceInfo:
    """The licence with this id. Raises `KeyError`: specs are validated before they get here."""
    return LICENCES[name]
