"""A line per step while a run is at work, a bar while a portal is changed. Nothing is decided here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from orchestration.cli.output import err

if TYPE_CHECKING:
    from catalog.publishing import Change

_QUIET_S = 10.0
"""Where nobody looks at a terminal, a line so often is enough."""
_TITLES = {
    "landing__submissions": "fetch what is new",
    "raw": "read, judge and load",
    "dbt": "build the statewide tables",
    "open__municipal": "write the packages of the Kommunen",
    "open__statewide": "write the statewide packages",
}


class Spinner:
    """Names what is at work while it lasts, then how long all took."""

    def __init__(self, at_work: str = "") -> None:
        self._status = err.status(at_work)
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()
        err.print(f"  {time.monotonic() - self._started:.1f} s in all", style="dim")


class Progress(Spinner):
    """Shows the step at work with a spinner, then how long it took."""

    def __init__(self) -> None:
        super().__init__("load the definitions")

    def on_step(self, step: str, state: str, seconds: float) -> None:
        """Called by the run for every step that starts or ends; checks are not shown unless they fail."""
        title = title_of(step)
        if state == "start":
            self._status.update(title)
        elif state == "failure":
            err.print(f"  ✗ {title} ({seconds:.1f} s)", style="red", markup=False)
        elif title != step:
            err.print(f"  ✓ {title} ({seconds:.1f} s)", markup=False)


@contextmanager
def changes_shown(total: int) -> Iterator[Callable[[int, int, Change], None]]:
    """Yield what an apply calls after each change: a bar with the time left, or now and then a line in a log."""
    if err.is_terminal and total:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task("", total=total)
            yield lambda done, of, change: bar.update(task, completed=done, total=of, description=change.id)
        return
    last = time.monotonic()

    def line(done: int, of: int, _: Change) -> None:
        nonlocal last
        if time.monotonic() - last >= _QUIET_S:
            last = time.monotonic()
            err.print(f"  {done:,} of {of:,} changes")

    yield line


def title_of(step: str) -> str:
    """What a step does, in words; a check has none and keeps its name."""
    kind, _, name = step.partition("__")
    if kind == "sites" and not name.endswith("holds_what_policy_says"):
        return f"replicate to {name.replace('_', '-')}"
    if kind == "portals" and not name.endswith("equals_the_catalogue"):
        return f"publish on {name.replace('_', '-')}"
    return _TITLES.get(step, step)
