"""Our own web pages: the upload portal of the clerks, and the public portal, a web server before a cloud's bucket."""

from __future__ import annotations

import sys

from orchestration.stack.process import Command
from orchestration.stack.servers.versitygw import VersityGW
from orchestration.stack.service import OwnService, own_program


class Intake(OwnService):
    name = "intake"
    title = "Upload portal"
    ports = ("intake",)
    health = "/gesund"

    def command(self) -> Command:
        port = str(self.place.ports["intake"])
        return Command((own_program("allmende"), "intake", "serve", "--port", port), self.environment())


class StaticPortal(OwnService):
    name = "portal"
    title = "Static portal"
    needs = (VersityGW.name,)
    ports = ("portal",)
    health = "/health"

    def command(self) -> Command:
        bucket, port = f"{self.place.url('versitygw')}/allmende", str(self.place.ports["portal"])
        return Command((sys.executable, "-m", "orchestration.stack.portal_front", bucket, port))
