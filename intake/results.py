"""The private folders of dry runs: one unguessable name each, deleted when their time is over.

What is there is what stands on disk, so several web processes may share the folder. A result exists once its
`bericht.json` stands, which is written last.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from intake.report import CheckReport

_ID = re.compile(r"[A-Za-z0-9_-]{32}")
_REPORT = "bericht.json"


class Result(BaseModel):
    """One finished dry run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filename: str
    created: datetime
    """UTC."""
    expires: datetime
    """UTC."""
    report: CheckReport


@dataclass(frozen=True, slots=True)
class Results:
    """All dry runs below `root`."""

    root: Path
    minutes: int

    def open_folder(self) -> tuple[str, Path]:
        """A new empty folder that only this process's user may enter, and its id."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_urlsafe(24)
        folder = self.root / name
        folder.mkdir(mode=0o700)
        return name, folder

    def keep(self, name: str, filename: str, report: CheckReport) -> None:
        """Make the result visible."""
        now = time.time()
        result = Result(
            filename=filename,
            created=datetime.fromtimestamp(now, UTC),
            expires=datetime.fromtimestamp(now + self.minutes * 60, UTC),
            report=report,
        )
        folder = self.root / name
        draft = folder / f"{_REPORT}.part"
        draft.write_text(result.model_dump_json(), encoding="utf-8")
        draft.replace(folder / _REPORT)

    def get(self, name: str) -> Result | None:
        """None where there is no such result, or no longer."""
        if not _ID.fullmatch(name):
            return None
        try:
            result = Result.model_validate_json((self.root / name / _REPORT).read_bytes())
        except OSError:
            return None
        return result if datetime.now(UTC) < result.expires else None

    def file(self, name: str, wanted: str) -> Path | None:
        """The path of a file that the report itself lists; no other name is ever looked up."""
        result = self.get(name)
        listed = {file.name for file in result.report.files} if result else set()
        path = self.root / name / wanted
        return path if wanted in listed and path.is_file() else None

    def forget(self, name: str) -> None:
        """Delete a result and everything that belongs to it."""
        if _ID.fullmatch(name):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def sweep(self) -> int:
        """Delete every folder whose time is over, also those that a killed process left. Returns how many."""
        oldest = time.time() - self.minutes * 60
        gone = 0
        try:
            entries = list(os.scandir(self.root))
        except FileNotFoundError:
            return 0
        for entry in entries:
            if _ID.fullmatch(entry.name) and _age(entry) <= oldest:
                self.forget(entry.name)
                gone += 1
        return gone


def _age(entry: os.DirEntry[str]) -> float:
    """When the folder was last written to: its last file is the report. Gone meanwhile: young enough to skip."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return time.time()
