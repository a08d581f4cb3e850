"""What is said about a dataset, before any format has its words: the decisions that the feed and CKAN share.

What stands here once cannot differ between the two. What does not belong here: triples (`triples`), fields of a portal
(`catalog.ckan.mapping`).
"""

from __future__ import annotations

from datetime import date

from pyoxigraph import NamedNode

from catalog import plain
from catalog.dcat import vocabulary as v
from catalog.model import Agent, Catalog, Dataset, Distribution

INVENTED = "Erfundene Beispieldaten"


def title(dataset: Dataset) -> str:
    return plain.line(dataset.title) or dataset.name


def description(dataset: Dataset) -> str:
    """The description; data that is invented says so first."""
    invented = f"{INVENTED}. " if dataset.is_invented else ""
    return plain.text(invented + dataset.description) or title(dataset)


def keywords(dataset: Dataset) -> list[str]:
    """The keywords in the one spelling that every portal takes."""
    words = {word for raw in dataset.keywords if (word := plain.keyword(raw))}
    return sorted(words | ({INVENTED} if dataset.is_invented else set()))


def file_title(distribution: Distribution, dataset: Dataset) -> str:
    return plain.line(f"{title(dataset)}: {distribution.title}")


def provenance(dataset: Dataset) -> str:
    return plain.text(" ".join(dataset.provenance))


def period(dataset: Dataset) -> tuple[date | None, date | None]:
    """First and last day that the data speaks about."""
    return dataset.temporal_start or dataset.stand, dataset.temporal_end or dataset.stand


def box(dataset: Dataset) -> tuple[tuple[float, float], ...]:
    """The surrounding box as a ring of (longitude, latitude), empty without one."""
    if dataset.bbox is None:
        return ()
    west, south, east, north = dataset.bbox
    return (west, south), (east, south), (east, north), (west, north), (west, south)


def publisher(dataset: Dataset, namespace: str) -> Agent:
    """The publisher as an agent. The geocoding URI of a municipality names a place, so it cannot serve as one."""
    own = v.iri(dataset.publisher.uri)
    if own is None or "/politicalGeocoding/" in own.value:
        own = NamedNode(f"{namespace}herausgeber/{dataset.dataset_id.owner}")
    name = plain.line(dataset.publisher.name) or dataset.dataset_id.owner
    return dataset.publisher.model_copy(update={"name": name, "uri": own.value})


def publisher_type(dataset: Dataset) -> NamedNode:
    return v.REGIONAL_AUTHORITY if dataset.is_statewide else v.LOCAL_AUTHORITY


def operator(catalog: Catalog, namespace: str) -> Agent:
    """Who runs the catalogue and has worked on every dataset in it."""
    name = plain.line(catalog.publisher.name) or plain.line(catalog.title)
    return catalog.publisher.model_copy(update={"name": name, "uri": f"{namespace}herausgeber"})


def contact(dataset: Dataset, catalog: Catalog) -> Agent:
    """Convention 1: a contact has an e-mail address or a web page; without either the imprint stands in."""
    given = dataset.contact
    name = plain.line(given.name) or plain.line(dataset.publisher.name)
    url = v.iri(given.url)
    if url is None and v.mailto(given.email) is None:
        url = v.iri(dataset.publisher.url) or v.iri(f"{catalog.homepage.removesuffix('index.html')}impressum.html")
    return given.model_copy(update={"name": name, "url": url.value if url else ""})


def standard(dataset: Dataset, namespace: str) -> NamedNode | None:
    return v.iri(f"{namespace}standard/{dataset.standard}") if dataset.standard else None


def standard_title(dataset: Dataset) -> str:
    return plain.line(dataset.standard_title) or dataset.standard


def origins(dataset: Dataset, namespace: str, published: frozenset[str]) -> list[NamedNode]:
    """The published datasets that this one was put together from; a municipal one names itself as its only part."""
    others = (part.dataset for part in dataset.parts if part.dataset != dataset.id)
    return [NamedNode(f"{namespace}datensatz/{other}") for other in others if other in published]


def namespace_of(catalog: Catalog) -> str:
    """What all identifiers of this catalogue begin with."""
    return catalog.iri.removesuffix("katalog")
