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
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PlatformResource"]:  # noqa: ARG002
        self._platform = Platform.load()
        with exclusive(self._platform.settings.home):
            yield self

    @property
    def now(self) -> Platform:
        """The platform of this run."""
        if self._platform is None:
            self._platform = Platform.load()
        return self._platform
