"""Where MinIO reports uploads, and where quotas of Kommunen are kept: `allmende intake listen`."""

from __future__ import annotations

import sys
from pathlib import Path

from orchestration.stack.process import Command
from orchestration.stack.service import Service


class Webhook(Service):
    name = "webhook"
    title = "Reports of uploads"
    ports = ("webhook",)
    health = "/health"

    def is_installed(self) -> bool:
        return True

    def command(self) -> Command:
        program, port = Path(sys.executable).with_name("allmende"), str(self.place.ports["webhook"])
        environment = {"ALLMENDE_PROFILE": "stack", "ALLMENDE_HOME": str(self.place.folder.parent)}
        return Command((program, "intake", "listen", "--port", port), environment)
