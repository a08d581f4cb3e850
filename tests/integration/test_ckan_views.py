"""Previews in a real browser on a real CKAN: table and map, in German, without a request to anybody else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from orchestration.stack import Stack
from tests.integration.ckan_tables import Table, ckan, trees

pytestmark = pytest.mark.integration
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("ALLMENDE_SCREENSHOTS")
"""A folder: there each page is put as a picture, to be looked at."""
ROWS = 240
PATIENCE_MS = 30_000


class Files(SimpleHTTPRequestHandler):
    """Serves the open zone, as the public address of a store does."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def table(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """A published dataset with a table and places, its files behind a public address."""
    table = Table(*ckan(stack), tmp_path_factory.mktemp("views"))
    table.write(trees(ROWS))
    folder = table.sites.onprem.folder
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        table.publish(public_url=f"http://127.0.0.1:{server.server_port}/")
        yield table
        server.shutdown()
    table.remove()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: infra/native/install.sh browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that may ask nobody but this machine and must not fail in its scripts."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 1100})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    foreign: list[str] = []
    failed: list[str] = []
    local = re.compile(r"^(https?://127\.0\.0\.1[:/]|data:|blob:|about:)")
    page.on("request", lambda asked: None if local.match(asked.url) else foreign.append(asked.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS, f"{request.node.name}.png")))
    context.close()
    assert foreign == []
    assert failed == []


def test_a_reader_sorts_searches_and_turns_pages(table: Table, page: Page) -> None:
    """The table is there in German; umlauts are found, numbers sort as numbers, the next page is another."""
    page.goto(f"{table.address}/dataset/{table.name}/resource/{table.resource()['id']}")
    expect(page.get_by_role("link", name="Tabelle")).to_be_visible()
    frame = page.frame_locator("iframe[data-module=data-viewer]")
    rows = frame.locator("#dtprv tbody tr")
    expect(rows).to_have_count(20, timeout=PATIENCE_MS)
    expect(frame.locator("body")).to_contain_text(f"1 bis 20 von {ROWS} Einträgen")
    expect(frame.locator("thead").first).to_contain_text("Baumnummer")

    frame.get_by_role("link", name="2", exact=True).or_(frame.get_by_role("button", name="2", exact=True)).click()
    expect(rows.first).to_contain_text("B-00020")

    header = frame.locator("thead th", has_text="Höhe").first
    header.click()
    header.click()
    expect(rows.first).to_contain_text(re.compile(r"32\.5"))

    search = frame.locator("input[type=search]").first
    search.fill("Übergrö")
    search.press("Enter")
    expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    expect(rows.first).to_contain_text("Linde, Übergröße")
    expect(rows.first).to_contain_text("ja")


def test_a_reader_looks_at_the_map_of_the_table(table: Table, page: Page) -> None:
    """Every row with a place is a point; a click on one shows the row with the labels of the data dictionary."""
    page.goto(f"{table.address}/dataset/{table.name}/resource/{table.resource()['id']}")
    page.get_by_role("link", name="Karte").click()
    frame = page.frame_locator("iframe[data-module=data-viewer]")
    expect(frame.locator("#da-map")).to_have_attribute("data-points", str(ROWS))
    expect(frame.locator("#da-map-note")).to_contain_text(f"{ROWS} Orte")
    _click_a_point(frame)
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("Baumnummer")
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("Linde")


def test_a_reader_looks_at_the_map_of_a_file(table: Table, page: Page) -> None:
    """The GeoJSON file is shown through CKAN itself, so that no store needs to allow foreign pages."""
    page.goto(f"{table.address}/dataset/{table.name}/resource/{table.resource('GeoJSON')['id']}")
    frame = page.frame_locator("iframe[data-module=data-viewer]")
    expect(frame.locator("#da-map")).to_have_attribute("data-points", str(ROWS))
    _click_a_point(frame)
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("baum_nr")


def test_views_are_made_once_and_kept(table: Table) -> None:
    """A new version makes no second view, and a title that somebody gave by hand stays."""
    resource = table.resource()["id"]
    before = table.ckan.action.resource_view_list(id=resource)
    assert [(view["view_type"], view["title"]) for view in before] == [
        ("datatables_view", "Tabelle"),
        ("datenallmende_map", "Karte"),
    ]
    table.ckan.action.resource_view_update(**{**before[0], "title": "Alle Bäume"})
    table.write(trees(ROWS, "Eiche"))
    assert not table.publish().is_empty
    after = table.ckan.action.resource_view_list(id=resource)
    assert [(view["id"], view["title"]) for view in after] == [
        (before[0]["id"], "Alle Bäume"),
        (before[1]["id"], "Karte"),
    ]
    kinds = {
        r["format"]: [v["view_type"] for v in table.ckan.action.resource_view_list(id=r["id"])]
        for r in table.ckan.action.package_show(id=table.name)["resources"]
    }
    assert kinds["GeoJSON"] == ["datenallmende_geojson"]
    assert kinds["Parquet"] == kinds["XLSX"] == []


def _click_a_point(frame: Any) -> None:
    """Click where the map has a point: the first row is the south-west corner of what is shown."""
    box = frame.locator("#da-map").bounding_box()
    found = frame.locator("#da-map").evaluate(
        "(box) => { const p = window.daMap.latLngToContainerPoint([49.89, 10.89]); return [p.x, p.y]; }"
    )
    assert box is not None
    frame.locator("#da-map").click(position={"x": found[0], "y": found[1]})
