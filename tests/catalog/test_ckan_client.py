"""What comes of a call to CKAN when things go wrong: patience where it helps, one sentence where it does not.

Bodies of CKAN's own answers are those of a real CKAN 2.12 (Solr stopped, no such action); the others are a proxy's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN
from pydantic import SecretStr

from catalog.ckan import CkanConfig, CkanPortal
from catalog.ckan.client import Client, Invalid, Unknown
from catalog.ckan.wire import Wire, retry_after
from catalog.model import Agent, Catalog
from catalog.publishing import Entry, Kind, PortalError, PortalStopped, Transient, plan_for
from catalog.publishing.plan import Change
from catalog.publishing.retry import Patience

SOLR_DOWN = '{"error": {"__type": "Search Connection Error", "message": "Unable to connect"}, "success": false}'
INDEX_DOWN = '{"error": {"__type": "Search Index Error", "message": "Unable to add package"}, "success": false}'
NO_ACTION = '"Bad request: Action name not known: nosuch"'
FINE = '{"success": true, "result": {"name": "admin"}}'
NOT_FOUND = (404, '{"success": false, "error": {"__type": "Not Found Error", "message": "Nicht gefunden"}}')
TOKEN = "eyJ-very-secret"


@dataclass
class _Answer:
    status_code: int
    text: str


@dataclass
class Script:
    """Gives the answers in order, the last one for ever."""

    answers: list[tuple[int, str] | Exception]
    by_action: dict[str, tuple[int, str]] = field(default_factory=dict)
    """What these actions are always answered."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    timeouts: list[Any] = field(default_factory=list)

    def post(self, url: str, data: bytes, timeout: Any = None, **_: Any) -> _Answer:
        self.asked.append((url.rpartition("/")[2], json.loads(data)))
        self.timeouts.append(timeout)
        answer: tuple[int, str] | Exception | None = self.by_action.get(self.asked[-1][0])
        if answer is None:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return _Answer(*answer)


def client(*answers: tuple[int, str] | Exception) -> tuple[Client, Script]:
    script = Script(list(answers))
    ckan = RemoteCKAN("https://ckan.example", apikey=TOKEN, session=script)
    patience = Patience(attempts=3, sleep=lambda _: None)
    return Client(ckan, "live", "https://ckan.example", patience, (1.0, 2.0)), script


def portal(*answers: tuple[int, str] | Exception, **by_action: tuple[int, str]) -> tuple[CkanPortal, Script]:
    unknown = dict.fromkeys(("scheming_dataset_schema_show", "datenallmende_index_gaps"), (400, NO_ACTION))
    script = Script(list(answers), {**unknown, **by_action})
    ckan = RemoteCKAN("https://ckan.example", apikey=TOKEN, session=script)
    config = CkanConfig(name="live", url="https://ckan.example", token=SecretStr(TOKEN))
    return CkanPortal(ckan, config, Patience(attempts=3, sleep=lambda _: None)), script


@pytest.mark.parametrize(
    "fault",
    [
        (429, "<html>Too Many Requests</html>"),
        (500, SOLR_DOWN),
        (500, INDEX_DOWN),
        (502, "<html>Bad Gateway</html>"),
        (503, ""),
        (504, "<html>Gateway Time-out</html>"),
        requests.ConnectionError("refused"),
        requests.ReadTimeout("slow"),
        (200, "<html>Wartung</html>"),
        (200, FINE[: len(FINE) // 2]),
    ],
    ids=str,
)
def test_passing_faults_are_tried_again(fault: Any) -> None:
    """Busy, broken and silent portals get another call, with a bound."""
    calls, script = client(fault, (200, FINE))
    assert calls.call("user_show") == {"name": "admin"}
    assert len(script.asked) == 2
    calls, script = client(fault)
    with pytest.raises(Transient, match="portal “live”"):
        calls.call("user_show")
    assert len(script.asked) == 3


@pytest.mark.parametrize("answer", [(500, SOLR_DOWN), (500, INDEX_DOWN)])
def test_a_portal_without_its_index_is_told_as_such(answer: tuple[int, str]) -> None:
    """Whoever keeps the portal must know that CKAN runs and its Solr does not."""
    with pytest.raises(Transient, match="the search index of portal “live”"):
        client(answer)[0].call("package_search")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ((400, NO_ACTION), Unknown, "plugin"),
        ((301, ""), PortalStopped, "redirects"),
        ((404, "<html>nginx</html>"), PortalStopped, "check the address"),
        ((200, '{"success": false, "error": "no"}'), PortalStopped, "does not answer like a CKAN"),
    ],
)
def test_lasting_faults_are_one_sentence_at_once(answer: Any, kind: type[PortalError], says: str) -> None:
    """What will not get better is not repeated."""
    calls, script = client(answer)
    with pytest.raises(kind, match=says):
        calls.call("nosuch")
    assert len(script.asked) == 1


def test_every_call_has_a_time_limit() -> None:
    """No call waits for ever."""
    calls, script = client((200, FINE))
    calls.call("user_show")
    assert script.timeouts == [(1.0, 2.0)]


class _Busy(BaseHTTPRequestHandler):
    """Too busy at first, and says for how long."""

    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        is_first = self.asked == 1
        body = b"" if is_first else FINE.encode()
        self.send_response(429 if is_first else 200)
        if is_first:
            self.send_header("Retry-After", "7")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_retry_after_is_obeyed() -> None:
    """The pause is never shorter than the portal asked for, and the wire counts both calls."""
    naps: list[float] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Busy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        wire = Wire(2)
        ckan = RemoteCKAN(url, apikey=TOKEN, session=wire)
        calls = Client(ckan, "live", url, Patience(attempts=3, sleep=naps.append), (1.0, 2.0), wire.asked_to_wait)
        assert calls.call("user_show") == {"name": "admin"}
        wire.close()
        server.shutdown()
    assert [7 < nap < 8 for nap in naps] == [True]
    assert wire.counts == {"user_show": 2}


def test_a_date_to_come_back_at_is_understood() -> None:
    """`Retry-After` may be a date; the past and nonsense are no time at all."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < retry_after({"Retry-After": later}) <= 90
    assert [retry_after({"Retry-After": v}) for v in ("Sat, 01 Jan 2000 00:00:00 GMT", "bald", "-1", "")] == [0] * 4


def test_the_first_complaint_of_validation_is_told_harmlessly() -> None:
    """Nested complaints are found, control characters of strangers are not passed on."""
    body = {
        "error": {"__type": "Validation Error", "resources": [{}, {"url": ["\x1b[31mfalsch\n."]}]},
        "success": False,
    }
    calls, _ = client((409, json.dumps(body)))
    with pytest.raises(Invalid) as caught:
        calls.call("package_create")
    assert "resources: [31mfalsch" in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("fault", [(503, ""), requests.ConnectionError(f"refused {TOKEN}"), (404, "<html>")], ids=str)
def test_preflight_never_shows_the_token(fault: Any) -> None:
    """A portal that is away stops the publication with a sentence, in which the token does not occur."""
    target, _ = portal(fault)
    with pytest.raises(PortalStopped) as caught:
        target.preflight()
    assert TOKEN not in str(caught.value)
    assert "https://ckan.example" in str(caught.value)


def _package(id_: str, name: str) -> dict[str, Any]:
    return {
        "id": f"id-of-{name}",
        "name": name,
        "title": name,
        "metadata_modified": "2026",
        "extras": [{"key": "allmende_id", "value": id_}],
        "organization": {"name": "ags-09162000"},
        "resources": [],
    }


def _found(*packages: dict[str, Any]) -> tuple[int, str]:
    return 200, json.dumps({"success": True, "result": {"count": len(packages), "results": packages}})


def _names(*names: str) -> tuple[int, str]:
    return 200, json.dumps({"success": True, "result": names})


def _shown(package: dict[str, Any]) -> tuple[int, str]:
    return 200, json.dumps({"success": True, "result": package})


def test_of_datasets_with_one_mark_only_the_one_with_our_name_counts() -> None:
    """A copy that somebody made of our dataset, mark and all, is not taken for it, and stops nobody's plan."""
    ours, one, two = (_package("09162000/kitas", name) for name in ("09162000-kitas", "a", "b"))
    for there in ((one, ours), (one, two)):
        answers = {"package_search": _found(*there), "package_list": _names(*(p["name"] for p in there))}
        found = portal(*(_shown(p) for p in there), **answers)[0].actual()
        assert [entry.content["name"] for entry in found.values()] == ["09162000-kitas"] * (ours in there)


def test_what_only_the_index_has_is_not_there() -> None:
    """A dataset that CKAN's search lists and its database does not have is none; its true twin counts."""
    ghost, ours = _package("09162000/kitas", "kitas"), {**_package("09162000/kitas", "kitas"), "id": "other"}
    lost = _package("09162000/baeume", "baeume")
    target, script = portal(
        NOT_FOUND, _shown(ours), NOT_FOUND, package_search=_found(ghost, ours, lost), package_list=_names("kitas")
    )
    # one at a time: the answers come in the order of the questions
    target._reader._parallel = 1
    assert {id_: entry.token for id_, entry in target.actual().items()} == {"09162000/kitas": "other@2026"}
    assert [action for action, _ in script.asked].count("package_show") == 3


def test_the_index_is_not_believed_where_the_portal_says_it_errs() -> None:
    """A change that the database did not keep is not there, and an apply has the index mended, asked once."""
    listed = {**_package("09162000/kitas", "09162000-kitas"), "title": "nie geschehen"}
    kept = _package("09162000/kitas", "09162000-kitas")
    gaps = ["id-of-09162000-kitas"]
    target, script = portal(
        package_search=_found(listed, _package("09162000/baeume", "09162000-baeume")),
        package_show=_shown(kept),
        datenallmende_index_gaps=_names(*gaps),
        datenallmende_close_index_gaps=_names(*gaps),
    )
    assert {id_: entry.title for id_, entry in target.actual().items()} == {
        "09162000/kitas": "09162000-kitas",
        "09162000/baeume": "09162000-baeume",
    }
    target.finish()
    assert script.asked[-1] == ("datenallmende_close_index_gaps", {"ids": gaps})


def test_mending_the_index_fails_no_apply() -> None:
    """A portal that has stopped answering is told by the changes themselves; the next apply mends."""
    target, script = portal(datenallmende_index_gaps=(502, ""))
    target.finish()
    assert [action for action, _ in script.asked] == ["datenallmende_index_gaps"]


def test_a_dataset_that_the_search_lost_is_written_once_more() -> None:
    """Where our own dataset is there but not in the search, CKAN is made to list it, with all its extras."""
    ours = _package("09162000/kitas", "09162000-kitas")
    target, script = portal(
        package_search=_found(),
        package_show=_shown(ours),
        organization_show=_shown({}),
        package_create=(409, '{"success": false, "error": {"__type": "Validation Error", "name": ["taken"]}}'),
        package_revise=_shown({}),
    )
    content = {"name": "09162000-kitas", "title": "Kitas", "organization": "ags-09162000", "publisher_name": "Stadt"}
    with pytest.raises(PortalError, match="its search had not listed it"):
        target.create(Change(Kind.CREATED, None, Entry("09162000/kitas", content)))
    revised = [request for action, request in script.asked if action == "package_revise"]
    assert [e["key"] for e in revised[0]["update"]["extras"]] == ["allmende_id", "allmende_touched"]
    assert revised[0]["match"] == {"id": "id-of-09162000-kitas", "metadata_modified": "2026"}


def test_foreign_datasets_are_not_in_the_plan() -> None:
    """Even where the search gives more than it was asked for, what lacks our mark is left alone."""
    foreign = {**_package("x", "fremd"), "extras": []}
    found = _found(foreign, _package("09162000/kitas", "kitas"))
    target, _ = portal(package_search=found, package_list=_names("fremd", "kitas"))
    nobody = Agent(name="x")
    empty = Catalog(
        title="",
        description="",
        iri="",
        homepage="",
        language="de",
        publisher=nobody,
        contact=nobody,
        contributor_id="",
        modified=None,
        datasets=(),
    )
    assert [c.id for c in plan_for(target, empty).changes] == ["09162000/kitas"]
