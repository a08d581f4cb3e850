"""The command line in this process and a home of one's own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)

    @property
    def sentence(self) -> str:
        """The one line on stderr."""
        (line,) = [line for line in self.stderr.splitlines() if line.strip()]
        return line


Cli = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; the working directory has no allmende.toml, the environment says nothing else."""
    for name in [name for name in os.environ if name.startswith("ALLMENDE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALLMENDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `allmende` with these arguments as a user would, through its own border for errors."""

    def call(*arguments: object) -> Ended:
        from orchestration.cli import main

        monkeypatch.setattr(sys, "argv", ["allmende", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code or 0
        shown = capsys.readouterr()
        assert isinstance(code, int)
        return Ended(code, shown.out, shown.err)

    return call


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that `allmende demo` filled. Its tests carry one xdist group, so that it is filled once."""
    from tests.orchestration.homes import allmende

    folder = tmp_path_factory.mktemp("whole-way")
    (folder / "demo.json").write_text(allmende(folder / "home", "demo", "--json").stdout)
    return folder / "home"


@pytest.fixture(scope="session")
def demo_summary(demo_home: Path) -> Any:
    """What `allmende demo --json` said in `demo_home`."""
    return json.loads((demo_home.parent / "demo.json").read_text())
