"""Fetching: one conditional request where nothing changed, bounds everywhere, failures that stay with their source."""

from __future__ import annotations

import gzip
import http.server
import json
from pathlib import Path

import pytest

from connectors.config import FetchConfig
from connectors.fetch import FetchReport, fetch_run
from connectors.fetch import fetch as fetch_and_note
from connectors.ingest import convert_and_load, withdraw
from connectors.publishers import DatasetSpec, PublisherSpec
from connectors.raw.reading import scan
from connectors.receipts import LandingLog
from storage.names import DatasetId

AGS = "09461000"
CSV = "Baumnummer;Höhe (m)\n1;3,5\n2;12\n".encode()
QUICK = FetchConfig(allow_private=True, attempts=3, backoff=0.0, max_wait=0.0, timeout=5.0, settle_seconds=0.0)


def fetch(sites, publishers, **how: object) -> FetchReport:
    """Fetch and land as `connectors.fetch.fetch` does, without the second it takes dlt to note the receipts."""
    with fetch_run(sites, publishers, **how) as fetching:
        list(fetching.source())
    return fetching.report


def http_dataset(url: str, slug: str = "baeume", **more: object) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "slug": slug,
            "standard": "baeume",
            "source": {"kind": "http", "url": url, "allow_insecure": True, **more},
        }
    )


@pytest.fixture
def publish(publishers_of):
    return lambda *datasets: publishers_of(PublisherSpec(ags=AGS, datasets=datasets))


def files_of(sites) -> set[str]:
    return {str(path) for path in sites.onprem.folder.rglob("*") if path.is_file()}


def test_unchanged_source_costs_one_conditional_request_and_writes_nothing(sites, standards, web, publish) -> None:
    """A second run asks once with the etag, gets 304 and leaves the site as it was."""
    web.serve("/b.csv", CSV, etag='"one"')
    known = publish(http_dataset(f"{web.url}/b.csv"))
    first = fetch_and_note(sites, known, config=QUICK)
    assert [(r.dataset, r.bytes, r.etag) for r in first.landed] == [(f"{AGS}/baeume", len(CSV), '"one"')]
    convert_and_load(sites, known, standards)
    before = files_of(sites)
    web.requests.clear()
    second = fetch_and_note(sites, known, config=QUICK)
    assert (second.landed, second.unchanged, second.failed) == ((), (f"{AGS}/baeume",), ())
    assert [headers.get("if-none-match") for _, headers in web.requests] == ['"one"']
    assert not convert_and_load(sites, known, standards).is_changed
    assert files_of(sites) == before


def test_same_bytes_without_validators_are_no_news(sites, web, publish) -> None:
    """A server that knows no etag is downloaded again, but nothing is written."""
    web.serve("/b.csv", CSV)
    known = publish(http_dataset(f"{web.url}/b.csv"))
    fetch(sites, known, config=QUICK)
    before = files_of(sites)
    assert fetch(sites, known, config=QUICK).unchanged == (f"{AGS}/baeume",)
    assert files_of(sites) == before


def test_a_failing_source_holds_up_nobody(sites, standards, web, publish) -> None:
    """Two broken sources are reported with their attempts, the third lands and is loaded."""
    web.serve("/gone.csv", b"", status=404)
    web.serve("/broken.csv", b"", status=503, Retry_After="0")
    web.serve("/b.csv", CSV)
    known = publish(
        http_dataset(f"{web.url}/gone.csv", "gone"),
        http_dataset(f"{web.url}/broken.csv", "broken"),
        http_dataset(f"{web.url}/b.csv"),
    )
    report = fetch(sites, known, config=QUICK)
    assert [(f.dataset, f.attempts) for f in report.failed] == [(f"{AGS}/broken", 3), (f"{AGS}/gone", 1)]
    assert "404" in report.failed[1].message
    assert convert_and_load(sites, known, standards)[f"{AGS}/baeume"].rows_accepted == 2


def test_a_cut_download_is_resumed_where_it_stopped(sites, web, publish) -> None:
    """After a cut the rest is asked for with Range and If-Range, and the whole file lands."""
    body = CSV * 2000

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        assert start == 0 or request.headers["If-Range"] == '"v"'
        request.send_response(206 if start else 200)
        request.send_header("ETag", '"v"')
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        request.wfile.write(body[start:] if start else body[:30_000])
        request.close_connection = True

    web.answers["/b.csv"] = answer
    report = fetch(sites, publish(http_dataset(f"{web.url}/b.csv")), config=QUICK)
    assert report.failed == ()
    assert sites.onprem.read(report.landed[0].content_key) == body
    assert web.requests[1][1]["range"] == "bytes=30000-"


def test_a_file_that_changed_while_it_was_cut_is_not_mixed(sites, web, publish) -> None:
    """If-Range fails after the cut: the server sends the new whole file and the old beginning is dropped."""
    old, new = b"a" * 50_000, CSV * 1000

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        first = len(web.requests) == 1
        body = old if first else new
        request.send_response(200)
        request.send_header("ETag", '"old"' if first else '"new"')
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[:20_000] if first else body)
        request.close_connection = True

    web.answers["/b.csv"] = answer
    report = fetch(sites, publish(http_dataset(f"{web.url}/b.csv")), config=QUICK)
    assert sites.onprem.read(report.landed[0].content_key) == new


def test_a_file_above_the_limit_is_refused_while_it_streams(sites, web, publish) -> None:
    """Neither a stated nor a hidden length gets past the limit, and nothing lands."""

    def endless(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            request.close_connection = True

    web.answers["/endless"] = endless
    web.serve("/big", b"x" * 200_000)
    known = publish(http_dataset(f"{web.url}/endless", "a"), http_dataset(f"{web.url}/big", "b"))
    report = fetch(sites, known, config=QUICK.model_copy(update={"max_bytes": 100_000}))
    assert ["larger than 100000" in failure.message for failure in report.failed] == [True, True]
    assert not LandingLog.load(sites.onprem).keys
    assert not list((sites.home / "work" / "fetch").glob("*.part"))


def test_a_packed_bomb_is_bounded(sites, web, publish) -> None:
    """An answer that was packed unasked counts by what it unpacks to; packed twice it is not read at all."""
    bomb = gzip.compress(b"0" * 5_000_000)
    web.serve("/once", bomb, Content_Encoding="gzip")
    web.serve("/twice", gzip.compress(bomb), Content_Encoding="gzip, gzip")
    known = publish(http_dataset(f"{web.url}/once", "once"), http_dataset(f"{web.url}/twice", "twice"))
    report = fetch(sites, known, config=QUICK.model_copy(update={"max_bytes": 1_000_000}))
    assert "larger than" in report.failed[0].message
    assert "packed" in report.failed[1].message


def test_private_addresses_are_not_fetched_unless_allowed(sites, web, publish) -> None:
    """Loopback, the metadata address, a mapped one and a redirect to one are refused before a byte is asked for."""
    hosts = [web.url, "http://169.254.169.254", "http://[::ffff:10.0.0.1]", "http://localhost", "http://0.0.0.0"]
    known = publish(*(http_dataset(f"{host}/x", f"x{at}") for at, host in enumerate(hosts)))
    report = fetch(sites, known, config=QUICK.model_copy(update={"allow_private": False}))
    assert ["no public address" in failure.message for failure in report.failed] == [True] * len(hosts)
    assert web.requests == []


def test_redirects_are_followed_within_bounds(sites, web, publish) -> None:
    """One hop is fine; a loop, a file address and a password in the target are failures."""

    def to(target: str):
        def answer(request: http.server.BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", target)
            request.send_header("Content-Length", "0")
            request.end_headers()

        return answer

    web.serve("/b.csv", CSV)
    web.answers |= {
        "/ok": to("/b.csv"),
        "/loop": to("/loop"),
        "/file": to("file:///etc/passwd"),
        "/password": to(web.url.replace("http://", "http://me:secret@") + "/b.csv"),
    }
    names = ("ok", "loop", "file", "password")
    report = fetch(sites, publish(*(http_dataset(f"{web.url}/{name}", name) for name in names)), config=QUICK)
    assert [receipt.dataset for receipt in report.landed] == [f"{AGS}/ok"]
    messages = {failure.dataset.rpartition("/")[2]: failure.message for failure in report.failed}
    assert "redirects more than" in messages["loop"]
    assert "no web address" in messages["file"]
    assert "password" in messages["password"]
    assert "secret" not in messages["password"]


def test_a_withdrawn_source_is_not_asked_again(sites, standards, web, publish) -> None:
    """What was taken back does not come back by itself with the next scheduled run."""
    web.serve("/b.csv", CSV)
    known = publish(http_dataset(f"{web.url}/b.csv"))
    fetch(sites, known, config=QUICK)
    withdraw(sites, DatasetId(AGS, "baeume"), "Personenbezug")
    web.requests.clear()
    report = fetch(sites, known, config=QUICK)
    assert (report.landed, report.withdrawn, web.requests) == ((), (f"{AGS}/baeume",), [])


def test_ckan_portal_names_the_file_and_spares_the_download(sites, web, publish) -> None:
    """The best table is fetched; the same revision is not even downloaded; a new one is."""
    web.serve("/b.csv", CSV)

    def package(modified: str) -> bytes:
        resources = [
            {"id": "p", "name": "Bericht", "format": "PDF", "url": f"{web.url}/r.pdf"},
            {"id": "c", "name": "Bäume", "format": "text/csv", "url": f"{web.url}/b.csv", "last_modified": modified},
        ]
        return json.dumps({"success": True, "result": {"name": "baeume", "resources": resources}}).encode()

    path = "/api/action/package_show"
    web.serve(path, package("2026-01-01"))
    spec = {"kind": "ckan", "portal": web.url, "dataset": "baeume", "allow_insecure": True}
    known = publish(DatasetSpec.model_validate({"slug": "baeume", "standard": "baeume", "source": spec}))
    report = fetch(sites, known, config=QUICK)
    assert [(r.source_url, r.filename) for r in report.landed] == [(f"{web.url}/b.csv", "b.csv")]
    web.requests.clear()
    assert fetch(sites, known, config=QUICK).unchanged == (f"{AGS}/baeume",)
    assert [asked for asked, _ in web.requests] == [f"{path}?id=baeume"]
    web.serve(path, package("2026-02-01"))
    web.serve("/b.csv", CSV + b"3;4\n")
    assert len(fetch(sites, known, config=QUICK).landed) == 1


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, {"success": False, "error": {"__type": "Not Found Error", "message": "x"}}, "has no dataset"),
        (200, {"success": True, "result": {"resources": []}}, "has no such resource; there are: none"),
        (200, "<html>no portal</html>", "does not answer as a CKAN portal"),
    ],
)
def test_ckan_portal_that_does_not_help_is_explained(sites, web, publish, status, body, says) -> None:  # noqa: PLR0917
    """An unknown dataset, one without a table and a page that is no portal give one sentence each."""
    web.serve("/api/action/package_show", json.dumps(body).encode(), status=status)
    spec = {"kind": "ckan", "portal": web.url, "dataset": "baeume", "allow_insecure": True}
    known = publish(DatasetSpec.model_validate({"slug": "baeume", "source": spec}))
    (failure,) = fetch(sites, known, config=QUICK).failed
    assert says in failure.message


def drop(inbox: Path, path: str, body: bytes = CSV) -> Path:
    target = inbox / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return target


def test_inbox_takes_what_is_meant_and_finished(sites, publish, tmp_path) -> None:
    """Files of known Kommunen become datasets by name or folder; unfinished ones, links and strangers do not."""
    inbox = tmp_path / "inbox"
    drop(inbox, f"{AGS}/baeume.csv")
    drop(inbox, f"{AGS}/spielplätze/Stand 2025.csv", CSV + b"7;1\n")
    drop(inbox, f"{AGS}/halb.csv.part")
    drop(inbox, f"{AGS}/.versteckt.csv")
    drop(inbox, "99999999/x.csv")
    drop(inbox, "ohne.csv")
    (inbox / AGS / "link.csv").symlink_to("/etc/passwd")
    report = fetch(sites, publish(), config=QUICK, inbox=inbox)
    assert [r.dataset for r in report.landed] == [f"{AGS}/baeume", f"{AGS}/spielplaetze"]
    assert [f.dataset for f in report.failed] == ["99999999/x.csv", "ohne.csv"]
    again = fetch(sites, publish(), config=QUICK, inbox=inbox)
    assert (again.landed, again.unchanged) == ((), (f"{AGS}/baeume", f"{AGS}/spielplaetze"))


def test_inbox_leaves_a_file_alone_while_it_is_written(sites, publish, tmp_path) -> None:
    """A file younger than the settling time waits for the next run."""
    inbox = tmp_path / "inbox"
    drop(inbox, f"{AGS}/baeume.csv")
    waiting = fetch(sites, publish(), config=QUICK.model_copy(update={"settle_seconds": 60.0}), inbox=inbox)
    assert (waiting.landed, waiting.failed) == ((), ())
    assert len(fetch(sites, publish(), config=QUICK, inbox=inbox).landed) == 1


def test_an_old_drop_does_not_undo_a_newer_upload(sites, publish, publishers_of, tmp_path) -> None:
    """The file that still lies in the inbox is not taken again after something newer came by another way."""
    from connectors.ingest import ingest_files

    inbox = tmp_path / "inbox"
    drop(inbox, f"{AGS}/baeume.csv")
    fetch(sites, publish(), config=QUICK, inbox=inbox)
    newer = drop(tmp_path / "newer", "baeume.csv", CSV + b"9;9\n")
    ingest_files([newer], AGS, sites=sites, publishers=publish())
    assert fetch(sites, publish(), config=QUICK, inbox=inbox).landed == ()
    current = LandingLog.load(sites.onprem).latest(DatasetId(AGS, "baeume"))
    assert current is not None
    assert current.bytes == len(CSV) + 4


def test_receipts_are_noted_once_whoever_notes_them(sites, standards, web, publish) -> None:
    """Fetching notes its receipts in the raw zone; loading adds only those that are missing there."""
    web.serve("/b.csv", CSV)
    known = publish(http_dataset(f"{web.url}/b.csv"))
    fetch_and_note(sites, known, config=QUICK)
    convert_and_load(sites, known, standards)
    convert_and_load(sites, known, standards)
    assert scan(sites.onprem, "receipts").collect().height == 1
