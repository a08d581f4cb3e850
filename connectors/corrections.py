"""A corrected rejects file on its way in: what it corrects is found in the landing log and judged with it.

Everything is made from landing alone, so that the same log always gives the same rows. What does not belong here: how
such a file is recognised and put over its base (`standards.corrections`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from connectors.receipts import LandingLog, Receipt
from standards.corrections import put_over
from standards.model import Judgement

LONGEST = 50
"""Corrections of corrections that are followed back."""
Records = Mapping[int, dict[str, str]]
Judged = Callable[[Receipt], tuple[Judgement, Records | None] | None]
"""What became of a receipt's content, with its rows if it is a correction itself; None where it could not be judged."""


def earlier(log: LandingLog, receipt: Receipt) -> Iterator[Receipt]:
    """The contents of the dataset before this one, newest first, back to where it was last taken back."""
    keys = log.keys.get(receipt.dataset_id, [])
    place = keys.index(receipt.key) if receipt.key in keys else 0
    for key in reversed(keys[:place]):
        before = log.receipt(key)
        if before.is_withdrawal:
            return
        yield before


def with_base(
    log: LandingLog, receipt: Receipt, correction: tuple[Judgement, Records], judged: Judged
) -> tuple[Judgement, tuple[Receipt, ...]] | None:
    """The correction put over all that it corrects, and the receipts of that, oldest first; None without a base."""
    chain: list[tuple[Receipt, Judgement, Records]] = []
    for number, before in enumerate(earlier(log, receipt)):
        found = judged(before)
        if found is None or number >= LONGEST:
            return None
        judgement, records = found
        chain.append((before, judgement, records or {}))
        if records is None:
            break
    else:
        return None
    whole = chain[-1][1]
    for _, judgement, records in [*reversed(chain[:-1]), (receipt, *correction)]:
        whole = put_over(whole, judgement, records)
    return whole, tuple(before for before, *_ in reversed(chain))
