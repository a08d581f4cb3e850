"""The search in a real browser, from a folder, under the pages' own policy. Skipped where no Chromium is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from catalog.build import load_catalog
from catalog.config import CatalogConfig
from catalog.portal.context import context_for
from catalog.portal.render import render
from catalog.portal.write import write_portal
from storage.sites import Sites

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(
    ("query", "heading", "page"),
    [
        ("b%C3%A4ume%20bayern", "1 Datensatz gefunden", "datensatz/land/baumkataster.html"),
        ("WOCHENM", "1 Datensatz gefunden", "datensatz/09564000/wochenmaerkte.html"),
        ("xyzzy", "Nichts gefunden", ""),
    ],
)
def test_the_search_finds(published: Sites, tmp_path: Path, query: str, heading: str, page: str) -> None:
    """Umlauts, beginnings of words and capitals find the dataset; what is not there is said so."""
    config = CatalogConfig()
    catalog = load_catalog(published.onprem, config)
    write_portal(published, render(catalog, context_for(catalog, config, published.onprem)))
    start = Path(published.onprem.uri("portal/index.html")).as_uri()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    command = [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'browser'}", f"{start}#q={query}"]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert heading in dom
    hits = dom.partition('id="liste"')[2].partition("</ol>")[0]
    assert (f'href="{page}"' in hits) if page else ("<li" not in hits)
    assert '<section id="treffer" aria-live="polite">' in dom
