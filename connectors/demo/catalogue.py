"""All demo datasets and the answer key. How one is made stands in the theme modules."""

from __future__ import annotations

from functools import cache

from connectors.demo import bicycles, budget, markets, parking, playgrounds, trees
from connectors.demo.model import DemoDataset, Expected

_MAKERS = (
    trees.bamberg,
    trees.kempten,
    trees.rothenburg,
    playgrounds.passau,
    playgrounds.nersingen,
    playgrounds.cham,
    parking.ingolstadt,
    parking.coburg,
    parking.schweinfurt,
    bicycles.erlangen,
    bicycles.freising,
    budget.regensburg,
    budget.weiden,
    markets.vaterstetten,
    markets.memmingen,
)


@cache
def demo_datasets() -> tuple[DemoDataset, ...]:
    """Every demo dataset with its bytes, in a fixed order. The last file of the answer: `cham` is unreadable."""
    return tuple(make() for make in _MAKERS)


def answer_key() -> dict[str, Expected]:
    """Dataset id (`<ags>/<slug>`) → what the platform has to say of it, counted while the faults were planted."""
    return {dataset.id: dataset.expected for dataset in demo_datasets()}
