"""The receiver of this installation: reports of uploads into the journal, and quotas kept beside it.

What does not belong here: what a report is (`intake.receiver`), when the pipeline looks (`inboxes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette

from intake.arrivals import Arrivals
from intake.receiver import PATH, create_receiver
from orchestration import provisioning
from orchestration.keeping_quota import QuotaKeeper
from orchestration.settings import Settings
from storage.errors import ConfigInvalid
from storage.s3 import bucket_of

__all__ = ["PATH", "receiving"]


@contextmanager
def receiving(settings: Settings) -> Iterator[tuple[Starlette, bool]]:
    """The app, and whether quotas are kept while it runs: not before `stores provision` made the steward's login.

    Raises `ConfigInvalid` where there is no inbox bucket or no token.
    """
    inbox, token = settings.inbox_config, settings.provision.webhook_token
    if inbox is None or not token.get_secret_value():
        raise ConfigInvalid(
            "nothing to listen for: set inbox_store in allmende.toml and ALLMENDE_PROVISION__WEBHOOK_TOKEN in the "
            "environment (any long random text; `allmende stores provision` tells it to MinIO)"
        )
    counting = provisioning.quotas(settings)
    keeper = QuotaKeeper(counting) if counting else None
    arrivals = Arrivals(settings.arrivals_path)
    bucket, prefix = bucket_of(inbox)
    try:
        if keeper:
            keeper.start()
        yield create_receiver(arrivals, token, bucket, prefix, keeper.touch if keeper else _nobody), keeper is not None
    finally:
        if keeper:
            keeper.stop()


def _nobody(_: set[str]) -> None:
    """Without a login to count with, a report only wakes the pipeline."""
