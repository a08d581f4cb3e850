"""Quotas kept while uploads are reported: whoever handed in is counted soon, everybody every few minutes.

One thread beside the receiver. Reports of one Kommune that come while it is counted become one more count, so that ten
thousand small files are not counted ten thousand times. What does not belong here: counting (`storage.admin.quota`).
"""

from __future__ import annotations

import threading
import time

import structlog

from storage.admin.quota import Quotas, Switched
from storage.errors import StorageError

SWEEP_SECONDS = 300.0
_PAUSE_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class QuotaKeeper:
    """Start it, tell it who handed in, stop it."""

    def __init__(self, quotas: Quotas, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._quotas = quotas
        self._sweep_seconds = sweep_seconds
        self._touched: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._keep, name="quota", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over = True
        self._wake.set()
        self._thread.join(10)

    def touch(self, owners: set[str]) -> None:
        """These handed something in, or took something back."""
        with self._lock:
            self._touched |= owners
        self._wake.set()

    def _keep(self) -> None:
        next_sweep = 0.0
        while True:
            self._wake.wait(max(next_sweep - time.monotonic(), 0.0))
            self._wake.clear()
            if self._is_over:
                return
            with self._lock:
                owners, self._touched = self._touched, set()
            is_sweep = time.monotonic() >= next_sweep
            if not (is_sweep or owners):
                continue
            try:
                _tell(self._quotas.enforce(None if is_sweep else owners))
            except StorageError as error:
                _log.warning("quota_not_counted", reason=str(error))
                time.sleep(_PAUSE_SECONDS)
                self.touch(owners)  # they stay to be counted
            else:
                next_sweep = time.monotonic() + self._sweep_seconds if is_sweep else next_sweep


def _tell(switched: Switched) -> None:
    if switched.stopped or switched.freed:
        _log.info("quota", stopped=switched.stopped, freed=switched.freed)
