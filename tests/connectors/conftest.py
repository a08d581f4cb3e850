"""What the connectors' tests share: sites in a folder, one small standard, a local web server that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.publishers import Publishers, PublisherSpec
from connectors.register import load_register
from standards.definition import Standard
from standards.registry import load_standards
from storage.config import StorageConfig
from storage.sites import Sites, open_sites

STANDARD = """
name = "baeume"
version = "1.0"
title_de = "Bäume"
title_en = "Trees"
description_de = "Bäume"
description_en = "Trees"
theme = "ENVI"
musterdatensatz = "https://musterdatenkatalog.de/def/musterdatensatz/baeume"
key = ["nr"]

[[fields]]
name = "nr"
type = "string"
title_de = "Nummer"
description_de = "Nummer"
description_en = "Number"
required = true
synonyms = ["Baumnummer"]

[[fields]]
name = "hoehe_m"
type = "number"
title_de = "Höhe"
description_de = "Höhe"
description_en = "Height"
unit = "m"
minimum = 0
maximum = 60

[[fields]]
name = "zeitpunkt"
type = "datetime"
title_de = "Zeitpunkt"
description_de = "Zeitpunkt"
description_en = "Moment"
"""


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    """Three empty folder sites below a home of their own."""
    return open_sites(StorageConfig(), tmp_path / "home")


@pytest.fixture(scope="session")
def standards_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small standard, `baeume`, that does not move with the real ones."""
    folder = tmp_path_factory.mktemp("standards") / "baeume"
    folder.mkdir()
    (folder / "standard.toml").write_text(STANDARD, encoding="utf-8")
    return folder.parent


@pytest.fixture(scope="session")
def standards(standards_folder: Path) -> dict[str, Standard]:
    return load_standards(standards_folder)


@pytest.fixture
def publishers_of() -> Callable[..., Publishers]:
    """Publishers from specs; every other Gemeinde of the register has defaults."""

    def make(*specs: PublisherSpec) -> Publishers:
        return Publishers({spec.ags: spec for spec in specs}, load_register())

    return make


class WebServer:
    """Serves what a test puts into `answers` and keeps every request."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                outer.answers[self.path.partition("?")[0]](self)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def serve(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Answer with a body; with an `etag` header conditional requests get 304."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            etag = headers.get("etag")
            fresh = etag and request.headers.get("If-None-Match") == etag
            request.send_response(304 if fresh else status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", "0" if fresh else str(len(body)))
            request.end_headers()
            if not fresh:
                request.wfile.write(body)

        self.answers[path] = answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer()
    yield server
    server.close()
