"""One posted form with at most one file: checked for rate and forgery, its file brought to a private path and hashed.

The size is bounded while it streams (`guard.BodyLimit`). What does not belong here: what the file holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from connectors.copies import display_name
from intake import csrf
from intake.guard import client_of
from intake.messages import Problem
from intake.state import Portal

_FIELDS = 12
_FIELD_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Posted:
    """A genuine form. The file is still where the server put it while it streamed."""

    form: FormData

    def text(self, name: str) -> str:
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    @property
    def filename(self) -> str:
        """The base name for display; never a path."""
        return display_name(self._upload.filename or "")

    async def save(self, path: Path) -> str:
        """Copy the file to `path` and return its SHA-256. Raises `Problem` for none, an empty one, a full disk."""
        try:
            sha256, size = await run_in_threadpool(_copy, self._upload.file, path)
        except OSError as error:
            raise Problem("disk") from error
        if not size:
            raise Problem("empty-file", filename=self.filename)
        return sha256

    @property
    def _upload(self) -> UploadFile:
        upload = self.form.get("datei")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Problem("no-file")
        return upload


@asynccontextmanager
async def posted_form(request: Request, portal: Portal) -> AsyncIterator[Posted]:
    """The form of this request. Raises `Problem` (`too-often`, `too-large`, `bad-form`, `forged-form`)."""
    portal.rate.check(client_of(request.scope))
    async with request.form(max_files=1, max_fields=_FIELDS, max_part_size=_FIELD_BYTES) as form:
        posted = Posted(form)
        if not csrf.is_genuine(request, posted.text(csrf.FIELD), portal.config.secret.get_secret_value()):
            raise Problem("forged-form")
        yield posted


def _copy(source: BinaryIO, path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while part := source.read(1024 * 1024):
            digest.update(part)
            target.write(part)
        size = target.tell()
    return digest.hexdigest(), size
