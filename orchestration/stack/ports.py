"""Which server listens on which port: one base and fixed distances, each port settable by itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from orchestration.stack.place import StackFailed

BASE = 9000
NAMES = (
    "minio", "minio-console", "versitygw", "azurite", "gcs", "gcs-json", "postgres", "redis", "solr", "ckan",
    "dagster", "intake", "portal", "webhook", "dagster-code",
)  # fmt: skip
"""In order of their distance from the base. Infra/compose.yaml publishes the same numbers."""


def choose(folder: Path, base: int | None = None, told: Mapping[str, int] | None = None) -> dict[str, int]:
    """The ports of the stack in `folder`: as told, else as they were the last time, else from the default base."""
    told = told or {}
    unknown = [name for name in told if name not in NAMES]
    if unknown:
        raise StackFailed(f"There is no port “{unknown[0]}”. Ports are: {', '.join(NAMES)}.")
    kept = {} if base is not None else _read(folder)
    ports = {name: (base or BASE) + distance for distance, name in enumerate(NAMES)} | kept | dict(told)
    wrong = [name for name, port in ports.items() if not 0 < port < 65536]
    if wrong:
        raise StackFailed(f"{ports[wrong[0]]} is no port (of {wrong[0]}): choose one from 1 to 65535.")
    twice = sorted(ports, key=ports.__getitem__)
    for one, next_one in pairwise(twice):
        if ports[one] == ports[next_one]:
            raise StackFailed(f"{one} and {next_one} would both get port {ports[one]}: choose another for one of them.")
    return ports


def keep(folder: Path, ports: Mapping[str, int]) -> None:
    """Remember the ports, so that `status` and `down` need not be told."""
    folder.mkdir(parents=True, exist_ok=True)
    _path(folder).write_text(json.dumps(dict(ports), indent=1) + "\n")


def free_ports() -> dict[str, int]:
    """A free port for each name, for tests: nobody holds them, so use them soon."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in NAMES]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(NAMES, sockets, strict=True)}


def _path(folder: Path) -> Path:
    return folder / "ports.json"


def _read(folder: Path) -> dict[str, int]:
    try:
        kept = json.loads(_path(folder).read_text())
        return {name: int(kept[name]) for name in NAMES if name in kept}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError) as error:
        raise StackFailed(f"{_path(folder)} is damaged ({error}): delete it and say the ports again.") from error
