"""The destination `filesystem` of dlt, without its wait of one second per load.

dlt hands a Parquet file of a Delta table on to a follow-up job. Such a job is finished from the start, so that nothing
tells the loader, which then looks again only after a second. Here it runs for a moment in the loader's pool, whose jobs
wake the loader when they end. Import it inside functions: it imports dlt. What does not belong here: what is loaded.
"""

from __future__ import annotations

from dlt.common.destination.client import HasFollowupJobs, LoadJob, RunnableLoadJob
from dlt.common.destination.typing import PreparedTableSchema
from dlt.destinations import filesystem
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient
from dlt.destinations.job_impl import FinalizedLoadJobWithFollowupJobs


class HandedOn(RunnableLoadJob, HasFollowupJobs):
    """A file that has nothing to do but to make follow-up jobs."""

    def run(self) -> None:
        """Nothing: that it ends is what counts."""


class PromptClient(FilesystemClient):
    """Tells the loader of every job that ended."""

    def get_load_job_class(self, table: PreparedTableSchema, file_path: str) -> type[LoadJob]:
        job = super().get_load_job_class(table, file_path)
        return HandedOn if issubclass(job, FinalizedLoadJobWithFollowupJobs) else job


class prompt_filesystem(filesystem):  # noqa: N801 - destinations are named like functions in dlt
    """As `filesystem`."""

    @property
    def client_class(self) -> type[FilesystemClient]:
        return PromptClient
