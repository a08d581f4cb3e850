"""Google Cloud Storage, emulated: fake-gcs-server speaks the JSON API, our front adds the XML one for obstore."""

from __future__ import annotations

import sys

from orchestration.stack.installed import binary
from orchestration.stack.process import Command
from orchestration.stack.service import OwnService, Service


class FakeGcs(Service):
    name = "gcs-json"
    title = "fake-gcs-server"
    ports = ("gcs-json",)
    piece = ("gcs",)
    health = "/_internal/healthcheck"

    def is_installed(self) -> bool:
        return binary("fake-gcs-server").is_file()

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)

    def command(self) -> Command:
        port = str(self.place.ports["gcs-json"])
        return Command(
            (
                *(binary("fake-gcs-server"), "-scheme", "http", "-host", "127.0.0.1", "-port", port),
                *("-backend", "filesystem", "-filesystem-root", self.folder / "data"),
                *("-public-host", f"127.0.0.1:{port}", "-log-level", "warn"),
            )
        )


class GcsFront(OwnService):
    name = "gcs"
    title = "XML front (cloud-c, GCS)"
    needs = (FakeGcs.name,)
    ports = ("gcs",)
    health = FakeGcs.health

    def prepare(self) -> None:
        (self.folder / "parts").mkdir(exist_ok=True)

    def command(self) -> Command:
        behind, port = self.place.url("gcs-json"), str(self.place.ports["gcs"])
        return Command((sys.executable, "-m", "orchestration.stack.gcs_front", behind, port, self.folder / "parts"))
