"""Where one stack lives: its folder, its ports, its secrets. No process is started here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from orchestration.private import write_private

_one_at_a_time = Lock()
"""Two servers that are prepared at once may ask for secrets of the same third."""


class StackFailed(Exception):
    """A server cannot be started or ended; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """The stack in `folder` (`<home>/stack`), whose servers listen on `ports` of 127.0.0.1."""

    folder: Path
    ports: Mapping[str, int]

    def of(self, service: str) -> Path:
        """The folder of a service; made where it is missing."""
        path = self.folder / service
        path.mkdir(parents=True, exist_ok=True)
        return path

    def url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.ports[port]}"

    def secrets(self, service: str, **beginnings: str) -> dict[str, str]:
        """The secrets of a service by name, each made once and beginning as told; readable by this user alone."""
        with _one_at_a_time:
            return self._secrets(service, beginnings)

    def _secrets(self, service: str, beginnings: Mapping[str, str]) -> dict[str, str]:
        path = self.of(service) / "credentials.env"
        lines = path.read_text().splitlines() if path.is_file() else []
        known = dict(line.split("=", 1) for line in lines)
        made = {name: start + secrets.token_hex(20) for name, start in beginnings.items() if name not in known}
        return self.keep_secrets(service, {**known, **made}) if made else known

    def keep_secrets(self, service: str, known: dict[str, str]) -> dict[str, str]:
        """Replace the secrets of a service with these."""
        text = "".join(f"{name}={value}\n" for name, value in known.items())
        write_private(self.of(service) / "credentials.env", text)
        return known
