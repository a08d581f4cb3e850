"""Handing in: who may write where, what lies in the inbox afterwards, forged and hasty forms."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.config import FetchConfig
from connectors.publishers import Publishers
from connectors.register import load_register
from connectors.sources.inbox import FolderInbox, assign
from intake.config import IntakeConfig
from intake.guard import RateLimit, client_of
from intake.messages import Problem
from intake.tokens import may_hand_in, new_token

BAMBERG, BAYREUTH = "09461000", "09462000"


def test_a_file_lands_in_the_kommunes_folder_with_a_receipt(visitor: Any, trees: bytes) -> None:
    """The bytes lie unchanged below AGS and dataset, and the receipt names their SHA-256."""
    page = visitor.hand_in(trees, filename="Bäume 2024.CSV")
    sha256 = hashlib.sha256(trees).hexdigest()
    assert page.status_code == 200
    assert sha256 in page.text
    assert "Bamberg" in page.text
    name = f"{BAMBERG}/baumkataster/baeume-2024-{sha256[:8]}.csv"
    assert visitor.in_inbox() == [name]
    assert (visitor.config.inbox / name).read_bytes() == trees
    assert visitor.left_behind() == []


def test_the_inbox_source_takes_what_was_handed_in(visitor: Any, trees: bytes, tmp_path: Path) -> None:
    """What the portal puts there is what the pipeline picks up, as the right dataset; unfinished files are left."""
    visitor.hand_in(trees)
    folder = visitor.config.inbox / BAMBERG / "baumkataster"
    (folder / ".halb.part").write_bytes(b"x")
    found = FolderInbox(visitor.config.inbox, tmp_path / "copies", FetchConfig(settle_seconds=0)).files()
    assigned, unassigned = assign(found, Publishers({}, load_register()))
    assert [str(one.dataset) for one in assigned] == [f"{BAMBERG}/baumkataster"]
    assert unassigned == []


def test_the_same_bytes_twice_are_one_file_and_others_replace_nothing(visitor: Any, trees: bytes) -> None:
    """Handing in again changes nothing; a corrected file of the same name lies beside the first."""
    visitor.hand_in(trees)
    visitor.hand_in(trees)
    assert len(visitor.in_inbox()) == 1
    visitor.hand_in(trees + b"7;Acer;2000;3;Hain;\r\n")
    assert len(visitor.in_inbox()) == 2


def test_a_name_of_its_own_makes_a_dataset_of_its_own(visitor: Any, trees: bytes) -> None:
    """A Kommune with several files of one package names them; the name becomes a folder, never a path."""
    visitor.hand_in(trees, name="Bäume Nord ../../x")
    assert visitor.in_inbox()[0].startswith(f"{BAMBERG}/baeume-nord-x/")


@pytest.mark.parametrize("filename", ["../../../etc/passwd.csv", "..\\..\\x.csv", "/etc/cron.d/x.csv"])
def test_a_filename_never_becomes_a_path(visitor: Any, trees: bytes, tmp_path: Path, filename: str) -> None:
    """Whatever the name, the file lies in the Kommune's folder under a plain name."""
    assert visitor.hand_in(trees, filename=filename).status_code == 200
    (name,) = visitor.in_inbox()
    assert name.startswith(f"{BAMBERG}/baumkataster/")
    assert name.count("/") == 2
    assert {path.name for path in tmp_path.iterdir()} <= {"inbox", "work"}


@pytest.mark.parametrize("token", ["", "falsch", "allmende-", "ü" * 40])
def test_a_wrong_token_writes_nothing(visitor: Any, trees: bytes, token: str) -> None:
    """Without the right token there is a sentence and no file."""
    page = visitor.hand_in(trees, token=token)
    assert page.status_code == 403
    assert "passen nicht zusammen" in page.text
    assert visitor.in_inbox() == []


def test_another_kommunes_token_opens_no_other_folder(visitor: Any, trees: bytes, tokens: dict[str, str]) -> None:
    """A token is good for its own AGS only, and a Kommune without tokens cannot be written to at all."""
    for ags, token in ((BAMBERG, tokens[BAYREUTH]), (BAYREUTH, tokens[BAMBERG]), ("09162000", tokens[BAMBERG])):
        assert visitor.hand_in(trees, ags=ags, token=token).status_code == 403
    assert visitor.in_inbox() == []
    assert visitor.hand_in(trees, ags=BAYREUTH, token=tokens[BAYREUTH]).status_code == 200
    assert [name.split("/")[0] for name in visitor.in_inbox()] == [BAYREUTH]


@pytest.mark.parametrize("ags", ["", "../09461000", "9461000", "Bamberg", "00000000", "０９４６１０００"])
def test_what_is_no_ags_is_said_so(visitor: Any, trees: bytes, ags: str) -> None:
    """Only eight digits of the register name a Kommune; a name gets the key that is probably meant."""
    page = visitor.hand_in(trees, ags=ags)
    assert page.status_code == 400
    assert "ist kein amtlicher Gemeindeschlüssel" in page.text
    assert ("09461000 (Bamberg" in page.text) or ags != "Bamberg"
    assert visitor.in_inbox() == []


def test_a_link_in_the_inbox_leads_nowhere(visitor: Any, trees: bytes, tmp_path: Path) -> None:
    """Who may write into a Kommune's folder cannot make the portal write elsewhere."""
    elsewhere = tmp_path / "anderswo"
    elsewhere.mkdir()
    (visitor.config.inbox / BAMBERG).mkdir(parents=True)
    (visitor.config.inbox / BAMBERG / "baumkataster").symlink_to(elsewhere)
    page = visitor.hand_in(trees)
    assert page.status_code == 507
    assert list(elsewhere.iterdir()) == []


def test_without_tokens_nobody_can_hand_in_and_the_page_says_so(portal: Any, trees: bytes) -> None:
    """No token configured: the page explains, offers no form, and a post is refused."""
    visitor = portal(tokens={})
    page = visitor.get("/abgeben")
    assert "kein Zugangsschlüssel" in page.text.replace("keine Kommune ein", "kein")
    assert "<form" not in page.text
    assert visitor.hand_in(trees).status_code == 403
    assert visitor.in_inbox() == []


@pytest.mark.parametrize("path", ["/pruefen", "/abgeben"])
def test_a_form_without_its_signature_is_refused(visitor: Any, trees: bytes, tokens: dict[str, str], path: str) -> None:
    """No field, a made-up field, no cookie, or another site's word for it: the post is not taken."""
    fields = {"paket": "baumkataster", "ags": BAMBERG, "schluessel": tokens[BAMBERG]}
    file = {"datei": ("baum.csv", trees)}
    page = visitor.get(path).text
    genuine = page.partition('name="formular" value="')[2][:64]
    attempts: list[tuple[dict[str, str], dict[str, str], bool]] = [
        (fields, {}, True),
        (fields | {"formular": "0" * 64}, {}, True),
        (fields | {"formular": "ü"}, {}, True),
        (fields | {"formular": genuine}, {"sec-fetch-site": "cross-site"}, True),
        (fields | {"formular": genuine}, {}, False),
    ]
    for data, headers, keeps_cookie in attempts:
        if not keeps_cookie:
            visitor.client.cookies.clear()
        answer = visitor.client.post(path, data=data, files=file, headers=headers)
        assert answer.status_code == 403
        assert "Das Formular ist nicht mehr gültig" in answer.text
    assert visitor.in_inbox() == []
    assert visitor.left_behind() == []


def test_the_cookie_is_out_of_reach(visitor: Any) -> None:
    """Neither script nor another site gets at the form's cookie; over HTTPS it never travels in the clear."""
    cookie = visitor.get("/pruefen").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    secure = visitor.client.get("https://localhost/pruefen")
    assert "secure" in secure.headers["set-cookie"].lower()
    assert "strict-transport-security" in secure.headers


def test_too_many_forms_are_slowed_down(portal: Any, trees: bytes) -> None:
    """One client may send only so many forms per minute; pages stay open."""
    visitor = portal(posts_per_minute=2)
    answers = [visitor.hand_in(trees, token="falsch").status_code for _ in range(4)]
    assert answers == [403, 403, 429, 429]
    assert visitor.get("/abgeben").status_code == 200


def test_the_rate_counts_each_client_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One client's haste does not slow another; after a minute it may go on; one IPv6 network is one client."""
    now = [1000.0]
    monkeypatch.setattr("intake.guard.time.monotonic", lambda: now[0])
    rate = RateLimit(1)
    rate.check("a")
    rate.check("b")
    with pytest.raises(Problem):
        rate.check("a")
    now[0] += 61
    rate.check("a")
    first, second = ({"client": (f"2001:db8:1:2::{end}", 1)} for end in (1, 2))
    assert client_of(first) == client_of(second)


@pytest.mark.parametrize(
    ("filename", "content", "status", "sentence"),
    [
        ("leer.csv", b"", 400, "ist leer"),
        ("virus.exe", b"MZ", 400, "„.exe“ kann hier nicht abgegeben werden"),
        ("....csv", b"a;b", 400, "„ohne Endung“"),
        ("ohne-endung", b"a;b", 400, "„ohne Endung“"),
        ("", b"a;b", 400, "keine Datei gewählt"),
    ],
)
def test_what_is_no_table_file_is_not_taken(
    visitor: Any, filename: str, content: bytes, status: int, sentence: str
) -> None:
    """An empty file, a program or nothing at all ends in a sentence, and the inbox stays empty."""
    page = visitor.hand_in(content, filename=filename)
    assert page.status_code == status
    assert sentence in page.text
    assert visitor.in_inbox() == []


def test_a_dataset_with_another_source_takes_no_files(portal: Any, trees: bytes) -> None:
    """No receipt for a file that the pipeline would not take: the clerk is told before."""
    visitor = portal(fetched_elsewhere=frozenset({f"{BAMBERG}/baumkataster"}))
    page = visitor.hand_in(trees)
    assert page.status_code == 409
    assert "von anderer Stelle abgeholt" in page.text
    assert visitor.in_inbox() == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    visitor: Any, trees: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails in the middle, the clerk is told and no half file lies in the inbox."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("intake.inbox.os.fsync", full)
    page = visitor.hand_in(trees)
    assert page.status_code == 507
    assert "Es wurde nichts übernommen" in page.text
    assert visitor.in_inbox() == []


def test_tokens_are_kept_as_hashes_only(tmp_path: Path) -> None:
    """A token is random and known to its holder only; the settings refuse a token in the place of its hash."""
    token, kept = new_token()
    assert token not in kept
    assert new_token()[0] != token
    config = IntakeConfig(inbox=tmp_path, work=tmp_path, tokens={BAMBERG: [kept]})
    assert may_hand_in(BAMBERG, f" {token} ", config.tokens)
    assert not may_hand_in(BAYREUTH, token, config.tokens)
    assert not may_hand_in(BAMBERG, kept, config.tokens)
    assert kept not in repr(config)
    with pytest.raises(ValidationError, match="never the token itself"):
        IntakeConfig(inbox=tmp_path, work=tmp_path, tokens={BAMBERG: [token]})
