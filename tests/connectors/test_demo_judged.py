"""Reading and standards find in the demo files what the generator planted: rows, reasons, repairs, sums, places."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.checking import as_table
from connectors.demo import DemoDataset, demo_datasets
from connectors.reading import Unreadable, read_table
from standards.engine import judge
from standards.model import Judgement
from standards.ranking import rank
from standards.registry import load_standards

STANDARDS = load_standards()
READABLE = [dataset for dataset in demo_datasets() if dataset.expected.is_readable]


def judged(dataset: DemoDataset) -> Judgement:
    table = as_table(read_table(dataset.content, filename=dataset.filename), filename=dataset.filename, ags=dataset.ags)
    return judge(table, STANDARDS[dataset.expected.standard])


@pytest.mark.parametrize("dataset", READABLE, ids=lambda dataset: dataset.id)
def test_engine_finds_what_was_planted(dataset: DemoDataset):
    """Every planted fault is rejected or mended under its own code, nothing else is, and the sums come out."""
    expected, found = dataset.expected, judged(dataset)
    assert Counter(found.rejected["code"].to_list()) == Counter(expected.rejected)
    assert found.rows_total == expected.rows_total
    mended = Counter[str]()
    for repair in found.repairs:
        mended[repair.kind] += repair.count
    assert {kind: mended[kind] for kind in expected.repaired} == dict(expected.repaired)
    for name, total in expected.sums.items():
        assert found.accepted[name].sum() == pytest.approx(total)
    assert {name: found.accepted[name].null_count() for name in expected.nulls} == dict(expected.nulls)


@pytest.mark.parametrize("dataset", [one for one in READABLE if one.expected.bbox], ids=lambda dataset: dataset.id)
def test_places_lie_in_their_town(dataset: DemoDataset):
    """Degrees, UTM and Gauss-Krüger alike: every accepted place lies in the town's box."""
    west, south, east, north = dataset.expected.bbox or (0, 0, 0, 0)
    accepted = judged(dataset).accepted
    assert accepted["lon"].is_between(west, east).all()
    assert accepted["lat"].is_between(south, north).all()


@pytest.mark.parametrize("dataset", READABLE, ids=lambda dataset: dataset.id)
def test_no_person_is_accepted(dataset: DemoDataset):
    """No planted name or number gets into an accepted row of an open dataset."""
    text = judged(dataset).accepted.write_csv()
    words = [word for word in dataset.expected.forbidden if word != "Dienstparkplatz"]
    assert not [word for word in words if word in text]


@pytest.mark.parametrize("dataset", READABLE, ids=lambda dataset: dataset.id)
def test_columns_tell_the_standard(dataset: DemoDataset):
    """Handed in without a word about its standard, each demo file is recognised."""
    table = as_table(read_table(dataset.content, filename="daten"), filename="daten")
    assert rank(table, STANDARDS)[0][0] == dataset.expected.standard


def test_a_disguised_pdf_is_refused():
    """The unreadable hand-in is refused with a sentence for the clerk."""
    refused = next(dataset for dataset in demo_datasets() if not dataset.expected.is_readable)
    with pytest.raises(Unreadable, match="PDF"):
        read_table(refused.content, filename=refused.filename)
