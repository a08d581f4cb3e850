"""One element of an XML document to the named cells of a row.

What does not belong here: which elements are rows (`xmlfile`), geometries (`xmlplaces`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.reading.flatten import as_json
from connectors.reading.xmlplaces import local, place

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


_NAMED = {"Data", "SimpleData"}
"""Elements of KML that name their column in an attribute (`ExtendedData`)."""


@dataclass(slots=True)
class Systems:
    """The coordinate system that holds where a geometry names none, and those that were named."""

    usual: str | None
    found: set[str] = field(default_factory=set)


def row_of(element: Element, systems: Systems) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for name, text in _cells(element, "", systems):
        key, number = name, 2
        while key in cells:
            key, number = f"{name}_{number}", number + 1
        cells[key] = text
    return cells


def _cells(element: Element, prefix: str, systems: Systems) -> Iterator[tuple[str, str | None]]:
    found = place(element, systems.usual)
    if found:
        systems.found.update([found[1]] if found[1] else [])
        yield from found[0].items()
        return
    for name, value in element.attrib.items():
        yield f"{prefix}{local(name)}", value
    text = _own_text(element)
    if text and (len(element) or element.attrib or not prefix):
        yield f"{prefix}text" if prefix else "text", text
    elif text:
        yield prefix.rstrip("."), text
    yield from _below(element, prefix, systems)


def _below(element: Element, prefix: str, systems: Systems) -> Iterator[tuple[str, str | None]]:
    """The cells of the children; several of one name share a cell."""
    groups: dict[str, list[Element]] = {}
    for child in element:
        if name := local(child.tag):
            groups.setdefault(name, []).append(child)
    for name, children in groups.items():
        if len(children) == 1:
            yield from _cells(children[0], f"{prefix}{name}.", systems)
        elif name in _NAMED and all(_name_of(child) for child in children):
            for child in children:
                yield _name_of(child), " ".join(text.strip() for text in child.itertext() if text.strip()) or None
        elif all(len(child) == 0 and not child.attrib for child in children):
            yield f"{prefix}{name}", "; ".join((child.text or "").strip() for child in children) or None
        else:
            yield f"{prefix}{name}", as_json([_value(child) for child in children])


def _own_text(element: Element) -> str:
    """The text of an element, also what stands between its children."""
    parts = [element.text, *(child.tail for child in element)]
    return " ".join(part.strip() for part in parts if part and part.strip())


def _name_of(element: Element) -> str:
    return element.get("name") or ""


def _value(element: Element) -> object:
    """A nested element as JSON value; numbers stay text."""
    if not len(element) and not element.attrib:
        return (element.text or "").strip()
    value: dict[str, object] = {local(name): text for name, text in element.attrib.items()}
    if text := _own_text(element):
        value["text"] = text
    for child in element:
        name = local(child.tag)
        if not name:
            continue
        inner = _value(child)
        if name in value:
            before = value[name]
            value[name] = [*before, inner] if isinstance(before, list) else [before, inner]
        else:
            value[name] = inner
    return value
