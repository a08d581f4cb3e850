"""What portals say about publishers: from the register and the publishers' files to `catalog.ckan.Organization`.

What does not belong here: how a portal is made to say it (`catalog.ckan.organizations`).
"""

from __future__ import annotations

from catalog.ckan import Directory, Logo, Organization, organization_of
from connectors.register import AGS_DIGITS, Register
from orchestration.platform import Platform
from storage.names import STATEWIDE


def directory(platform: Platform) -> Directory:
    """Return who is who for the portals of this installation."""

    def about(owner: str) -> Organization:
        return _statewide(platform) if owner == STATEWIDE else _municipal(platform, owner)

    return about


def _municipal(platform: Platform, ags: str) -> Organization:
    register, name = platform.register, organization_of(ags)
    spec = platform.publishers.get(ags)
    has_own_name = spec is not None and spec.name not in {"", register.name(ags)}
    title = spec.name if spec and has_own_name else register.title(ags)
    logo = Logo(name, title)
    if spec and spec.logo:
        ending = "png" if spec.logo.suffix.lower() == ".png" else "jpg"
        logo = Logo(name, title, spec.logo.read_bytes(), ending)
    return Organization(
        owner=ags,
        title=title,
        logo=logo,
        description=(spec.description if spec else "") or _description(register, ags),
        homepage=spec.url if spec else "",
    )


def _statewide(platform: Platform) -> Organization:
    config = platform.settings.catalog
    return Organization(
        owner=STATEWIDE,
        title=config.publisher,
        logo=Logo(organization_of(STATEWIDE), config.publisher),
        description=f"{config.title}: Tabellen, zu denen die Daten vieler Kommunen zusammengeführt sind.",
        homepage=config.publisher_url,
    )


def _description(register: Register, ags: str) -> str:
    gemeinde = register.gemeinde(ags)
    where = f" im {register.name(gemeinde.kreis_ags.ljust(AGS_DIGITS, '0'))}" if gemeinde else ""
    if gemeinde and gemeinde.kreis_ags.ljust(AGS_DIGITS, "0") == ags:
        where = ", kreisfreie Stadt"
    return f"Offene Daten: {register.title(ags)}{where}."
