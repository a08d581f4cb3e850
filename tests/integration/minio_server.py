"""A MinIO of the tests' own on 127.0.0.1, and stores on it. The server is started by `running`, ended by it too."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from orchestration.stack import installed
from storage.config import StoreConfig

ROOT = {"access_key_id": "allmende-test", "secret_access_key": "allmende-test-geheim"}


@dataclass(frozen=True)
class Server:
    """Address and folder of a running server."""

    endpoint: str
    folder: Path

    def store(self, url: str, **more) -> StoreConfig:
        settings = {"url": url, "region": "us-east-1", "options": {"endpoint": self.endpoint}, "secrets": ROOT}
        return StoreConfig.model_validate(settings | more)

    def store_of(self, url: str, user: str, secret: str) -> StoreConfig:
        """The store with the login of somebody."""
        return self.store(url, secrets={"access_key_id": user, "secret_access_key": secret})


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def binary(name: str) -> str:
    """The path of a server's program; the test is skipped, visibly, without it."""
    cached = installed.binary(name)
    found = str(cached) if cached.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"no {name} in {cached.parent}: .ci/run builds it")
    return found


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A fresh server whose data lie below `folder`."""
    port, console = free_port(), free_port()
    login = {"MINIO_ROOT_USER": ROOT["access_key_id"], "MINIO_ROOT_PASSWORD": ROOT["secret_access_key"]}
    command = [binary("minio"), "server", str(folder / "data")]
    command += ["--address", f"127.0.0.1:{port}", "--console-address", f"127.0.0.1:{console}"]
    with process(command, env=os.environ | login):
        wait(f"http://127.0.0.1:{port}/minio/health/ready")
        yield Server(f"http://127.0.0.1:{port}", folder)


@contextmanager
def process(command: list[str], env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended when the test is over."""
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield server
        finally:
            server.terminate()
            server.wait(20)


def wait(url: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.1)
    pytest.fail(f"{url} did not answer in {seconds:.0f} s")
