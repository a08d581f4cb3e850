"""Runs a Dagster job in this process: what `allmende run`, the demo and tests call. The UI launches the same jobs.

What does not belong here: what a job contains (`automation`), how it is shown (`cli`).
"""

from __future__ import annotations

import logging
import os
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.locking import is_alive, process_mark
from orchestration.platform import Platform
from orchestration.settings import PROJECT, Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult
    from dagster._core.events.log import EventLogEntry

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

PROCESS = "allmende/process"
"""Run tag: which process executes the run."""

OnStep = Callable[[str, str, float], None]
"""Called with (step, `start` | `success` | `failure` | `skipped`, seconds since the step's start)."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run brought: `reports` by asset key (`landing/submissions`), `errors` by step."""

    run_id: str
    success: bool
    reports: Mapping[str, Any]
    errors: Mapping[str, str]
    seconds: Mapping[str, float]
    """By step."""


def dagster_home(settings: Settings) -> Path:
    """Make and return the folder of the Dagster instance, one per profile, with its settings in it."""
    url = settings.dagster.postgres_url
    folder = settings.home.absolute() / ("dagster" if url is None else f"dagster-{settings.profile}")
    folder.mkdir(parents=True, exist_ok=True)
    parts = ["dagster.yaml"] if url is None else ["dagster.yaml", "postgres.yaml"]
    told = "\n".join((PROJECT / "infra" / "dagster" / part).read_text() for part in parts)
    (folder / "dagster.yaml").write_text(told)
    if url is not None:
        os.environ["ALLMENDE_DAGSTER__POSTGRES_URL"] = url.get_secret_value()  # the file names the variable only
    return folder


@contextmanager
def instance(platform: Platform) -> Iterator[DagsterInstance]:
    """The installation's Dagster instance: its runs are the ones the UI shows."""
    os.environ["DAGSTER_HOME"] = str(dagster_home(platform.settings))
    import dagster as dg

    with dg.DagsterInstance.get() as held:
        yield held


def end_dead_runs(held: DagsterInstance) -> None:
    """Close the books on runs of ours that were killed: the daemon would wait for them before it starts another."""
    import dagster as dg

    for run in held.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        mark = run.tags.get(PROCESS)
        if mark and not is_alive(mark):
            held.report_run_failed(run, "The run was killed; the next one goes on where it stopped.")


def run_job(platform: Platform, job: str, on_step: OnStep | None = None) -> RunResult:
    """Execute `job` over every registered Kommune and return what its assets reported."""
    _quiet()
    from orchestration.automation import kommunen, register
    from orchestration.definitions import defs
    from orchestration.partitions import range_tags

    with instance(platform) as held:
        end_dead_runs(held)
        # Jobs that are not by Kommune look into no inbox: their login may not even be allowed to.
        asked = defs().get_job_def(job)
        registered = register(held, kommunen(platform)) if asked.partitions_def is not None else []
        run_id = str(uuid.uuid4())
        if on_step:
            held.add_event_listener(run_id, _listener(on_step))
        with _log(platform.settings.home, run_id):
            result = asked.execute_in_process(
                instance=held,
                run_id=run_id,
                tags={**range_tags(registered), PROCESS: process_mark(os.getpid())},
                run_config=_QUIET,
                raise_on_error=False,
            )
        return _collect(result)


@contextmanager
def _log(home: Path, run_id: str) -> Iterator[None]:
    """What dbt and others print goes to `<home>/logs/`; the terminal shows our own progress."""
    path = home / "logs" / f"run-{run_id}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file, redirect_stdout(file):
        yield


def _listener(on_step: OnStep) -> Callable[[EventLogEntry], None]:
    started: dict[str, float] = {}

    def listen(entry: EventLogEntry) -> None:
        event, step = entry.dagster_event, entry.step_key
        if event is None or step is None:
            return
        if event.is_step_start:
            started[step] = entry.timestamp
            on_step(step, "start", 0.0)
        elif event.is_step_success or event.is_step_failure or event.is_step_skipped:
            state = "success" if event.is_step_success else "failure" if event.is_step_failure else "skipped"
            on_step(step, state, entry.timestamp - started.get(step, entry.timestamp))

    return listen


def _collect(result: ExecuteInProcessResult) -> RunResult:
    reports: dict[str, Any] = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        report = materialization.metadata.get("report")
        if report is not None:
            reports[materialization.asset_key.to_user_string()] = report.value
    errors = {
        event.step_key or "": _first_cause(event.step_failure_data.error)
        for event in result.filter_events(lambda one: one.is_step_failure)
    }
    seconds = {
        event.step_key or "": event.step_success_data.duration_ms / 1000
        for event in result.filter_events(lambda one: one.is_step_success)
    }
    return RunResult(result.run_id, result.success, reports, errors, seconds)


def _first_cause(error: Any) -> str:
    """The sentence of a step's failure: of the innermost error of ours, else of the one at the root."""
    told = "no reason given"
    is_ours = False
    while error is not None:
        message = error.message.strip()
        kind, _, sentence = message.partition(": ")
        if kind.partition(".")[0] in _ROOMS and sentence:
            told, is_ours = sentence, True
        elif not is_ours:
            told = message
        error = error.cause
    return told


_ROOMS = frozenset({"connectors", "standards", "storage", "catalog", "intake", "orchestration"})


def _quiet() -> None:
    """Dagster, dlt and dbt tell what they do in the event log and the UI; the terminal shows our own progress."""
    warnings.filterwarnings("ignore", module="dagster")
    for name in ("dagster", "dagster._core.execution.plan.active", "dlt", "dbt", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.ERROR)
