"""The rows of the ledger tables: one per version, per move of a pointer, per entry of the landing log.

What does not belong here: deciding any of them (`pending`, `conversion`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from connectors.outcomes import Outcome
from connectors.pending import Move
from connectors.raw.tables import LEDGER, POINTERS, RECEIPTS, VERSIONS
from connectors.receipts import Receipt
from storage.names import DatasetId

_FINDINGS_MAX = 500
_REASONS_MAX = 50
_FURTHER = "weitere Gründe"


def version_frame(outcomes: Sequence[Outcome], converted_at: datetime) -> pl.DataFrame:
    """One row of `raw/versions` per outcome, accepted or refused."""
    return _frame(VERSIONS, [_version(outcome, converted_at) for outcome in outcomes])


def pointer_frame(moves: Sequence[Move], moved_at: datetime) -> pl.DataFrame:
    """One row of `raw/pointers` per move."""
    rows = [
        {
            "_ags": DatasetId.parse(move.dataset).owner,
            "_dataset": move.dataset,
            "_version": move.version,
            "standard": move.standard,
            "classification": move.classification.value,
            "moved_at": moved_at,
            "seq": move.seq,
            "reason": move.reason,
        }
        for move in moves
    ]
    return _frame(POINTERS, rows)


def receipt_frame(receipts: Sequence[Receipt]) -> pl.DataFrame:
    """One row of `raw/receipts` per entry of the landing log."""
    rows = [
        receipt.model_dump(mode="python")
        | {
            "_ags": receipt.dataset_id.owner,
            "key": receipt.key,
            "told": _json(receipt.told),
            "undo": _json(receipt.undo),
            "classification": receipt.classification.value,
        }
        for receipt in receipts
    ]
    return _frame(RECEIPTS, rows)


def receipt_of(row: dict[str, Any]) -> Receipt:
    """The entry that a row of `raw/receipts` was made from."""
    known = {name: value for name, value in row.items() if name not in {"_ags", "key", "told", "undo"}}
    return Receipt(**known, told=json.loads(row["told"]), undo=json.loads(row["undo"] or "[]"))


def _version(outcome: Outcome, converted_at: datetime) -> dict[str, Any]:
    task, receipt, judgement = outcome.task, outcome.task.receipt, outcome.judgement
    return {
        "_ags": receipt.dataset_id.owner,
        "_dataset": receipt.dataset,
        "_version": outcome.version,
        "standard": outcome.standard,
        "standard_version": judgement.standard_version if judgement else "",
        "classification": task.classification.value,
        "status": "accepted" if outcome.is_accepted else "held" if outcome.held else "refused",
        "message_de": outcome.message_de,
        "sha256": receipt.sha256,
        "bytes": receipt.bytes,
        "filename": receipt.filename,
        "source_kind": receipt.source_kind,
        "source_url": receipt.source_url,
        "received_at": receipt.received_at,
        "converted_at": converted_at,
        "rows_total": outcome.rows_accepted + outcome.rows_rejected,
        "rows_accepted": outcome.rows_accepted,
        "rows_rejected": outcome.rows_rejected,
        "repairs": _json(judgement.repairs if judgement else ()),
        "mapping": _json(judgement.mapping if judgement else ()),
        "findings": _json(outcome.findings[:_FINDINGS_MAX]),
        "reading": _json(outcome.reading or {}),
        "reject_reasons": _json(_bounded(outcome.reject_reasons)),
        "is_invented": task.is_invented,
        "stand": outcome.stand,
        "held": _json(outcome.held),
        "decision": task.decision.model_dump_json() if task.decision else "",
        "corrects": _json(outcome.corrects),
        "replays": outcome.replays,
        "undo": _json(receipt.undo),
        "facts": _json(outcome.facts) if outcome.facts else "",
    }


def _bounded(reasons: Sequence[tuple[str, int]]) -> dict[str, int]:
    further = sum(count for _, count in reasons[_REASONS_MAX:])
    return dict(reasons[:_REASONS_MAX]) | ({_FURTHER: further} if further else {})


def _frame(table: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LEDGER[table], orient="row")


@lru_cache(maxsize=64)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    """A dataclass as its fields, without the deep copies of `asdict`; anything else as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    return str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)


def _json(value: Any) -> str:
    return _ENCODER.encode(value)
