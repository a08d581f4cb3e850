"""Azurite: Azure Blob Storage, emulated by its maker."""

from __future__ import annotations

import base64
import shutil

import httpx

from orchestration.stack.installed import azurite
from orchestration.stack.process import Command
from orchestration.stack.service import Service

ACCOUNT = "allmende"


class Azurite(Service):
    name = "azurite"
    title = "Azurite (cloud-b, Azure Blob)"
    ports = ("azurite",)
    piece = ("azurite",)

    @property
    def address(self) -> str:
        return f"{self.place.url('azurite')}/{ACCOUNT}"

    def account_key(self) -> str:
        """The key of the one account, in base64 as Azure's are."""
        return base64.b64encode(self.place.secrets(self.name, ACCOUNT_KEY="")["ACCOUNT_KEY"].encode()).decode()

    def is_installed(self) -> bool:
        return azurite().exists() and shutil.which("node") is not None

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)

    def answers(self) -> bool:
        try:  # it has no health page: a request that it refuses is an answer too
            return httpx.get(self.address, timeout=2.0).status_code < httpx.codes.INTERNAL_SERVER_ERROR
        except httpx.HTTPError:
            return False

    def command(self) -> Command:
        port = str(self.place.ports["azurite"])
        return Command(
            (
                *(azurite(), "--blobHost", "127.0.0.1", "--blobPort", port, "--location", self.folder / "data"),
                *("--skipApiVersionCheck", "--disableTelemetry", "--silent"),
            ),
            {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.account_key()}"},
        )
