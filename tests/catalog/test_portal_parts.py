"""Words, figures, previews and the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest

from catalog.model import Catalog
from catalog.portal import text
from catalog.portal.geo import WIDTH, draw
from catalog.portal.preview import Place, first_rows, places
from storage.manifest import Manifest


class _One:
    """A store with the same bytes under every key, and a note of the keys asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.keys: list[str] = []

    def read(self, key: str) -> bytes:
        self.keys.append(key)
        return self.data

    def stream(self, key: str) -> Iterator[bytes]:
        self.keys.append(key)
        step = max(1, len(self.data) // 3)
        return (self.data[i : i + step] for i in range(0, len(self.data), step))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 Byte"),
        (999, "999 Byte"),
        (1234, "1,2 KB"),
        (12_345, "12 KB"),
        (5_400_000, "5,4 MB"),
        (7 * 10**15, "7.000 TB"),
    ],
)
def test_sizes(value: int, shown: str) -> None:
    """Bytes read as German sizes."""
    assert text.size(value) == shown


def test_numbers_and_days() -> None:
    """Thousands with dots, days in words, moments in German time."""
    assert text.number(1234567) == "1.234.567"
    assert text.count(1, "Zeile", "Zeilen") == "1 Zeile"
    assert text.day(date(2026, 3, 1)) == "1. März 2026"
    assert text.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1. Juli 2026"
    assert text.day(None) == ""


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "file:///x",
        "//x.example",
        "http:///x",
        "https://a.example/\nb",
        "ftp://x.example",
        "http://[",
        "",
    ],
)
def test_only_web_addresses_are_links(address: str) -> None:
    """Nothing but http and https with a host becomes a link."""
    assert text.weburl(address) == ""


@pytest.mark.parametrize(
    "address", ["a@b.example?subject=x", "a@b.example,c@d.example", "a b@c.example", "a@@b.c", "x"]
)
def test_mail_addresses_carry_nothing_else(address: str) -> None:
    """A mail link holds one address and no header."""
    assert text.mail(address) == ""
    assert text.mail("a.b+c@d.example") == "a.b+c@d.example"


def test_preview_reads_the_immutable_version(
    catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]
) -> None:
    """The first rows come from the version's own file, quotes and line breaks in cells understood."""
    (dataset,) = catalog(manifest(version="v7")).datasets
    store = _One('﻿a,b\n1,"x\ny"\n2,"Ä, ""q"""\n'.encode())
    preview = first_rows(store, dataset, rows=5)
    assert preview is not None
    assert preview.columns == ("a", "b")
    assert preview.rows == (("1", "x\ny"), ("2", 'Ä, "q"'))
    assert store.keys == ["open/09471000/baumkataster/v7/baumkataster.csv"]


def test_preview_of_a_large_file_reads_only_its_head(
    catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]
) -> None:
    """Ten rows of a long file, none of them cut."""
    (dataset,) = catalog(manifest()).datasets
    preview = first_rows(_One(b"a,b\n" + b"1234,5678\n" * 200_000), dataset)
    assert preview is not None
    assert preview.rows == (("1234", "5678"),) * 10


def test_no_places_without_coordinates(catalog: Callable[..., Catalog], manifest: Callable[..., Manifest]) -> None:
    """A dataset without lat and lon is not asked for places."""
    (dataset,) = catalog(manifest(fields=({"name": "a", "type": "string"},))).datasets
    assert places(_One(b"nichts"), dataset) == ()


def test_the_map_keeps_directions_and_frame() -> None:
    """North is up, east is right, everything lies in the frame; twins share a dot."""
    drawn = draw([Place(11.0, 48.0), Place(12.0, 48.0), Place(11.0, 49.0), Place(11.0, 49.0)])
    assert drawn is not None
    assert drawn.places == 4
    assert sum(d.n for d in drawn.dots) == 4
    assert len(drawn.dots) == 3
    south_west = max(drawn.dots, key=lambda d: d.y - d.x)
    assert south_west.n == 1
    assert all(0 < d.x < WIDTH and 0 < d.y < drawn.height for d in drawn.dots)


@pytest.mark.parametrize("spot", [[], [Place(500.0, 48.0)], [Place(float("nan"), 48.0)]])
def test_no_map_of_nowhere(spot: list[Place]) -> None:
    """Without a place on the globe there is no map."""
    assert draw(spot) is None


@pytest.mark.parametrize(
    "spots",
    [
        [Place(11.0, 48.0)],
        [Place(10.0, 48.0), Place(13.0, 48.0)],
        [Place(11.0, 47.3), Place(11.0, 50.5)],
        [Place(-180.0, -90.0), Place(180.0, 90.0)],
    ],
)
def test_the_map_of_odd_shapes(spots: list[Place]) -> None:
    """One point, a line, the whole globe: finite frame, scale and graticule."""
    drawn = draw(spots)
    assert drawn is not None
    assert 0 < drawn.scale_px < WIDTH
    assert 200 < drawn.height <= 700
    assert len(drawn.meridians) + len(drawn.parallels) >= 1


def test_large_municipalities_are_named_without_overlap() -> None:
    """In a statewide map the names of the largest groups stand, at most one where two would collide."""
    near = [Place(11.0, 48.0, "Groß")] * 5 + [Place(11.001, 48.001, "Klein")] + [Place(13.0, 50.0, "Fern")] * 2
    drawn = draw(near)
    assert drawn is not None
    assert {label.text for label in drawn.labels} == {"Groß", "Fern"}
