"""XML to one row per repeating element; also KML and GPX, whose places are such elements.

What does not belong here: schemas. Entities and DOCTYPE references outside are refused (defusedxml).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from connectors.reading.flatten import as_json, record_result, to_frame
from connectors.reading.limits import MAX_JSON_BYTES, MAX_NESTING
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.result import Note, ReadResult

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PREFERRED = ("Placemark", "wpt")
"""The elements that are places in KML (OGC 12-007r2) and GPX 1.1."""

_DETAILS = 10


@dataclass(slots=True)
class Repeated:
    """Elements at one path: how many, and how much is in them."""

    path: str
    depth: int
    siblings: int = 0
    elements: list[Element] = field(default_factory=list)


def read_xml(data: bytes, path: str | None = None) -> ReadResult:
    """The rows of the outermost repeating element, or of the one at `path` (`Ergebnisse/Regionaleinheit`)."""
    root = _parsed(data)
    found = _repeated(root)
    choices = sorted((one for one in found.values() if one.siblings > 1), key=_rank)
    if path is not None:
        chosen = found.get(path)
        if chosen is None:
            raise refuse("path_missing", sheet=path, sheets=", ".join(one.path for one in choices))
    else:
        chosen = _record(choices[0], found) if choices else None
    rows = [_row(element) for element in (chosen.elements if chosen else [root])]
    if not any(rows):
        raise refuse("xml_no_table")
    frame, notes = to_frame(rows)
    notes += _notes(chosen, choices, len(rows))
    sheets = tuple(one.path for one in choices)
    return record_result(
        "xml",
        frame,
        _encoding(data),
        notes,
        sheet=chosen.path if chosen else None,
        sheets=sheets,
        extras=_facts(root, chosen),
    )


def _parsed(data: bytes) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(data) > MAX_JSON_BYTES:
        raise refuse("too_large", size=size_de(len(data)), limit=size_de(MAX_JSON_BYTES))
    try:
        root: Element = fromstring(data, forbid_dtd=False)
    except DefusedXmlException as error:
        raise refuse("xml_entities") from error
    except ParseError as error:
        raise refuse("xml_broken", line=error.position[0]) from error
    except (ValueError, LookupError) as error:
        raise refuse("xml_broken", line=1) from error
    return root


def _encoding(data: bytes) -> str:
    import re

    declared = re.match(rb"""\s*<\?xml[^>]*encoding=["']([\w.-]+)["']""", data.removeprefix(b"\xef\xbb\xbf"))
    return declared.group(1).decode().lower() if declared else "utf-8"


def _local(tag: object) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _repeated(root: Element) -> dict[str, Repeated]:
    found: dict[str, Repeated] = {}
    stack: list[tuple[Element, str, int]] = [(root, _local(root.tag), 0)]
    while stack:
        element, path, depth = stack.pop()
        if depth > MAX_NESTING:
            raise refuse("nesting", limit=MAX_NESTING)
        counts = Counter(_local(child.tag) for child in element)
        below = []
        for child in element:
            name = _local(child.tag)
            if not name:
                continue
            at = f"{path}/{name}"
            entry = found.setdefault(at, Repeated(at, depth + 1))
            entry.siblings = max(entry.siblings, counts[name])
            entry.elements.append(child)
            below.append((child, at, depth + 1))
        stack.extend(reversed(below))
    return found


def _rank(one: Repeated) -> tuple[bool, bool, int, int]:
    """Places first, then elements with content of their own, then the outermost, then the fullest."""
    name = one.path.rsplit("/", 1)[-1]
    bare = all(len(element) == 0 and len(element.attrib) < 2 for element in one.elements[:50])
    return (name not in _PREFERRED, bare, one.depth, -sum(1 for element in one.elements for _ in element.iter()))


def _record(one: Repeated, found: dict[str, Repeated]) -> Repeated:
    """A few repeated details of a single record are not the table: then the element around them is the row."""
    parent = found.get(one.path.rsplit("/", 1)[0])
    if parent is None or one.siblings > _DETAILS:
        return one
    inner = sum(_leaves(element) for element in one.elements)
    outer = sum(_leaves(element) for element in parent.elements) - inner
    richer = outer / len(parent.elements) >= 1.5 * inner / len(one.elements)
    return _record(parent, found) if richer else one


def _leaves(element: Element) -> int:
    return sum(1 for one in element.iter() if len(one) == 0)


def _row(element: Element) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for name, text in _cells(element, ""):
        key, number = name, 2
        while key in cells:
            key, number = f"{name}_{number}", number + 1
        cells[key] = text
    return cells


def _cells(element: Element, prefix: str) -> Iterator[tuple[str, str | None]]:
    for name, value in element.attrib.items():
        yield f"{prefix}{_local(name)}", value
    text = (element.text or "").strip()
    if text and (len(element) or element.attrib or not prefix):
        yield f"{prefix}text" if prefix else "text", text
    elif text:
        yield prefix.rstrip("."), text
    groups: dict[str, list[Element]] = {}
    for child in element:
        if name := _local(child.tag):
            groups.setdefault(name, []).append(child)
    for name, children in groups.items():
        if len(children) == 1:
            yield from _cells(children[0], f"{prefix}{name}.")
        elif all(len(child) == 0 and not child.attrib for child in children):
            yield f"{prefix}{name}", "; ".join((child.text or "").strip() for child in children) or None
        else:
            yield f"{prefix}{name}", as_json([_value(child) for child in children])


def _value(element: Element) -> object:
    """A nested element as JSON value; numbers stay text."""
    if not len(element) and not element.attrib:
        return (element.text or "").strip()
    value: dict[str, object] = {_local(name): text for name, text in element.attrib.items()}
    if text := (element.text or "").strip():
        value["text"] = text
    for child in element:
        name = _local(child.tag)
        if not name:
            continue
        inner = _value(child)
        if name in value:
            before = value[name]
            value[name] = [*before, inner] if isinstance(before, list) else [before, inner]
        else:
            value[name] = inner
    return value


def _notes(chosen: Repeated | None, choices: list[Repeated], rows: int) -> list[Note]:
    if chosen is None:
        return [note("single_record")]
    others = ", ".join(f"{one.path} ({len(one.elements)})" for one in choices[:8] if one is not chosen) or "keine"
    return [note("path", path=chosen.path, count=rows, others=others)]


def _facts(root: Element, chosen: Repeated | None) -> dict[str, str]:
    """Texts outside the rows, so that nothing is lost."""
    if chosen is None:
        return {}
    inside = set(map(id, chosen.elements))
    facts: dict[str, str] = {
        _local(name): text for name, text in root.attrib.items() if _local(name) != "schemaLocation"
    }
    stack: list[tuple[Element, str]] = [(root, "")]
    while stack and len(facts) < 200:
        element, path = stack.pop()
        for child in element:
            if id(child) in inside or not _local(child.tag):
                continue
            at = f"{path}.{_local(child.tag)}" if path else _local(child.tag)
            facts.update({f"{at}.{_local(name)}": text for name, text in child.attrib.items()})
            if text := (child.text or "").strip():
                facts.setdefault(at, text)
            stack.append((child, at))
    return facts
