"""What stands on the pages: complete, linked, escaped, accessible, the same every time."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from catalog.build import load_catalog
from catalog.config import CatalogConfig
from catalog.model import Catalog
from catalog.portal.context import context_for
from catalog.portal.render import page_for_withdrawn, pages_for_dataset, render
from storage.manifest import Manifest
from storage.sites import Sites

Make = Callable[..., Catalog]
Said = Callable[..., Manifest]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


class _Html(HTMLParser):
    """Collects tags with their attributes, links and ids."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def _pages(catalog: Catalog, sites: Sites | None = None) -> dict[str, bytes]:
    ctx = context_for(catalog, CatalogConfig(), sites.onprem if sites else None)
    return dict(render(catalog, ctx))


@pytest.fixture
def pages(published: Sites) -> dict[str, bytes]:
    """The whole portal of the published datasets."""
    return _pages(load_catalog(published.onprem, CatalogConfig()), published)


def _html(pages: dict[str, bytes]) -> dict[str, _Html]:
    return {path: _Html(data) for path, data in pages.items() if path.endswith(".html")}


def test_every_relative_link_leads_somewhere(pages: dict[str, bytes], published: Sites) -> None:
    """Links to pages, assets, feeds and data files exist, and so does every anchor."""
    documents = _html(pages)
    assert len(documents) > 12
    for path, document in documents.items():
        for link in document.all("href") + document.all("src"):
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            target, _, anchor = link.partition("#")
            full = posixpath.normpath(posixpath.join("portal", posixpath.dirname(path), target)) if target else ""
            if full.startswith("open/"):
                assert published.onprem.head(full), (path, link)
            elif full:
                assert full.removeprefix("portal/") in pages, (path, link)
            if anchor:
                assert anchor in document.all("id"), (path, link)


def test_pages_are_accessible_documents(pages: dict[str, bytes]) -> None:
    """Language, title, one h1, main, skip link, unique ids, labels for fields, alternatives for pictures and tables."""
    for path, document in _html(pages).items():
        assert document.named("html")[0]["lang"] == "de", path
        assert len(document.named("h1")) == 1, path
        assert len(document.named("main")) == 1, path
        assert document.named("a")[0]["href"] == "#inhalt", path
        ids = document.all("id")
        assert len(ids) == len(set(ids)), path
        labels = {attrs["for"] for attrs in document.named("label")}
        fields = document.named("input") + document.named("select")
        assert {attrs["id"] for attrs in fields} <= labels, path
        assert all("alt" in attrs for attrs in document.named("img")), path
        assert len(document.named("caption")) == len(document.named("table")), path
        assert all(attrs.get("role") == "img" and attrs["aria-labelledby"] for attrs in document.named("svg")), path
        for reference in document.all("aria-labelledby"):
            assert set(reference.split()) <= set(ids), path


def test_pages_live_under_a_strict_policy(pages: dict[str, bytes]) -> None:
    """A policy of 'self' on every page, and nothing inline or foreign that it would have to forbid."""
    for path, document in _html(pages).items():
        policies = [a["content"] for a in document.named("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(policies) == 1, path
        assert "default-src 'self'" in policies[0], path
        assert "unsafe" not in policies[0], path
        assert not document.named("style"), path
        assert all(a.get("src", "").startswith(("assets/", "../")) for a in document.named("script")), path
        assert not [n for _, attrs in document.tags for n in attrs if n == "style" or n.startswith("on")], path
        assert all(a["href"].startswith(("assets/", "../")) for a in document.named("link") if a["rel"] == "stylesheet")


def test_the_dataset_page_says_everything(pages: dict[str, bytes]) -> None:
    """Licence with attribution, publisher, files with checksum, columns, quality, versions, preview and map."""
    html = pages["datensatz/09461000/baumkataster.html"].decode()
    for text in (
        "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        "Datenquelle: Stadt Musterstadt – dl-de/by-2-0",
        "../../../open/09461000/baumkataster/latest/baumkataster.csv",
        "Die ersten 5 von 5 Zeilen",
        "<code>art_deutsch</code>",
        "SHA-256",
        "Linde",
        "Bäume Bayern",
        "gartenamt@musterstadt.example",
        "1. November 2026",
    ):
        assert text in html, text
    assert html.count("<circle") >= 3
    assert "<svg" not in pages["datensatz/09564000/wochenmaerkte.html"].decode()


def test_invented_data_is_labelled_everywhere_and_only_there(pages: dict[str, bytes]) -> None:
    """The label stands wherever an invented dataset shows, and not on pages of real ones."""
    label = "Erfundene Beispieldaten"
    for path in ("index.html", "datensaetze.html", "kommune/09461000.html", "datensatz/09461000/baumkataster.html"):
        assert label in pages[path].decode(), path
    assert label in pages["datensatz/land/baumkataster.html"].decode()
    assert label not in pages["datensatz/09564000/wochenmaerkte.html"].decode()
    assert label not in pages["kommune/09564000.html"].decode()


def test_what_is_internal_is_nowhere(pages: dict[str, bytes]) -> None:
    """Neither the title nor the id of an internal dataset appears in any file of the portal."""
    assert not [path for path, data in pages.items() if b"geheim" in data or b"Intern<" in data]


def test_hostile_metadata_stays_text(catalog: Make, manifest: Said) -> None:
    """Markup, templates and script addresses in every text field come out as text, links only as web links."""
    hostile = manifest(
        title=EVIL,
        description=EVIL,
        keywords=(EVIL,),
        attribution=EVIL,
        standard_title=EVIL,
        source_url="javascript:alert(1)",
        provenance=(EVIL,),
        publisher={"name": EVIL, "url": "javascript:alert(1)"},
        contact={"name": EVIL, "email": "x@y.example?cc=z@evil.example", "url": "data:text/html,<script>"},
        licence={"name": EVIL, "path": " javascript:alert(1)", "title": EVIL},
        quality={
            "rows_total": 1,
            "rows_accepted": 0,
            "rows_rejected": 1,
            "reject_reasons": {EVIL: 1},
            "repairs": ({"kind": EVIL, "column": EVIL, "count": 1},),
        },
        fields=({"name": "a<b>", "type": "string", "title": EVIL, "description": EVIL, "unit": EVIL},),
    )
    for path, document in _html(_pages(catalog(hostile))).items():
        assert all("src" in attrs for attrs in document.named("script")), path
        assert all(attrs["src"].endswith("logo.svg") for attrs in document.named("img")), path
        for link in document.all("href"):
            assert not link.strip().lower().startswith(("javascript:", "data:", "file:", "mailto:")), (path, link)


def test_hostile_names_make_no_paths(catalog: Make, manifest: Said) -> None:
    """A standard or theme whose name could leave its folder gets no page of its own."""
    pages = _pages(catalog(manifest(standard="../../evil", theme="../x")))
    assert not [path for path in pages if ".." in path or path.startswith(("standard/", "thema/"))]


def test_the_search_index_is_a_script_that_only_holds_data(catalog: Make, manifest: Said) -> None:
    """The index sets one variable to JSON, cannot close a script element, and finds the dataset's page."""
    data = _pages(catalog(manifest(title="</script>\u2028Bäume")))["assets/index.js"].decode()
    assert data.startswith("window.ALLMENDE=[")
    assert "<" not in data
    assert "\u2028" not in data
    (row,) = json.loads(data.removeprefix("window.ALLMENDE=").rstrip(";\n"))
    assert row[:2] == ["datensatz/09471000/baumkataster.html", "</script>\u2028Bäume"]


def test_rendering_is_pure(published: Sites) -> None:
    """The same catalogue and files give the same bytes."""
    whole = load_catalog(published.onprem, CatalogConfig())
    assert _pages(whole, published) == _pages(whole, published)


def test_long_lists_have_pages(catalog: Make, manifest: Said) -> None:
    """More than 200 datasets spread over several plain pages that together link each of them."""
    whole = catalog(*(manifest(f"{9471000 + i:08d}/baumkataster") for i in range(205)))
    pages = _pages(whole)
    listed = pages["datensaetze.html"] + pages["datensaetze-2.html"]
    assert all(f"datensatz/{d.id}.html".encode() in listed for d in whole.datasets)
    assert "datensaetze-3.html" not in pages


def test_a_fingerprint_changes_with_what_the_page_shows(catalog: Make, manifest: Said) -> None:
    """It is stable for the same data and differs after a change of title or of the site's settings."""
    one, other = catalog(manifest()), catalog(manifest(title="Neu"))
    prints = {context_for(c, CatalogConfig()).fingerprint(c.datasets[0]) for c in (one, one, other)}
    prints.add(context_for(one, CatalogConfig(title="Andere")).fingerprint(one.datasets[0]))
    assert len(prints) == 3


def test_a_withdrawn_page_gives_the_reason(catalog: Make) -> None:
    """The page that stays behind says that the dataset was taken back, and why, escaped."""
    path, data = page_for_withdrawn("09471000/x", "Bäume", "<b>Fehler</b>", context_for(catalog(), CatalogConfig()))
    assert path == "datensatz/09471000/x.html"
    assert "zurückgezogen" in data.decode()
    assert "&lt;b&gt;Fehler" in data.decode()


def test_an_empty_catalogue_has_a_portal(catalog: Make) -> None:
    """Without a dataset the pages say so and the feed is there."""
    pages = _pages(catalog())
    assert "Noch ist kein Datensatz" in pages["index.html"].decode()
    assert {"feed.ttl", "feed.rdf", "feed.jsonld", "robots.txt", "impressum.html"} <= set(pages)


def test_one_dataset_is_one_page(published: Sites) -> None:
    """`pages_for_dataset` yields exactly the dataset's page."""
    whole = load_catalog(published.onprem, CatalogConfig())
    ctx = context_for(whole, CatalogConfig(), published.onprem)
    assert [path for path, _ in pages_for_dataset(whole.datasets[0], ctx)] == ["datensatz/09461000/baumkataster.html"]


def test_municipalities_are_listed_by_the_name_of_the_place(catalog: Make, manifest: Said) -> None:
    """Aschau, Stadt Bamberg, Markt Cadolzburg: the kind of municipality does not count for the order."""
    named = {"09461000": "Stadt Bamberg", "09573114": "Markt Cadolzburg", "09187113": "Aschau"}
    whole = catalog(*(manifest(f"{ags}/x", publisher={"name": name}) for ags, name in named.items()))
    html = _pages(whole)["kommunen.html"].decode()
    assert html.index(">Aschau<") < html.index(">Stadt Bamberg<") < html.index(">Markt Cadolzburg<")
