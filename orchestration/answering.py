"""What became of a file that a Kommune dropped into the bucket, in German, beside it: `<AGS>/_antworten/<name>.txt`.

As desired state: every file that lies there should have the answer that follows from what is known of it now; only what
differs is written. So an answer that could not be written comes with the next run. What does not belong here: judging
(`connectors`), the sentences of findings (`connectors.messages`, `standards`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from connectors.loadrun import DatasetReport
from connectors.receipts import LandingLog, Receipt
from standards.definition import Standard
from storage.drops import ANSWERS, Drops
from storage.names import DatasetId

_TAKEN = """Ihre Datei wurde übernommen.

Datei:           {filename}
Eingegangen:     {received}
Art der Daten:   {standard}
Zeilen gelesen:  {rows_total}
  übernommen:    {rows_accepted}
  zurückgestellt: {rows_rejected}
Werte repariert: {repaired}
{rest}"""
_REJECTED = """
Zurückgestellte Zeilen sind nicht verloren. Sie können Ihre Datei auf der Internetseite für Kommunen prüfen: Dort steht
zu jeder Zeile, was nicht passt. Laden Sie danach die verbesserte Datei unter demselben Namen hoch.
"""
_REFUSED = """Ihre Datei wurde noch nicht übernommen.

Datei:       {filename}
Eingegangen: {received}
Grund:       {message}
"""


def answer(
    drops: Drops, log: LandingLog, reports: Iterable[DatasetReport], standards: dict[str, Standard]
) -> tuple[str, ...]:
    """Write the answers that are missing or no longer true; returns their keys. Raises `StoreUnreachable`."""
    there = {info.key: info for info in drops.list()}
    revisions = {f"{info.key}:{info.size}:{info.etag}" for info in there.values()}
    written = []
    for report, receipt in _of_drops(log, reports, revisions):
        dataset = DatasetId.parse(report.dataset)
        key, text = f"{dataset.owner}/{ANSWERS}/{dataset.slug}.txt", _text(report, receipt, standards).encode()
        present = there.get(key)
        # The etag of what was put in one piece is its MD5; where a server says something else, it is put again.
        if present is None or present.etag.strip('"') != hashlib.md5(text, usedforsecurity=False).hexdigest():
            drops.put(key, text, "text/plain; charset=utf-8")
            written.append(key)
    return tuple(written)


def _of_drops(
    log: LandingLog, reports: Iterable[DatasetReport], revisions: set[str]
) -> Iterator[tuple[DatasetReport, Receipt]]:
    """Reports about files that lie in the bucket and are the newest of their dataset."""
    for report in reports:
        receipt = log.latest(DatasetId.parse(report.dataset))
        if receipt is not None and receipt.source_kind == "inbox" and receipt.revision in revisions:
            yield report, receipt


def _text(report: DatasetReport, receipt: Receipt, standards: dict[str, Standard]) -> str:
    received = f"{receipt.received_at:%d.%m.%Y %H:%M} UTC"
    if report.message_de:
        return _REFUSED.format(filename=receipt.filename, received=received, message=report.message_de)
    known = standards.get(report.standard)
    return _TAKEN.format(
        filename=receipt.filename,
        received=received,
        standard=known.title_de if known else report.standard,
        rows_total=report.rows_total,
        rows_accepted=report.rows_accepted,
        rows_rejected=report.rows_rejected,
        repaired=report.repaired,
        rest=_REJECTED if report.rows_rejected else "",
    )
