"""The stack on this machine: real processes, started and ended by us."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest

from orchestration import stack

pytestmark = pytest.mark.integration


@pytest.fixture
def minio(tmp_path: Path) -> stack.Service:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (service,) = stack.services(tmp_path, minio_port=port)
    if not service.binary.is_file():
        pytest.skip("no MinIO binary: run infra/native/build.sh")
    return service


def test_up_twice_and_down(minio: stack.Service) -> None:
    """Starting twice is one server; ending it leaves its data and frees the address; ending twice is no error."""
    first = stack.up(minio)
    try:
        assert first.state == "running"
        assert httpx.get(f"{minio.address}/minio/health/live").status_code == 200
        assert stack.up(minio).pid == first.pid
    finally:
        ended = stack.down(minio)
    assert (ended.state, ended.pid) == ("stopped", None)
    assert (minio.folder / "data").is_dir()
    assert stack.down(minio).state == "stopped"


def test_credentials_are_private_and_stay(minio: stack.Service) -> None:
    """User and password are made once and readable by this user alone."""
    made = stack.credentials(minio)
    assert stack.credentials(minio) == made
    assert len(made["MINIO_ROOT_PASSWORD"]) >= 32
    assert (minio.folder / "credentials.env").stat().st_mode & 0o077 == 0


def test_a_strangers_process_is_not_ended(minio: stack.Service) -> None:
    """A process id that now belongs to another program is left alone."""
    minio.folder.mkdir(parents=True)
    (minio.folder / "pid").write_text(str(os.getpid()))
    assert stack.status(minio).state == "stopped"
    assert stack.down(minio).state == "stopped"


def test_a_taken_address_is_told(minio: stack.Service, tmp_path: Path) -> None:
    """Where something else answers at the address, the sentence says so and nothing is started."""
    stack.up(minio)
    port = int(minio.address.rpartition(":")[2])
    (second,) = stack.services(tmp_path / "other", minio_port=port)
    try:
        with pytest.raises(stack.StackFailed, match="already answers"):
            stack.up(second)
    finally:
        stack.down(minio)
