"""Writing the portal: only what changed, the list last, and every interruption heals."""

from __future__ import annotations

import hashlib
import json

import pytest

from catalog.portal.write import UNFINISHED, WriteReport, write_portal
from storage.layout import PORTAL_MANIFEST
from storage.sites import Sites

PAGES = {"index.html": b"start", "a/b.html": b"b", "c.html": b"c"}


class _Killed(Exception):
    pass


class _Dying:
    """Sites that die before the nth write or delete."""

    def __init__(self, sites: Sites, lives: int) -> None:
        self._sites = sites
        self._lives = lives
        self.onprem = sites.onprem

    def _live(self) -> None:
        if self._lives == 0:
            raise _Killed
        self._lives -= 1

    def write(self, *args: object, **kwargs: object) -> object:
        self._live()
        return self._sites.write(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, site: str, key: str) -> None:
        self._live()
        self._sites.delete(site, key)


def _there(sites: Sites) -> dict[str, bytes]:
    found = {info.key.removeprefix("portal/"): sites.onprem.read(info.key) for info in sites.onprem.list("portal/")}
    listed = json.loads(found.pop("_manifest.json"))
    assert listed == {path: hashlib.sha256(data).hexdigest() for path, data in found.items()}
    return found


def test_writes_everything_once(sites: Sites) -> None:
    """The first call writes every page and the list of files; the second writes nothing at all."""
    assert write_portal(sites, PAGES.items()).written == tuple(PAGES)
    before = sites.onprem.head(PORTAL_MANIFEST)
    assert write_portal(sites, PAGES.items()) == WriteReport((), (), 3)
    assert sites.onprem.head(PORTAL_MANIFEST) == before
    assert _there(sites) == PAGES


def test_writes_what_changed_and_removes_what_is_gone(sites: Sites) -> None:
    """A changed page is written, a page nobody wants any more is deleted, a page to keep stays."""
    write_portal(sites, PAGES.items())
    report = write_portal(sites, [("index.html", b"neu")], keep=["c.html"])
    assert report == WriteReport(("index.html",), ("a/b.html",), 0)
    assert _there(sites) == {"index.html": b"neu", "c.html": b"c"}


@pytest.mark.parametrize("lives", range(8))
@pytest.mark.parametrize("target", [PAGES, {"index.html": b"anders", "d.html": b"d"}])
def test_a_killed_writing_heals(sites: Sites, lives: int, target: dict[str, bytes]) -> None:
    """Killed at any write or delete, the next call brings exactly the wanted files, whichever they are."""
    write_portal(sites, PAGES.items())
    try:
        write_portal(_Dying(sites, lives), {"index.html": b"x", "c.html": b"y", "e.html": b"z"}.items())
    except _Killed:
        assert lives < 7
    write_portal(sites, target.items())
    assert _there(sites) == target
    assert sites.onprem.head(UNFINISHED) is None


def test_a_damaged_list_is_written_anew(sites: Sites) -> None:
    """A list of files that cannot be read counts as none: every page is written again."""
    folder = sites.onprem.folder
    assert folder is not None
    write_portal(sites, PAGES.items())
    (folder / PORTAL_MANIFEST).write_bytes(b"{kaputt")
    assert len(write_portal(sites, PAGES.items()).written) == 3
    assert _there(sites) == PAGES
