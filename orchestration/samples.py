"""What an engineer wants to see of converted files: mapping, repairs, reasons of rejects, held files, questions. Pure.

What does not belong here: how it is shown (`metadata`), the counts (`defs/ingest`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.ingest import DatasetReport


def samples(datasets: Iterable[DatasetReport]) -> dict[str, list[dict[str, Any]]]:
    """Lines of small tables by name, of the files that were converted in a run; a held file shows no value."""
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("mapping", "repairs", "rejects", "held", "questions")
    }
    for one in datasets:
        details = one.details
        if details is None:
            continue
        who = {"dataset": one.dataset}
        found["mapping"] += [
            {**who, "column": m.column, "field": m.field, "how": m.how, "confidence": f"{m.confidence:.2f}"}
            for m in details.mapping
        ]
        for repair in details.repairs:
            example = repair.examples[0] if repair.examples else None
            shown = f"row {example.row}: {example.before} → {example.after}" if example else ""
            line = {**who, "kind": repair.kind, "column": repair.column, "count": repair.count, "example": shown}
            found["repairs"].append(line)
        found["rejects"] += [{**who, "rows": count, "reason": reason} for reason, count in details.reject_reasons]
        found["held"] += [
            {**who, "code": hold.code, "column": hold.column, "cells": hold.count, "reason": hold.message_de}
            for hold in details.held
        ]
        found["questions"] += [{**who, "question": text} for text in details.questions]
    return found
