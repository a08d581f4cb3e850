"""The stack for integration tests: real servers on free ports in a home of their own, once per session.

A test asks for the servers it needs: `stack.up("ckan")` brings up CKAN and what CKAN needs, or finds them running. All
tests of a session share them and keep apart by the names of buckets, organizations and portals. What a server is told
by: `Ckan(stack.place).token(PUBLISHER)`, `Minio(stack.place).credentials()` (`orchestration.stack.servers`).

With `ALLMENDE_TEST_HOME=/some/folder` the servers stay up for the next session; `allmende stack down` ends them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.stack import Stack, free_ports


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The servers of this session. What is not installed is told in a sentence, not skipped."""
    if kept := os.environ.get("ALLMENDE_TEST_HOME"):
        folder = Path(kept)
        yield Stack(folder, ports=None if (folder / "stack").is_dir() else free_ports())
        return
    # Not pytest's own folder: PostgreSQL runs as another user, which cannot enter that one.
    home = Path(tempfile.mkdtemp(prefix="allmende-"))
    home.chmod(0o755)
    shared = Stack(home, ports=free_ports())
    try:
        yield shared
    finally:
        shared.down()
        shutil.rmtree(home)
