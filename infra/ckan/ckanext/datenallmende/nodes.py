"""RDF housekeeping on the graph of one dataset: names for blank nodes, languages for texts.

Named nodes make two answers comparable and let a harvester keep what belongs together. What does not belong here:
what is said (`profiles`).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

_SCHEMES = {"http", "https", "mailto", "urn", "tel"}
_NOT_IN_IRI = re.compile(r"""[\x00-\x20<>"{}|\\^`]""")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rename(graph: Graph, old: Node, new: Node) -> None:
    """Give a node another name, wherever it stands."""
    for _, predicate, value in list(graph.triples((old, None, None))):
        graph.remove((old, predicate, value))
        graph.add((new, predicate, value))
    for subject, predicate, _ in list(graph.triples((None, None, old))):
        graph.remove((subject, predicate, old))
        graph.add((subject, predicate, new))


def name_blank(graph: Graph, subject: Node, predicate: URIRef, fragment: str) -> None:
    """Name the blank nodes at `predicate` after their subject: `…#kontakt`, `…#kontakt-2` in the order of content."""
    blank = [node for node in graph.objects(subject, predicate) if isinstance(node, BNode)]
    blank.sort(key=lambda node: sorted(f"{p} {o}" for _, p, o in graph.triples((node, None, None))))
    for number, node in enumerate(blank, start=1):
        rename(graph, node, URIRef(f"{subject}#{fragment}" + (f"-{number}" if number > 1 else "")))


def tag_language(graph: Graph, subject: Node, predicate: URIRef, language: str) -> None:
    """Say in which language plain texts are; texts that say it themselves stay."""
    for value in list(graph.objects(subject, predicate)):
        if isinstance(value, Literal) and not value.language and value.datatype is None:
            graph.remove((subject, predicate, value))
            graph.add((subject, predicate, Literal(str(value), lang=language)))


def is_iri(text: str) -> bool:
    """Whether `text` can stand as an IRI in every RDF format, and is no script."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    has_rest = bool(parts.netloc) if parts.scheme in {"http", "https"} else bool(parts.path)
    return parts.scheme in _SCHEMES and has_rest and not _NOT_IN_IRI.search(text)


def keep_what_can_be_written(graph: Graph) -> None:
    """Drop what no RDF format can hold: one dataset with nonsense in it must not take the whole catalogue away."""
    for subject, predicate, value in list(graph):
        is_said_of_something = not isinstance(subject, Literal) and _writable(subject) is not None
        kept = _writable(value) if is_said_of_something else None
        if kept is not value:
            graph.remove((subject, predicate, value))
            if kept is not None:
                graph.add((subject, predicate, kept))


def _writable(node: Node) -> Node | None:
    if isinstance(node, URIRef):
        return node if is_iri(str(node)) else None
    if isinstance(node, Literal):
        if node.ill_typed:
            return None
        if _NOT_IN_XML.search(str(node)):
            return Literal(_NOT_IN_XML.sub("", str(node)), lang=node.language, datatype=node.datatype)
    return node
