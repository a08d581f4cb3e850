"""Late datasets: whose last hand-in is older than promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.publishers import DatasetSpec, Publishers, PublisherSpec
from connectors.register import load_register
from orchestration.punctuality import late

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def publishers(**frequency_by_slug: str) -> Publishers:
    datasets = tuple(DatasetSpec(slug=slug, frequency=frequency) for slug, frequency in frequency_by_slug.items())
    return Publishers({"09461000": PublisherSpec(ags="09461000", datasets=datasets)}, load_register())


def version(slug: str, days_ago: int) -> dict[str, object]:
    return {"_dataset": f"09461000/{slug}", "received_at": NOW - timedelta(days=days_ago)}


def test_the_promised_frequency_decides() -> None:
    """A monthly dataset is late after 39 days, a yearly one is not; the latest comes first."""
    known = publishers(monat="MONTHLY", jahr="ANNUAL", woche="WEEKLY")
    found = late([version("monat", 45), version("jahr", 45), version("woche", 45)], known, NOW)
    assert [(one.dataset, one.days_late) for one in found] == [("09461000/woche", 36), ("09461000/monat", 6)]


def test_no_promise_is_never_late() -> None:
    """Datasets that come irregularly, or whose frequency nobody stated, are not complained about."""
    known = publishers(selten="IRREG", nie="NEVER")
    assert late([version("selten", 9999), version("nie", 9999), version("unbekannt", 9999)], known, NOW) == []


def test_the_last_day_is_in_time() -> None:
    """On the day the time runs out a dataset is still in time."""
    assert late([version("monat", 39)], publishers(monat="MONTHLY"), NOW) == []
