"""Redis: CKAN's job queue."""

from __future__ import annotations

import shutil
import subprocess

from orchestration.private import write_private
from orchestration.stack.process import Command
from orchestration.stack.service import Service


class Redis(Service):
    name = "redis"
    title = "Redis"
    ports = ("redis",)
    piece = ("system",)

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.place.ports['redis']}"

    def url(self) -> str:
        """With its password: for settings files that only their user can read."""
        return f"redis://:{self._password()}@127.0.0.1:{self.place.ports['redis']}/0"

    def is_installed(self) -> bool:
        return shutil.which("redis-server") is not None

    def prepare(self) -> None:
        # Whoever may write jobs may run code in the worker: a password even on this machine, and not as an argument.
        lines = (
            "bind 127.0.0.1",
            f"port {self.place.ports['redis']}",
            f"dir {self.folder}",
            "appendonly yes",
            'save ""',
        )
        write_private(self.folder / "redis.conf", "\n".join((*lines, f"requirepass {self._password()}", "")))

    def command(self) -> Command:
        return Command(("redis-server", self.folder / "redis.conf"))

    def answers(self) -> bool:
        return self.ask("PING") == ["PONG"]

    def ask(self, *words: str) -> list[str]:
        """The lines that the server answers; none where it does not."""
        done = subprocess.run(
            ["redis-cli", "-p", str(self.place.ports["redis"]), *words],
            env={"REDISCLI_AUTH": self._password(), "PATH": "/usr/bin:/bin:/usr/local/bin"},
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        return done.stdout.split("\n")[:-1] if done.returncode == 0 else []

    def _password(self) -> str:
        return self.place.secrets(self.name, PASSWORD="")["PASSWORD"]
