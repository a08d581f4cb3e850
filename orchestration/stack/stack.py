"""The stack as a whole: which servers, in which order, up, asked and down."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from orchestration.locking import exclusive
from orchestration.stack.installed import INSTALL
from orchestration.stack.place import Place, StackFailed
from orchestration.stack.ports import choose, keep
from orchestration.stack.process import running, start, stop
from orchestration.stack.profile import write_profile
from orchestration.stack.servers import SERVERS
from orchestration.stack.service import Service, ServiceStatus

OnChange = Callable[[str, str, float], None]
"""Called with (service, `start` | `running` | `already running` | `stop` | `stopped` | `failed`, seconds)."""

_FREE_SECONDS = 3.0  # a killed server's children may hold its port for a moment


def _silent(service: str, state: str, seconds: float) -> None:
    """Nobody looks."""


class Stack:
    """The servers of one home. `base` and `ports` say where they listen; untold, where they did the last time."""

    def __init__(self, home: Path, *, base: int | None = None, ports: Mapping[str, int] | None = None) -> None:
        self.home = home.absolute()
        folder = self.home / "stack"
        self.place = Place(folder, choose(folder, base, ports))
        self.services: dict[str, Service] = {server.name: server(self.place) for server in SERVERS}

    def up(self, *names: str, on_change: OnChange = _silent) -> list[ServiceStatus]:
        """Start what is named (nothing: all) and what that needs, and wait until all of it is ready.

        What runs already is left alone. Raises `StackFailed` with one sentence per server that did not come up.
        """
        wanted = self.closure(*names)
        self.place.folder.mkdir(parents=True, exist_ok=True)
        with exclusive(self.place.folder), ThreadPoolExecutor(len(wanted)) as pool:
            self._refuse_other_ports(wanted)
            keep(self.place.folder, self.place.ports)
            write_profile(self.place)  # what runs our own code reads it; tokens come when CKAN was prepared
            futures: dict[str, Future[None]] = {}
            for service in wanted:  # in order: what a service needs is submitted before it
                needed = [futures[name] for name in service.needs]
                futures[service.name] = pool.submit(self._bring_up, service, needed, on_change)
        failures = [error for future in futures.values() if (error := future.exception()) is not None]
        told = [error for error in failures if not isinstance(error, _NeedsAnother)]
        if told:
            first = told[0]
            raise StackFailed("\n".join(str(error) for error in told)) if isinstance(first, StackFailed) else first
        return [service.status() for service in wanted]

    def down(self, *names: str, on_change: OnChange = _silent) -> list[ServiceStatus]:
        """End what is named (nothing: all) and what needs it, if we started it; the data stays."""
        named = set(self._known(names)) or set(self.services)
        chosen = set(named)
        for service in self.services.values():  # in order of need, so one pass finds all that depend on it
            if chosen.intersection(service.needs):
                chosen.add(service.name)
        ending = [
            service
            for service in self.services.values()
            if service.name in named or (service.name in chosen and running(service.pid_file) is not None)
        ]
        if self.place.folder.is_dir():
            with exclusive(self.place.folder):
                for service in reversed(ending):
                    self._take_down(service, on_change)
        return [service.status() for service in ending]

    def status(self) -> list[ServiceStatus]:
        """Whether each server runs and answers."""
        with ThreadPoolExecutor(len(self.services)) as pool:
            return list(pool.map(Service.status, self.services.values()))

    def closure(self, *names: str) -> list[Service]:
        """What is named and what that needs, each after what it needs."""
        wanted = set(self._known(names)) or set(self.services)
        for service in reversed(self.services.values()):
            if service.name in wanted:
                wanted.update(service.needs)
        return [service for service in self.services.values() if service.name in wanted]

    def missing(self, *names: str) -> list[str]:
        """The pieces of infra/native/install.sh that have to be installed first."""
        found = (piece for service in self.closure(*names) if not service.is_installed() for piece in service.piece)
        return list(dict.fromkeys(found))

    def _known(self, names: Iterable[str]) -> list[str]:
        names = list(names)
        unknown = [name for name in names if name not in self.services]
        if unknown:
            raise StackFailed(f"There is no server “{unknown[0]}”. Servers are: {', '.join(self.services)}.")
        return names

    def _refuse_other_ports(self, wanted: list[Service]) -> None:
        before = choose(self.place.folder)
        for service in wanted:
            moved = [name for name in service.ports if before[name] != self.place.ports[name]]
            if moved and running(service.pid_file) is not None:
                raise StackFailed(
                    f"{service.name} runs on port {before[moved[0]]} and cannot move while it does: "
                    "run `allmende stack down` first."
                )

    def _bring_up(self, service: Service, needed: list[Future[None]], on_change: OnChange) -> None:
        if any(future.exception() is not None for future in needed):
            raise _NeedsAnother
        if _is_outdated(service):
            self._take_down(service, on_change)
        if service.status().state == "running":
            on_change(service.name, "already running", 0.0)
            return
        began = time.monotonic()
        on_change(service.name, "start", 0.0)
        try:
            _start(service)
        except BaseException as error:
            on_change(service.name, "failed", time.monotonic() - began)
            if isinstance(error, subprocess.CalledProcessError | OSError):
                raise StackFailed(f"{service.name}: {error}. Its log is {service.log}.") from error
            raise
        on_change(service.name, "running", time.monotonic() - began)

    def _take_down(self, service: Service, on_change: OnChange) -> None:
        if running(service.pid_file) is None:
            service.pid_file.unlink(missing_ok=True)
            return
        began = time.monotonic()
        on_change(service.name, "stop", 0.0)
        stop(service.pid_file, service.end_by, log=service.log)
        on_change(service.name, "stopped", time.monotonic() - began)


class _NeedsAnother(Exception):
    """Not started because a server that it needs did not come up; that one's sentence is enough."""


def _start(service: Service) -> None:
    if not service.is_installed():
        raise StackFailed(f"{service.name} is not installed: run {INSTALL} {' '.join(service.piece)}.")
    if running(service.pid_file) is None:
        for name in service.ports:
            _refuse_taken(service, name)
        service.folder.mkdir(parents=True, exist_ok=True)
        service.prepare()
        service.version_file.write_text(service.version())
        start(service.command(), service.pid_file, service.log)
    deadline = time.monotonic() + service.ready_seconds
    while not service.answers():
        if running(service.pid_file) is None:
            raise StackFailed(f"{service.name} ended while starting{_last_words(service)} Its log is {service.log}.")
        if time.monotonic() > deadline:
            raise StackFailed(
                f"{service.name} runs, but did not answer in {service.ready_seconds:.0f} s. Its log is {service.log}."
            )
        time.sleep(0.1)


def _is_outdated(service: Service) -> bool:
    return running(service.pid_file) is not None and service.version_file.read_text() != service.version()


def _refuse_taken(service: Service, name: str) -> None:
    port = service.place.ports[name]
    deadline = time.monotonic() + _FREE_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return
        if time.monotonic() > deadline:
            raise StackFailed(
                f"{service.name}: port {port} is taken by another program. Choose another: "
                f"allmende stack up --port {name}=NUMBER, or all of them: --port-base NUMBER."
            )
        time.sleep(0.2)


def _last_words(service: Service) -> str:
    """The last line of its log, as “: …”."""
    with suppress(OSError):
        lines = service.log.read_text(errors="replace").strip().splitlines()
        if lines:
            return f": {lines[-1].strip()[:300]}"
    return "."
