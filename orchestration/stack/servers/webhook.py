"""Where MinIO reports uploads, and where quotas of Kommunen are kept: `allmende intake listen`."""

from __future__ import annotations

from orchestration.stack.process import Command
from orchestration.stack.service import OwnService, own_program


class Webhook(OwnService):
    name = "webhook"
    title = "Reports of uploads"
    ports = ("webhook",)
    health = "/health"

    def command(self) -> Command:
        port = str(self.place.ports["webhook"])
        return Command((own_program("allmende"), "intake", "listen", "--port", port), self.environment())
