"""Wall time and peak memory of a fresh process with all its children. What is run stands elsewhere."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run, process start included. `peak_mb`: resident memory of the process tree."""

    seconds: float
    """Wall time."""
    cpu_seconds: float
    """User and system time of the process and its children: what is left to compare on a busy machine."""
    peak_mb: float
    output: dict[str, Any]


class BenchmarkFailed(Exception):
    """A measured process failed or its result is wrong."""


def measure(module: str, *arguments: str, cwd: Path) -> Run:
    """Run `python -m module arguments…`; its last line of output is a JSON document. Raises `BenchmarkFailed`.

    Peak: the greatest sum of resident memory over the process tree (sampled every 20 ms, shared pages counted once
    a process), and never less than the kernel's own high-water mark of the process.
    """
    begin, cpu = time.perf_counter(), _children_cpu()
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        sampler = _Sampler(process.pid)
        sampler.start()
        out, err = process.communicate()
        seconds = time.perf_counter() - begin
        peak = sampler.finish()
    if process.returncode != 0:
        raise BenchmarkFailed(f"{module} {' '.join(arguments)} ended with {process.returncode}:\n{err[-4000:]}")
    return Run(seconds, _children_cpu() - cpu, peak / 1e6, json.loads(out.strip().splitlines()[-1]))


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Sampler(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self._peak = 0

    def run(self) -> None:
        while not self._done.wait(0.02):
            self._peak = max(self._peak, _high_water(self._pid), sum(map(_resident, _tree(self._pid))))

    def finish(self) -> int:
        self._done.set()
        self.join()
        return self._peak


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *(found for child in children for found in _tree(int(child)))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _high_water(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
