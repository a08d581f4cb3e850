"""A running portal on a temporary folder, and a visitor who fills in its forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from intake.app import create_app
from intake.config import IntakeConfig
from intake.tokens import new_token

BAMBERG, BAYREUTH = "09461000", "09462000"
BAMBERG_TOKEN, _BAMBERG_HASH = new_token()
BAYREUTH_TOKEN, _BAYREUTH_HASH = new_token()
FORM_FIELD = re.compile(r'name="formular" value="([0-9a-f]{64})"')


class Visitor:
    """One browser at one portal."""

    def __init__(self, client: TestClient, config: IntakeConfig) -> None:
        self.client = client
        self.config = config

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def send(self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None) -> Any:
        """Open the page, fill in its form, send it."""
        found = FORM_FIELD.search(self.client.get(path).text)
        told = {"formular": found[1]} if found else {}
        return self.client.post(path, data=told | fields, files={"datei": file} if file else None)

    def check(self, filename: str, content: bytes, package: str = "") -> Any:
        return self.send("/pruefen", {"paket": package}, (filename, content))

    def hand_in(
        self,
        content: bytes,
        *,
        filename: str = "baeume.csv",
        ags: str = BAMBERG,
        token: str = BAMBERG_TOKEN,
        **more: str,
    ) -> Any:
        fields = {"paket": "baumkataster", "ags": ags, "schluessel": token} | more
        return self.send("/abgeben", fields, (filename, content))

    def in_inbox(self) -> list[str]:
        """Every file below the inbox, also hidden and unfinished ones."""
        inbox = self.config.inbox
        return sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file())

    def left_behind(self) -> list[str]:
        """Everything in the portal's private folder."""
        return sorted(path.name for path in self.config.work.rglob("*"))


Portal = Callable[..., Visitor]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Start a portal; settings by keyword."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Visitor:
            tokens = {BAMBERG: [_BAMBERG_HASH], BAYREUTH: [_BAYREUTH_HASH]}
            told = {"inbox": tmp_path / "inbox", "work": tmp_path / "work", "tokens": tokens, "posts_per_minute": 100}
            config = IntakeConfig(**(told | settings))
            app = create_app(config)
            client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
            return Visitor(stack.enter_context(client), config)

        yield start


@pytest.fixture
def visitor(portal: Portal) -> Visitor:
    """A visitor of a portal with the usual settings."""
    return portal()


@pytest.fixture
def tokens() -> dict[str, str]:
    """AGS → the access token of that Kommune."""
    return {BAMBERG: BAMBERG_TOKEN, BAYREUTH: BAYREUTH_TOKEN}


@pytest.fixture
def trees() -> bytes:
    """Six trees as a town hall saves them: three rows with a fault, decimal commas, hostile texts."""
    lines = (
        "Baumnummer;Baumart botanisch;Pflanzjahr;Höhe;Standort;Bemerkung",
        "1;Acer platanoides;1987;12,5 m;Marktplatz;",
        "2;Tilia cordata;1990;9,0;Marktplatz;",
        "3;Quercus robur;neunzig;11;Lange Straße;<script>alert(1)</script>",
        '4;=HYPERLINK("http://boese.example");2001;4,5;<script>alert(2)</script>;',
        "5;Fagus sylvatica;2010;999;<script>alert(3)</script>;",
        "6;Betula pendula;2010;<img src=x onerror=alert(4)>;Hain;",
    )
    return "\r\n".join((*lines, "")).encode("cp1252")
