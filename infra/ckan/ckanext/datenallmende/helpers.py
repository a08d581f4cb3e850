"""What templates ask; all names begin with `da_`. What does not belong here: HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ckan.plugins import toolkit


def all_helpers() -> dict[str, Callable[..., Any]]:
    return {"da_is_address": is_address, "da_label": label, "da_day": day, "da_extra": extra, "da_links": links}


def facets() -> dict[str, str]:
    """The filters beside a list of datasets."""
    return {"organization": "Kommunen", "tags": "Schlagwörter", "res_format": "Formate", "license_id": "Lizenzen"}


def is_address(value: Any) -> bool:
    """Whether the value may become a link: metadata comes from strangers, and `javascript:` is an address too."""
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def label(field: dict[str, Any], value: str) -> str:
    """The German word for a value of a code list, or the value where the list does not have it."""
    found = next((choice["label"] for choice in field.get("choices", ()) if choice["value"] == value), None)
    return str(found or value)


def day(value: Any) -> str:
    """A day or a moment as people write it: 28.11.2026."""
    text = str(value or "")
    parts = text[:10].split("-")
    return f"{parts[2]}.{parts[1]}.{parts[0]}" if len(parts) == 3 and len(text) >= 10 else text


def extra(package: dict[str, Any], key: str) -> str:
    """The value of an extra, or nothing."""
    return next((str(item["value"]) for item in package.get("extras") or () if item["key"] == key), "")


def links() -> list[tuple[str, str]]:
    """What the law wants on every page, where the operator has set it."""
    named = (("Impressum", "imprint"), ("Datenschutz", "privacy"), ("Barrierefreiheit", "accessibility"))
    found = ((title, toolkit.config.get(f"ckanext.datenallmende.{key}_url")) for title, key in named)
    return [(title, str(address)) for title, address in found if is_address(address)]
