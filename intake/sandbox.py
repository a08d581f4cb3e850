"""Runs the worker in a process of its own and takes its one document. Nothing of an upload is parsed here.

The worker limits its own memory, processor time and output; this side limits wall time and the document's size, hands
over no environment and no secrets, and kills the whole process group when it is time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import ValidationError

from intake.config import WorkerLimits
from intake.messages import Problem
from intake.report import CheckReport

_DOCUMENT_BYTES = 8 * 1024 * 1024
_ERROR_BYTES = 2000
_EXHAUSTED = (b"MemoryError", b"memory allocation", b"File too large")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One file to check. `folder` is private to this check; `path` lies in it."""

    path: Path
    filename: str
    folder: Path
    standard: str = ""
    """Empty: the columns must tell."""
    sheet: str = ""
    standards: tuple[Path, ...] = ()
    """Folders with standards of this installation."""


async def run_check(job: Job, limits: WorkerLimits) -> CheckReport:
    """What the worker says. Raises `Problem` (`too-heavy`, `worker-failed`) where it was killed or broke down."""
    process = await asyncio.create_subprocess_exec(
        *_command(job, limits),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=job.folder,
        env=_environment(limits, job.folder),
        start_new_session=True,
    )
    if process.stdout is None or process.stderr is None:
        raise Problem("worker-failed", filename=job.filename)
    errors = asyncio.create_task(_keep_end(process.stderr))
    try:
        async with asyncio.timeout(limits.wall_seconds):
            document = await _read(process.stdout)
            if document is None:
                _kill(process)
            code = await process.wait()
            problems = await errors
    except TimeoutError:
        raise Problem("too-heavy", filename=job.filename) from None
    finally:
        _kill(process)
        errors.cancel()
        await process.wait()
    return _understand(job, code, document, problems)


def _command(job: Job, limits: WorkerLimits) -> list[str]:
    told = {
        "path": str(job.path),
        "filename": job.filename,
        "folder": str(job.folder),
        "standard": job.standard,
        "sheet": job.sheet,
        "standards": [str(folder.absolute()) for folder in job.standards],
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "output_bytes": limits.output_bytes,
    }
    # -I: neither the working folder nor the user's site-packages nor PYTHON… variables decide what is imported.
    return [sys.executable, "-I", "-m", "intake.worker", json.dumps(told)]


def _environment(limits: WorkerLimits, folder: Path) -> dict[str, str]:
    """Nothing of our own environment: it may hold secrets."""
    threads = str(limits.threads)
    return {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "POLARS_MAX_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "RAYON_NUM_THREADS": threads,
        "MALLOC_ARENA_MAX": "2",
    }


async def _read(stream: asyncio.StreamReader) -> bytes | None:
    """All of it; None as soon as it is more than a document of ours can be."""
    parts, size = [], 0
    while part := await stream.read(64 * 1024):
        size += len(part)
        if size > _DOCUMENT_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


async def _keep_end(stream: asyncio.StreamReader) -> bytes:
    """The last bytes of what the worker complained; all of it is read, so that it never waits for us."""
    end = b""
    while part := await stream.read(64 * 1024):
        end = (end + part)[-_ERROR_BYTES:]
    return end


def _kill(process: asyncio.subprocess.Process) -> None:
    """The process and whatever it started; it has a group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _understand(job: Job, code: int, document: bytes | None, problems: bytes) -> CheckReport:
    if document is None:
        _log.error("check_said_too_much")
        raise Problem("worker-failed", filename=job.filename)
    if code == 0:
        with suppress(ValidationError):
            return CheckReport.model_validate_json(document)
    # Allocations that fail end Python with MemoryError and polars with an abort; limits end with a signal.
    if code < 0 or any(sign in problems for sign in _EXHAUSTED):
        _log.warning("check_killed", code=code)
        raise Problem("too-heavy", filename=job.filename)
    _log.error("check_failed", code=code, error=_kind(problems))
    raise Problem("worker-failed", filename=job.filename)


def _kind(problems: bytes) -> str:
    """The exception's name and our own lines; the message may hold what people wrote and is left out."""
    lines = problems.decode("utf-8", "replace").splitlines()
    places = [line.strip() for line in lines if line.lstrip().startswith('File "')]
    name = lines[-1].split(":", 1)[0] if lines else ""
    return " < ".join([name, *places[-2:][::-1]])
