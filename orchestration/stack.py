"""Real servers on this machine, without Docker: started, asked, ended. First cut: the on-premises MinIO.

All state lies under `<home>/stack/<service>`; binaries come from `infra/native/build.sh`. Only processes that we
started are ended. What does not belong here: what is put into the servers (`storage.admin`).
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

BINARIES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datenallmende" / "bin"
READY_SECONDS = 30.0
_STOP_SECONDS = 20.0

State = Literal["running", "stopped", "not answering"]


class StackFailed(Exception):
    """A server cannot be started or ended; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Service:
    """One server. `arguments` follow the binary; `health` is asked until it answers 200."""

    name: str
    binary: Path
    arguments: tuple[str, ...]
    address: str
    health: str
    folder: Path
    credentials: Mapping[str, str]
    """Names of the environment variables that hold user and password, with how each begins."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    name: str
    state: State
    address: str
    pid: int | None


def services(home: Path, *, minio_port: int = 9000) -> tuple[Service, ...]:
    """The servers of the stack, all on 127.0.0.1."""
    folder = home.absolute() / "stack" / "minio"
    address = f"127.0.0.1:{minio_port}"
    console = f"127.0.0.1:{minio_port + 1}"
    return (
        Service(
            name="minio",
            binary=BINARIES / "minio",
            arguments=("server", str(folder / "data"), "--address", address, "--console-address", console),
            address=f"http://{address}",
            health="/minio/health/ready",
            folder=folder,
            credentials={"MINIO_ROOT_USER": "allmende-", "MINIO_ROOT_PASSWORD": ""},
        ),
    )


def up(service: Service) -> ServiceStatus:
    """Start the server and wait until it is ready; one that runs already is left alone. Raises `StackFailed`."""
    now = status(service)
    if now.state == "running":
        return now
    if not service.binary.is_file():
        raise StackFailed(f"{service.name}: there is no {service.binary}. Run infra/native/build.sh once (needs Go).")
    if _answers(service):
        raise StackFailed(f"{service.name}: something else already answers at {service.address}. Choose another port.")
    (service.folder / "data").mkdir(parents=True, exist_ok=True)
    log = os.fspath(service.folder / "log")
    pid = os.posix_spawn(
        service.binary,
        [os.fspath(service.binary), *service.arguments],
        {**os.environ, **credentials(service)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    _pid_file(service).write_text(str(pid))
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(service):
        if _our_pid(service) is None or time.monotonic() > deadline:
            raise StackFailed(f"{service.name}: did not become ready. Its log is {service.folder / 'log'}.")
        time.sleep(0.1)
    return status(service)


def down(service: Service) -> ServiceStatus:
    """End the server if we started it; its data stays. Raises `StackFailed`."""
    pid = _our_pid(service)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _our_pid(service) is not None:
            if time.monotonic() > deadline:
                raise StackFailed(f"{service.name}: process {pid} does not end. Its log is {service.folder / 'log'}.")
            time.sleep(0.1)
    _pid_file(service).unlink(missing_ok=True)
    return status(service)


def status(service: Service) -> ServiceStatus:
    """Whether the server runs and answers."""
    pid = _our_pid(service)
    state: State = "stopped" if pid is None else "running" if _answers(service) else "not answering"
    return ServiceStatus(service.name, state, service.address, pid)


def credentials(service: Service) -> dict[str, str]:
    """User and password of the server, made once, readable by this user alone."""
    path = service.folder / "credentials.env"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = "".join(f"{name}={start}{secrets.token_hex(16)}\n" for name, start in service.credentials.items())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def _pid_file(service: Service) -> Path:
    return service.folder / "pid"


def _our_pid(service: Service) -> int | None:
    """The process id we noted, if that process still is the server: ids are used again."""
    try:
        pid = int(_pid_file(service).read_text())
        _reap(pid)
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if command[0] == os.fsencode(service.binary) else None


def _reap(pid: int) -> None:
    """Let a server that ended go, where it is our own child."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _answers(service: Service) -> bool:
    try:
        return httpx.get(service.address + service.health, timeout=1.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
