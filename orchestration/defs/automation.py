"""The jobs, schedules and sensors of `orchestration.automation`, as definitions."""

import dagster as dg

from orchestration import automation
from orchestration.resources import PlatformResource


@dg.definitions
def defs() -> dg.Definitions:
    return dg.Definitions(
        jobs=automation.JOBS,
        schedules=[automation.nightly, automation.hourly_replication],
        sensors=[automation.inbox],
        resources={"platform": PlatformResource()},
        # A process per step costs more than it brings on two cores: see infra/decisions/0001.
        executor=dg.in_process_executor,
    )
