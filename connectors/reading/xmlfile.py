"""XML to one row per repeating element; also KML and GPX, whose places are such elements.

What does not belong here: schemas. Entities and DOCTYPE references outside are refused (defusedxml).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from connectors.reading import encoding as encodings
from connectors.reading.flatten import as_json, record_result, to_frame
from connectors.reading.limits import MAX_JSON_BYTES, MAX_NESTING
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.result import Decision, Note, ReadResult
from connectors.reading.xmlplaces import local, place

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PREFERRED = ("Placemark", "wpt")
"""The elements that are places in KML (OGC 12-007r2) and GPX 1.1."""

_NAMED = {"Data", "SimpleData"}
"""Elements of KML that name their column in an attribute (`ExtendedData`)."""

_DETAILS = 10
_LONG = 8 * 1024**2


@dataclass(slots=True)
class Repeated:
    """Elements at one path: how many, and how much is in them."""

    path: str
    depth: int
    siblings: int = 0
    elements: list[Element] = field(default_factory=list)


def read_xml(data: bytes, path: str | None = None) -> ReadResult:
    """The rows of the outermost repeating element, or of the one at `path` (`Ergebnisse/Regionaleinheit`)."""
    root, notes = _parsed(data)
    found = _repeated(root)
    choices = sorted((one for one in found.values() if one.siblings > 1), key=_rank)
    if path is not None:
        chosen = found.get(path)
        if chosen is None:
            raise refuse("path_missing", sheet=path, sheets=", ".join(one.path for one in choices))
    else:
        chosen = _record(choices[0], found) if choices else None
    systems = _Systems(_envelope_system(root))
    rows = [_row(element, systems) for element in _inner(chosen.elements if chosen else [root])]
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
        _encoding(data),
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


@dataclass(slots=True)
class _Systems:
    """The coordinate system that holds where a geometry names none, and those that were named."""

    usual: str | None
    found: set[str] = field(default_factory=set)


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


def _parsed(data: bytes) -> tuple[Element, list[Note]]:
    """The tree, and what had to be done to get it: a wrong declaration of the encoding is overruled by the bytes."""
    from defusedxml.common import DefusedXmlException

    if len(data) > MAX_JSON_BYTES:
        raise refuse("too_large", size=size_de(len(data)), limit=size_de(MAX_JSON_BYTES))
    try:
        return _tree(data), []
    except DefusedXmlException as error:
        raise refuse("xml_entities") from error
    except (ParseError, ValueError, LookupError) as error:
        found = encodings.detect(data)
        text = re.sub(r"^\s{0,20}<\?xml[^>]{0,200}\?>", "", encodings.decode(data, found).replace("\0", ""))
        try:
            return _tree(text.encode()), [*found.notes, note("xml_encoding", chosen=found.name)]
        except (DefusedXmlException, ParseError, ValueError, LookupError):
            line = error.position[0] if isinstance(error, ParseError) else 1
            raise refuse("xml_broken", line=line) from error


def _tree(data: bytes) -> Element:
    """The tree of a document that is whole: a long one is looked through first, which needs no memory."""
    from defusedxml.ElementTree import fromstring

    if len(data) > _LONG:
        from xml.parsers.expat import ExpatError, ParserCreate

        parser = ParserCreate()
        parser.EntityDeclHandler = _refuse_entity
        try:
            parser.Parse(data, True)
        except ExpatError as error:
            broken = ParseError(str(error))
            broken.position = (error.lineno, error.offset)
            raise broken from error
    root: Element = fromstring(data, forbid_dtd=False)
    return root


def _refuse_entity(*_: object) -> None:
    raise refuse("xml_entities")


def _encoding(data: bytes) -> str:
    declared = re.match(
        rb"""\s{0,20}<\?xml[^>]{0,200}?encoding=["']([\w.-]+)["']""", data.removeprefix(b"\xef\xbb\xbf")
    )
    return declared.group(1).decode().lower() if declared else "utf-8"


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


def _row(element: Element, systems: _Systems) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for name, text in _cells(element, "", systems):
        key, number = name, 2
        while key in cells:
            key, number = f"{name}_{number}", number + 1
        cells[key] = text
    return cells


def _cells(element: Element, prefix: str, systems: _Systems) -> Iterator[tuple[str, str | None]]:
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


def _below(element: Element, prefix: str, systems: _Systems) -> Iterator[tuple[str, str | None]]:
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
