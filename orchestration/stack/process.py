"""One server process: started apart from us, recognised again by its id and start time, ended. Nothing else's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.locking import process_mark
from orchestration.stack.place import StackFailed

STOP_SECONDS = 20.0

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started: only a parent can let a dead child go."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. `user`: whom it runs as, where not as ourselves. Secrets go into `environment`."""

    arguments: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None


def start(command: Command, pid_file: Path, log: Path) -> int:
    """Start a server in a session of its own, so that it outlives us and the terminal; its output goes to `log`."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            [os.fspath(argument) for argument in command.arguments],
            env={**os.environ, **command.environment},
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            **as_user(command.user),
        )
    finally:
        os.close(descriptor)
    _children[process.pid] = process
    pid_file.write_text(process_mark(process.pid))
    return process.pid


def as_user(user: str | None) -> dict[str, Any]:
    """What makes subprocess run something as this user and nobody's groups; as ourselves where it is None."""
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def running(pid_file: Path) -> int | None:
    """The id of the process noted in the file, if it still is that process: ids are used again."""
    try:
        mark = pid_file.read_text()
    except FileNotFoundError:
        return None
    pid = mark.partition("-")[0]
    if not pid.isdigit() or process_mark(int(pid)) != mark or _is_dead(int(pid)):
        return None
    return int(pid)


def stop(pid_file: Path, how: signal.Signals = signal.SIGTERM, *, log: Path) -> None:
    """End the process noted in the file, at last by force; and what it left in its session."""
    pid = running(pid_file)
    if pid is not None:
        os.kill(pid, how)
        if not _ends(pid_file, STOP_SECONDS):
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            if not _ends(pid_file, STOP_SECONDS):
                raise StackFailed(f"Process {pid} does not end. Its log is {log}.")
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
    pid_file.unlink(missing_ok=True)


def _ends(pid_file: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running(pid_file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_dead(pid: int) -> bool:
    """Whether it ended and only waits to be let go, by us or by a parent that never does (init of some containers)."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return True
