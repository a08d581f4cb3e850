"""Which pages the portal has and what stands on them: pure, one (path, bytes) at a time.

Paths are relative to the portal zone. The same catalogue and files give the same bytes; dates are absolute, a page
does not change because a day went by. What does not belong here: writing (`write`), reading files (`preview`).
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.build import dataset_page
from catalog.dcat import write_feed
from catalog.model import Catalog, Dataset
from catalog.portal import text
from catalog.portal.context import HERE, Context
from catalog.portal.geo import draw
from catalog.portal.preview import first_rows, places
from catalog.portal.search import search_index

Page = tuple[str, bytes]
_LIST_SIZE = 200
_NEWEST = 8


def render(catalog: Catalog, ctx: Context) -> Iterator[Page]:
    """Every page of the portal: the site first, then dataset by dataset."""
    yield from pages_for_site(catalog, ctx)
    for dataset in catalog.datasets:
        yield from pages_for_dataset(dataset, ctx)


def pages_for_dataset(dataset: Dataset, ctx: Context) -> Iterator[Page]:
    """The page of one dataset, with preview and map where `ctx.store` can give them."""
    preview = first_rows(ctx.store, dataset) if ctx.store else None
    drawn = draw(places(ctx.store, dataset)) if ctx.store else None
    yield _page(
        dataset_page(dataset.dataset_id),
        "dataset.html",
        ctx,
        dataset=dataset,
        kommune=ctx.kommunen.get(dataset.ags),
        wholes=ctx.wholes.get(dataset.id, ()),
        parts=ctx.parts(dataset),
        preview=preview,
        map=drawn,
    )


def page_for_withdrawn(dataset_id: str, title: str, reason: str, ctx: Context) -> Page:
    """The page that stays at the address of a dataset that was taken back."""
    from storage.names import DatasetId

    return _page(dataset_page(DatasetId.parse(dataset_id)), "withdrawn.html", ctx, title=title, reason=reason)


def pages_for_site(catalog: Catalog, ctx: Context) -> Iterator[Page]:
    """Everything that is not about one dataset: start, lists, municipalities, standards, themes, feed, assets."""
    yield from _assets()
    yield "assets/index.js", search_index(catalog)
    yield "robots.txt", b"User-agent: *\nAllow: /\n"
    yield from write_feed(catalog, ctx.config)
    standards, themes = _standards(catalog), _themes(catalog)
    yield _page("index.html", "start.html", ctx, newest=_newest(catalog), standards=standards, themes=themes)
    yield from _listing("datensaetze", "datasets.html", _ordered(catalog.datasets), ctx)
    yield _page("kommunen.html", "kommunen.html", ctx)
    yield _page("standards.html", "standards.html", ctx, standards=standards)
    yield _page("ueber.html", "about.html", ctx)
    yield _page("impressum.html", "imprint.html", ctx)
    for kommune in ctx.kommunen.values():
        inside = _distinct(w for d in kommune.datasets for w in ctx.wholes.get(d.id, ()))
        yield _page(f"kommune/{kommune.ags}.html", "kommune.html", ctx, kommune=kommune, wholes=inside)
    for name, datasets in standards.items():
        yield from _listing(f"standard/{name}", "standard.html", datasets, ctx, name=name)
    for code, datasets in themes.items():
        yield from _listing(f"thema/{code}", "theme.html", datasets, ctx, code=code)


def _listing(base: str, template: str, datasets: Sequence[Dataset], ctx: Context, **values: Any) -> Iterator[Page]:
    """A list of datasets over as many plain pages as it takes: nothing needs a script to be found."""
    parts = [datasets[i : i + _LIST_SIZE] for i in range(0, len(datasets), _LIST_SIZE)] or [[]]
    for number, shown in enumerate(parts, start=1):
        pager = [(n, posixpath.basename(_numbered(base, n)), n == number) for n in range(1, len(parts) + 1)]
        yield _page(_numbered(base, number), template, ctx, datasets=datasets, shown=shown, pager=pager, **values)


def _numbered(base: str, number: int) -> str:
    return f"{base}.html" if number == 1 else f"{base}-{number}.html"


def _assets() -> Iterator[Page]:
    for path in sorted((HERE / "assets").iterdir()):
        yield f"assets/{path.name}", path.read_bytes()


def _standards(catalog: Catalog) -> dict[str, list[Dataset]]:
    found: dict[str, list[Dataset]] = defaultdict(list)
    for dataset in _ordered(catalog.datasets):
        if _is_path_part(dataset.standard):
            found[dataset.standard].append(dataset)
    return dict(sorted(found.items(), key=lambda item: item[1][0].standard_title or item[0]))


def _themes(catalog: Catalog) -> dict[str, list[Dataset]]:
    found: dict[str, list[Dataset]] = defaultdict(list)
    for dataset in _ordered(catalog.datasets):
        if _is_path_part(dataset.theme):
            found[dataset.theme].append(dataset)
    return dict(sorted(found.items(), key=lambda item: text.theme(item[0])))


def _newest(catalog: Catalog) -> list[Dataset]:
    return sorted(catalog.datasets, key=lambda d: (-d.modified.timestamp(), d.id))[:_NEWEST]


def _ordered(datasets: Iterable[Dataset]) -> list[Dataset]:
    """Statewide tables first, then by title."""
    return sorted(datasets, key=lambda d: (not d.is_statewide, d.title.casefold(), d.id))


def _distinct(datasets: Iterable[Dataset]) -> list[Dataset]:
    return list({d.id: d for d in datasets}.values())


def _is_path_part(name: str) -> bool:
    """Whether a name from a manifest may be part of a file name."""
    return bool(name) and name.replace("_", "").replace("-", "").isalnum() and name.isascii()


def _page(path: str, template: str, ctx: Context, **values: Any) -> Page:
    root = "../" * path.count("/")
    html = (
        _environment()
        .get_template(template)
        .render(site=ctx.catalog, config=ctx.config, kommunen=ctx.kommunen, root=root, path=path, **values)
    )
    return path, html.encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("number", "size", "day", "count", "weburl", "mail", "theme", "frequency", "sentence", "cell"):
        environment.filters[name] = getattr(text, name)
    environment.filters["page"] = lambda dataset: dataset_page(dataset.dataset_id)
    environment.filters["format"] = lambda fmt: text.FORMATS.get(fmt, fmt)
    environment.filters["hint"] = lambda fmt: text.FORMAT_HINTS.get(fmt, "")
    environment.filters["type"] = lambda kind: text.TYPES.get(kind, kind)
    environment.globals["is_path_part"] = _is_path_part
    return environment


__all__: Sequence[str] = ("Page", "page_for_withdrawn", "pages_for_dataset", "pages_for_site", "render")
