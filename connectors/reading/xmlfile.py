"""XML to one row per repeating element; also KML and GPX, whose places are such elements.

What does not belong here: the tree and its safety (`xmltree`), a row's cells (`xmlcells`), schemas.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.reading.flatten import record_result, to_frame
from connectors.reading.limits import MAX_NESTING
from connectors.reading.messages import note, refuse
from connectors.reading.result import Decision, Note, ReadResult
from connectors.reading.xmlcells import Systems, row_of
from connectors.reading.xmlplaces import local
from connectors.reading.xmltree import declared_encoding, parsed_xml

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
    root, notes = parsed_xml(data)
    found = _repeated(root)
    choices = sorted((one for one in found.values() if one.siblings > 1), key=_rank)
    if path is not None:
        chosen = found.get(path)
        if chosen is None:
            raise refuse("path_missing", sheet=path, sheets=", ".join(one.path for one in choices))
    else:
        chosen = _record(choices[0], found) if choices else None
    systems = Systems(_envelope_system(root))
    rows = [row_of(element, systems) for element in _inner(chosen.elements if chosen else [root])]
    if not any(rows):
        raise refuse("xml_no_table")
    frame, changed = to_frame(rows)
    notes += [*changed, *_notes(chosen, choices, len(rows))]
    if len(systems.found) > 1:
        notes.append(note("crs_many", systems=", ".join(sorted(systems.found))))
    crs = next(iter(systems.found)) if len(systems.found) == 1 else None
    notes += [note("crs", crs=crs)] if crs else []
    sheets = tuple(one.path for one in choices)
    return record_result(
        "xml",
        frame,
        declared_encoding(data),
        notes,
        sheet=chosen.path if chosen else None,
        sheets=sheets,
        extras=_facts(root, chosen),
        crs=crs,
        decisions=(_decision(chosen, choices, asked=path is not None),),
    )


def _decision(chosen: Repeated | None, choices: list[Repeated], *, asked: bool) -> Decision:
    if chosen is None:
        return Decision("path", "(oben)", "kein Element kommt mehrfach vor")
    second = next((one for one in choices if one is not chosen), None)
    name = chosen.path.rsplit("/", 1)[-1]
    reason = "verlangt" if asked else f"„{name}“ kommt {len(chosen.elements)}-mal vor und hat eigenen Inhalt"
    return Decision("path", chosen.path, reason, f"{second.path} ({len(second.elements)}-mal)" if second else "")


def _envelope_system(root: Element) -> str | None:
    """What the collection says of all its features (`gml:boundedBy`)."""
    for child in root:
        if local(child.tag) == "boundedBy":
            return next((one.get("srsName") for one in child.iter() if one.get("srsName")), None)
    return None


def _inner(elements: list[Element]) -> list[Element]:
    """The features inside `featureMember` and its kin: an element around each row that says nothing of its own."""
    while elements and all(len(one) == 1 and not one.attrib and not (one.text or "").strip() for one in elements):
        below = [one[0] for one in elements]
        if len({local(one.tag) for one in below}) > 1 or not all(len(one) or one.attrib for one in below):
            break
        elements = below
    return elements


def _repeated(root: Element) -> dict[str, Repeated]:
    found: dict[str, Repeated] = {}
    stack: list[tuple[Element, str, int]] = [(root, local(root.tag), 0)]
    while stack:
        element, path, depth = stack.pop()
        if depth > MAX_NESTING:
            raise refuse("nesting", limit=MAX_NESTING)
        counts = Counter(local(child.tag) for child in element)
        below = []
        for child in element:
            name = local(child.tag)
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
    facts: dict[str, str] = {local(name): text for name, text in root.attrib.items() if local(name) != "schemaLocation"}
    stack: list[tuple[Element, str]] = [(root, "")]
    while stack and len(facts) < 200:
        element, path = stack.pop()
        for child in element:
            if id(child) in inside or not local(child.tag):
                continue
            at = f"{path}.{local(child.tag)}" if path else local(child.tag)
            facts.update({f"{at}.{local(name)}": text for name, text in child.attrib.items()})
            if text := (child.text or "").strip():
                facts.setdefault(at, text)
            stack.append((child, at))
    return facts
