"""What a server of the stack is. The servers themselves are in `servers/`; what happens when is in `stack`."""

from __future__ import annotations

import signal
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import httpx

from orchestration.stack.place import Place
from orchestration.stack.process import Command, running

State = Literal["running", "stopped", "not answering"]


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One line of `allmende stack status`."""

    name: str
    title: str
    state: State
    address: str
    pid: int | None
    log: str


class Service(ABC):
    """One server. Every method may be called again: what is done already stays as it is."""

    name: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    """Services that must answer before this one is prepared."""
    ports: ClassVar[tuple[str, ...]] = ()
    """Names of the ports it listens on; the first is its address."""
    piece: ClassVar[tuple[str, ...]] = ()
    """Pieces of infra/native/install.sh that it runs on."""
    health: ClassVar[str] = "/"
    """Path that answers 200 when the server is ready."""
    end_by: ClassVar[signal.Signals] = signal.SIGTERM
    ready_seconds: ClassVar[float] = 60.0

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def folder(self) -> Path:
        return self.place.of(self.name)

    @property
    def log(self) -> Path:
        return self.place.folder / self.name / "log"

    @property
    def pid_file(self) -> Path:
        return self.place.folder / self.name / "pid"

    @property
    def version_file(self) -> Path:
        return self.place.folder / self.name / "version"

    @property
    def address(self) -> str:
        return self.place.url(self.ports[0]) if self.ports else ""

    @abstractmethod
    def is_installed(self) -> bool:
        """Whether what it runs on is there."""

    @abstractmethod
    def command(self) -> Command:
        """What is run."""

    def version(self) -> str:
        """What the server was made of: where it runs with another, `up` starts it anew."""
        return ""

    def prepare(self) -> None:  # noqa: B027 - most servers need nothing
        """Before it is started: folders, settings, databases."""

    def answers(self) -> bool:
        """Whether it is ready for its users."""
        try:
            return httpx.get(self.address + self.health, timeout=5.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def status(self) -> ServiceStatus:
        pid = running(self.pid_file)
        state: State = "stopped" if pid is None else "running" if self.answers() else "not answering"
        return ServiceStatus(self.name, self.title, state, self.address, pid, str(self.log))


class OwnService(Service):
    """A program of ours: it came with this distribution, and reads the settings of the stack."""

    def is_installed(self) -> bool:
        return True

    def environment(self) -> dict[str, str]:
        return {"ALLMENDE_PROFILE": "stack", "ALLMENDE_HOME": str(self.place.folder.parent)}


def own_program(name: str) -> Path:
    """A program of our own environment."""
    return Path(sys.executable).with_name(name)
