"""RDF housekeeping on the graph of one dataset: names for blank nodes, languages for texts.

Named nodes make two answers comparable and let a harvester keep what belongs together. What does not belong here:
what is said (`profiles`).
"""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node


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
