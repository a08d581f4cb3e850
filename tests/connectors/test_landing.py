"""Landing: bytes first, receipt last, nothing twice, nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.copies import FileRefused, display_name, private_copy
from connectors.landing import land, land_withdrawal
from connectors.receipts import LandingLog
from storage.names import DatasetId
from storage.sites import Sites

BAEUME = DatasetId("09461000", "baeume")


def put(sites: Sites, data: bytes | Path, **more: object):
    return land(sites, BAEUME, data, filename="b.csv", source_kind="cli", **more)


def test_same_bytes_again_write_nothing(sites: Sites) -> None:
    """The dataset's current content handed in again is no news."""
    assert put(sites, b"a").is_new
    again = put(sites, b"a")
    assert not again.is_new
    assert len(LandingLog.load(sites.onprem).keys[BAEUME]) == 1


def test_back_to_an_earlier_content_is_a_new_receipt(sites: Sites) -> None:
    """A, B, A makes three receipts in order, over two contents."""
    receipts = [put(sites, data).receipt for data in (b"a", b"b", b"a")]
    log = LandingLog.load(sites.onprem, BAEUME)
    assert log.keys[BAEUME] == [receipt.key for receipt in receipts]
    assert log.latest(BAEUME) == receipts[2]
    assert len({receipt.content_key for receipt in receipts}) == 2


def test_after_a_withdrawal_the_same_bytes_are_new(sites: Sites) -> None:
    """Taking back is an entry of its own; handing in again is one more."""
    put(sites, b"a")
    land_withdrawal(sites, BAEUME, "Versehen")
    log = LandingLog.load(sites.onprem)
    assert log.is_withdrawn(BAEUME)
    assert log.latest_content(BAEUME).bytes == 1
    assert put(sites, b"a").is_new
    assert not LandingLog.load(sites.onprem).is_withdrawn(BAEUME)


def test_withdrawing_twice_is_once_and_what_never_landed_cannot_be(sites: Sites) -> None:
    """A second withdrawal changes nothing; an unknown dataset is an error."""
    with pytest.raises(KeyError):
        land_withdrawal(sites, BAEUME, "x")
    put(sites, b"a")
    assert land_withdrawal(sites, BAEUME, "x") == land_withdrawal(sites, BAEUME, "y")


def test_bytes_without_a_receipt_never_happened(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between bytes and receipt, the log is empty, and the next try completes it."""
    with monkeypatch.context() as patch:
        patch.setattr("connectors.landing._commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            put(sites, b"a")
    assert LandingLog.load(sites.onprem).keys == {}
    receipt = put(sites, b"a").receipt
    assert sites.onprem.read(receipt.content_key) == b"a"


def test_everything_lies_on_premises_only(sites: Sites) -> None:
    """No byte of landing reaches another site."""
    put(sites, b"a")
    assert [list(sites.store(site).list()) for site in sites.others] == [[], []]


def test_a_large_file_lands_from_its_path(sites: Sites, tmp_path: Path) -> None:
    """A path is hashed and kept without being read as a whole."""
    path = tmp_path / "gross.csv"
    path.write_bytes(b"0123456789" * 2_000_000)
    with private_copy(path, tmp_path / "work", 10**9) as data:
        assert isinstance(data, Path)
        receipt = put(sites, data).receipt
    assert sites.onprem.sha256(receipt.content_key) == receipt.sha256
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "nicht öffnen"),
        (lambda path: path.mkdir(), "keine Datei"),
        (lambda path: path.touch(), "ist leer"),
        (lambda path: path.write_bytes(b"x" * 101), "größer"),
        (os.mkfifo, "keine Datei"),
        (lambda _path: None, "nicht öffnen"),
    ],
)
def test_what_is_no_proper_file_is_refused_in_one_sentence(tmp_path: Path, make, says: str) -> None:
    """A link, a folder, an empty or too large file, a pipe and a missing one are not read."""
    path = tmp_path / "x.csv"
    make(path)
    with pytest.raises(FileRefused, match=says), private_copy(path, tmp_path, 100):
        pass


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\Bäume 2024.xlsx", "Bäume 2024.xlsx"),
        ("a\x1b[31m\u202egnp.csv\n", "a[31mgnp.csv"),
        ("...", "datei"),
        ("", "datei"),
    ],
)
def test_a_file_name_is_only_for_show(given: str, shown: str) -> None:
    """No path, no control characters, never empty."""
    assert display_name(given) == shown


def test_a_long_file_name_keeps_its_suffix() -> None:
    """The part that tells the format survives the cut."""
    name = display_name("x" * 500 + ".xlsx")
    assert name.endswith(".xlsx")
    assert len(name) <= 120


def test_order_survives_a_clock_that_goes_back(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later receipt sorts after an earlier one whatever the clock says."""
    from connectors import landing

    first = put(sites, b"a").receipt

    class Back(landing.datetime):
        @classmethod
        def now(cls, tz=None):
            return landing.datetime(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(landing, "datetime", Back)
    assert put(sites, b"b").receipt.received_at > first.received_at
    assert LandingLog.load(sites.onprem).latest(BAEUME).bytes == 1
