"""What persons said about held files: released, released without the rows it is about, or refused. Append-only.

A decision is about one content of one dataset: it lies beside the receipts in landing, and the last one counts. What
does not belong here: why a file is held (`standards.gate`), what follows from a decision (`pending`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.receipts import LandingLog, Receipt
from storage.layout import landing_decision
from storage.names import DatasetId
from storage.sites import Sites

Verdict = Literal["released", "released_without_rows", "refused"]
_STAMP = "%Y%m%dT%H%M%S%fZ"


class Decision(BaseModel):
    """One person's word about one held content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    sha256: str
    """Of the content it is about; another content of the dataset waits again."""
    verdict: Verdict
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    decided_at: datetime
    """UTC."""
    held: tuple[str, ...] = ()
    """The reasons the person saw, in words."""

    @property
    def mark(self) -> str:
        """What of it decides what comes out of the file; a refusal changes nothing of that."""
        return "" if self.verdict == "refused" else self.verdict


Decisions = dict[tuple[str, str], Decision]
"""(dataset, SHA-256 of the content) → the last decision."""


def decide(sites: Sites, receipt: Receipt, verdict: Verdict, *, by: str, reason: str, held: Iterable[str]) -> Decision:
    """Write down what a person decided about the content of this receipt."""
    decision = Decision(
        dataset=receipt.dataset,
        sha256=receipt.sha256,
        verdict=verdict,
        by=by,
        reason=reason,
        decided_at=sites.now(),
        held=tuple(held),
    )
    key = landing_decision(receipt.dataset_id, decision.decided_at.strftime(_STAMP), receipt.sha256)
    body = decision.model_dump_json().encode()
    sites.write(sites.onprem.site, key, body, classification=receipt.classification, create=True)
    return decision


def decisions_of(log: LandingLog) -> Decisions:
    """The last decision about every content that was ever held. Few: held files are rare."""
    found: Decisions = {}
    for dataset in log.decisions:
        found |= _of_dataset(log, dataset)
    return found


def _of_dataset(log: LandingLog, dataset: DatasetId) -> Decisions:
    read = [Decision.model_validate_json(log.store.read(key)) for key in log.decisions.get(dataset, ())]
    return {(decision.dataset, decision.sha256): decision for decision in read}
