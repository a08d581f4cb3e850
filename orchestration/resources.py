"""What assets are given: the platform, held for one run. Settings are read elsewhere (`orchestration.settings`)."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from orchestration.locking import exclusive
from orchestration.platform import Platform


class PlatformResource(dg.ConfigurableResource["PlatformResource"]):
    """The rooms' objects. Held exclusively for the run: a second run on the same home waits for its turn."""

    _platform: Platform | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PlatformResource"]:
        self._platform = Platform.load()
        with exclusive(self._platform.settings.home):
            if context.instance is not None:
                free_pools(context.instance, context.run_id)
            yield self

    @property
    def now(self) -> Platform:
        """The platform of this run."""
        if self._platform is None:
            self._platform = Platform.load()
        return self._platform


def free_pools(instance: dg.DagsterInstance, run_id: str | None) -> None:
    """Take back the places in pools that killed runs still hold, and end those runs in the books.

    Whoever holds the home's lock is the only run with a step at work: any other that claims a place is dead. Without
    this the next run would wait for it for ever, as only Dagster's daemon would notice.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    for dead in storage.get_concurrency_run_ids() - {run_id}:
        storage.free_concurrency_slots_for_run(dead)
        run = instance.get_run_by_id(dead)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "The run was killed; the next one goes on where it stopped.")
