"""Bytes to the tree of an XML document, without entities, whatever its declaration says of the encoding.

What does not belong here: which elements are rows (`xmlfile`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from connectors.reading import encoding as encodings
from connectors.reading.limits import MAX_JSON_BYTES
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.result import Note

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


_LONG = 8 * 1024**2


def parsed_xml(data: bytes) -> tuple[Element, list[Note]]:
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


def declared_encoding(data: bytes) -> str:
    declared = re.match(
        rb"""\s{0,20}<\?xml[^>]{0,200}?encoding=["']([\w.-]+)["']""", data.removeprefix(b"\xef\xbb\xbf")
    )
    return declared.group(1).decode().lower() if declared else "utf-8"
