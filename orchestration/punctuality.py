"""Which datasets are late by the frequency that their Kommune promised. Pure; `defs/ingest` asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.publishers import Publishers
from storage.names import DatasetId

# EU frequency codes → the longest time between two hand-ins, generously: a quarter more than the name says.
_DAYS = {
    **dict.fromkeys(("CONT", "UPDATE_CONT", "HOURLY", "DAILY", "DAILY_2"), 2),
    **dict.fromkeys(("WEEKLY", "WEEKLY_2"), 9),
    "BIWEEKLY": 18,
    **dict.fromkeys(("MONTHLY", "MONTHLY_2"), 39),
    "BIMONTHLY": 77,
    "QUARTERLY": 115,
    "ANNUAL_2": 230,
    "ANNUAL_3": 155,
    "ANNUAL": 457,
    "BIENNIAL": 913,
    "TRIENNIAL": 1370,
    "QUADRENNIAL": 1827,
    "QUINQUENNIAL": 2283,
    "DECENNIAL": 4566,
}


@dataclass(frozen=True, slots=True)
class Late:
    """A dataset whose last hand-in is older than promised."""

    dataset: str
    frequency: str
    received_at: datetime
    days_late: int


def late(versions: Iterable[Mapping[str, Any]], publishers: Publishers, now: datetime) -> list[Late]:
    """Return the late ones, latest first; `versions` are rows of the current versions, times in UTC."""
    found = []
    for version in versions:
        spec = publishers.dataset(DatasetId.parse(version["_dataset"]))
        days = _DAYS.get(spec.frequency) if spec else None
        if spec is None or days is None:
            continue
        over = now - version["received_at"] - timedelta(days=days)
        if over > timedelta():
            found.append(Late(version["_dataset"], spec.frequency, version["received_at"], over.days))
    return sorted(found, key=lambda one: (-one.days_late, one.dataset))
