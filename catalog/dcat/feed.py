"""The files of the feed: `feed.ttl`, `feed.rdf`, `feed.jsonld`, and `feed-2.…` from the second page on.

A harvester that finds more than one page follows the Hydra links (piveau, ckanext-dcat and GovData do). What does not
belong here: what is said about a dataset (`triples`), where the files go (`catalog.portal`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from catalog.config import CatalogConfig
from catalog.dcat import vocabulary as v
from catalog.dcat.triples import Scope, catalog_triples, dataset_triples, publisher_triples, shared_triples, type_
from catalog.model import Catalog, Dataset

FORMATS = {"ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}


def write_feed(catalog: Catalog, config: CatalogConfig) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of every page in every format; the same catalogue gives the same bytes."""
    size = max(1, config.page_size)
    pages = [catalog.datasets[i : i + size] for i in range(0, len(catalog.datasets), size)] or [()]
    published = frozenset(d.id for d in catalog.datasets)
    scope = Scope(catalog, config, published)
    for number, datasets in enumerate(pages, start=1):
        triples = list(_page(scope, datasets))
        for suffix, rdf_format in FORMATS.items():
            hydra = _hydra(scope, number, len(pages), suffix) if len(pages) > 1 else []
            yield page_name(number, suffix), _serialize([*triples, *hydra], rdf_format)


def page_name(number: int, suffix: str) -> str:
    """File name of a page of the feed, counted from 1."""
    return f"feed.{suffix}" if number == 1 else f"feed-{number}.{suffix}"


def _page(scope: Scope, datasets: tuple[Dataset, ...]) -> Iterator[Triple]:
    yield from catalog_triples(scope, datasets)
    yield from publisher_triples(datasets, scope)
    yield from shared_triples(datasets, scope)
    for dataset in datasets:
        yield from dataset_triples(dataset, scope)


def _serialize(triples: list[Triple], rdf_format: RdfFormat) -> bytes:
    data = serialize(triples, format=rdf_format, prefixes=v.PREFIXES)
    if data is None:  # only with an output argument, which we do not give
        raise RuntimeError("the serializer returned nothing")
    return _stable_prefixes(data)


def _stable_prefixes(data: bytes) -> bytes:
    """Sort the prefix declarations, which the serializer writes in an order of its own each time."""
    if data.startswith(b"@prefix"):
        lines = data.split(b"\n", len(v.PREFIXES))
        return b"\n".join([*sorted(lines[:-1]), lines[-1]])
    head, opening, rest = data.partition(b"<rdf:RDF ")
    if not opening:
        return data
    declarations, _, body = rest.partition(b">")
    return head + opening + b" ".join(sorted(declarations.split())) + b">" + body


def _hydra(scope: Scope, number: int, pages: int, suffix: str) -> Iterator[Triple]:
    """https://www.hydra-cg.com/spec/latest/core/#collections; PagedCollection is what ckanext-dcat looks for."""
    base = scope.config.portal_base
    page = NamedNode(base + page_name(number, suffix))
    targets = {"first": 1, "last": pages, "next": number + 1, "previous": number - 1}
    yield Triple(page, type_, NamedNode(f"{v.HYDRA}PagedCollection"))
    yield Triple(page, type_, NamedNode(f"{v.HYDRA}PartialCollectionView"))
    for name, target in targets.items():
        if 1 <= target <= pages:
            link = NamedNode(base + page_name(target, suffix))
            yield Triple(page, NamedNode(v.HYDRA + name), link)
            yield Triple(page, NamedNode(f"{v.HYDRA}{name}Page"), link)
    for name, count in {"totalItems": len(scope.published), "itemsPerPage": scope.config.page_size}.items():
        yield Triple(page, NamedNode(v.HYDRA + name), Literal(count))
