"""What templates ask; all names begin with `da_`. What does not belong here: HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ckan.plugins import plugin_loaded, toolkit

_STATEWIDE = "land"
_INVENTED = "Erfundene Beispieldaten. "
_THEME = "vocab_da_theme"
_MANY = 100
_NAME = re.compile(r"[a-z0-9_-]+")


def all_helpers() -> dict[str, Callable[..., Any]]:
    ours = (is_address, label, day, extra, links, start, summary, file_title, size, origins, has_history)
    return {f"da_{function.__name__}": function for function in ours}


def facets() -> dict[str, str]:
    """The filters beside a list of datasets."""
    return {
        _THEME: "Themen",
        "organization": "Kommunen",
        "vocab_da_standard": "Standards",
        "res_format": "Formate",
        "tags": "Schlagwörter",
        "license_id": "Lizenzen",
    }


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


def theme_labels(dataset: dict[str, Any]) -> list[str]:
    """The themes of a dataset in German."""
    schema = toolkit.h.scheming_get_dataset_schema(dataset.get("type") or "dataset") or {"dataset_fields": []}
    field = toolkit.h.scheming_field_by_name(schema["dataset_fields"], "theme") or {}
    values = dataset.get("theme") or []
    return [label(field, value) for value in ([values] if isinstance(values, str) else values)]


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


def start() -> dict[str, Any]:
    """What the start page shows: numbers, themes, statewide tables, the newest datasets, the Kommunen."""
    search = toolkit.get_action("package_search")
    every = search({}, {"rows": 0, "facet.field": [_THEME, "organization", "tags"], "facet.limit": -1})
    newest = search({}, {"rows": 6, "fq": f"-organization:{_STATEWIDE}", "sort": "metadata_modified desc"})
    statewide = search({}, {"rows": 100, "fq": f"organization:{_STATEWIDE}", "sort": "title_string asc"})
    found = {name: facet["items"] for name, facet in every["search_facets"].items()}
    kommunen = [one for one in found["organization"] if one["name"] != _STATEWIDE]
    return {
        "datasets": every["count"],
        "newest": newest["results"],
        "statewide": [one for one in statewide["results"] if one.get("derived_from")],
        "themes": sorted(found[_THEME], key=lambda one: -one["count"]),
        "kommunen": sorted(kommunen, key=lambda one: one["display_name"]),
        "has_invented": any(one["name"] == _INVENTED.rstrip(". ") for one in found["tags"]),
    }


def summary(package: dict[str, Any], length: int = 170) -> str:
    """The beginning of a description as plain text; that data is invented stands on a mark of its own."""
    notes = str(package.get("notes") or "").removeprefix(_INVENTED)
    return str(toolkit.h.markdown_extract(notes, extract_length=length))


def file_title(resource: dict[str, Any], package: dict[str, Any]) -> str:
    """The title of a file beside the title of its dataset, which it need not repeat."""
    name = str(toolkit.h.resource_display_name(resource))
    return name.removeprefix(f"{package.get('title')}: ")


def size(count: Any) -> str:
    """Bytes as people read them: 231 KB."""
    try:
        number = float(count)
    except (TypeError, ValueError):
        return ""
    for unit in ("Byte", "KB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            text = f"{number:.1f}" if number < 10 and unit != "Byte" else f"{number:.0f}"
            return f"{text.replace('.', ',')} {unit}"
        number /= 1000
    return ""


def origins(package: dict[str, Any]) -> list[dict[str, str]]:
    """What a dataset was made from: where that lies on this portal too, its page and title, else its address."""
    addresses = [str(one) for one in package.get("derived_from") or () if is_address(one)]
    names = [name for one in addresses[:_MANY] if _NAME.fullmatch(name := "-".join(one.rsplit("/", 2)[1:]))]
    here: dict[str, dict[str, Any]] = {}
    if names:
        asked = {"fq": f"name:({' OR '.join(names)})", "rows": _MANY}
        here = {str(one.get("uri")): one for one in toolkit.get_action("package_search")({}, asked)["results"]}
    return [
        {"title": found["title"], "address": toolkit.h.url_for("dataset.read", id=found["name"])}
        if (found := here.get(one))
        else {"title": one, "address": one}
        for one in addresses
    ]


def has_history() -> bool:
    """Whether the portal keeps the history of datasets."""
    return bool(plugin_loaded("activity"))
