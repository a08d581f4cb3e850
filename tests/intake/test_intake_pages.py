"""The pages that only tell, what every answer carries, and errors."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from standards.registry import load_standards

PAGES = ["/", "/pakete", "/pakete/baumkataster", "/pruefen", "/abgeben", "/gibt-es-nicht", "/assets/portal.css"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_safe_headers(visitor: Any, path: str) -> None:
    """Pages, errors and fixed files carry a policy without scripts, and cannot be framed or sniffed."""
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("public, max-age=86400" if path.startswith("/assets") else "no-store")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PAGES[:5])
def test_pages_work_under_their_own_policy(visitor: Any, path: str) -> None:
    """No page needs what its policy forbids: scripts, inline styles, anything from elsewhere; links lead somewhere."""
    page = visitor.get(path)
    assert page.status_code == 200
    tags = _Tags()
    tags.feed(page.text)
    assert not [tag for tag, attrs in tags.found if tag in {"script", "style", "iframe"} or "style" in attrs]
    assert not [name for _, attrs in tags.found for name in attrs if name.startswith("on")]
    local = {attrs.get("href") or attrs.get("src") or "" for tag, attrs in tags.found if tag in {"a", "link", "img"}}
    for target in sorted(one for one in local if one.startswith("/")):
        assert visitor.get(target).status_code == 200, target


@pytest.mark.parametrize("path", PAGES[:5])
def test_pages_are_accessible_in_their_bones(visitor: Any, path: str) -> None:
    """German, one first heading, a way past the menu, a label for every input that is seen."""
    text = visitor.get(path).text
    tags = _Tags()
    tags.feed(text)
    assert '<html lang="de">' in text
    assert len(re.findall(r"<h1\b", text)) == 1
    assert 'href="#inhalt"' in text
    labelled = {attrs.get("for") for tag, attrs in tags.found if tag == "label"}
    inputs = [attrs for tag, attrs in tags.found if tag in {"input", "select"} and attrs.get("type") != "hidden"]
    assert {attrs.get("id") for attrs in inputs} <= labelled


@pytest.mark.parametrize("name", sorted(load_standards()))
def test_every_package_is_explained_and_has_templates(visitor: Any, name: str) -> None:
    """Each standard has a page with all its fields, and templates whose columns are those fields."""
    standard = load_standards()[name]
    titles = [field.title_de for field in standard.fields]
    page = visitor.get(f"/pakete/{name}")
    assert page.status_code == 200
    assert all(title in page.text for title in titles)
    csv = visitor.get(f"/pakete/{name}/vorlage.csv")
    assert csv.content.decode("utf-8-sig").splitlines()[0].split(";") == titles
    assert csv.headers["content-disposition"] == f'attachment; filename="vorlage-{name}.csv"'
    xlsx = visitor.get(f"/pakete/{name}/vorlage.xlsx")
    assert pl.read_excel(io.BytesIO(xlsx.content), sheet_id=1, has_header=False).row(0) == tuple(titles)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pakete/gibt-es-nicht", 404),
        ("/pakete/baumkataster/vorlage.exe", 404),
        ("/pakete/..%2f..%2fetc/vorlage.csv", 404),
        ("/assets/..%2fapp.py", 404),
        ("/pruefen/ergebnis/..%2f..%2fetc", 404),
        ("/docs", 404),
        ("/openapi.json", 404),
    ],
)
def test_wrong_addresses_end_in_a_sentence(visitor: Any, path: str, status: int) -> None:
    """An address that does not exist gets a German page that says what to do."""
    answer = visitor.get(path)
    assert answer.status_code == status
    assert "Das hat nicht geklappt" in answer.text
    assert "Bitte" in answer.text


def test_wrong_methods_end_in_a_sentence(visitor: Any) -> None:
    """A method that a page does not know is answered in German, too."""
    answer = visitor.client.put("/pruefen", content=b"x")
    assert answer.status_code == 405
    assert "So lässt sich diese Seite nicht aufrufen" in answer.text


def test_unforeseen_errors_show_no_traceback(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks, the visitor reads one sentence, under the same policy as everywhere."""

    def broken(*_: object) -> str:
        raise RuntimeError("geheim")

    monkeypatch.setattr("intake.trial.headline", broken)
    page = visitor.check("x.csv", b"Baumnummer;Pflanzjahr\n1;1990\n", "baumkataster")
    assert page.status_code == 500
    assert "Hier ist uns ein Fehler unterlaufen" in page.text
    assert "geheim" not in page.text
    assert "Traceback" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_other_host_names_are_refused(visitor: Any) -> None:
    """A page under another name that leads here (DNS rebinding) cannot be used to read or post."""
    assert visitor.get("/", headers={"host": "boese.example"}).status_code == 400


def test_health_tells_that_the_portal_answers(visitor: Any) -> None:
    """Whoever watches the server has an address to ask."""
    answer = visitor.get("/gesund")
    assert answer.status_code == 200
    assert answer.text.startswith("gut")
