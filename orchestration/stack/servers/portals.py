"""Our own web pages: the upload portal of the clerks, and the public portal, a web server before a cloud's bucket."""

from __future__ import annotations

import sys
from pathlib import Path

from orchestration.stack.process import Command
from orchestration.stack.servers.versitygw import VersityGW
from orchestration.stack.service import Service


class Intake(Service):
    name = "intake"
    title = "Upload portal"
    ports = ("intake",)
    health = "/gesund"

    def is_installed(self) -> bool:
        return True

    def command(self) -> Command:
        program, port = Path(sys.executable).with_name("allmende"), str(self.place.ports["intake"])
        environment = {"ALLMENDE_PROFILE": "stack", "ALLMENDE_HOME": str(self.place.folder.parent)}
        return Command((program, "intake", "serve", "--port", port), environment)


class StaticPortal(Service):
    name = "portal"
    title = "Static portal"
    needs = (VersityGW.name,)
    ports = ("portal",)
    health = "/health"

    def is_installed(self) -> bool:
        return True

    def command(self) -> Command:
        bucket, port = f"{self.place.url('versitygw')}/allmende", str(self.place.ports["portal"])
        return Command((sys.executable, "-m", "orchestration.stack.portal_front", bucket, port))
